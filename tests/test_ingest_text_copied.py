"""Plain text copied out of mails, talks, terminals and pages: what its first signs say, and what shows nothing."""

import time

import pytest

from ingest.document import Document
from ingest.plain import read_plain
from ingest.text_marks import is_marked

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def read(text: str) -> Document:
    return read_plain(text.encode(), "notes.txt")


def shape(text: str) -> list[str]:
    """One string a block: its kind and its text, of a heading its level as `#`."""
    document = read(text)
    return [
        f"{'#' * block.level if block.kind == 'heading' else block.kind} {document.text[block.start : block.end]}"
        for block in document.blocks
    ]


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u2060", "\xad"])
def test_lines_of_characters_that_show_nothing_are_empty(unseen: str) -> None:
    text = f"Bread\n\n{LONG}\n\nSalt and time\n\n{LONG}\n\nThe oven\n\n{LONG}\n"
    assert shape(text.replace("\n\n", f"\n{unseen}\n")) == shape(text)
    assert shape(text)[2] == "## Salt and time"
    assert shape(f"{LONG}\n\n{unseen}• Sal{unseen}t\n{unseen}• Wa{unseen}ter\n")[1:] == ["item Salt", "item Water"]


def test_a_word_divided_by_a_soft_hyphen_at_a_line_end_is_one_again() -> None:
    text = "People who bake bread have to wait for a long time, and the infor\xad\nmation in this book\nsays for how long.\n"
    assert "the information in" in read(text).text


def test_bullets_need_no_space_and_may_stand_on_a_line_of_their_own() -> None:
    assert shape(f"{LONG}\n\n•Flour\n•Water\n")[1:] == ["item Flour", "item Water"]
    assert shape(f"{LONG}\n\n●\nFlour\n●\nWater\n")[1:] == ["item Flour", "item Water"]
    assert shape(f"{LONG}\n\n-5 degrees\n-7 degrees\n")[1:] == ["paragraph -5 degrees", "paragraph -7 degrees"]


def test_indented_commands_and_programs_stay_on_lines_of_their_own() -> None:
    commands = "git clone https://example.org/bread.git\ncd bread\npip install -r requirements.txt"
    indented = "\n".join(f"    {line}" for line in commands.splitlines())
    assert shape(f"The oven\n\n{LONG}\n\n{indented}\n\n{LONG}")[2] == f"code {commands}"
    quoted = "    The dough rests for an hour and then it is\n    folded four times, and after that it rests\n    again."
    assert shape(f"{LONG}\n\n{quoted}\n\n{LONG}")[1].startswith("paragraph The dough rests")


@pytest.mark.parametrize(
    "line",
    ["name {}x", "name {}x".replace("{}", "{} "), "a {} b", "-- {}x | y", "    {}", "    f){}x"],
)
@pytest.mark.parametrize("sign", [".", "-", " ", "f(", '". ', ". "])
def test_time_grows_with_the_length_of_a_line_only(line: str, sign: str) -> None:
    def needed(count: int) -> float:
        text = f"Intro\n\n{line.format(sign * count)}\n    g(h(\na | b\n"
        times = []
        for _ in range(3):
            start = time.process_time()
            read(text)
            times.append(time.process_time() - start)
        return min(times)

    # Where time grew with the square of the length, a line 16 times as long took 256 times as long.
    assert needed(32_000) < 80 * needed(2_000) + 0.05


@pytest.mark.parametrize("order", [("From", "Subject", "Date"), ("Date", "From", "To", "Subject"), ("Subject", "Sent")])
def test_the_subject_of_a_mail_is_its_title_and_the_rest_of_its_head_stands_beside(order: tuple[str, ...]) -> None:
    said = {name: f"{name}: Ada from the mill" for name in order} | {"Subject": "Subject: Bread after forty"}
    text = "\n".join(said[name] for name in order) + f"\n\nHello all,\n\n{LONG}\n"
    beside = [f"paragraph {said[name]}" for name in order if name != "Subject"]
    assert shape(text) == ["# Bread after forty", *beside, "paragraph Hello all,", f"paragraph {LONG}"]
    assert read(text).title == "Bread after forty"


