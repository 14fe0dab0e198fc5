"""Plain text with the habits of printed pages and of notes: furniture, dotted leaders, spans of weeks, lists without marks."""

import pytest

from ingest.plain import read_plain
from ingest.text_furniture import without_running_heads

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def shape(text: str) -> list[str]:
    """One string a block: its kind and its text, of a heading its level as well."""
    document = read_plain(text.encode(), "notes.txt")
    return [
        f"{'#' * block.level if block.kind == 'heading' else block.kind} {document.text[block.start : block.end]}"
        for block in document.blocks
    ]


def prose(count: int) -> str:
    return "\n".join(
        f"Line {'abcdefghijklmnop'[number]} of this page says a little about the river and the bridge."
        for number in range(count)
    )


@pytest.mark.parametrize("edge", ["\n\n{}\n\nA Handbook          Edition 7\n\n", "\nA Handbook      Edition 7\n    {}\n\n"])
def test_running_heads_and_page_numbers_go_and_the_title_stays(edge: str) -> None:
    text = (
        "A Handbook      Edition 7\n\n"
        + prose(9)
        + edge.format(1)
        + "2 Terms\n\n"
        + prose(12)
        + edge.format(2)
        + prose(9)
        + "\n\n3\n"
    )
    lines = shape(text)
    assert sum("A Handbook" in line for line in lines) == 1
    assert not [line for line in lines if line.split(" ", 1)[1] in ("1", "2", "3")]
    assert any(line.endswith("# 2 Terms") for line in lines)


def test_a_sentence_across_a_page_edge_is_one() -> None:
    wrapped = (
        "The river rises in the hills and runs to the sea, which is not far from\nthe town, since the coast bends here.\n" * 5
    )
    text = f"{wrapped}The bridge was\n\n4\n\nA Handbook\n\nbuilt of stone.\n{wrapped}\n\n5\n\nA Handbook\n\n{wrapped}"
    assert "The bridge was built of stone." in read_plain(text.encode(), "notes.txt").text


@pytest.mark.parametrize(
    "text",
    [
        "Rooms\n\n1\nKitchen\n2\nKitchen\n3\nKitchen\n",  # a table, a cell a line
        prose(12) + "\n\n7\n\nA Handbook\n\n" + prose(12) + "\n\n3\n\nA Handbook\n\n" + prose(2),  # the numbers do not rise
        prose(12) + "\n\n1\n\nThe river\n\n" + prose(12) + "\n\n2\n\nThe bridge\n\n" + prose(2),  # numbered parts
    ],
)
def test_numbers_on_lines_of_their_own_stay_without_a_head_that_comes_again(text: str) -> None:
    assert without_running_heads(text) == text


def test_dotted_leaders_to_values_are_entries_of_their_own() -> None:
    sheet = "Finding and cleaning data .............. 38 %\n    Analysis ............................... 21 %"
    text = f"The study\n\n{LONG}\n\nTime sheet of the analysts\n    {sheet}\n\n{LONG}\n"
    assert shape(text)[2:5] == ["## Time sheet of the analysts", "item Finding and cleaning data: 38 %", "item Analysis: 21 %"]


def test_numbers_after_leaders_that_fall_are_values_and_those_that_rise_are_pages() -> None:
    values = shape(f"Hours\n\n{LONG}\n\nPython ........ 40\nSQL ........ 25\n\n{LONG}")
    assert values[2:4] == ["item Python: 40", "item SQL: 25"]
    pages = f"Contents\n\nThe work ........ 3\nThe pay ......... 17\n\nThe work\n\n{LONG}\n\nThe pay\n\n{LONG}\n"
    assert not [line for line in shape(pages) if "17" in line or "…" in line]
    assert [line.lstrip("# ") for line in shape(pages) if line[0] == "#"] == ["The work", "The pay"]


def test_spans_of_weeks_are_siblings() -> None:
    weeks = ["Weeks 1-2: the shell", "Weeks 3 to 5: files", "Week 6: the first project"]
    text = f"The course\n\n{LONG}\n\nThe order\n\n" + "\n".join(weeks) + f"\n\nWhat it costs\n\n{LONG}\n"
    assert shape(text)[2:] == ["## The order", *[f"item {week}" for week in weeks], "## What it costs", f"paragraph {LONG}"]


def test_the_last_entry_of_a_series_may_look_different() -> None:
    text = (
        f"The year\n\n{LONG}\n\nAfterwards\nMonth 1: finish\nMonth 2: apply\nMonth 3 and later: look at other towns\n\n{LONG}"
    )
    assert [line for line in shape(text) if "Month" in line] == [
        *["item Month 1: finish", "item Month 2: apply", "item Month 3 and later: look at other towns"]
    ]


def test_wrapped_entries_with_names_are_not_joined() -> None:
    text = """The guide

This guide is written for people who can train a model and have never put
one into operation, and who would like to know which of the three ways is
the right one for them:

Batch: all predictions are computed at night and are stored in a table.
Online: a request comes in and is answered at once, while the user is
waiting for it.
Streaming: events are scored as they pass.
"""
    assert shape(text)[-3:] == [
        "item Batch: all predictions are computed at night and are stored in a table.",
        "item Online: a request comes in and is answered at once, while the user is waiting for it.",
        "item Streaming: events are scored as they pass.",
    ]


