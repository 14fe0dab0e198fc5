"""Documents that give different figures for what is asked are set side by side; those that seem to are left alone."""

from __future__ import annotations

import json
from math import inf

import pytest
from fakes import BREAD, RIVERS, write_corpus

from assistant.answer import Answer, Citation, answer_json
from assistant.assistant import Assistant
from assistant.disagreement import disagreement
from assistant.figures import FigureKind, figures
from assistant.record import answer_from_record, answer_record
from assistant.transcript import answer_markdown
from index.build import update
from index.embedder import TransformerEmbedder
from index.library import Library

OPTIMIST = """---
date: 2019-03-01
---

# Becoming a beekeeper, the short way

## How long it takes

Becoming a beekeeper takes about six months when you read every week.

## What it costs

A first hive costs 180 euros.
"""
REALIST = """---
date: 2024-11-20
---

# Becoming a beekeeper, from experience

## The time you need

Nobody becomes a beekeeper in less than two full seasons: becoming a beekeeper takes two to three years.

## The money you need

A first hive costs 420 euros in most shops.
"""


def _citations(*quotes: str, heading: str = "Time") -> tuple[Citation, ...]:
    """One of each document."""
    return tuple(
        Citation(number, f"{number}.md", f"Document {number}", (heading,), None, 0, len(quote), quote)
        for number, quote in enumerate(quotes, 1)
    )


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Plan 10 hours a week for six to nine months.", "duration", [(182.4, 273.6, "six to nine months")]),
        ("It takes between 6 and 12 months.", "duration", [(182.4, 364.8, "between 6 and 12 months")]),
        ("Six months to a year.", "duration", [(182.4, 365.0, "Six months to a year")]),
        ("About 2 years, in week 3.", "duration", [(547.5, 912.5, "About 2 years")]),
        ("At least 1,000 days.", "duration", [(1000.0, inf, "At least 1,000 days")]),
        ("Up to 4 weeks, or 3 months or more.", "duration", [(0.0, 28.0, "Up to 4 weeks"), (91.2, inf, "3 months or more")]),
        ("Twice a week, 30 minutes a day, five dollars a month.", "duration", []),
        ("A year and a half.", "duration", []),
        ("Some 200 hours, or 20 hours per week.", "hours", [(150.0, 250.0, "Some 200 hours")]),
        ("$120,000 a year, €90k–110k", "money", [(120000, 120000, "$120,000 a year"), (90000, 110000, "€90k–110k")]),
        ("62,000 euros yearly", "money", [(62000, 62000, "62,000 euros yearly")]),
        ("60–70 % of the time", "percentage", [(60, 70, "60–70 %")]),
        ("a project; three to five small projects; project 3", "count", [(3, 5, "three to five small projects")]),
    ],
)
def test_figures_are_found_as_ranges(text: str, kind: FigureKind, expected: list[tuple[float, float, str]]) -> None:
    found = [(figure.low, figure.high, text[figure.start : figure.end]) for figure in figures(text, kind, "projects")]
    assert [words for _, _, words in found] == [words for _, _, words in expected]
    for (low, high, _), (least, most, _) in zip(found, expected, strict=True):
        assert (low, high) == (pytest.approx(least), pytest.approx(most))


@pytest.mark.parametrize(
    ("question", "quotes", "expected"),
    [
        (
            "How long does it take to become a beekeeper?",
            ("You are a beekeeper after six months.", "A beekeeper needs two to three years."),
            ["six months", "two to three years"],
        ),
        (
            "How long does it take to become a machine learning engineer?",
            ("Most become an ML engineer in 6-9 months.", "A machine learning engineer needs at least 2 years of study."),
            ["6-9 months", "at least 2 years"],
        ),
        ("How much does a hive cost?", ("A hive costs €180.", "A hive is 420 euros."), ["€180", "420 euros"]),
        ("How many hives should a beekeeper own?", ("A beekeeper owns two hives.", "Own 8 hives as a beekeeper."), None),
        ("What share of colonies dies?", ("15% of colonies die.", "Of all colonies, 40 percent die."), None),
    ],
)
def test_different_figures_for_the_same_thing_are_positions(
    question: str, quotes: tuple[str, ...], expected: list[str] | None
) -> None:
    cited, found = disagreement(question, _citations(*quotes))
    assert cited == _citations(*quotes)
    assert [position.marker for position in found] == [1, 2]
    if expected is not None:
        assert [position.figure for position in found] == expected


