"""Plain text with headings of several kinds: which of them are headings, and which stands below which."""

import pytest

from ingest.plain import read_plain

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def headings(text: str) -> list[str]:
    """The headings, `#` by level before each."""
    document = read_plain(text.encode(), "notes.txt")
    return [f"{'#' * b.level} {document.text[b.start : b.end]}" for b in document.blocks if b.kind == "heading"]


def test_questions_without_empty_lines_between_are_headings_of_their_answers() -> None:
    answers = "Must I give up my post?\nNot in the first year. After that yes.\nDo I need a degree?\nNo. Two of us have one.\n"
    more = "Why so long?\nBecause it takes time. We tried less.\nIt was bad. Why?\nNobody came back to us.\n"
    assert headings(f"The Move\n\n{LONG}\n\nQuestions\n{answers}{more}\nLinks\n{LONG}\n") == [
        *["# The Move", "## Questions", "### Must I give up my post?", "### Do I need a degree?", "### Why so long?"],
        *["### It was bad. Why?", "## Links"],
    ]


def test_short_answers_between_questions_are_no_list() -> None:
    text = f"The Move\n\n{LONG}\n\nHow long?\nPlan three months.\nDo papers count?\nHardly.\nHow many?\nTwo of them.\n"
    assert headings(text) == ["# The Move", "## How long?", "## Do papers count?", "## How many?"]


def test_a_question_amid_a_paragraph_stays_in_it() -> None:
    text = f"The Move\n\n{LONG}\n\nPosts\n{LONG}\nIs that all?\nNo. There is more.\n\nWhy move?\n\n{LONG}\nIs that all?\nNo.\n"
    assert headings(text) == ["# The Move", "## Posts", "## Why move?"]


@pytest.mark.parametrize("name", ["7 FAQ", "FAQ", "APIs?"])
def test_an_abbreviation_among_plain_headings_stands_beside_them(name: str) -> None:
    text = f"Guide\n\n1 Summary\n\n{LONG}\n\n{name}\n\n{LONG}\n\n8 Useful links\n\n{LONG}\n"
    assert headings(text) == ["# Guide", "## 1 Summary", f"## {name}", "## 8 Useful links"]


def test_words_in_capitals_stand_above_plain_headings() -> None:
    text = f"Guide\n\nTHE WORK\n\n{LONG}\n\nThe day\n\n{LONG}\n\nTHE PAY\n\n{LONG}\n\nSQL\n\n{LONG}\n"
    assert headings(text) == ["# Guide", "## THE WORK", "### The day", "## THE PAY", "## SQL"]


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_section_with_a_number_above_a_numbered_list_is_one(gap: str) -> None:
    lists = f"3.1 Before you apply\n1) Work on a ward.\n2) Ask.\n3) Write.\n{gap}3.2 The trainee\n1) Watch others.\n2) Do it.\n"
    text = f"Guide\n\n3 Pathway\n\n{LONG}\n\n{lists}{gap}3.3 The senior\nYou lead one, as it says above.\n"
    assert headings(text) == [
        "# Guide",
        "## 3 Pathway",
        "### 3.1 Before you apply",
        "### 3.2 The trainee",
        "### 3.3 The senior",
    ]


def test_the_next_decimal_number_ends_a_list_without_marks_and_amounts_do_not() -> None:
    chapters = f"Report\n\n1. Aim\n{LONG}\n\n2. Terms\n{LONG}\n\n3. The work"
    text = f"{chapters}\n3.1 Age\n{LONG}\n3.2 Posts\nPaper 81\nTextiles 42\nWood 55\n3.3 Pay\n{LONG}\n"
    assert headings(text)[-3:] == ["### 3.1 Age", "### 3.2 Posts", "### 3.3 Pay"]
    amounts = text.replace("Wood 55\n3.3 Pay", "Wood 55\n5.5 Million pieces of stone")
    assert headings(amounts)[-1] == "### 3.2 Posts"


def test_sections_between_their_chapters_are_a_list_of_contents() -> None:
    text = f"Guide\n\n{LONG}\n\n1. Start\n1.1 Tools\n2. Work\n2.1 Days\n2.2 Nights\n3. Pay\n\n{LONG}\n"
    assert not [heading for heading in headings(text) if "." in heading.split()[1].rstrip(".")]


def test_months_stand_beside_the_section_before_them_unless_that_announces_them() -> None:
    months = f"Months 1 and 2: Mathematics\n\n{LONG}\n\nMonths 3 to 5: Models\n\n{LONG}\n"
    before = "Check three things. You can write a program that someone else can run."
    assert headings(f"The Year\n\n{LONG}\n\nBefore month one\n\n{before}\n\n{months}") == [
        *["# The Year", "## Before month one", "## Months 1 and 2: Mathematics", "## Months 3 to 5: Models"]
    ]
    assert headings(f"The Year\n\n{LONG}\n\nThe plan in short\n\n{before}\n\n{months}") == [
        *["# The Year", "## The plan in short", "### Months 1 and 2: Mathematics", "### Months 3 to 5: Models"]
    ]


def test_headings_and_the_title_may_be_in_small_letters() -> None:
    parts = "".join(
        f"{name}\n\n{LONG}\n\n{LONG}\n\n" for name in ("about tests", "do you need a degree?", "QA as a way in", "reading")
    )
    text = f"so you want to make games (a long post)\n\n{LONG}\n\n{parts}"
    assert headings(text) == [
        *["# so you want to make games (a long post)", "## about tests", "## do you need a degree?"],
        *["## QA as a way in", "## reading"],
    ]


def test_the_title_is_no_heading_far_below_the_beginning() -> None:
    letter = f"Hello everybody,\n\n{(LONG + chr(10) * 2) * 9}WHO GETS IN\n\n{LONG}\n"
    assert read_plain(letter.encode(), "letters/nine.txt").title == "Hello everybody"
    assert read_plain((LONG + "\n\n" + letter).encode(), "letters/nine.txt").title == "nine"