@pytest.mark.parametrize("title", ["What the job is", "Who this is for", "What a tester looks like"])
def test_indirect_questions_are_headings_and_phases_stand_beside_them(title: str) -> None:
    text = f"The road\n\n{LONG}\n\n{title}\n\n{LONG}\n\nPhase 1: Words\n\n{LONG}\n\nPhase 2: Deeds\n\n{LONG}\n"
    assert [line for line in shape(text) if line[0] == "#"] == [
        "# The road",
        f"## {title}",
        "## Phase 1: Words",
        "## Phase 2: Deeds",
    ]


def test_short_lines_right_below_a_phase_are_its_list() -> None:
    phase = (
        "Phase {}: Tools\nBrowser developer tools, one week\nSQL: select and join, three weeks\nHTTP with Postman, four weeks\n"
    )
    text = f"The road\n\n{LONG}\n\n{phase.format(1)}\n{phase.format(2)}\nThe pay\n{LONG}\n"
    assert shape(text)[2:6] == [
        *["## Phase 1: Tools", "item Browser developer tools, one week", "item SQL: select and join, three weeks"],
        "item HTTP with Postman, four weeks",
    ]


def test_a_numbered_heading_above_a_list_is_one_and_the_end_of_a_list_is_none() -> None:
    text = f"""The map

1. What it is

{LONG}

2. What it costs

{LONG}

3. What to check
   1. Title
   2. Source
   3. Legend

{LONG}

4. Where to ask

{LONG}
"""
    lines = shape(text)
    assert [line for line in lines if line[0] == "#"] == [
        *["# The map", "## 1. What it is", "## 2. What it costs", "## 3. What to check", "## 4. Where to ask"]
    ]
    assert [line for line in lines if line.startswith("item")] == ["item Title", "item Source", "item Legend"]


def test_numbered_paragraphs_are_no_items() -> None:
    text = f"Rules\n\n2. Learning\n\n2.1 Software. {LONG} {LONG}\n\n2.2 Databases. {LONG} {LONG}\n\n3. The end\n\n{LONG}\n"
    assert sum(line.startswith("paragraph 2.") for line in shape(text)) == 2


def test_a_short_line_above_a_list_without_marks_is_its_heading() -> None:
    day = "Up at six\nBread at seven\nTo the shop at eight"
    close = f"The baker\n\n{LONG}\n\nThe work\n{LONG}\n\nA day\n{day}\n\nThe pay\n{LONG}\n"
    apart = f"The baker\n\n{LONG}\n\nThe work\n\n{LONG}\n\nA day\n\n{day}\n\nThe pay\n\n{LONG}\n"
    for text in (close, apart):
        lines = shape(text)
        assert lines[4:8] == ["## A day", "item Up at six", "item Bread at seven", "item To the shop at eight"]
    unnamed = f"The baker\n\n{LONG}\n\nThe work\n\n{LONG}\n\n{day}\n\nThe pay\n\n{LONG}\n"
    assert "item Up at six" in shape(unnamed)


def test_a_short_heading_above_steps_is_no_entry_of_them() -> None:
    text = f"Talk\n\n{LONG}\n\nPROJECTS\n\nA first project?\nStep 1: choose one\nStep 2: build it\n\nThe end\n\n{LONG}\n"
    assert [line.lstrip("# ") for line in shape(text) if line[0] == "#"] == ["Talk", "PROJECTS", "A first project?", "The end"]


def test_columns_of_words_are_a_table_and_drawings_and_programs_are_none() -> None:
    rows = [
        ("Level", "Europe", "First year"),
        ("Trainee", "46,000 euros", "none"),
        ("Statistician", "63,000 euros", "two weeks"),
    ]
    pay = "\n".join(f"{name:<16}{europe:<16}{year}" for name, europe, year in rows)
    found = [f"{kind} {' | '.join(row)}" for kind, row in zip(("header", "row", "row"), rows, strict=True)]
    assert shape(f"Pay\n\n{LONG}\n\n{pay}\n\n{LONG}")[2:5] == found
    for drawn in (
        "a = 1     b = 2\nc = 3     d = 4\ne = 5     f = 6",
        "Peer    |    Host\nAsk     |    Wait\nEnd     |    End",
    ):
        assert [line for line in shape(f"Pay\n\n{LONG}\n\n{drawn}\n\n{LONG}") if line.startswith("row")] == []


@pytest.mark.parametrize("word", ["com-puters", "infor-mation", "ware-house"])
def test_a_word_divided_at_a_line_end_is_one_again(word: str) -> None:
    assert word.replace("-", "") in wrapped_at(word, word.index("-") + 1)


@pytest.mark.parametrize("word", ["long-term", "state-of-the-art", "well-known", "three-dimensional", "day-to-day", "GPT-like"])
def test_a_compound_broken_at_its_hyphen_keeps_it(word: str) -> None:
    for at, sign in enumerate(word):
        if sign == "-":
            assert word in wrapped_at(word, at + 1)