def test_a_plan_that_begins_with_a_date_is_no_mail() -> None:
    assert shape(f"Date: May\nPlace: the mill\n\n{LONG}\n")[:2] == ["item Date: May", "item Place: the mill"]


@pytest.mark.parametrize("frame", ["*** {} ***", "---- {} ----", "~~~{}~~~"])
def test_titles_between_signs_are_headings_without_them(frame: str) -> None:
    text = f"Bread\n\n{frame.format('THE FLOUR')}\n\n{LONG}\n\n{frame.format('WHAT TO BUY!')}\n- Salt\n\nThe oven\n\n{LONG}\n"
    headings = [line.lstrip("# ") for line in shape(text) if line.startswith("#")]
    assert headings == ["Bread", "THE FLOUR", "WHAT TO BUY!", "The oven"]


@pytest.mark.parametrize(
    ("first", "second", "levels"),
    [
        ("Flour\n-----", "Salt\n----", [1, 2, 2]),
        ("1. Flour\n========", "2. Salt\n=======", [1, 2, 2]),
        ("# Flour", "## Salt", [1, 2]),
    ],
)
def test_a_title_without_a_mark_may_stand_above_marked_headings(first: str, second: str, levels: list[int]) -> None:
    document = read(f"BREAD AT HOME\n\n{first}\n\nTen days.\n\n{second}\n\nOne spoon.\n")
    assert [block.level for block in document.blocks if block.kind == "heading"] == levels
    assert document.title == ("BREAD AT HOME" if len(levels) == 3 else "Flour")


def test_a_list_below_a_label_ends_above_the_next_heading() -> None:
    text = f"Bread at home\n{LONG}\nGood mills:\nHill Farm\nOld Bridge\nRiver Lane\n{{}}\n{LONG}\n"
    for heading in ("What it costs", "Conclusion", "Salary expectations"):
        assert shape(text.format(heading))[-5:] == [
            *["item Hill Farm", "item Old Bridge", "item River Lane", f"## {heading}", f"paragraph {LONG}"]
        ]
    assert (
        shape(text.format("The Town Mill").replace(f"Mill\n{LONG}", f"Mill\nThese are few. {LONG}"))[-2] == "item The Town Mill"
    )
    spaced = text.replace("\nGood mills", "\n\nGood mills") + f"\nThe oven\n{LONG}\n\nThe salt\n{LONG}"
    assert "item Washed stones" in shape(spaced.format("Washed stones"))


@pytest.mark.parametrize(("asks", "answers"), [("Q:", "A:"), ("Q.", "A."), ("Q{}:", "A{}:"), ("Question:", "Answer:")])
def test_questions_of_an_interview_are_the_headings_of_their_answers(asks: str, answers: str) -> None:
    said = [
        ("How long did it take?", "Two years. It was hard."),
        ("You came from a mill.", "Yes"),
        ("Why bread?", f"{LONG} So it is."),
    ]
    text = "".join(f"\n{asks.format(n)} {one}\n{answers.format(n)} {other}\n" for n, (one, other) in enumerate(said, 1))
    expected = [block for one, other in said for block in (f"## {one}", f"paragraph {other}")]
    assert shape(f"A talk with a baker\n\nRecorded in May, and shortened since.\n{text}")[2:] == expected
    assert (
        shape(f"A talk with a baker\n\nRecorded in May, and shortened since.\n\nThe talk\n{text}")[3]
        == "### How long did it take?"
    )


def test_who_answers_is_told_and_attributes_are_no_talk() -> None:
    talk = "Ada: How long?\nBo Lind: A year. Or two.\nAda: Which flour?\nBo Lind: Rye.\nAda: And salt?\nBo Lind: A spoon.\n"
    assert shape(f"Bread\n\n{LONG}\n\nThe talk\n{talk}")[3:] == [
        *["### How long?", "paragraph Bo Lind: A year. Or two.", "### Which flour?", "paragraph Bo Lind: Rye."],
        *["### And salt?", "paragraph Bo Lind: A spoon."],
    ]
    weeks = "".join(f"\nWeek {n}\nGoal: bake one\nCheck: can you bake it?\nProject: a loaf\n" for n in (1, 2, 3))
    assert "item Check: can you bake it?" in [line.replace("  ", "") for line in shape(f"Bread\n\n{LONG}\n{weeks}")]