@pytest.mark.parametrize(
    ("why", "question", "quotes"),
    [
        ("ranges meet", "How long does a season last?", ("A season lasts 5-6 months.", "A season lasts six to eight months.")),
        ("the same in other units", "How long is a season?", ("A season is 6 months.", "A season is 26 weeks.")),
        ("no more than roughly", "How long is a season?", ("A season is about 6 months.", "A season is 7 months.")),
        ("an open range", "How long is a season?", ("A season is at least 3 months.", "A season is 2 years.")),
        ("not asked for", "What is a season?", ("A season is 6 months.", "A season is 2 years.")),
        ("about something else", "How long is a season?", ("A season is 6 months.", "A queen lives 4 years.")),
        ("one is for some", "How long is a season?", ("A season is 6 months.", "A part-time season is 2 years.")),
        ("one has a condition", "How long is a season?", ("A season is 6 months.", "If it rains, a season is 9 months.")),
        ("one comes with more", "How much is a hive?", ("A hive is €200.", "A hive is €400 with the tools.")),
        ("hours are not months", "How long is a course?", ("A course is 40 hours.", "A course is 3 months.")),
        ("other currencies", "How much is a hive?", ("A hive is $200.", "A hive is €400.")),
        (
            "another period",
            "How much does a beekeeper earn?",
            ("A beekeeper earns $20 an hour.", "A beekeeper earns $9 a week."),
        ),
        ("two figures in one", "How long is a season?", ("A season is 6 months, or 9 months.", "A season is 2 years.")),
        ("nothing but the asking", "How long does it take?", ("It takes 6 months.", "It takes 2 years.")),
        ("only one says it", "How long is a season?", ("A season is 6 months.", "A season is long.")),
    ],
)
def test_what_is_no_difference_is_not_called_one(why: str, question: str, quotes: tuple[str, ...]) -> None:
    assert disagreement(question, _citations(*quotes))[1] == (), why


def test_one_document_does_not_disagree_with_itself() -> None:
    first, second = _citations("A season is 6 months.", "A season is 2 years.")
    same = Citation(2, first.document_id, first.title, ("Time",), None, 0, len(second.quote), second.quote)
    assert disagreement("How long is a season?", (first, same))[1] == ()


@pytest.fixture(scope="module")
def answers(embedder: TransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder = tmp_path_factory.mktemp("bees")
    corpus = write_corpus(folder / "corpus", {"short.md": OPTIMIST, "real.md": REALIST, "bread.md": BREAD, "rivers.md": RIVERS})
    update(corpus, folder / "data", lambda: embedder, (embedder.id, embedder.digest))
    assistant = Assistant(Library(folder / "data", lambda: embedder))
    asked = ("How long does it take to become a beekeeper?", "How much does the first hive cost?", "What does a beekeeper do?")
    return {question: assistant.ask(question, mode="quote") for question in asked}


def test_documents_that_differ_are_found_on_the_way_to_an_answer(answers: dict[str, Answer]) -> None:
    time, money, other = answers.values()
    for answer, figures_given in ((time, {"about six months", "two to three years"}), (money, {"180 euros", "420 euros"})):
        assert {position.figure for position in answer.disagreement} == figures_given
        cited = {citation.marker: citation for citation in answer.citations}
        assert {cited[position.marker].document_id for position in answer.disagreement} == {"short.md", "real.md"}
        assert all(position.figure in cited[position.marker].quote for position in answer.disagreement)
    assert other.disagreement == ()


def test_a_disagreement_is_kept_printed_and_copied(answers: dict[str, Answer]) -> None:
    time = next(iter(answers.values()))
    stored = json.loads(json.dumps(answer_record(time)))
    assert answer_from_record(stored) == time
    del stored["disagreement"]
    assert answer_from_record(stored).disagreement == (), "an answer that an earlier version stored"
    positions = answer_json(time)["disagreement"]
    assert {"marker": time.disagreement[0].marker, "figure": time.disagreement[0].figure} in positions  # type: ignore[operator]
    first = time.disagreement[0]
    assert f"The documents give different figures: {first.figure} [{first.marker}]" in answer_markdown(time)
    assert {position.figure for position in time.disagreement} == {"about six months", "two to three years"}