def test_a_hyphen_above_a_list_or_an_empty_line_stays() -> None:
    assert "infor-" in read_plain(b"We look at the infor-\n\nmation here, and at it alone.\n", "notes.txt").text


def wrapped_at(word: str, at: int) -> str:
    """The text read from lines one of which ends inside the word."""
    line = "The people who work with the maps of the town and its river know well"
    divided = f"that they have to look at each and every {word[:at]}\n{word[at:]} which is to be found"
    text = f"{line}\n{divided}\nin the shops of this old town.\n"
    return read_plain(text.encode(), "notes.txt").text


@pytest.mark.parametrize("mark", ["-   ", "*    ", "1.  ", "(a)   "])
def test_wide_gaps_behind_list_marks_make_no_table_and_no_program(mark: str) -> None:
    found = shape(f"{LONG}\n\n{mark}Learn Python first\n{mark}Build something\n{mark}Show it\n\n{LONG}")
    assert [each.split()[0] for each in found] == ["paragraph", "item", "item", "item", "paragraph"]


@pytest.mark.parametrize(
    "table",
    [
        "  Course         What it is about       Fee\n"
        "  -------------- ---------------------- ----------\n"
        "  Basics         All that is needed     none\n"
        "                 in the beginning\n"
        "  Models         Trees                  90 euros",
        "=======  ==================  ========\n"
        "Course   What it is about    Fee\n"
        "=======  ==================  ========\n"
        "Basics   All that is needed  none\n"
        "         in the beginning\n"
        "Models   Trees               90 euros\n"
        "=======  ==================  ========",
        "+--------+--------------------+----------+\n"
        "| Course | What it is about   | Fee      |\n"
        "+========+====================+==========+\n"
        "| Basics | All that is needed | none     |\n"
        "|        | in the beginning   |          |\n"
        "+--------+--------------------+----------+\n"
        "| Models | Trees              | 90 euros |\n"
        "+--------+--------------------+----------+",
    ],
)
def test_tables_with_rules_keep_the_lines_of_a_cell_together(table: str) -> None:
    blocks = read_plain(f"{prose(1)}\n\n{table}\n\n{prose(1)}".encode(), "notes.txt")
    assert [(block.kind, blocks.text[block.start : block.end]) for block in blocks.blocks][1:-1] == [
        ("header", "Course | What it is about | Fee"),
        ("row", "Basics | All that is needed in the beginning | none"),
        ("row", "Models | Trees | 90 euros"),
    ]


def test_drawings_of_boxes_are_no_tables() -> None:
    drawing = "+-------+     +-------+\n| data  | --> | model |\n+-------+     +-------+"
    (_, found, _) = read_plain(f"{prose(1)}\n\n{drawing}\n\n{prose(1)}".encode(), "notes.txt").blocks
    assert found.kind == "code"


def test_comments_of_indented_programs_are_no_headings() -> None:
    found = shape(f"Basics\n\n{LONG}\n\nCode\n\n{LONG}\n\n    # Use it again\n\n    x = f(1)\n\n{LONG}\n\nSummary\n\n{LONG}")
    assert [each.lstrip("# ") for each in found if each.startswith("#")] == ["Basics", "Code", "Summary"]


def test_a_figure_that_ends_a_sentence_at_the_head_of_a_line_is_no_number_of_an_entry() -> None:
    letter = (
        "I counted what came up more often. Too many courses were named by 63 of\n"
        "them. Having stayed too long in a job, 41. Not learning to program at all,\n"
        "38. And 17 regretted that they had gone into it, mostly because of the\n"
        "nights which they spent there with the others.\n"
    )
    assert "Not learning to program at all, 38. And 17 regretted" in shape(f"Letter\n\n{letter}\n{LONG}\n")[1]
    steps = "Do these in the evenings, one after the other and as long as it takes\n2. And then read\n3. And then write\n"
    assert "item And then read" in shape(f"Letter\n\n{letter}\n{steps}\n{LONG}\n")


def test_a_running_head_with_the_number_on_its_line_is_no_title() -> None:
    head = "The River Committee"
    pages = "".join(f"{prose(12)}\n\n{number}\n\n{head}\n\n" for number in (13, 14))
    text = f"12             {head}\n\nThe Work of a Ferryman\nA guide, 2024 edition\n\n{pages}{prose(4)}\n"
    assert read_plain(text.encode(), "notes.txt").title == "The Work of a Ferryman"


def test_a_paragraph_right_below_a_list_is_no_part_of_its_last_entry() -> None:
    text = f"The Work\n\n{prose(4)} and then it goes on below\nthis line.\n\n" + (
        "Requirements\nTo be considered you must\n• be eighteen on the first day of the work\nwhich is in May\n"
        "• pass a test when an offer of a post has been made\nYou need no other school for it.\n"
    )
    assert shape(text)[-5:] == [
        *[
            "## Requirements",
            "paragraph To be considered you must",
            "item be eighteen on the first day of the work which is in May",
        ],
        *["item pass a test when an offer of a post has been made", "paragraph You need no other school for it."],
    ]