def test_questions_that_begin_their_answers_are_parted_from_them_where_several_stand_in_a_row() -> None:
    said = [
        ("Do I need an oven?", "No, a pot will do. It must be heavy."),
        ("How long does it keep?", "A week."),
        ("Is rye better?", '"Yes."'),
    ]
    row = "\n\n".join(f"{one} {other}" for one, other in said)
    expected = [block for one, other in said for block in (f"### {one}", f"paragraph {other}")]
    assert shape(f"Bread\n\n{LONG}\n\nQuestions and answers\n\n{row}\n")[3:] == expected
    single = "What do we do at night? We bake what the town eats in the morning."
    assert f"paragraph {single}" in shape(f"Bread\n\n{LONG}\n\n{single}\n\n{LONG}")


def test_letters_of_a_list_are_no_answers() -> None:
    text = f"Bread\n\n{LONG}\n\nA. Flour and salt\nB. Water\nQ. The rest\n"
    assert [line for line in shape(text) if "#" in line] == ["# Bread"]


def test_a_question_of_two_sentences_among_others_is_not_swallowed_by_the_answer_before_it() -> None:
    text = f"Bread\n\n{LONG}\n\nIs rye better?\n{LONG}\n\nI am 45. Is it too late?\n{LONG}\n\nWhich oven?\n{LONG}\n"
    assert [line for line in shape(text) if "#" in line][1:] == [
        "## Is rye better?",
        "## I am 45. Is it too late?",
        "## Which oven?",
    ]
    assert "# I am 45" not in "\n".join(shape(text.replace("Is rye better?", "Rye and wheat")))


def test_what_surrounds_a_text_goes_and_sentences_like_it_stay() -> None:
    around = "Share\n\nRelated posts: How to bake\n\nMore from: Our team\n\n"
    said = "More from: our bakers in the old town, who hire all year round."
    assert shape(f"Bread\n\n{LONG}\n\n{around}{said}\n\n{LONG}")[1:] == [
        f"paragraph {LONG}",
        f"paragraph {said}",
        f"paragraph {LONG}",
    ]


def test_menus_banners_and_the_foot_of_a_newsletter_go() -> None:
    head = "View this email in your browser\nHome | About | Courses | Log in\nSearch\nWe use cookies to improve this site.\n"
    foot = "You are receiving this email because you asked for it.\nUnsubscribe | Privacy Policy | Contact\n"
    told = "We use cookies to teach fractions, and half of the class ate them."
    assert shape(f"{head}\nHow Bread Rises\n\n{LONG}\n\n{told}\n\n{foot}") == [
        "# How Bread Rises",
        f"paragraph {LONG}",
        f"paragraph {told}",
    ]
    listed = f"Bread\n\nThe shop\n{LONG}\n\nSearch\n{LONG}\n\nOven | Scales | Search\n\n{LONG}"
    assert [line.split(" ", 1)[1] for line in shape(listed)].count("Search") == 1 and "Oven | Scales | Search" in read(
        listed
    ).text


