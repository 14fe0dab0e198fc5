"""What an answer scores: required points, citations held against evidence, exactness, support."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evals_fakes import answer, citation, document
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Citation, Sentence
from assistant.verify import SUPPORTED
from evals.answers import answer_metrics, crash_metrics, exactness, is_exact, spoken_text
from evals.evidence import locate
from evals.items import EvalItem, Evidence
from evals.metrics import METRICS, PER_QUESTION

SOURCE = document("a.md", "The plan takes 12 weeks.", "It costs nothing.", "Docker comes last.", "Bring a laptop.")
DOCUMENTS = {"a.md": SOURCE}
ITEM = EvalItem(
    "x",
    "How long, and what comes last?",
    "fact",
    evidence=(Evidence("a.md", "The plan takes 12 weeks."), Evidence("a.md", "Docker comes last.")),
    must=(("12 weeks", "twelve weeks"), ("docker",)),
    must_not=("free of charge",),
)
PLACES = locate([ITEM], DOCUMENTS)["x"]


def never_asked(sentence: str, quotes: object) -> float:
    raise AssertionError(f"the verifier was asked about {sentence!r}")


def scored(given: Answer, item: EvalItem = ITEM) -> dict[str, float | None]:
    return answer_metrics(item, PLACES if item.answerable else (), given, DOCUMENTS, never_asked)


def quoted(*quotes: str) -> Answer:
    cited = [citation(SOURCE, quote, marker) for marker, quote in enumerate(quotes, start=1)]
    return answer(*(Sentence(c.quote, "quoted", (c.marker,), 1.0) for c in cited), citations=cited)


def test_a_perfect_answer_scores_one_in_everything() -> None:
    figures = scored(quoted("The plan takes 12 weeks.", "Docker comes last."))
    assert {name: value for name, value in figures.items() if value != 1.0} == {"refused": None}


def test_an_answer_with_one_of_two_points_and_a_stray_citation() -> None:
    figures = scored(quoted("The plan takes 12 weeks.", "Bring a laptop.", "It costs nothing."))
    assert figures["must_coverage"] == 0.5
    assert figures["strict_accuracy"] == 0.0
    assert figures["citation_precision"] == pytest.approx(1 / 3)
    assert figures["citation_recall"] == pytest.approx(1 / 3)
    assert figures["evidence_cited"] == 0.5
    assert figures["citation_exactness"] == 1.0


def test_a_sentence_is_recalled_by_one_right_citation_among_others() -> None:
    cited = [citation(SOURCE, "It costs nothing.", 1), citation(SOURCE, "Docker comes last.", 2)]
    figures = scored(answer(Sentence("Docker comes last.", "quoted", (1, 2), 1.0), citations=cited))
    assert (figures["citation_recall"], figures["citation_precision"]) == (1.0, 0.5)


def test_the_same_words_in_another_document_are_not_the_evidence() -> None:
    other = document("b.md", "The plan takes 12 weeks.")
    cited = citation(other, "The plan takes 12 weeks.")
    given = answer(Sentence(cited.quote, "quoted", (1,), 1.0), citations=[cited])
    figures = answer_metrics(ITEM, PLACES, given, DOCUMENTS | {"b.md": other}, never_asked)
    assert (figures["citation_precision"], figures["citation_exactness"]) == (0.0, 1.0)


def test_a_refusal_of_an_answerable_question_loses_what_it_could_have_scored() -> None:
    figures = scored(answer(status="not_covered"))
    assert figures["answered"] == figures["strict_accuracy"] == figures["must_coverage"] == figures["citation_recall"] == 0.0
    assert figures["citation_precision"] is None and figures["citation_exactness"] is None and figures["supported"] is None


def test_a_forbidden_string_spoils_an_answer_that_says_everything() -> None:
    given = quoted("The plan takes 12 weeks.", "Docker comes last.")
    given = replace(given, sentences=(*given.sentences, Sentence("It is free-of-charge!", "written", (), 0.0)))
    figures = scored(given)
    assert (figures["must_coverage"], figures["clean"], figures["strict_accuracy"], figures["supported"]) == (
        1.0,
        0.0,
        0.0,
        2 / 3,
    )


def test_an_unanswerable_question_has_no_figures_but_those_of_refusing() -> None:
    item = EvalItem("u", "Who won?", "unanswerable", answerable=False, must_not=("docker",))
    refused = scored(answer(status="not_covered"), item)
    assert {name for name, value in refused.items() if value is not None} == {"refused", "clean"}
    assert (refused["refused"], refused["clean"]) == (1.0, 1.0)
    told = scored(quoted("Docker comes last."), item)
    assert (told["refused"], told["clean"], told["citation_exactness"]) == (0.0, 0.0, 1.0)


def test_a_crash_is_zero_wherever_the_question_could_have_scored() -> None:
    figures = crash_metrics(ITEM)
    assert {name for name, value in figures.items() if value is None} == {"refused"}
    assert {value for value in figures.values() if value is not None} == {0.0}
    assert crash_metrics(EvalItem("u", "q", "unanswerable", answerable=False))["refused"] == 0.0


def test_answers_and_crashes_have_the_same_figures_and_all_are_in_the_table() -> None:
    names = set(scored(quoted("Docker comes last.")))
    assert names == set(crash_metrics(ITEM)) == {n for n in PER_QUESTION if METRICS[n].family in ("answers", "abstention")}


@pytest.mark.parametrize("shift", [-1, 1, 2])
def test_a_citation_shifted_by_a_character_is_not_exact_even_with_its_quote(shift: int) -> None:
    good = citation(SOURCE, "It costs nothing.")
    along = citation(SOURCE, "It costs nothing.", shift=shift)
    assert is_exact(good, DOCUMENTS)
    assert not is_exact(along, DOCUMENTS)
    assert not is_exact(replace(good, start=good.start + shift, end=good.end + shift), DOCUMENTS)
    assert exactness([good, along], DOCUMENTS) == 0.5


@given(st.integers(-5, 80), st.integers(-5, 80))
def test_no_span_outside_the_document_is_exact_or_raises(start: int, end: int) -> None:
    quote = SOURCE.text[max(start, 0) : max(end, 0)]
    cited = Citation(1, "a.md", "a", (), None, start, end, quote)
    assert not is_exact(cited, DOCUMENTS) or SOURCE.text[start:end] == quote != ""
    assert not is_exact(replace(cited, document_id="gone.md"), DOCUMENTS)


def test_written_sentences_are_put_to_the_verifier_with_the_quotes_they_cite() -> None:
    cited = [citation(SOURCE, "The plan takes 12 weeks.", 1), citation(SOURCE, "Docker comes last.", 2)]
    asked = []

    def verifier(sentence: str, quotes: object) -> float:
        asked.append((sentence, tuple(quotes)))  # type: ignore[call-overload]
        return SUPPORTED if "12" in sentence else SUPPORTED - 0.01

    given = answer(
        Sentence("Plan 12 weeks.", "written", (1, 2), 0.1),
        Sentence("Docker is first.", "quoted", (2,), 1.0),
        Sentence("Uncited.", "written", (), 1.0),
        Sentence("**Docker** comes last", "quoted", (2,), 0.0),
        citations=cited,
    )
    figures = answer_metrics(ITEM, PLACES, given, DOCUMENTS, verifier)
    assert asked == [
        ("Plan 12 weeks.", ("The plan takes 12 weeks.", "Docker comes last.")),
        ("Docker is first.", ("Docker comes last.",)),
    ]
    assert figures["supported"] == 0.5


def test_markers_and_list_numbers_do_not_count_as_said() -> None:
    said = spoken_text(
        (Sentence("Learn SQL", "quoted", (12,), 1.0, bullet="3."), Sentence("Rest", "quoted", (1,), 1.0, "", "Ann"))
    )
    assert said == "Learn SQL\nAnn:\nRest"


@given(st.permutations(range(4)))
def test_the_order_of_citations_and_sentences_makes_no_difference(order: list[int]) -> None:
    given = quoted("The plan takes 12 weeks.", "It costs nothing.", "Docker comes last.", "Bring a laptop.")
    shuffled = replace(
        given, sentences=tuple(given.sentences[i] for i in order), citations=tuple(given.citations[i] for i in order[::-1])
    )
    assert scored(shuffled) == scored(given)
