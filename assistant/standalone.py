"""A question that stands alone, as one text: `SPOKEN (about: WHAT)`, what is asked now and then what that is about.

What it is about may be such a text itself, for as many questions as a follow-up reaches back. It is one text because all of it
is searched for, set right where it is misspelt, and shown.
"""

from __future__ import annotations

_ABOUT = " (about: "


def with_about(spoken: str, about: str) -> str:
    """The question together with what it is about."""
    return f"{spoken}{_ABOUT}{about})"


def apart(question: str) -> tuple[str, str]:
    """What is asked now, and the rest in its brackets: both put together are the question.

    >>> apart("and why? (about: What is SQL?)"), apart("What is SQL?")
    (('and why?', ' (about: What is SQL?)'), ('What is SQL?', ''))
    """
    spoken, bracket, about = question.partition(_ABOUT)
    return spoken, bracket + about


def levels(question: str) -> list[str]:
    """What is asked now, then what it is about, then what that is about, and so on.

    >>> levels("who? (about: which of them? (about: What is SQL?))")
    ['who?', 'which of them?', 'What is SQL?']
    """
    spoken, *about = question.split(_ABOUT)
    return [spoken, *about[:-1], about[-1].removesuffix(")" * len(about))] if about else [spoken]