def test_a_transcript_loses_its_times_and_what_is_heard_and_a_plan_keeps_its_times() -> None:
    said = [
        "Hello.",
        "ADA: What did it cost?",
        "BOB: 400 euros.",
        "ADA: And when?",
        "BOB: In May.",
        "ADA: Why?",
        "BOB: I had to.",
    ]
    talk = "\n".join(f"[00:{number}0] {words}" for number, words in enumerate(said[:6]))
    assert shape(f"A Talk\n\n[applause]\n\n{talk}\n[01:12] {said[6]}\n") == [
        *["# A Talk", "paragraph Hello.", "## What did it cost?", "paragraph BOB: 400 euros.", "## And when?"],
        *["paragraph BOB: In May.", "## Why?", "paragraph BOB: I had to."],
    ]
    alone = "\n".join(f"0:0{number}\nand then I baked bread for {number} years" for number in range(6))
    assert "0:0" not in "".join(shape(f"A Talk\n\n{alone}"))
    for plan in ("08:{0}0 I eat bread.", "0:{0}0 Bread"):
        assert "0:20" in "".join(shape("A Plan\n\n" + "\n".join(plan.format(number) for number in range(6)))).replace(
            "8:20", "0:20"
        )


@pytest.mark.parametrize("mark", ["\u203a ", "a. "])
def test_marks_of_lists_within_lists_part_their_entries(mark: str) -> None:
    text = f"{LONG}\n\n1. Bring these\n  {mark}Flour of wheat\n  {mark}Water\n2. Then wait\n  {mark}An hour\n\n{LONG}\n"
    kept = mark if mark[0] == "a" else ""
    assert shape(text)[1:5] == ["item Bring these", f"item {kept}Flour of wheat", f"item {kept}Water", "item Then wait"]
    assert is_marked("a. Flour")
    assert not is_marked("c. 1850 of them") and not is_marked("e. g. flour")


def test_a_letter_that_ends_a_sentence_of_wrapped_text_is_no_mark() -> None:
    text = (
        "People who bake bread have to wait for a long time before they eat\nand all of them say that they know the uses"
        " of each vitamin\na. The rest of them do not, as others say about the people\nof this town.\n"
    )
    assert shape(text) == ["paragraph " + " ".join(text.split())]


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize("mark", ["Q{}. ", "Q{}: ", "Q: "])
def test_signs_of_questions_need_no_signs_of_answers(mark: str, gap: str) -> None:
    asked = ["How do I start?", "What does it cost?", "Who helps?"]
    text = "".join(f"{mark.format(number)}{question}\n{LONG}\n{gap}" for number, question in enumerate(asked, start=1))
    found = shape(f"Questions of new bakers\n\n{text}")
    assert [line for line in found if line.startswith("##")] == [f"## {question}" for question in asked]
    wrapped = text.replace("one, since", "one,\nsince")
    assert [line for line in shape(f"Questions of new bakers\n\n{wrapped}") if line.startswith("##")] == found[1::2]


@pytest.mark.parametrize("heard", ["[laughter]", "(Laughter)", "[applause]"])
def test_a_sentence_of_a_talk_ends_where_it_ends_though_something_is_heard_behind_it(heard: str) -> None:
    said = f"They gave me thirty minutes, so you know that it is going to be fifty. {heard}"
    text = f"How Bread Rises\n\n{said}\n\n{LONG}\n\nNow the dough. {heard}\n\n{LONG}\n"
    blocks = [said, LONG, f"Now the dough. {heard}", LONG]
    assert shape(text) == ["# How Bread Rises", *[f"paragraph {block}" for block in blocks]]


def test_an_entry_at_the_margin_is_no_part_of_the_hanging_one_above_it_though_that_fills_its_last_line() -> None:
    entries = [
        ["Block A, weeks 1-6. The mill and the flour, with the names of all of the sorts", "which are sold in this town."],
        [
            "Block B, weeks 7-14. Doughs that rise and those that do not. Sour doughs follow",
            "after them, and the week after Easter is free for all who work at the mill.",
        ],
        [
            "Block C, weeks 15-21. The oven, which must be heated for a day before it bakes",
            "well. It takes four of these weeks to learn.",
        ],
    ]
    last = "In the end there is a test which nobody has failed so far, since it is a short\none and the miller is kind."
    text = f"Bread\n\n{last}\n\n" + "\n".join("\n  ".join(lines) for lines in entries) + f"\n{last}\n"
    assert [line.split(" ", 1)[1] for line in shape(text)][2:] == [
        *[" ".join(lines) for lines in entries],
        " ".join(last.split()),
    ]
