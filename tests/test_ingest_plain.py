"""Plain text: structure found in lines alone, over many ways of writing, and no word lost in any of them."""

import re
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ingest.document import Document
from ingest.plain import read_plain
from ingest.text_leftovers import is_leftover

SIGNS = {"paragraph": "p", "item": "-", "header": "th", "row": "tr", "code": "code"}


def read(text: str) -> Document:
    return read_plain(text.encode(), "notes.txt")


def shape(text: str) -> list[str]:
    """One string a block: its sign (`#` by level, indented `-`), then its text."""
    document = read(text)
    lines = []
    for block in document.blocks:
        words = document.text[block.start : block.end]
        if block.kind == "heading":
            sign = "#" * block.level
        elif block.kind == "item":
            sign = "  " * block.level + (f"{block.ordinal}." if block.ordinal is not None else "-")
        else:
            sign = SIGNS[block.kind]
        lines.append(f"{sign} {words}")
    return lines


LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def test_a_web_page_copied_as_text_keeps_its_phases_deep_dives_and_labels() -> None:
    page = f"""How to become a data engineer?
{LONG}
Here's the plan:
Phase 1: Foundations
Math and Statistics:
Linear algebra
Calculus
Programming:
Python (Pandas)
Deep Dive into Phase 1: Foundations of the Trade
Programming:
Python: The language of most tools and of this page.
Resources: https://python.org
Java: A language of big companies.
Resources: https://java.com
Databases:
SQL: How to ask them things.
Resources: https://sql.org
{LONG}
Phase 2: Work
Find a first job.
Learn from others.
Build a portfolio.
Timeline
{LONG}
Start small: Do not try everything at once.
Practise: Every day.
Published
May 3, 2024"""
    assert shape(page) == [
        "# How to become a data engineer?",
        f"p {LONG}",
        "p Here's the plan:",
        "## Phase 1: Foundations",
        "### Math and Statistics",
        "- Linear algebra",
        "- Calculus",
        "### Programming",
        "- Python (Pandas)",
        "### Deep Dive into Phase 1: Foundations of the Trade",
        "#### Programming",
        "- Python: The language of most tools and of this page.",
        "  - Resources: https://python.org",
        "- Java: A language of big companies.",
        "  - Resources: https://java.com",
        "#### Databases",
        "- SQL: How to ask them things.",
        "  - Resources: https://sql.org",
        f"p {LONG}",
        "## Phase 2: Work",
        "- Find a first job.",
        "- Learn from others.",
        "- Build a portfolio.",
        "## Timeline",
        f"p {LONG}",
        "- Start small: Do not try everything at once.",
        "- Practise: Every day.",
        "p Published May 3, 2024",
    ]


def test_numbered_lines_are_headings_where_each_has_text_and_items_where_they_follow_each_other() -> None:
    text = f"Is it hard?\n1. Skills\n{LONG}\n2. Practice\n- Do it.\n3. Luck\n{LONG}\nThe steps:\n1. Ask\n2. Look\n3. Answer"
    assert shape(text) == [
        *["# Is it hard?", "## 1. Skills", f"p {LONG}", "## 2. Practice", "- Do it.", "## 3. Luck", f"p {LONG}"],
        *["p The steps:", "1. Ask", "2. Look", "3. Answer"],
    ]


def test_steps_are_headings_below_the_question_they_answer_and_items_without_text_of_their_own() -> None:
    text = f"Guide\n{LONG}\nHow long?\n{LONG}\nStep 1: Code (1-2 Months)\n{LONG}\nStep 2: Apply\n{LONG}\nOverall\n{LONG}"
    assert [line for line in shape(text) if line.startswith("#")] == [
        *["# Guide", "## How long?", "### Step 1: Code (1-2 Months)", "### Step 2: Apply", "## Overall"]
    ]
    assert shape("How\nStep 1: One\nStep 2: Two\n" + LONG) == ["# How", "- Step 1: One", "- Step 2: Two", f"p {LONG}"]


def test_headings_between_two_phases_belong_to_the_first() -> None:
    text = f"Plan\n{LONG}\nPhase 1: Start\n{LONG}\nMaths\n{LONG}\nPhase 2: Go on\n{LONG}"
    assert [line for line in shape(text) if line[0] == "#"] == ["# Plan", "## Phase 1: Start", "### Maths", "## Phase 2: Go on"]


