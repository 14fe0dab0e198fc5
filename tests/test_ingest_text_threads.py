"""Plain text of discussions: who writes each post, and what the one who began it asks."""

from ingest.plain import read_plain

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def shape(text: str) -> list[str]:
    """One string a block: its kind and its text, of a heading its level as well."""
    document = read_plain(text.encode(), "notes.txt")
    return [
        f"{'#' * block.level if block.kind == 'heading' else block.kind} {document.text[block.start : block.end]}"
        for block in document.blocks
    ]


def test_posts_stand_below_who_wrote_them_and_what_the_first_writer_asks_is_no_answer() -> None:
    asked = "I can cook. My aunt says 6 months. Is this realistic?"
    thread = f"""How long until I bake well?

Posted by u/ada_l 8 months ago
{asked}

flour_pot (214 points)
{LONG}

What I look for
{LONG}

Bob Miller, 7 months ago
Why not? {LONG}

ada_l OP (edited)
Thanks! And how much does it cost?

flour_pot (88 points)
Is it much? No: 20 euros.
"""
    assert shape(thread) == [
        *["# How long until I bake well?", "## Posted by u/ada_l 8 months ago", f"### {asked}"],
        *["## flour_pot (214 points)", f"paragraph {LONG}", "### What I look for", f"paragraph {LONG}"],
        *["## Bob Miller, 7 months ago", f"paragraph Why not? {LONG}"],
        *["## ada_l OP (edited)", "### Thanks! And how much does it cost?"],
        *["## flour_pot (88 points)", "paragraph Is it much? No: 20 euros."],
    ]


def test_a_byline_above_an_article_with_comments_is_no_post() -> None:
    article = "\n\n".join([LONG] * 14)
    comments = "bob · 2 days ago\nThanks.\n\neve · 1h ago\nTrue.\n\nbob · 1h ago\nYes.\n"
    blog = f"On Bread\n\nPosted by ada 3 days ago\n\n{article}\n\n{comments}"
    assert shape(blog)[:2] == ["# On Bread", "paragraph Posted by ada 3 days ago"]
    assert shape(blog)[16:18] == ["## bob · 2 days ago", "paragraph Thanks."]


def test_two_lines_about_the_past_are_no_discussion() -> None:
    text = f"My Shops\n\nBakery, 3 years ago\n{LONG}\n\nMill, 2 years ago\n{LONG}\n\nCafé, 1 year ago\n{LONG}\n"
    assert [line for line in shape(text) if line[0] == "#"] == [
        *["# My Shops", "## Bakery, 3 years ago", "## Mill, 2 years ago", "## Café, 1 year ago"]
    ]


def test_replies_are_told_apart_by_their_signs_and_by_short_names_of_times() -> None:
    asked = "How do I keep it warm?"
    thread = f"""Which oven?

ada_l · 4 mo. ago
{LONG}

u/flour_pot · 3 mo. ago
A clay one. {LONG}
   ↳ u/ada_l [OP] · 3 mo. ago
   {asked}
   ↳ u/flour_pot · 2 wks ago
   With wood.
   ↳ u/[deleted] · 1 hr. ago
   Or with gas.
"""
    assert shape(thread)[3:] == [
        *["## u/flour_pot · 3 mo. ago", f"paragraph A clay one. {LONG}", "## ↳ u/ada_l [OP] · 3 mo. ago", f"### {asked}"],
        *["## ↳ u/flour_pot · 2 wks ago", "paragraph With wood.", "## ↳ u/[deleted] · 1 hr. ago", "paragraph Or with gas."],
    ]


def test_a_short_line_above_the_next_post_is_no_heading() -> None:
    thread = f"Which oven?\nada · 4h ago\n{LONG}\nbob · 3h ago\nThat is the smart answer\nada · 2h ago\nOr not"
    assert shape(thread) == [
        *["# Which oven?", "## ada · 4h ago", f"paragraph {LONG}", "## bob · 3h ago", "paragraph That is the smart answer"],
        *["## ada · 2h ago", "paragraph Or not"],
    ]
