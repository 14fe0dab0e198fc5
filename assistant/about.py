"""Questions about the program itself, which no document answers: what it can do, and from which documents it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPENING = (
    r"(?:(?:hi|hello|hey|good (?:morning|evening|day)|thanks|thank you|ok(?:ay)?|so|and|please)(?: there)?[ ,.!-]{1,4}){0,3}"
    r"(?:(?:(?:can|could|would) you (?:please )?)?(?:tell|show) me )?"
)
_HERE = r"(?:this|the) (?:assistant|chat|chat ?bot|bot|tool|app|program|website|site)"
_FILES = "(?:documents?|docs|files|pdfs)"
_ASKED = (
    rf"what (?:all )?(?:can you|you can|can {_HERE}) do(?: (?:here|for me))?|what can i do here",
    r"(?:what|how) can you help(?: me)?(?: with)?|help(?: me)?",
    rf"(?:who|what) are you(?: (?:exactly|for))?|what(?: is|'s|s) {_HERE}(?: (?:for|about))?",
    rf"how (?:do you|does {_HERE}) work|how (?:do|can|should) i use (?:you|{_HERE})",
    r"what(?: kinds? of| sorts? of)? (?:questions )?(?:can|could|should) i ask(?: (?:you|here))?(?: about)?",
    rf"what(?: topics)? (?:do|can) (?:you|{_HERE}) (?:know|answer|cover)(?: about)?",
    r"are you (?:an? )?(?:(?:real )?(?:bot|chat ?bot|robot|human|person|ai|machine|llm|language model)|real|chat ?gpt)",
    rf"(?:what|which) (?:{_FILES}|sources|texts) (?:do |can |have )?you (?:have|use|know|read|got|answer from|rely on)",
    rf"(?:what|which) {_FILES} (?:are|is) (?:there|available|in (?:the|your) library)(?: here)?",
    rf"(?:what|which) are your (?:{_FILES}|sources)|what(?: is|'s) in (?:the|your) library",
    rf"how many {_FILES} (?:do you (?:have|know|use)|are there|have you (?:got|read))(?: in (?:the|your) library)?",
    rf"(?:list|show)(?: me)?(?: all)?(?: of)?(?: the| your)? {_FILES}",
)
_PATTERN = re.compile(rf"{_OPENING}(?:{'|'.join(_ASKED)})(?: please)?\W{{0,6}}", re.IGNORECASE)


def asks_about_assistant(question: str) -> bool:
    """Whether this is all that is asked; a question that names a subject beside it is left to the documents.

    >>> asks_about_assistant("Hi, what can you do?"), asks_about_assistant("which documents do you have")
    (True, True)
    >>> asks_about_assistant("What can you do with Python?"), asks_about_assistant("Which documents do I need?")
    (False, False)
    """
    return _PATTERN.fullmatch(" ".join(question.replace("’", "'").split())) is not None


def about_assistant(documents: int, listed: str, examples: Sequence[str]) -> str:
    """What is said then, on one line. `listed` says where the documents are listed; `examples` are questions they answer."""
    number = "one document" if documents == 1 else f"{documents:,} documents"
    told = (
        f"This assistant answers questions from {number} and shows the words that every sentence rests on; "
        f"it says plainly what the documents do not cover. {listed}"
    )
    return f"{told} {invitation(examples)}".strip()


def invitation(examples: Sequence[str]) -> str:
    """What is said to a greeting or thanks, and behind what the program is; "" without examples.

    >>> invitation(["What is SQL?", "How long does SQL take?"])
    'Ask, for example, “What is SQL?” or “How long does SQL take?”'
    """
    asked = " or ".join(f"“{example}”" for example in examples[:2])
    return f"Ask, for example, {asked}" if asked else ""