def test_sections_right_below_a_heading_stand_under_it_as_long_as_they_look_alike() -> None:
    text = f"All\n{LONG}\nMethods\nSupervised\n- a label\nUnsupervised\n- no label\nHow Long Does It Take?\n{LONG}"
    headings = [line for line in shape(text) if line[0] == "#"]
    assert headings == ["# All", "## Methods", "### Supervised", "### Unsupervised", "## How Long Does It Take?"]


def test_web_page_leftovers_are_dropped_but_not_sentences_or_addresses_like_them() -> None:
    text = (
        f"{LONG}\nRead also: Requirements for Advisors\n{LONG}\nYou may be interested in: Jobs 2025 | Trends\ntags: #how #to\n"
    )
    assert shape(text) == [f"p {LONG}", f"p {LONG}"]
    kept = "Read also: https://example.org/guide"
    assert any(kept in line for line in shape(f"{LONG}\n{kept}\n{LONG}"))


def test_tables_with_rules_and_tables_with_tabs_are_tables() -> None:
    rows = ["th Name | Price", "tr Course | 10", "tr Book | 20"]
    assert shape("Name | Price |\n---|---|\nCourse | 10 |\nBook | 20 |") == rows
    assert shape("Name\tPrice\nCourse\t10\nBook\t20") == rows


def test_wrapped_lines_are_joined_and_short_lines_are_not() -> None:
    text = """History

The term machine learning was coined in 1959 by Arthur Samuel, who worked
for IBM and was a pioneer of computer games. The synonym self-teaching
computers was also used at that time.

  * Python, which is the language that most people use and that has a lot
    of libraries
  * Time

Best wishes
Ada
"""
    assert shape(text) == [
        "# History",
        "p The term machine learning was coined in 1959 by Arthur Samuel, who worked for IBM and was a pioneer of "
        "computer games. The synonym self-teaching computers was also used at that time.",
        "- Python, which is the language that most people use and that has a lot of libraries",
        "- Time",
        "p Best wishes",
        "p Ada",
    ]


def test_long_lines_without_empty_lines_are_a_paragraph_each() -> None:
    assert shape(f"{LONG}\n{LONG} And more.\n{LONG}") == [f"p {LONG}", f"p {LONG} And more.", f"p {LONG}"]


@pytest.mark.parametrize("text", ["just words", LONG, "One. Two.", "Title without anything below"])
def test_a_text_of_one_line_is_one_paragraph(text: str) -> None:
    assert shape(text) == [f"p {text}"]


def test_marked_headings_are_the_only_ones_where_there_are_any() -> None:
    text = "Anarchism\n\nA philosophy.\n\n== Etymology ==\n\nShort line\nGreek.\n\n=== Use ===\n\nMuch.\n"
    assert [line for line in shape(text) if line[0] == "#"] == ["# Anarchism", "## Etymology", "### Use"]
    assert shape("My Guide\n========\nIntro.\n\nPart\n----\nText.") == ["# My Guide", "p Intro.", "## Part", "p Text."]


def test_capitals_stand_above_other_headings() -> None:
    text = f"BIG TITLE\n\nOVERVIEW\n{LONG}\n\nSkills\n{LONG}\n\nSALARY\n{LONG}\n"
    levels = {line.split(" ", 1)[1]: line.count("#") for line in shape(text) if line[0] == "#"}
    assert levels["OVERVIEW"] == levels["SALARY"] < levels["Skills"]


def test_a_specification_keeps_numbers_and_drawings_and_loses_its_contents_and_page_edges() -> None:
    page_end = "\n\nSmith          Standards Track        [Page {0}]\n\fRFC 9999      Example       May 2020\n\n"
    text = f"""                     The Simple Protocol

Table of Contents

   1. Introduction ..............................................3
   2. Terms .....................................................4

1.  Introduction

   The protocol is simple.  It has two messages, HELLO and BYE, each of them
   is sent once.
{page_end.format(3)}
2.  Terms

2.1.  Requirements Language

   The key words are to be interpreted as described in BCP 14, which is old.

      +------+        +------+
      | Peer |------->| Peer |
      +------+        +------+
{page_end.format(4)}
3.  References

   There are none, since this is only a small example of a text of that kind.
"""
    lines = shape(text)
    assert not any("…" in line for line in lines)
    assert [line for line in lines if line.startswith("#")] == [
        *["# The Simple Protocol", "## 1. Introduction", "## 2. Terms"],
        *["### 2.1. Requirements Language", "## 3. References"],
    ]
    assert any(line.startswith("code +------+        +------+") for line in lines)
    assert not any("[Page" in line or "RFC 9999" in line for line in lines)


