"""Whether quotes support a sentence: a table of what may be said of them and what may not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.verify import SUPPORTED, support

ORDER = "Python is learned before SQL."
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
        pytest.param(
            "Linear algebra takes eight weeks.", [WEEKS],
            marks=pytest.mark.xfail(strict=True, reason="a figure that stands beside another subject of the quote passes"),
        ),
        pytest.param(
            "Python is learned after SQL.", [ORDER],
            marks=pytest.mark.xfail(strict=True, reason="before and after are not compared"),
        ),
        pytest.param(
            "SQL is learned before Python.", [ORDER],
            marks=pytest.mark.xfail(strict=True, reason="the order of subject and object is not compared"),
        ),
        pytest.param(
            "Probability decreases the risk.", ["Probability increases the risk."],
            marks=pytest.mark.xfail(strict=True, reason="one other content word in three passes, an opposite too"),
        ),
        pytest.param(
            "Docker and Kubernetes are optional.", ["Docker is optional.", "Kubernetes is required."],
            marks=pytest.mark.xfail(strict=True, reason="what one quote says of its subject is taken for the other's"),
        ),
    ],
)  # fmt: skip
def test_what_changes_adds_or_denies_is_not_supported(sentence: str, quotes: list[str]) -> None:
    assert support(sentence, quotes) < SUPPORTED


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_support_is_a_share_for_any_text(sentence: str, quotes: list[str]) -> None:
    assert 0 <= support(sentence, quotes) <= 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(2, 10**6), st.integers(2, 10**6))
def test_a_figure_is_supported_only_by_itself(said: int, quoted: int) -> None:
    supported = support(f"The course costs {said} dollars.", [f"The course costs {quoted} dollars."]) >= SUPPORTED
    assert supported == (said == quoted)
