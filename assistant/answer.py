"""The answer and its parts, and their form as text and as JSON (the contract of `roadmap ask --json`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from index.hit import Hit

Mode = Literal["auto", "quote", "write"]
Status = Literal["answered", "partial", "not_covered"]
REFUSAL = "The documents do not cover this."  # how the text of a refusal begins


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words a sentence rests on: `document.text[start:end] == quote`, offsets 0-based and half-open."""

    marker: int  # 1-based, unique within the answer
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    quote: str
    digest: str = ""  # of the document's source when it was quoted, "" where unknown: tells whether it has changed since


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, list item or table row of an answer.

    `quoted` sentences are words of the documents; `written` ones are a model's, shown only when their citations support them.
    """

    text: str
    kind: Literal["quoted", "written"]
    citations: tuple[int, ...]  # markers
    support: float  # 0 to 1; 1 for quotes
    bullet: str = ""  # "-" or "1." for list items, made by the program
    attribution: str = ""  # whose view this is, where several sources answer: a document title
    code: bool = False  # a piece of code: its lines stay lines


@dataclass(frozen=True, slots=True)
class Position:
    """The figure that one document gives where others give different ones, in its own words."""

    marker: int  # of the citation
    figure: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    `not_covered` answers have no sentences; `suggestions` then names covered topics nearby, as questions.
    """

    question: str
    standalone_question: str
    status: Status
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float  # calibrated probability that the documents cover the question, 0 to 1
    mode: Literal["quote", "write"]
    model: str  # id of the generator, "" in quote mode
    seconds: Mapping[str, float] = field(default_factory=dict)  # retrieve, evidence, first_token, total
    missing: tuple[str, ...] = ()  # parts of the question the documents do not cover
    suggestions: tuple[str, ...] = ()
    generation: int = 0  # of the index that answered
    disagreement: tuple[Position, ...] = ()  # where documents give different figures for what is asked: one entry each
    notice: str = ""  # said beside it: why the generator did not finish, or what cannot be done to the words of an answer


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Streamed first: what was searched for and what was found."""

    standalone_question: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SentenceReady:
    """Streamed for each sentence once it is verified, with the citations that were not streamed before."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """Streamed last."""

    answer: Answer


Event = Retrieved | SentenceReady | Finished


def sentences_text(sentences: tuple[Sentence, ...]) -> str:
    """The sentences as text with `[1]` markers: list items on lines of their own, each source's view under its name.

    Code stands in a fence, as in Markdown, with its marker below, so that what is copied is the code.

    >>> one = Sentence("Learn SQL.", "quoted", (1,), 1.0)
    >>> two = Sentence("pandas", "quoted", (2,), 1.0, bullet="-")
    >>> print(sentences_text((one, two)))
    Learn SQL. [1]
    - pandas [2]
    """
    lines: list[str] = []
    before: Sentence | None = None
    for sentence in sentences:
        marks = "".join(f"[{marker}]" for marker in sentence.citations)
        shown = fenced(sentence.text) + "\n" if sentence.code else _line(sentence.text) + " "
        text = f"{sentence.bullet} {shown}{marks}" if sentence.bullet else f"{shown}{marks}"
        new_view = sentence.attribution != (before.attribution if before else "")
        if new_view and sentence.attribution:
            lines.append(" ".join(sentence.attribution.split()) + ":")
        if before is None or new_view or any(each.bullet or each.code for each in (before, sentence)):
            lines.append(text)
        else:
            lines[-1] += " " + text
        before = sentence
    return "\n".join(lines)


def _line(text: str) -> str:
    """A text on one line; an empty first cell of a table gets a dash, so that no line begins with a bar."""
    return re.sub(r"^\| ", "– | ", " ".join(text.split()))


FENCED = re.compile(r"^(?P<fence>`{3,})\n(?P<code>.*?)\n(?P=fence)$", re.MULTILINE | re.DOTALL)  # as `fenced` makes it


def fenced(code: str) -> str:
    """Code between two fences that are longer than any run of backticks in it."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
    return f"{fence}\n{code}\n{fence}"


def answer_text(answer: Answer) -> str:
    """The whole answer as plain text, refusals included."""
    if answer.status == "not_covered":
        text = REFUSAL
        if answer.suggestions:
            text += " They do answer: " + " · ".join(answer.suggestions)
        return text
    text = sentences_text(answer.sentences)
    if answer.missing:
        text += "\nNot covered by the documents: " + "; ".join(answer.missing) + "."
    return text


def disagreement_text(answer: Answer) -> str:
    """The figures that differ, each with the number of its source; "" where none do."""
    if not answer.disagreement:
        return ""
    told = "; ".join(f"{position.figure} [{position.marker}]" for position in answer.disagreement)
    return f"The documents give different figures: {told}."


def hit_json(hit: Hit) -> dict[str, object]:
    """One entry of `contexts`."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "document": passage.document_id,
        "title": passage.title,
        "section": list(passage.heading_path),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(hit.score, 4),
        "dense": round(hit.dense, 4),
        "lexical": round(hit.lexical, 4),
        "rerank": None if hit.rerank is None else round(hit.rerank, 4),
    }


def answer_json(answer: Answer, question_id: str = "") -> dict[str, object]:
    """The answer as `roadmap ask --json` and `roadmap batch` print it."""
    return {
        "id": question_id,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "status": answer.status,
        "answer": answer_text(answer),
        "sentences": [
            {
                "text": s.text,
                "kind": s.kind,
                "citations": list(s.citations),
                "support": round(s.support, 3),
                "bullet": s.bullet,
                "attribution": s.attribution,
                "code": s.code,
            }
            for s in answer.sentences
        ],
        "citations": [
            {
                "marker": c.marker,
                "document": c.document_id,
                "title": c.title,
                "section": list(c.heading_path),
                "page": c.page,
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
            }
            for c in answer.citations
        ],
        "contexts": [hit_json(hit) for hit in answer.hits],
        "confidence": round(answer.confidence, 3),
        "missing": list(answer.missing),
        "suggestions": list(answer.suggestions),
        "disagreement": [{"marker": position.marker, "figure": position.figure} for position in answer.disagreement],
        "model": answer.model,
        "mode": answer.mode,
        "generation": answer.generation,
        "notice": answer.notice,
        "seconds": {name: round(value, 4) for name, value in answer.seconds.items()},
    }