def test_items_nest_by_indentation() -> None:
    assert shape("- a\n  - b\n    - c\n- d\n1. e\n   - f") == ["- a", "  - b", "    - c", "- d", "1. e", "  - f"]


LINES = st.one_of(
    st.text(alphabet="abc DEF.:,?!-–()|#*1239=_\t", max_size=90),
    st.sampled_from(
        [
            "",
            "",
            "- item",
            "* other",
            "1. one",
            "2. Two",
            "3) three",
            "a) letter",
            "Label:",
            "Name: what it is.",
            "Phase 1: Go",
            "Step 2",
            "A | B |",
            "---|---|",
            "x\ty",
            "=====",
            "-----",
            "    indented code = 1",
            "2.1. Sub",
            "Title Here",
            "Is it?",
            LONG,
            "== Wiki ==",
            "# Hash",
            "Read on",
            "• bullet",
            "Conclusion: it ends.",
            "Summary",
            "and small words that go on",
        ]
    ),
)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@settings(deadline=None, max_examples=400)
@given(st.lists(LINES, max_size=30).map("\n".join))
@example("1\n:\n1\n1\n1\n1\n1\n1\n1\n2\n:")  # a mere mark is no running head
def test_every_word_stays_in_its_order(text: str) -> None:
    assume(not any(map(is_leftover, text.splitlines())))  # hash tags and buttons belong to the page
    document = read(text)
    if re.search(r"[^\W\d_]-\s*\n\s*[^\W\d_]", text):  # a word that a line's end divides may be one again
        assert "".join(words(document.text)) == "".join(words(text))
    else:
        assert words(document.text) == words(text)
    for section in document.sections:
        assert 0 <= section.start <= section.end <= len(document.text)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200000,
        "Short\n" * 100000,
        "Name: what.\n" * 50000,
        "- x\n" * 100000,
        "a b | c\n" * 60000,
        "Phase 1: x\n" * 50000,
        "wrapped words that go on\nand on " * 30000,
        "1. x\n" * 80000,
        "Label:\n" * 80000,
        " " * 500000 + "x",
        "=\n" * 100000,
    ],
    ids=range(11),
)
def test_time_grows_with_length_only(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 15


def test_a_list_of_the_texts_own_headings_is_dropped_and_any_other_stays() -> None:
    body = "What it is\nIt is a thing that needs a longer sentence to be explained well.\n\nHow to start\n"
    body += "Start with the first step of all, and go on from there to the second one.\n"
    listed = read(f"A Guide to Things\n\nTable of Contents\nWhat it is\nHow to start\nFAQ\n\n{body}")
    assert listed.text.count("What it is") == 1
    assert "Contents" not in listed.text and "FAQ" not in listed.text
    other = read(f"A Guide to Things\n\nContents\nSalt\nPepper\nSugar\n\n{body}")
    assert "Pepper" in other.text


def test_contents_are_known_by_their_chapters_numbers_and_by_spaces_that_do_not_break() -> None:
    text = f"""Table of Contents

1. First steps
1.1. Your first package
1.2. *.install files

Chapter 1. First steps

1.1.\xa0Your first package

{LONG}

1.2. *.install files

{LONG}
"""
    headings = ["Chapter 1. First steps", "1.1. Your first package", "1.2. *.install files"]
    found = shape(text)
    assert [line.lstrip("# ") for line in found if line.startswith("#")] == headings
    assert len(found) == 5


@pytest.mark.parametrize(
    "line",
    [
        "$ dpkg-buildpackage -us",
        "DEB_BUILD_OPTIONS=nocheck",
        "#!/bin/sh",
        "^[4] Ask them first",
        "-----BEGIN PGP SIGNATURE-----",
    ],
)
def test_commands_settings_notes_and_armour_are_no_headings(line: str) -> None:
    found = shape(f"Building it\n\n{LONG}\n\n{line}\n\n{LONG}\n")
    assert [sign.split()[0] for sign in found] == ["#", "p", "p", "p"]


def test_bullets_drawn_as_letters_are_marks_and_the_owners_line_is_none_of_the_text() -> None:
    text = "Learn these:\n• Supervised learning\n    o Regression\n    o Classification\n• Unsupervised learning\n"
    text += "\n© 2024 A Site. All rights reserved."
    document = read(text)
    items = [(block.level, document.text[block.start : block.end]) for block in document.blocks if block.kind == "item"]
    assert items == [(0, "Supervised learning"), (1, "Regression"), (1, "Classification"), (0, "Unsupervised learning")]
    assert "rights" not in document.text


def test_a_report_broken_into_lines_keeps_its_numbers_its_series_and_loses_its_contents() -> None:
    document = read(
        "ANNUAL REPORT OF THE SHOP\n\nContents\n1 Summary . . . . . . . . . . . . . . . . . . 1\n"
        "2 Plan for the coming year . . . . . . . . . . 2\n\n1 Summary\n\n"
        "This report describes how we recommend books in our online shop, which has\n"
        "1.4 million customers and a catalogue of 620,000 titles. Four methods were\n"
        "compared between January and June, and the last one was the best of the four.\n\n"
        "2 Plan for the coming year\n\n"
        "Quarter 1: replace the nightly copy by a stream of events\n"
        "Quarter 2: recommendations in the newsletter, 300,000 readers\n"
        "Quarter 3: repeat the comparison with sequence models, if the cost of the\n"
        "machines has halved\n"
    )
    assert "which has 1.4 million customers" in document.text
    assert "Summary …" not in document.text
    items = [document.text[b.start : b.end] for b in document.blocks if b.kind == "item"]
    assert [item.split(":")[0] for item in items] == ["Quarter 1", "Quarter 2", "Quarter 3"]
    assert items[-1].endswith("the cost of the machines has halved")


@pytest.mark.parametrize(
    ("head", "title", "beside"),
    [
        ("Two roads to cheese (or one)\nHome > Craft > Dairy\nReading time: 4 minutes\n", "Two roads to cheese (or one)", 2),
        ("Becoming a shepherd\nWhat the dogs did not tell me\nText by a shepherd from Wales\n\n", "Becoming a shepherd", 2),
        ("Cheese in Nine Weeks: A Plan for People Who Have a Cellar and Some Patience\nby a former baker\n\n",
         "Cheese in Nine Weeks: A Plan for People Who Have a Cellar and Some Patience", 1),
        ("I Was a Miner. Now I Make Cheese.\n\nPosted in Crafts\nShare   Save\n\n", "I Was a Miner. Now I Make Cheese.", 2),
        ("CHEESE BY HAND\nA first year for adults\nBrochure of the Mill Lane dairy\n\n", "CHEESE BY HAND", 2),
        ("\"Salt first\": two makers on cheese\n\n", "\"Salt first\": two makers on cheese", 0),
    ],
)  # fmt: skip
def test_the_first_line_is_the_title_whatever_stands_beside_it(head: str, title: str, beside: int) -> None:
    text = f"{head}{LONG}\n\nWhat You Need\n\n{LONG} {LONG}\n"
    assert read(text).title == title
    blocks = shape(text)
    assert blocks[0] == f"# {title}"
    assert [block[:2] for block in blocks[1 : beside + 2]] == ["p "] * (beside + 1)
    assert blocks[beside + 2] == "## What You Need"


@pytest.mark.parametrize(
    "text",
    [
        f"Milk\nSalt\nRennet\nCulture\n\n{LONG}",
        f"Duration: 9 weeks\nCost: 90 euros\n{LONG}",
        f"{LONG}\n\nWhat You Need\n{LONG}",
    ],
)
def test_a_list_or_a_paragraph_at_the_beginning_is_no_title(text: str) -> None:
    assert not shape(text)[0].startswith("#")
