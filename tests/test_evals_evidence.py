"""Finding quotes in documents, and judging whether a passage covers them; and whether an answer says a thing."""

from __future__ import annotations

import pytest
from evals_fakes import document
from hypothesis import given
from hypothesis import strategies as st

from evals.evidence import QuoteMissing, check_quotes, covers, cuts_a_word, find_quote, locate, shared
from evals.items import EvalItem, Evidence
from evals.matching import plain, says

TEXT = "A plan\n\nLearn SQL first,\nthen Python (see [docs](https://example.org/a)).\n- one\n- two\n| a | b |\nLearn SQL again."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Learn SQL first, then Python", ["Learn SQL first,\nthen Python"]),
        ("**Learn** `SQL`", ["Learn SQL", "Learn SQL"]),
        ("- one\n- two", ["one\n- two"]),
        ("| a | b |", ["a | b"]),
        ("see <https://example.org/a>", []),
        ("see [docs](https://example.org/a)", ["see [docs](https://example.org/a"]),
        ("earn SQL", []),
        ("Learn SQ", []),
        ("learn sql", []),
    ],
)
def test_a_quote_is_found_whatever_its_white_space_and_markup(quote: str, found: list[str]) -> None:
    assert [TEXT[start:end] for start, end in find_quote(quote, TEXT)] == found


def test_a_link_inside_the_corpus_may_have_lost_its_target() -> None:
    text = "Then read Calculus and rest."
    assert [text[a:b] for a, b in find_quote("read [Calculus](calculus.md) and", text)] == ["read Calculus and"]


@given(st.text(alphabet="ab *\n'’“é1.-", max_size=60), st.data())
def test_every_run_of_whole_words_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    kept = [at for at in range(start, end) if text[at] not in "* \n-"]
    if not kept or cuts_a_word(text, kept[0], kept[-1] + 1):
        return
    assert (kept[0], kept[-1] + 1) in find_quote(text[start:end], text)


def test_a_quote_that_is_gone_is_named_with_its_item() -> None:
    documents = {"a.md": document("a.md", "Nothing here.")}
    items = [
        EvalItem("x", "q", "fact", evidence=(Evidence("a.md", "Nothing here"),)),
        EvalItem("y", "q", "fact", evidence=(Evidence("a.md", "something"), Evidence("b.md", "z")), origin="f.jsonl, line 2"),
    ]
    located = locate(items, documents)
    check_quotes(items[:1], located)
    with pytest.raises(QuoteMissing, match=r"f\.jsonl, line 2: item “y”: “something” does not stand in a\.md \(1 more"):
        check_quotes(items, located)
    assert located["y"][1].problem == "the document b.md is not in the index"


spans = st.tuples(st.integers(0, 50), st.integers(1, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(spans, spans)
def test_covering_is_symmetric_for_one_span_and_needs_a_common_character(a: tuple[int, int], b: tuple[int, int]) -> None:
    assert covers([a], b) == covers([b], a)
    assert shared([a], b) == len(set(range(*a)) & set(range(*b)))
    if covers([a], b):
        assert shared([a], b) > 0


def test_an_outline_passage_is_judged_by_its_spans_and_not_by_what_lies_between() -> None:
    assert not covers([(0, 10), (500, 510)], (100, 200))
    assert covers([(0, 10), (500, 510)], (495, 520))


@pytest.mark.parametrize(
    ("text", "string", "said"),
    [
        ("It takes 7–8 Months.", "7-8 months", True),
        ("It takes 7 - 8  months.", "7—8 months", True),
        ("It takes 17-8 months.", "7-8 months", False),
        ("about $1,200 a year", "1200", True),
        ("about 1,2", "1", False),
        ("version 3.5", "5", False),
        ("in 2 to 3 weeks.", "3 weeks", True),
        ("costs 120k", "120", False),
        ("Maintain data", "AI", False),
        ("AIs are", "AI", True),
        ("NoSQL stores", "SQL", False),
        ("SQL's joins", "SQL", True),
        ("two months", "month", True),
        ("C++ and R.", "c++", True),
        ("C and R.", "r", True),
        ("learn", "r", False),
        ("the so-called “big data”", "big data", True),
        ("**Big** data", "big data", True),
        ("pre\u2011training", "pre-training", True),
        ("", "x", False),
    ],
)
def test_typing_does_not_matter_but_word_and_number_edges_do(text: str, string: str, said: bool) -> None:
    assert says(text, string) is said


@given(st.text(max_size=40))
def test_what_matters_of_a_text_is_settled_in_one_step(text: str) -> None:
    assert plain(plain(text)) == plain(text)
