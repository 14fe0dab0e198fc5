"""Sentence segmentation: the cases that go wrong in roadmaps, and what must hold for any text."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Learn Python. Then learn SQL.", ["Learn Python.", "Then learn SQL."]),
        ("Use tools, e.g. pandas, i.e. tables. Done.", ["Use tools, e.g. pandas, i.e. tables.", "Done."]),
        ("Python, R, Java, etc. The next step is SQL.", ["Python, R, Java, etc.", "The next step is SQL."]),
        ("Books, courses, etc. are useful.", ["Books, courses, etc. are useful."]),
        ("By J. K. Smith and Dr. Lee. It is good.", ["By J. K. Smith and Dr. Lee.", "It is good."]),
        ("You need Python and R. Learning takes time.", ["You need Python and R.", "Learning takes time."]),
        ("Version 3.11.2 is out. It costs $1.5 million.", ["Version 3.11.2 is out.", "It costs $1.5 million."]),
        ("See Fig. 3 and No. 5 in Sec. 2. Then stop.", ["See Fig. 3 and No. 5 in Sec. 2.", "Then stop."]),
        ("The answer is no. Try again.", ["The answer is no.", "Try again."]),
        ("Read https://a.b/c.html?x=1. Then go on.", ["Read https://a.b/c.html?x=1.", "Then go on."]),
        ("Vaswani et al. 2017 said so. We agree.", ["Vaswani et al. 2017 said so.", "We agree."]),
        ("(One thing. And another.) After that.", ["(One thing. And another.)", "After that."]),
        ("He said “stop.” Then he left.", ["He said “stop.”", "Then he left."]),
        ("It is known.[3] It is new.", ["It is known.[3]", "It is new."]),
        (
            "Learn Node.js or scikit-learn. scikit-learn is easier.",
            ["Learn Node.js or scikit-learn.", "scikit-learn is easier."],
        ),
        ("Q. How long? A. Two years. More is better.", ["Q. How long?", "A. Two years.", "More is better."]),
        ("It is vitamin C. A deficiency hurts.", ["It is vitamin C.", "A deficiency hurts."]),
        ("1. Define the problem. Then go.", ["1. Define the problem.", "Then go."]),
        ("What is it? What are you good at? Nothing!", ["What is it?", "What are you good at?", "Nothing!"]),
        ("A line\nanother line. More", ["A line", "another line.", "More"]),
        ("她学习。他工作！", ["她学习。", "他工作！"]),
        ("no stop at all", ["no stop at all"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_sees_their_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="ab AB.!?…()[]\"'”1\n。", max_size=200))
def test_spans_are_ordered_trimmed_and_hold_every_visible_character(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


def seconds(text: str) -> float:
    """The fastest of five readings; each text is new, since sentences are remembered."""
    times = []
    for number in range(5):
        start = time.process_time()
        sentence_spans(f"{text} {number}")
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize(
    "piece", ["a. ", "(", "a", ".", "!?", "(a. ", "A. ", '."', "。", "5. a ", "e.g. ", "[1]", ".)", "“a. ", "x!!!!!!!!y "]
)
def test_twice_the_text_takes_twice_the_time(piece: str) -> None:
    size = 60_000 // len(piece)
    assert seconds("x" + piece * size * 2 + "x") < 3 * seconds("x" + piece * size + "x") + 0.01
