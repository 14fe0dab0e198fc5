"""Splitting documents into passages: what stays together, and what holds for any document."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builder import DocumentBuilder
from ingest.document import Document, Passage
from ingest.passages import split

PROSE = "This sentence says something about the matter at hand and has about ninety characters. "


def build(*blocks: tuple[str, str, int]) -> Document:
    builder = DocumentBuilder()
    for kind, text, level in blocks:
        builder.add(kind, text, level=level)  # type: ignore[arg-type]
    return builder.build("doc.md", "0" * 64)


def is_outline(document: Document, passage: Passage) -> bool:
    headings = {(block.start, block.end) for block in document.blocks if block.kind == "heading"}
    return len(passage.spans) > 1 and set(passage.spans) <= headings


def bodies(document: Document, **options: int) -> list[Passage]:
    return [passage for passage in split(document, **options) if not is_outline(document, passage)]


def test_a_small_section_is_one_passage_with_its_heading() -> None:
    document = build(("heading", "Tools", 1), ("paragraph", "Learn Git.", 0), ("item", "first", 0))
    (passage,) = split(document)
    assert passage.text == document.text
    assert passage.heading_path == ("Tools",)


def test_small_neighbours_under_one_parent_are_merged_under_the_parents_path() -> None:
    document = build(
        ("heading", "Guide", 1),
        ("paragraph", PROSE * 10, 0),
        ("heading", "Cloud", 2),
        ("paragraph", "Use AWS.", 0),
        ("heading", "Versions", 2),
        ("paragraph", "Use Git.", 0),
    )
    last = bodies(document)[-1]
    assert last.heading_path == ("Guide",)
    assert last.text == "Cloud\n\nUse AWS.\n\nVersions\n\nUse Git."


def test_sections_that_do_not_fit_together_stay_apart_with_their_own_path() -> None:
    document = build(*[block for name in "ABC" for block in (("heading", name, 2), ("paragraph", PROSE * 8, 0))])
    assert [passage.heading_path for passage in bodies(document)] == [("A",), ("B",), ("C",)]


def test_a_list_that_is_cut_carries_its_lead_in_along() -> None:
    items = [("item", f"Item {number}: {PROSE}", 0) for number in range(30)]
    document = build(("heading", "Skills", 1), ("paragraph", "Much is needed. You need these:", 0), *items)
    first, *rest = bodies(document)
    assert "You need these:\n\n- Item 0" in first.text
    assert len(rest) >= 2
    for passage in rest:
        assert passage.text.startswith("You need these:\n- Item ")
        assert len(passage.spans) == 2


def test_nested_items_carry_the_item_they_stand_below() -> None:
    items = [("item", f"Sub {number} {PROSE}", 1) for number in range(20)]
    document = build(("item", "Parent:", 0), *items)
    assert all("- Parent:" in passage.text for passage in bodies(document))


def test_rows_carry_the_header_of_their_table() -> None:
    builder = DocumentBuilder()
    builder.table([["Step", "What"], *[[str(number), PROSE] for number in range(30)]])
    document = builder.build("t.md", "")
    passages = bodies(document)
    assert len(passages) > 2
    assert all(passage.text.startswith("Step | What\n") for passage in passages)


def test_a_heading_is_never_the_end_of_a_passage_whose_section_goes_on() -> None:
    document = build(*[block for n in range(6) for block in (("heading", f"H{n}", 1), ("paragraph", PROSE * 12, 0))])
    for passage in bodies(document):
        assert not passage.text.split("\n\n")[-1].startswith("H")


def test_an_overlong_paragraph_is_cut_where_sentences_end() -> None:
    document = build(("paragraph", PROSE * 40, 0))
    passages = bodies(document)
    assert all(len(passage.text) <= 1080 and passage.text.endswith("characters.") for passage in passages)


def test_text_without_sentences_or_spaces_is_cut_all_the_same() -> None:
    document = build(("paragraph", "x" * 50_000, 0))
    passages = bodies(document)
    assert max(len(passage.text) for passage in passages) <= 1080
    assert sum(len(passage.text) for passage in passages) == 50_000


def test_the_outline_of_a_section_lists_its_direct_sub_headings() -> None:
    document = build(
        *[("heading", "Roadmap", 1), ("heading", "Phase 1", 2), ("heading", "Maths", 3), ("paragraph", PROSE * 9, 0)],
        *[("heading", "Phase 2", 2), ("paragraph", PROSE * 9, 0)],
    )
    outlines = [passage for passage in split(document) if is_outline(document, passage)]
    assert [passage.text for passage in outlines] == ["Roadmap\nPhase 1\nPhase 2"]
    assert outlines[0].heading_path == ("Roadmap",)


def test_the_document_itself_has_an_outline_where_it_has_several_top_sections() -> None:
    document = build(*[block for name in ("One", "Two") for block in (("heading", name, 2), ("paragraph", PROSE * 9, 0))])
    assert "One\nTwo" in [passage.text for passage in split(document)]


def test_a_document_of_one_line_is_one_passage_without_a_path() -> None:
    (passage,) = split(build(("paragraph", "Just this.", 0)))
    assert (passage.text, passage.heading_path) == ("Just this.", ())


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["heading", "paragraph", "item", "header", "row", "code"]),
        st.text(alphabet="ab. :X\n", min_size=1, max_size=120) | st.integers(1, 40).map(lambda n: PROSE * n),
        st.integers(1, 6),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=150)
@given(BLOCKS, st.sampled_from([60, 300, 900]))
def test_passages_are_slices_that_cover_every_block(blocks: list[tuple[str, str, int]], limit: int) -> None:
    document = build(*blocks)
    passages = split(document, limit=limit)
    assert len({passage.id for passage in passages}) == len(passages)
    covered = bytearray(len(document.text))
    for passage in passages:
        assert passage.text.strip()
        assert passage.text == "\n".join(document.text[start:end] for start, end in passage.spans)
        assert all(0 <= start < end <= len(document.text) for start, end in passage.spans)
        assert all(a[1] <= b[0] for a, b in zip(passage.spans, passage.spans[1:], strict=False))
        if not is_outline(document, passage):
            for start, end in passage.spans:
                covered[start:end] = b"\1" * (end - start)
    for block in document.blocks:
        if block.kind != "heading":
            shown = [offset for offset in range(block.start, block.end) if not document.text[offset].isspace()]
            assert all(covered[offset] for offset in shown)


@settings(deadline=None, max_examples=60)
@given(BLOCKS)
def test_splitting_twice_gives_the_same_passages(blocks: list[tuple[str, str, int]]) -> None:
    assert split(build(*blocks)) == split(build(*blocks))
