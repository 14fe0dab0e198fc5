"""Answer metrics: an item, its located evidence and an `Answer` in, one figure per metric out.

Citations are judged in the sense of ALCE (Gao et al. 2023, arXiv 2305.14627), with the evidence's spans in place of a model: a
citation is right when it covers evidence, a sentence is recalled when one of its citations is right. A figure that an answer
cannot have is None: a refusal has no citations to be precise about. That it should have answered shows as zeros in the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from assistant.answer import Answer, Citation, Sentence
from assistant.verify import SUPPORTED
from evals.evidence import Located, Span, covers, cuts_a_word, fold, shared
from evals.items import EvalItem
from evals.matching import says, says_any
from ingest.document import Document

Support = Callable[[str, Sequence[str]], float]  # a sentence and the quotes it cites -> 0 to 1

_HALF = 0.5  # of a quote's characters have to be shown by the citations


def answer_metrics(
    item: EvalItem,
    located: Sequence[Located],
    answer: Answer,
    documents: Mapping[str, Document],
    support: Support,
) -> dict[str, float | None]:
    """Every per-question figure of the families answers and abstention; None where the question has no such figure."""
    refused = answer.status == "not_covered"
    text = "" if refused else spoken_text(answer.sentences)
    met = [says_any(text, group) for group in item.must]
    clean = not any(says(text, string) for string in item.must_not)
    values: dict[str, float | None] = {
        "clean": float(clean) if item.must_not else None,
        "citation_exactness": exactness(answer.citations, documents),
        "supported": supported_share(answer, support),
    }
    if not item.answerable:
        return _no_answer_expected() | values | {"refused": float(refused)}
    right = {citation.marker: any(_covers_evidence(citation, place) for place in located) for citation in answer.citations}
    cited = [evidence_cited(place, answer.citations) for place in located]
    # An item made of a learner's report may name the passage only; then citing it is what makes the answer right.
    points = all(met) if met else any(right.values())
    return values | {
        "must_coverage": _share(met) if met else None,
        "strict_accuracy": float(not refused and bool(text) and points and clean),
        "citation_precision": None if refused else _share(right.values()),
        "citation_recall": _share(any(right.get(marker, False) for marker in s.citations) for s in answer.sentences),
        "evidence_cited": _share(cited),
        "answered": float(not refused),
        "refused": None,
    }


def crash_metrics(item: EvalItem) -> dict[str, float | None]:
    """What a question scores that ended in an error: zero wherever it could have scored."""
    values: dict[str, float | None] = {"clean": 0.0 if item.must_not else None, "citation_exactness": 0.0, "supported": 0.0}
    if not item.answerable:
        return _no_answer_expected() | values | {"refused": 0.0}
    names = ("strict_accuracy", "citation_precision", "citation_recall", "evidence_cited", "answered")
    return values | dict.fromkeys(names, 0.0) | {"must_coverage": 0.0 if item.must else None, "refused": None}


def spoken_text(sentences: Sequence[Sentence]) -> str:
    """What the answer says, without markers and bullets (their numbers are not part of it), with whose view it is."""
    lines: list[str] = []
    attribution = ""
    for sentence in sentences:
        if sentence.attribution and sentence.attribution != attribution:
            lines.append(f"{sentence.attribution}:")
        attribution = sentence.attribution
        lines.append(sentence.text)
    return "\n".join(lines)


def exactness(citations: Sequence[Citation], documents: Mapping[str, Document]) -> float | None:
    """The share of citations that are exactly the document's text at their span, whole words, nothing but words at the edges.

    A citation shifted by one character fails even if its quote was shifted along. None without citations.
    """
    return _share(is_exact(citation, documents) for citation in citations) if citations else None


def is_exact(citation: Citation, documents: Mapping[str, Document]) -> bool:
    """Whether `document.text[start:end] == quote`, with neither edge inside a word nor on white space."""
    document = documents.get(citation.document_id)
    if document is None or not 0 <= citation.start < citation.end <= len(document.text):
        return False
    quote = document.text[citation.start : citation.end]
    return quote == citation.quote and quote == quote.strip() and not cuts_a_word(document.text, citation.start, citation.end)


def evidence_cited(place: Located, citations: Sequence[Citation]) -> bool:
    """Whether the citations together show at least half of the quote, at one of its places."""
    spans = _union([(c.start, c.end) for c in citations if c.document_id == place.evidence.document_id])
    return any(shared(spans, span) >= _HALF * (span[1] - span[0]) for span in place.spans)


def supported_share(answer: Answer, support: Support) -> float | None:
    """The share of sentences that their citations support. None without sentences.

    A quoted sentence has to stand in the quotes; a written one, and a quoted one that does not, is put to the verifier.
    """
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    return _share(_is_supported(sentence, quotes, support) for sentence in answer.sentences) if answer.sentences else None


def _is_supported(sentence: Sentence, quotes: Mapping[int, str], support: Support) -> bool:
    cited = [quotes[marker] for marker in sentence.citations if marker in quotes]
    if not cited:
        return False
    if sentence.kind == "quoted" and fold(sentence.text)[0] in "".join(fold(quote)[0] for quote in cited):
        return True
    return support(sentence.text, cited) >= SUPPORTED


def _covers_evidence(citation: Citation, place: Located) -> bool:
    span = (citation.start, citation.end)
    return citation.document_id == place.evidence.document_id and any(covers((span,), spot) for spot in place.spans)


def _no_answer_expected() -> dict[str, float | None]:
    names = ("must_coverage", "strict_accuracy", "citation_precision", "citation_recall", "evidence_cited", "answered")
    return dict.fromkeys(names, None)


def _share(values: Iterable[bool]) -> float:
    """The share of true ones; 0 of none."""
    counted = list(values)
    return sum(counted) / len(counted) if counted else 0.0


def _union(spans: Sequence[Span]) -> list[Span]:
    """The spans merged so that none overlaps another."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
