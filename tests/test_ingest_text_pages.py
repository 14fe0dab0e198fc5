"""Plain text copied from web pages: what surrounds it, what stands above its title, letters, tables without columns."""

import pytest

from ingest.plain import read_plain
from ingest.text_leftovers import is_leftover

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def shape(text: str) -> list[str]:
    """One string a block: its kind and its text, of a heading its level as well."""
    document = read_plain(text.encode(), "notes.txt")
    return [
        f"{'#' * block.level if block.kind == 'heading' else block.kind} {document.text[block.start : block.end]}"
        for block in document.blocks
    ]


@pytest.mark.parametrize(
    "line",
    [
        "(Continued on page 48)",
        ">> Related: 7 boots reviewed, and the one pair that survived",
        "« Previous: What is in my bag   Next: I ask our bakers everything »",
        "Next post: How I bake »",
        "« Older posts",
        "Filed Under: Bread, Money     Tagged: oven, rye",
        "Load more comments",
        "341 upvotes · 88 comments · 92% upvoted",
        "Sort by: Best",
        "[removed]",
        "Your email address will not be published. Required fields are marked *",
        "Notify me of new posts by email.",
        "An official website of the United States government",
        "An official website of the Commonwealth of Arden  Here's how you know",
        "PRINTER-FRIENDLY",
    ],
)
def test_what_a_page_says_of_itself_and_of_others_is_no_heading_of_its_text(line: str) -> None:
    with_line = f"Bread\n\n{LONG}\n\n{line}\n\nThe oven\n\n{LONG}\n"
    assert shape(with_line) == ["# Bread", f"paragraph {LONG}", "## The oven", f"paragraph {LONG}"]


@pytest.mark.parametrize(
    "line",
    [
        "Continued on page 48 is the story of a baker",
        "Related: Sieves and scales",
        ">> Related: see what I wrote last week",
        ">> Related: https://example.org",
        "> Next: Build the oven",
        "→ Next: Bake it",
        "Next: Bake it",
        "« Previous bread » is what they call it",
        "← Previous bread was hard",
        "An official website of the town lists all ovens.",
        "An official website of the town lists all ovens",
        "Here's how you know:",
        "Load more flour",
        "Sort by weight",
        "Filed under protest by the miller",
        "12 points for the winner",
    ],
)
def test_lines_that_begin_like_those_of_a_page_stay(line: str) -> None:
    assert not is_leftover(line)
