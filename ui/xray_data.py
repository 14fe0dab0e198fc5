"""An answer's retrieval in, the plain values out that `xray.js` draws: scores with a sentence on each, and the times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer
from ui.answer_data import numbers
from ui.render import breadcrumb, runs

if TYPE_CHECKING:
    from assistant.xray import Candidate, Fate, Xray

EXPLAINED = (
    (
        "Dense",
        "How close the meaning is: the cosine between the vectors of the question and of the passage's best sentence (75 %) "
        "and of the whole passage (25 %). 1 is the same meaning, 0 none in common.",
    ),
    (
        "Lexical",
        "How many of the question's words it holds, rare words counting more (BM25), as a share of the best passage.",
    ),
    (
        "Fused",
        "Both together, each divided by the best of this question; the one that tells its best passages more clearly from the "
        "rest counts more, and a document the question names has 0.15 more. The order in which candidates come in.",
    ),
    (
        "Evidence",
        "How well its best piece would answer by itself, 0 to 1, from three small networks trained on questions with marked "
        "answers: one weighs every piece; the second the best two dozen again, by how near each word of the question comes to "
        "a word of the piece; the third the best ten of these, by what a cross-encoder makes of question and piece read "
        "together. Fused and evidence together make the final order; the arrow tells how far that moved a passage.",
    ),
)
_STEPS = {
    "retrieve": ("Search", "reading the question, embedding it, searching vectors and words"),
    "evidence": ("Decide", "ranking the evidence in what was found, whether it covers the question, and which pieces to quote"),
    "write": ("Write", "putting the sentences out, each checked against its source where a model writes"),
}
_FATES: Mapping[Fate, str] = {
    "quoted": "quoted as {markers}",
    "refused": "not used: the question as a whole is not covered",
    "weak": "left out: that its best piece adds something to what is quoted has a probability of {adds}; {needed} is needed",
    "repeats": "left out: it says what is quoted already",
    "stray": "left out: its document has nothing that answers nearly as well as what is quoted",
    "enough": "left out: the answer was long enough without it",
    "said": "left out: the answer goes on with the conversation, where it was said before or is more than was asked for",
    "below": "left out: ten passages are better",
}
FIRST = 10  # candidates that are shown at once, beside what is quoted: the ten that an answer is looked for in
LONGEST = 160  # characters of a passage's best piece that are shown


def xray_data(answer: Answer, xray: Xray) -> dict[str, Any]:
    """What `xray.js` draws."""
    fullest = max([1.0, *(candidate.hit.score for candidate in xray.candidates)])
    return {
        "verdict": _verdict(answer, xray),
        "note": _note(answer, xray),
        "explained": [list(pair) for pair in EXPLAINED],
        "candidates": [_row(candidate, xray, fullest) for candidate in xray.candidates],
        "times": _times(answer),
    }


def _verdict(answer: Answer, xray: Xray) -> str:
    found = (
        f"The cover check gives {xray.confidence:.0%} that the documents answer this; {xray.threshold:.0%} is the least that "
        "is accepted"
    )
    return f"{found}, {_outcome(answer, xray)}{_own_words(xray)}{_left_out(answer)}"


def _outcome(answer: Answer, xray: Xray) -> str:
    """What follows from both numbers, as it came about where the index is still the same."""
    enough = xray.confidence >= xray.threshold
    if not xray.same_index:
        return f"so the question would {'count as covered' if enough else 'not be answered'} today."
    if answer.status == "not_covered":
        return "but nothing could be shown for it, so there is no answer." if enough else "so there is no answer."
    if not enough:  # each part of a question is checked by itself as well
        return "but a part of the question passes by itself, so that is answered."
    return "so the question counts as covered" + (" in part." if answer.missing else ".")


def _own_words(xray: Xray) -> str:
    """What came of the words that a follow-up names itself, where that decided something."""
    if xray.alone:
        return (
            f" “{xray.alone}” was searched for by itself: what was found for it together with what it is about does not hold "
            "what it names."
        )
    if not xray.unheld or xray.confidence >= xray.threshold:
        return ""
    names = " and ".join(f"“{word}”" for word in xray.unheld)
    return f" It names {names} itself, which nothing that was found holds; what it is about is no answer to that."


def _left_out(answer: Answer) -> str:
    """The parts that the check by itself found not covered, as the question has them."""
    return f" Not covered, and so not answered: {'; '.join(answer.missing)}." if answer.missing else ""


def _note(answer: Answer, xray: Xray) -> str:
    """What keeps the table from telling everything, "" where nothing does."""
    if not xray.same_index:
        return "The index has changed since this answer; the scores are those of today."
    listed = {marker for candidate in xray.candidates for marker in candidate.markers}
    elsewhere = sorted({marker for sentence in answer.sentences for marker in sentence.citations} - listed)
    if not elsewhere:
        return ""
    if answer.missing or xray.confidence < xray.threshold:
        return f"Not in the table: {numbers(elsewhere)}. Each part of a question is searched for by itself as well."
    return f"Not in the table: {numbers(elsewhere)}. A list is quoted whole, also where it goes on beyond what was found."


def _row(candidate: Candidate, xray: Xray, fullest: float) -> dict[str, Any]:
    hit = candidate.hit
    path = hit.passage.heading_path
    place = breadcrumb(path[1:] if path[:1] == (hit.passage.title,) else path, hit.passage.page)
    words = "".join(shown for shown, _ in runs(" ".join(candidate.words.split())))
    adds, needed = told_apart(candidate.adds, xray.needed)
    return {
        "rank": hit.rank,
        "moved": candidate.first_rank - hit.rank,
        "title": hit.passage.title,
        "place": place,
        "words": words if len(words) <= LONGEST else words[: LONGEST - 1] + "…",
        "scores": [round(max(0.0, s), 3) for s in (hit.dense, hit.lexical, hit.score / fullest, hit.rerank or 0.0)],
        "shown": [f"{s:.2f}" for s in (hit.dense, hit.lexical, hit.score, hit.rerank or 0.0)],
        "used": candidate.fate == "quoted",
        "later": hit.rank > FIRST and candidate.fate != "quoted",
        "fate": _FATES[candidate.fate].format(markers=numbers(candidate.markers), adds=adds, needed=needed),
    }


def told_apart(less: float, more: float) -> tuple[str, str]:
    """Both with two decimals, or with as many as it takes, up to five, that they do not read alike.

    >>> told_apart(0.01, 0.02), told_apart(0.0196, 0.02)
    (('0.01', '0.02'), ('0.0196', '0.0200'))
    """
    for decimals in range(2, 6):
        told = f"{less:.{decimals}f}", f"{more:.{decimals}f}"
        if told[0] != told[1]:
            break
    return told


def _times(answer: Answer) -> list[dict[str, Any]]:
    seconds = dict(answer.seconds)
    known = seconds.get("retrieve", 0.0) + seconds.get("evidence", 0.0)
    seconds["write"] = max(0.0, seconds.get("total", known) - known)
    return [
        {"name": name, "told": told, "seconds": round(seconds[key], 4)}
        for key, (name, told) in _STEPS.items()
        if key in seconds
    ]
