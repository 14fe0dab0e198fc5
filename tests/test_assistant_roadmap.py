"""Documents become maps: topic notes by their front matter, others by their headings or folders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.roadmap import Roadmap, likeness, roadmaps, sketch
from ingest.document import Document
from ingest.markdown import read_markdown


def _document(name: str, text: str) -> Document:
    return read_markdown(text.encode(), name)


def _note(name: str, phase: str, needs: str = "[]", more: str = "") -> Document:
    return _document(
        f"{name}.md", f"---\nphase: {phase}\nprerequisites: {needs}\n{more}---\n# {name.capitalize()}\n\nText on {name}.\n"
    )


def _shape(roadmap: Roadmap) -> list[tuple[str, list[str]]]:
    return [(phase.title, [step.title for step in phase.steps]) for phase in roadmap.phases]


def test_phases_and_steps_come_after_what_they_need() -> None:
    documents = [
        _note("serving", "running-ml", "[models, python]"),
        _note("models", "ML", "[algebra]"),
        _note("python", "basics"),
        _note("algebra", "basics", "[python]"),
    ]
    (roadmap,) = roadmaps(documents)
    assert _shape(roadmap) == [("Basics", ["Python", "Algebra"]), ("ML", ["Models"]), ("Running ml", ["Serving"])]
    serving = roadmap.steps[-1]
    assert [roadmap.step(name).title for name in serving.prerequisites] == ["Models", "Python"]  # type: ignore[union-attr]
    assert [step.title for step in roadmap.followers(roadmap.steps[0].id)] == ["Algebra", "Serving"]


def test_phases_that_are_numbered_keep_their_numbers_order() -> None:
    documents = [_note("a", "10-last"), _note("b", "2-second", "[a]"), _note("c", "1-first", "[b]")]
    assert [phase.title for phase in roadmaps(documents)[0].phases] == ["1 first", "2 second", "10 last"]


def test_circles_and_unknown_prerequisites_are_dropped() -> None:
    documents = [_note("a", "x", "[b, a, nowhere]"), _note("b", "x", "[c]"), _note("c", "x", "[a]")]
    (roadmap,) = roadmaps(documents)
    done: set[str] = set()
    for step in roadmap.steps:
        assert set(step.prerequisites) <= done
        done.add(step.id)


def test_resources_are_read_and_only_web_addresses_are_kept() -> None:
    more = (
        "resources:\n- {title: A book, url: 'https://example.org/b', kind: book, free: false}\n"
        "- {title: Evil, url: 'javascript:alert(1)'}\n- https://example.org/plain\n- 17\n- [x]\n- {url: 'http://'}\n"
    )
    (roadmap,) = roadmaps([_note("a", "x", more=more)])
    book, evil, address, number = roadmap.steps[0].resources
    assert (book.title, book.url, book.kind, book.free) == ("A book", "https://example.org/b", "book", False)
    assert (evil.title, evil.url) == ("Evil", "")
    assert address.url == "https://example.org/plain"
    assert (number.title, number.url) == ("17", "")


NUMBERED = """# A way

## Introduction

Words.

## Phase 1: Ground

### Algebra

Text.

### Code

Text.

## Phase 2: Models

### Trees

