"""A question that a document asks itself is quoted with what answers it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.ranker import Ranked
from assistant.replies import with_replies
from assistant.units import units_of
from index.hit import Hit
from ingest.markdown import read_markdown
from ingest.passages import split

TALK = """# Hiring

What convinced those who hired? We asked forty. They named a service that had run for a month. Certificates came last.

Do I need a degree?

No.

Line cook with opinions

Is it hard? It is hard at first and then for a long while. Nobody minds.
"""
ASKED = "What convinced those who hired?"


def answer(*chosen: str) -> list[str]:
    document = read_markdown(TALK.encode(), "a.md")
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    found = {unit.text: Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {"a.md": document})}
    return [each.unit.text for each in with_replies([found[text] for text in chosen])]


@pytest.mark.parametrize("begun", [(ASKED,), (f"{ASKED}\nWe asked forty.",)], ids=("question", "short reply"))
def test_a_reply_that_says_next_to_nothing_goes_on(begun: tuple[str, ...]) -> None:
    shown = "\n".join(answer(*begun))
    assert shown == f"{ASKED}\nWe asked forty.\nThey named a service that had run for a month."


def test_a_reply_that_says_something_or_stands_alone_does_not_go_on() -> None:
    assert answer("Is it hard?") == ["Is it hard?", "It is hard at first and then for a long while."]
    assert answer("Do I need a degree?") == ["Do I need a degree?", "No."]


def test_what_is_shown_already_is_not_shown_again() -> None:
    told = "They named a service that had run for a month."
    assert answer(ASKED, told) == [ASKED, "We asked forty.", told]
