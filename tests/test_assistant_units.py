"""Evidence units and the answers composed of them: whatever the document, every word shown is an exact slice of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_fakes import roadmap_document

from assistant.answer import Citation, Sentence
from assistant.compose import BUDGET, MAX_UNITS, Shape, arranged, choose, compose, quote, unbroken
from assistant.question import read_question
from assistant.ranker import Ranked
from assistant.replies import with_replies
from assistant.units import Unit, units_of
from index.hit import Hit
from index.terms import words
from ingest.builder import DocumentBuilder
from ingest.document import Document
from ingest.markdown import read_markdown
from ingest.passages import split

TEXTS = st.text("ab 1.:,!?-–|éß😀\n", max_size=60) | st.sampled_from(
    [
        "Learn SQL. It takes 2 weeks. See https://a.b/c?d=1 now!",
        "Matrices: the language of models",
        "Learn these:",
        "**Pandas** – tables of data",
        "He said e.g. this (see Fig. 3). Then J. Smith left.",
        "word " * 150,
    ]
)
BLOCKS = st.one_of(
    st.tuples(st.just("heading"), TEXTS, st.integers(1, 6), st.none()),
    st.tuples(st.just("paragraph"), TEXTS, st.just(0), st.none()),
    st.tuples(st.just("item"), TEXTS, st.integers(0, 3), st.none() | st.integers(1, 9)),
    st.tuples(st.just("code"), TEXTS, st.just(0), st.none()),
    st.tuples(
        st.just("table"), st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4), st.none(), st.none()
    ),
)


@st.composite
def documents(draw: st.DrawFn, name: str = "a.md") -> Document:
    builder = DocumentBuilder()
    for kind, text, level, ordinal in draw(st.lists(BLOCKS, max_size=14)):
        if kind == "table":
            builder.table(text)
        else:
            builder.add(kind, text, level=level, ordinal=ordinal)
    return builder.build(name, "0" * 64)


def hits_of(*found: Document) -> list[Hit]:
    passages = [passage for document in found for passage in split(document, limit=300)]
    return [Hit(passage, rank, 1 / rank, 0.5, 0.5) for rank, passage in enumerate(passages, start=1)]


def units(*found: Document) -> list[Unit]:
    return units_of(hits_of(*found), {document.id: document for document in found})


def ranked(found: Sequence[Unit], values: Sequence[float]) -> list[Ranked]:
    """Best value first, as the ranker gives them; relevance runs the other way round the list of values."""
    pairs = zip(found, values, reversed(values), strict=True)
    rows = [Ranked(unit, value, relevance, np.zeros(1, np.float32)) for unit, value, relevance in pairs]
    return sorted(rows, key=lambda row: -row.value)


# --- units


@settings(max_examples=60, deadline=None, derandomize=True)
@given(documents())
def test_every_span_of_every_unit_is_an_exact_slice(document: Document) -> None:
    blocks = [(block.start, block.end) for block in document.blocks]
    for unit in units(document):
        assert unit.parts
        assert [part.start for part in unit.parts] == sorted(part.start for part in unit.parts)
        assert unit.text == "\n".join(document.text[start:end] for start, end in unit.spans)
        assert (unit.start, unit.end) == (unit.spans[0][0], unit.spans[-1][1])
        for start, end in unit.spans:
            assert document.text[start:end].strip()
            assert any(first <= start and end <= last for first, last in blocks), "within one block: no bullet, no margin"
        for one, two in pairwise(unit.spans):
            assert one[1] <= two[0], "lead-in first, no overlap"
        for part in unit.parts:
            assert part.label_end is None or part.start < part.label_end < part.end


@settings(max_examples=40, deadline=None, derandomize=True)
@given(documents())
def test_every_block_that_a_hit_touches_can_be_quoted_and_no_unit_comes_twice(document: Document) -> None:
    """But for lead-ins and headers, which are quoted with what they introduce."""
    found = units(document)
    keys = [(unit.kind, unit.spans) for unit in found]
    assert len(keys) == len(set(keys))
    covered = [span for unit in found for span in unit.spans]
    for hit in hits_of(document):
        for start, end in hit.passage.spans:
            for block in document.blocks:
                if start <= block.start and block.end <= end and block.kind != "header":
                    assert any(s < block.end and block.start < e for s, e in covered), block


def kinds(found: Sequence[Unit], kind: str) -> list[list[str]]:
    return [
        [unit.document.text[start:end] for start, end in unit.spans]
        for unit in found
        if unit.kind == kind
    ]  # fmt: skip


def test_a_list_comes_with_its_lead_in_and_a_row_with_its_header() -> None:
    found = units(roadmap_document())
    assert ["Learn these:", "Linear algebra", "Statistics"] in kinds(found, "list")
    assert ["Topic | Weeks", "Calculus | 6"] in kinds(found, "row")
    assert ["A roadmap", "Phase 1: Maths", "Phase 2: Code"] in kinds(found, "outline")
    assert ["import numpy\nprint(1)"] in kinds(found, "code")
    assert ["It takes two years."] in kinds(found, "sentence")
    assert ["It takes two years.", "See https://example.org/plan for more."] in kinds(found, "paragraph")
    assert ["Learn these:"] not in kinds(found, "sentence"), "a lead-in answers nothing without its list"


def test_the_heading_path_of_a_unit_is_that_of_its_section() -> None:
    (statistics,) = [unit for unit in units(roadmap_document()) if unit.kind == "item" and unit.text == "Statistics"]
    assert statistics.heading_path == ("A roadmap", "Phase 1: Maths")


STEPS = """Do this:

1. Install the thing:

   ```
   pip install thing
   ```

2. Configure it.

   The file lies in the home folder.

3. Run it:

   - on Linux use run
   - on Windows use run.exe

4. Look at the page.

Now it runs.

1. Another list.
2. Of two items.

Then start it again:

```
thing restart
```
"""


def test_steps_stay_together_over_what_stands_between_them() -> None:
    """What stands between two steps ends a list only where the numbers do not go on."""
    assert kinds(units(read_markdown(STEPS.encode(), "a.md")), "list") == [
        ["Do this:", "Install the thing:", "pip install thing", "Configure it.", "Run it:", "Look at the page."],
        ["Run it:", "on Linux use run", "on Windows use run.exe"],
        ["Now it runs.", "Another list.", "Of two items."],
    ]


def test_a_list_goes_on_behind_an_address_of_one_of_its_items() -> None:
    text = (
        "Three tools help:\n\n- one builds\n- one cleans\n\n→ https://a.org/clean\n\n- one sends\n\nAll are free.\n\n- cheap\n"
    )
    assert kinds(units(read_markdown(text.encode(), "a.md")), "list") == [
        ["Three tools help:", "one builds", "one cleans", "one sends"]
    ]


def test_code_comes_with_the_line_that_introduces_it() -> None:
    found = units(read_markdown(STEPS.encode(), "a.md"))
    assert kinds(found, "code") == [
        ["Install the thing:", "pip install thing"],
        ["Then start it again:", "thing restart"],
    ]
    assert ["Then start it again:"] not in kinds(found, "sentence")
    (restart,) = [unit for unit in found if unit.kind == "code" and "restart" in unit.text]
    sentences, _ = compose(ranked([restart], [0.9]), read_question("How do I restart it?"))
    assert [(sentence.text, sentence.code) for sentence in sentences] == [
        ("Then start it again:", False),
        ("thing restart", True),
    ]
    (steps, *_) = [unit for unit in found if unit.kind == "list"]
    sentences, _ = compose(ranked([steps], [0.9]), read_question("How do I set it up?"))
    assert [(sentence.bullet, sentence.code) for sentence in sentences[1:4]] == [("1.", False), ("", True), ("2.", False)]


def test_a_plan_has_its_commands_and_no_longer_code() -> None:
    text = "# Set up\n\n## Start\n\n```\nmake serve\n```\n\n## Ask\n\n- in the chat\n\n```\na\nb\nc\nd\n```\n"
    assert kinds(units(read_markdown(text.encode(), "a.md")), "plan") == [
        ["Set up", "Start", "make serve", "Ask", "in the chat"],
    ]


def test_no_label_ends_inside_a_link() -> None:
    builder = DocumentBuilder()
    for line in ("[Week 5: notes](https://a.example/5)", "Notes [5]: of week 6"):
        builder.add("item", line)
    first, second = (unit.parts[0] for unit in units(builder.build("a.md", "0" * 64)) if unit.kind == "item")
    assert first.label_end is None
    assert second.label_end == second.start + len("Notes [5]")


@pytest.mark.parametrize(
    "label", ["Phase 2", "Months 8 to 12", "Weeks 1–4", "First 3 months", "6-8 weeks", "about two years", "2019"]
)
def test_a_label_that_holds_but_a_number_or_a_time_is_none(label: str) -> None:
    builder = DocumentBuilder()
    builder.add("item", f"{label}: Learn to sail.")
    builder.add("item", f"{label} at sea: Learn to sail.")
    first, second = (unit.parts[0] for unit in units(builder.build("a.md", "0" * 64)) if unit.kind == "item")
    assert first.label_end is None
    assert second.label_end is not None


# --- composition


def check(sentences: Sequence[Sentence], citations: Sequence[Citation], found: Sequence[Document]) -> None:
    """What holds for every quoted answer."""
    texts = {document.id: document.text for document in found}
    assert [citation.marker for citation in citations] == list(range(1, len(citations) + 1))
    by_marker = {citation.marker: citation for citation in citations}
    for citation in citations:
        assert texts[citation.document_id][citation.start : citation.end] == citation.quote
        assert citation.quote.strip()
    for sentence in sentences:
        assert sentence.kind == "quoted"
        assert sentence.support == 1
        (marker,) = sentence.citations
        assert sentence.text in by_marker[marker].quote
    spans = sorted((citation.document_id, citation.start, citation.end) for citation in citations)
    for one, two in pairwise(spans):
        assert one[0] != two[0] or one[2] <= two[1], "nothing is said twice"
    several = len({citation.document_id for citation in citations}) > 1
    titles = {document.id: document.title for document in found}
    for sentence in sentences:
        assert sentence.attribution == (titles[by_marker[sentence.citations[0]].document_id] if several else "")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(documents(), documents("b.md"), st.randoms(use_true_random=False))
def test_every_composed_answer_is_made_of_exact_slices_that_do_not_overlap(
    first: Document, second: Document, dice: np.random.Generator
) -> None:
    found = units(first, second)
    rows = ranked(found, [dice.random() for _ in found])
    for question in ("What should I learn first?", "What do the sources say, do they disagree?"):
        asked = read_question(question)
        shape = Shape(asked, rows)
        chosen = choose(rows, asked, frozenset(), shape)
        assert len(chosen) <= MAX_UNITS
        assert bool(chosen) == bool(rows)
        check(*quote(chosen, shape), (first, second))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(documents(), st.randoms(use_true_random=False))
def test_an_answer_goes_beyond_the_budget_only_where_one_unit_does(document: Document, dice: np.random.Generator) -> None:
    found = units(document)
    rows, asked = ranked(found, [dice.random() for _ in found]), read_question("What should I learn?")
    shape = Shape(asked, rows)
    chosen = choose(rows, asked, frozenset(), shape)
    lengths = [sum(len(words(sentence.text)) for sentence in quote([row], shape)[0]) for row in chosen]
    assert sum(lengths) <= BUDGET or len(chosen) == 1


def test_the_best_unit_is_always_part_of_the_answer() -> None:
    found = units(roadmap_document())
    for best in found:
        rows = ranked(found, [1.0 if unit is best else 0.1 for unit in found])
        sentences, _ = compose(rows, read_question("What are the steps?"))
        assert set(best.text.split()) <= set(" ".join(sentence.text for sentence in sentences).split())


def test_units_of_several_documents_stand_under_their_titles() -> None:
    documents = []
    for name, line in (("a.md", "Maths takes two years of work."), ("b.md", "Only six weeks suffice for everyone.")):
        builder = DocumentBuilder()
        builder.add("heading", f"Title {name}", level=1)
        builder.add("paragraph", line)
        documents.append(builder.build(name, "0" * 64))
    sentences_found = [unit for unit in units(*documents) if unit.kind == "sentence"]
    rows = ranked(sentences_found, [0.9, 0.9])
    sentences, citations = quote(rows, Shape(read_question("How long?"), rows))
    check(sentences, citations, documents)
    assert [(sentence.attribution, sentence.text) for sentence in sentences] == [
        ("Title a.md", "Maths takes two years of work."),
        ("Title b.md", "Only six weeks suffice for everyone."),
    ]


def test_each_item_of_a_list_over_two_pages_is_cited_with_its_own() -> None:
    builder = DocumentBuilder()
    builder.add("paragraph", "You need these tools:", page=1)
    for tool, page in (("Plane", 1), ("Saw", 1), ("Clamps", 2)):
        builder.add("item", tool, page=page)
    found = units(builder.build("a.pdf", "0" * 64))
    rows = ranked(found, [1.0 if unit.kind == "list" else 0.1 for unit in found])
    _, citations = compose(rows, read_question("Which tools do I need?"))
    assert [(citation.quote, citation.page) for citation in citations][-2:] == [("Saw", 1), ("Clamps", 2)]


@pytest.mark.parametrize(
    ("question", "order"),
    [("How long does SQL take?", [1, 0, 2]), ("What is SQL?", [0, 1, 2]), ("How long do SQL and Pandas take?", [0, 1, 2, 3])],
)
def test_the_one_unit_that_has_the_time_asked_for_comes_first(question: str, order: list[int]) -> None:
    lines = ["Every database speaks SQL.", "SQL takes 30 hours.", "Then practise with joins.", "Pandas takes 20 hours."]
    builder = DocumentBuilder()
    for line in lines:
        builder.add("paragraph", line)
    found = {unit.text: unit for unit in units(builder.build("a.md", "0" * 64)) if unit.kind == "sentence"}
    rows = [Ranked(found[lines[at]], 0.5, 0.5, np.zeros(1, np.float32)) for at in sorted(order, reverse=True)]
    shape = Shape(read_question(question), rows)
    said = [shape.candidate(row, place) for place, row in enumerate(rows)]
    assert [r.unit.text for r in arranged(said)] == [lines[at] for at in order]


def test_the_section_of_the_best_unit_with_the_amount_asked_for_comes_first() -> None:
    text = "# Maps\n\n## Tools\n\nThe desk costs 900 euros.\n\n## Pay\n\nPay rises.\n\nA mapper earns 50,000 euros.\n"
    found = {unit.text: unit for unit in units(read_markdown(text.encode(), "a.md")) if unit.kind == "sentence"}
    lines = ["A mapper earns 50,000 euros.", "The desk costs 900 euros.", "Pay rises."]
    rows = [Ranked(found[line], 0.5, 0.5, np.zeros(1, np.float32)) for line in lines]
    shape = Shape(read_question("What does a mapper earn?"), rows)
    said = [shape.candidate(row, place) for place, row in enumerate(rows)]
    assert [r.unit.text for r in arranged(said)] == [lines[at] for at in (2, 0, 1)]


@pytest.mark.parametrize(
    ("text", "best", "shown"),
    [
        ("# Rules\n\n- Q: How often?\n- A: Twice a month.\n", "Q: How", ["Q: How often?", "A: Twice a month."]),
        ("# Work\n\n## Do I need a degree?\n\nNo. Write a lot.\n", "Do I", ["Do I need a degree?", "No.", "Write a lot."]),
        ("# Work\n\n## Do I need a degree?\n\nNo. Write a lot.\n", "No.", ["Do I need a degree?", "No."]),
        ("# Work\n\nDo I need it? No. Write a lot.\n", "No.", ["Do I need it?", "No."]),
        ("# Ask\n\n- What do you do?\n- Where do you work?\n", "What", ["What do you do?"]),
        ("# Ask\n\nWhat do you do?\n\n## Next\n\nGo on.\n", "What", ["What do you do?"]),
    ],
)  # fmt: skip
def test_a_question_stands_with_its_answer(text: str, best: str, shown: list[str]) -> None:
    found = [u for u in units(read_markdown(text.encode(), "a.md")) if u.kind in ("sentence", "item", "heading")]
    rows = ranked([u for u in found if u.text.startswith(best)][:1], [1.0])
    sentences, _ = compose(rows, read_question("How often do I need it?"))
    assert [sentence.text for sentence in sentences] == shown


POINTING = "# Exams\n\nIt was sight translation. {0} Go on.\n"


@pytest.mark.parametrize(
    "said", ["Most failed that part.", "This is the reason.", "And these were hard.", "Such exams are long."]
)
def test_what_points_at_something_stands_behind_the_sentence_before(said: str) -> None:
    found = units(read_markdown(POINTING.format(said).encode(), "a.md"))
    asked = replace(read_question("Which part do most people fail?"), brief=True)
    rows = ranked([unit for unit in found if unit.text == said], [1.0])
    assert [sentence.text for sentence in compose(rows, asked)[0]] == ["It was sight translation.", said]


@pytest.mark.parametrize(
    "said",
    [
        "This guide is long.",
        "Those who rest fail.",
        "That said, it is hard.",
        "If it is hard, this part waits.",
        "Some people rest.",
    ],
)
def test_what_points_at_nothing_before_it_stands_alone(said: str) -> None:
    found = units(read_markdown(POINTING.format(said).encode(), "a.md"))
    asked = replace(read_question("Which part do most people fail?"), brief=True)
    rows = ranked([unit for unit in found if unit.text == said], [1.0])
    assert [sentence.text for sentence in compose(rows, asked)[0]] == [said]


def test_only_the_best_unit_is_given_the_sentence_before_and_no_long_one() -> None:
    def said(text: str) -> list[str]:
        found = {unit.text: unit for unit in units(read_markdown(text.encode(), "a.md"))}
        rows = ranked([found["Rest well."], found["Most failed that part."]], values)
        return [each.unit.text for each in with_replies(rows)]

    values = [1.0, 0.5]
    assert said(POINTING.format("Most failed that part.") + "\nRest well.\n") == ["Rest well.", "Most failed that part."]
    values = [0.5, 1.0]
    long = "# Exams\n\nIt was sight translation" + " and more" * 20 + ". Most failed that part.\n\nRest well.\n"
    assert said(long) == ["Most failed that part.", "Rest well."]


@pytest.mark.parametrize(("question", "first"), [("How long does it take?", "It takes"), ("Which steps are there?", "Baking")])
def test_headings_answer_who_asks_for_steps(question: str, first: str) -> None:
    text = "# Baking\n\n## Learning\n\nIt takes two years in all.\n\n## Working\n\nBakers rise at three.\n"
    found = units(read_markdown(text.encode(), "a.md"))
    rows = ranked(found, [{"outline": 1.0, "sentence": 0.9}.get(unit.kind, 0.1) for unit in found])
    asked = read_question(question)
    assert compose(rows, asked)[0][0].text.startswith(first)


def test_a_brief_answer_is_the_best_quote_alone_and_a_list_its_labels() -> None:
    text = "# Tools\n\nYou need these:\n\n- Python: good for nearly all\n- SQL: good for data\n\nStart today.\n"
    found = units(read_markdown(text.encode(), "a.md"))
    rows = ranked(found, [1.0 if unit.kind == "list" else 0.5 for unit in found])
    sentences, _ = compose(rows, replace(read_question("Which tools do I need?"), brief=True))
    assert [sentence.text for sentence in sentences] == ["You need these:", "Python", "SQL"]


def test_nothing_short_is_left_out_of_the_middle_of_a_paragraph() -> None:
    long = "A level designer draws the maps that players walk through, and sits with each of them to see where they get lost."
    lines = ["Game developer is five jobs.", "Gameplay programmer.", "Engine programmer.", long, "All of them ship games."]
    builder = DocumentBuilder()
    builder.add("paragraph", " ".join(lines))
    found = {unit.text: unit for unit in units(builder.build("a.md", "0" * 64)) if unit.kind == "sentence"}
    rows = [Ranked(found[lines[at]], 0.5, 0.5, np.zeros(1, np.float32)) for at in (0, 2, 4)]
    assert [r.unit.text for r in unbroken(rows)] == [lines[at] for at in (0, 1, 2, 4)]


def test_nothing_ranked_makes_nothing() -> None:
    assert compose([], read_question("What?")) == ((), ())


def test_sentences_of_a_long_list_item_may_be_quoted_alone() -> None:
    filler = "It is used in many places by many people who build things with it every day, at work and at home. "
    text = f"# Tools\n\n- **Python.** {filler * 3}Version 4 has no tabs.\n- SQL. Learn joins."
    document = read_markdown(text.encode(), "tools.md")
    alone = {unit.text for unit in units(document) if unit.kind == "sentence"}
    assert "Version 4 has no tabs." in alone
    assert "Learn joins." not in alone
