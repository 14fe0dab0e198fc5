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


@pytest.mark.parametrize(
    "above", ["Start » Trades » Bread and salt", "Bureau > Handbook > Trades > Bakers", "r/baking", "r/baking • 2 d"]
)
def test_lines_that_tell_where_a_text_stands_are_not_its_title(above: str) -> None:
    text = f"{above}\n\nBread and salt\n\n{LONG}\n\nThe oven\n\n{LONG}\n"
    assert shape(text) == ["# Bread and salt", f"paragraph {above}", f"paragraph {LONG}", "## The oven", f"paragraph {LONG}"]


def test_what_is_asked_above_a_discussion_is_its_title() -> None:
    asked = "Rye or wheat? I am 29, which one?"
    posts = f"bob · 2 days ago\nRye.\n\nada_l · 1 day ago\nThanks!\n\nbob · 1 day ago\n{LONG}\n"
    text = f"r/baking\nPosted by u/ada_l 3 days ago\n{asked}\n\n{LONG}\n\n{posts}"
    assert shape(text)[:5] == [
        *[f"# {asked}", "paragraph r/baking", "paragraph Posted by u/ada_l 3 days ago", f"paragraph {LONG}"],
        "## bob · 2 days ago",
    ]
    answered = f"Q: How long does it take?\nA: {LONG}\n\nQ: What does it cost?\nA: {LONG}\n"
    assert [line for line in shape(answered) if line[0] == "#"] == ["# How long does it take?", "# What does it cost?"]


@pytest.mark.parametrize(
    "beside",
    [
        "Speaker: Ada Lovelace, head of the mill",
        "A talk for all who bake\nAda Lovelace\nMay 9, 2024",
        "A talk for all who bake",
        "Ada Lovelace\nMay 9 ∙ PAID",
        "Presented by the guild\n(captions, lightly corrected)",
    ],
)
def test_who_speaks_and_what_stands_right_below_a_title_is_no_heading(beside: str) -> None:
    text = f"Bread\n{beside}\n\nThe oven\n\n{LONG}\n\nThe salt\n\n{LONG}\n- Rye\n"
    lines = [f"paragraph {line}" for line in beside.splitlines()]
    assert shape(text) == [
        "# Bread",
        *lines,
        "## The oven",
        f"paragraph {LONG}",
        "## The salt",
        f"paragraph {LONG}",
        "item Rye",
    ]


def test_two_short_lines_below_the_first_are_no_subtitle_without_a_sign() -> None:
    assert shape(f"Ada Lovelace\n12 Mill Lane\nLondon\n\n{LONG}\n")[0] == "paragraph Ada Lovelace"


def test_entries_that_begin_with_a_name_and_a_full_stop_are_a_list() -> None:
    names = [
        "Calm. When bread burns, bakers must act",
        "Attention to detail. A spoon of salt too many can spoil",
        "Strong arms. See Work.",
    ]
    listed = "\n".join(f"{name} within seconds, and nobody waits." if "See" not in name else name for name in names)
    text = f"Bakers\n\n{LONG}\n\nImportant qualities\n\n{listed}\n\nThe pay\n\n{LONG}\n"
    assert shape(text)[2:] == [
        *["## Important qualities", *[f"item {line}" for line in listed.splitlines()], "## The pay", f"paragraph {LONG}"]
    ]


@pytest.mark.parametrize(
    "said",
    [
        [f"It rained. {LONG}", f"She waited. {LONG}", f"Nobody came. {LONG}"],
        [f"Rye rises slowly. {LONG}", f"The baker of our town knows it. {LONG}", f"Wheat does not. {LONG}"],
        [f"Salt. {LONG}", f"Water. {LONG}"],
        [f"Salt. {LONG}", f"Water. {LONG}", f"Rye. {LONG} Or is it?"],
    ],
)
def test_paragraphs_that_begin_with_short_sentences_are_no_list(said: list[str]) -> None:
    text = f"Bakers\n\n{LONG}\n\nA long day\n\n" + "\n".join(said) + f"\n\nThe pay\n\n{LONG}\n"
    assert [line for line in shape(text) if line.startswith("item")] == []