Text.
"""


def test_numbered_phases_hold_the_headings_below_them() -> None:
    (roadmap,) = roadmaps([_document("way.md", NUMBERED)])
    assert _shape(roadmap) == [("Phase 1: Ground", ["Algebra", "Code"]), ("Phase 2: Models", ["Trees"])]
    document = _document("way.md", NUMBERED)
    algebra = roadmap.steps[0]
    assert document.text[algebra.start : algebra.end].split() == ["Algebra", "Text."]


def test_a_row_of_numbered_steps_is_one_phase() -> None:
    headings = ("Before", "Step 1: Begin", "Step 2: Go on", "Step three: End", "After")
    text = "# How\n\n" + "".join(f"## {heading}\n\nx\n\n" for heading in headings)
    (roadmap,) = roadmaps([_document("how.md", text)])
    assert _shape(roadmap) == [("Steps", ["Step 1: Begin", "Step 2: Go on", "Step three: End"])]


def test_weeks_below_several_headings_are_the_steps_of_those() -> None:
    text = (
        "# Plan\n\n## First half\n\n### Week 1\n\nx\n\n### Week 2\n\nx\n\n## Second half\n\n### Week 3\n\nx\n\n### Test\n\nx\n"
    )
    (roadmap,) = roadmaps([_document("plan.md", text)])
    assert _shape(roadmap) == [("First half", ["Week 1", "Week 2"]), ("Second half", ["Week 3", "Test"])]


def test_a_second_count_from_one_is_not_mixed_with_the_first() -> None:
    steps = "".join(f"### Step {n}: {word}\n\nx\n\n" for n, word in ((1, "a"), (2, "b"), (3, "c")))
    text = f"# T\n\n## One\n\n{steps}## Two\n\n" + steps.replace("Step", "Cooking step")
    (roadmap,) = roadmaps([_document("t.md", text)])
    assert _shape(roadmap) == [("One", ["Step 1: a", "Step 2: b", "Step 3: c"])]


def test_documents_without_any_of_this_are_mapped_by_folder() -> None:
    documents = [_document(name, f"# {name}\n\nText.\n") for name in ("b/part 10.md", "b/part 2.md", "a/x.md", "top.md")]
    roadmap = roadmaps(documents)[0]
    assert _shape(roadmap) == [
        ("Documents", ["top.md"]), ("a", ["a/x.md"]), ("b", ["b/part 2.md", "b/part 10.md"]),
    ]  # fmt: skip


def test_folders_and_files_may_be_named_with_any_digits() -> None:
    names = ("part 10/a.md", "part 2²/a.md", "part ①/a.md", "part ٣/a.md")
    map_ = roadmaps([_document(name, f"# {name}\n\nText.\n") for name in names])[0]
    assert [phase.title for phase in map_.phases] == ["part 2²", "part ٣", "part 10", "part ①"]


def test_a_document_alone_is_mapped_by_its_outline() -> None:
    text = "# Cooking\n\n## Bread\n\nx\n\n## Soup\n\nx\n\n## Rice\n\nx\n"
    assert _shape(roadmaps([_document("c.md", text)])[0]) == [("Cooking", ["Bread", "Soup", "Rice"])]
    assert roadmaps([_document("c.md", "# Nothing\n\nonly words\n")]) == ()


def test_headings_of_the_same_words_are_still_two_steps() -> None:
    text = "# T\n\n## Same\n\na\n\n## Same\n\nb\n\n## Other\n\nc\n"
    ids = [step.id for step in roadmaps([_document("t.md", text)])[0].steps]
    assert len(set(ids)) == 3


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text()))))
def test_no_front_matter_breaks_the_map(meta: dict[str, object]) -> None:
    document = _document("x.md", NUMBERED)
    odd = Document(
        "y.md", "t", document.text, document.sections, document.blocks, "0",
        {"phase": "p", "prerequisites": meta.get("a"), "resources": [meta], "skills": meta.get("b"), **meta},
    )  # fmt: skip
    for roadmap in roadmaps([document, odd]):
        for step in roadmap.steps:
            assert step.title
            assert "\n" not in step.title


def test_a_sketch_tells_how_much_two_texts_share() -> None:
    words = [f"word{n}" for n in range(300)]
    whole = sketch(" ".join(words))
    assert likeness(whole, whole) == 1.0
    assert likeness(whole, sketch(" ".join(f"other{n}" for n in range(300)))) == 0.0
    assert likeness(whole, sketch("")) == 0.0
    assert 0.25 < likeness(whole, sketch(" ".join(words[:150]))) < 0.75
