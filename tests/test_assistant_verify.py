"""Whether quotes support a sentence: a table of what may be said of them and what may not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.verify import SUPPORTED, support

ORDER = "Python is learned before SQL."
TOWN = "If you want to work in a town, learn QGIS first and ArcGIS afterwards."
WHO = "A student who passes everything at the first attempt would need three years."
WEEKS = "Linear algebra takes six weeks. Statistics takes eight weeks."


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        (ORDER, [ORDER]),
        ("SQL is needed for databases.", ["SQL is needed to query databases."]),
        ("SQL takes 2 weeks.", ["SQL takes two weeks."]),
        ("Statistics takes eight weeks.", [WEEKS]),
        ("The salary is 70000 dollars.", ["A junior has a salary of 70,000 dollars."]),
        ("See https://example.org/plan.", ["See https://example.org/plan for more."]),
        ("Git is not optional.", ["Git is not optional."]),
        ("Learn Python and Docker.", ["Learn Python.", "Learn Docker."]),
        ("C++ is fast.", ["C++ is fast but hard."]),
        ("Statistics takes 8 weeks.", [WEEKS]),
        ("Git keeps every version.", ["Git keeps every version of the code, so nothing is lost."]),
        ("Nine of fourteen analysts have a bachelor.", ["Nine of our fourteen analysts have a bachelor."]),
        ("If you want to work in a town, learn QGIS first.", [TOWN]),
        ("Two of 148 students passed.", ["Two of our 148 students passed."]),
        ("A degree in science or engineering is needed.", ["A degree in science or engineering is needed here."]),
    ],
)
def test_what_the_quotes_say_is_supported(sentence: str, quotes: list[str]) -> None:
    assert support(sentence, quotes) >= SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("SQL takes 3 weeks.", ["SQL takes 2 weeks."]),
        ("SQL takes 2 weeks.", ["SQL takes 2.5 weeks."]),
        ("SQL takes ten weeks.", ["SQL takes two weeks."]),
        ("The salary is $700,000.", ["The salary is $70,000."]),
        ("You should learn Rust.", ["You should learn Go."]),
        ("Kubernetes is optional.", ["Docker is optional."]),
        ("Git is optional.", ["Git is not optional."]),
        ("Git is not needed.", ["Git is needed."]),
        ("Everyone must learn calculus.", ["Learning calculus helps."]),
        ("See https://evil.example/x.", ["See https://good.example/x."]),
        ("Bread needs flour and water.", [ORDER]),
        ("C++ is fast.", ["C is fast."]),
        ("", [ORDER]),
        ("It is.", ["It is."]),
        (ORDER, []),
        (ORDER, [""]),
        ("Linear algebra takes eight weeks.", [WEEKS]),
        ("Python is learned after SQL.", [ORDER]),
        ("SQL is learned before Python.", [ORDER]),
        ("Probability decreases the risk.", ["Probability increases the risk."]),
        ("Docker and Kubernetes are optional.", ["Docker is optional.", "Kubernetes is required."]),
        ("Ridge sets coefficients to zero.", ["Lasso sets coefficients to zero, ridge shrinks them."]),
        ("Models overfit.", ["Models rarely overfit."]),
        ("Anna hired Bob.", ["Bob hired Anna."]),
        ("The course is free.", ["The course is not free for companies."]),
        ("The library is fast.", ["That the library is fast is wrong."]),
        ("A query in HAVING is slow.", ["A query in WHERE is slow."]),
        ("Tests come first, then the code.", ["The code comes first, then the tests."]),
        ("All courses are free.", ["Some courses are free."]),
        ("Fourteen analysts have a bachelor.", ["Nine of our fourteen analysts have a bachelor."]),
        ("Six people have degrees.", ["Two of the six people have degrees."]),
        ("Both people have degrees.", ["Two of the six people have degrees."]),
        ("You need a degree in science and engineering.", ["You need a degree in science or engineering."]),
        ("You need a degree in science.", ["You need a degree in science or engineering."]),
        ("Every cluster problem is a Linux problem.", ["Every cluster problem is a Linux problem or a networking problem."]),
        ("Learn QGIS first and ArcGIS afterwards.", [TOWN]),
        ("Students pass everything at the first attempt.", [WHO]),
        ("A student needs three years.", [WHO]),
        ("Learn Git, which Linus Torvalds wrote in 2005.", ["Learn Git."]),
        ("word " * 200, ["word " * 200]),
    ],
)  # fmt: skip
def test_what_changes_adds_or_denies_is_not_supported(sentence: str, quotes: list[str]) -> None:
    assert support(sentence, quotes) < SUPPORTED


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_support_is_a_share_for_any_text(sentence: str, quotes: list[str]) -> None:
    assert 0 <= support(sentence, quotes) <= 1


def test_a_short_name_counts_as_stated_where_its_words_stand() -> None:
    assert support("ML needs data.", ["Machine learning needs data."]) > 0.5
    assert support("NLP needs data.", ["Machine learning needs data."]) == 0


def test_a_sentence_is_checked_in_milliseconds() -> None:
    quote = "Linear algebra takes six weeks, and statistics takes eight weeks after it. " * 8
    support(WEEKS, [quote])
    began = time.process_time()
    for _ in range(10):
        support("Statistics takes six weeks, and linear algebra takes eight weeks after it.", [quote])
    assert (time.process_time() - began) / 10 < 0.05


def test_a_model_of_the_users_choice_decides_what_the_facts_leave_open() -> None:
    asked: list[tuple[str, str]] = []

    def entails(premise: str, sentence: str) -> float:
        asked.append((premise, sentence))
        return 0.97

    assert support("Structured query language comes later.", [ORDER, "Later comes SQL."], entails=entails) == 0.97
    assert asked == [(f"{ORDER}\nLater comes SQL.", "Structured query language comes later.")]
    assert support("SQL takes 3 weeks.", ["SQL takes 2 weeks."], entails=entails) == 0
    assert support(ORDER, [ORDER], entails=lambda premise, sentence: 0.0) == 1
    assert len(asked) == 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(2, 10**6), st.integers(2, 10**6))
def test_a_figure_is_supported_only_by_itself(said: int, quoted: int) -> None:
    supported = support(f"The course costs {said} dollars.", [f"The course costs {quoted} dollars."]) >= SUPPORTED
    assert supported == (said == quoted)
