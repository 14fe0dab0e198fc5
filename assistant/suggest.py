"""Questions to offer next, near an answer or near a question that is not covered; only answerable ones are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.answer import Answer
from assistant.orders import is_order
from index.hit import Hit
from index.terms import terms
from ingest.document import Document, Section

MAX_SUGGESTIONS = 3
TRIED = 8  # questions that are checked at most
ALIKE = 0.6  # share of content words in common from which a question repeats another
_LONGEST = 90  # characters of a heading that makes a question
_EMPTY = re.compile(
    r"^(?:introduction|summary|overview|conclusion|references?|further reading|contents?|appendix|notes?|table of contents)\b",
    re.I,
)
_ASKS = re.compile(r"^(?:what|which|when|where|who|why)\b", re.I)
# Verbs that begin a heading as an order; none of those that are nouns as well ("Test data", "Use cases").
_DO = re.compile(
    r"^(?:add|apply|attend|avoid|become|build|choose|collect|configure|connect|create|define|deploy|develop|download|explore"
    r"|find|follow|gain|get|implement|improve|install|join|keep|learn|make|master|pick|prepare|run|save|select|sharpen"
    r"|understand|write)\s+(?!(?:and|or|of|for|in|is|are|vs)\b)\w",
    re.I,
)
_COUNTED = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+(?=[^\W\d])")
_NAMED = re.compile(r"^(?:after|before|during|in|on|at|from|for|with|the)\b|:|\d", re.I)  # reads as a name, not as a topic
_RESOURCES = re.compile(r"^(?:resources|references|documentation|tools and texts)\s+for\s+(?P<topic>.+)$", re.I)


def suggestions(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Questions made of the nearest sections' own headings, so that each has a section that answers it."""
    offered: dict[str, None] = {}
    for hit in hits:
        passage = hit.passage
        heading = next((h for h in reversed(passage.heading_path) if h != passage.title), "")
        if is_order(heading) or is_order(passage.title):
            continue
        offered.setdefault(question_about(heading, passage.title, passage.text))
        if len(offered) == MAX_SUGGESTIONS:
            break
    return tuple(offered)


def question_about(heading: str, title: str, text: str = "") -> str:
    """A question that a section answers, made of its heading; of the document's title where there is no heading.

    `text` tells which words keep their capital.

    >>> question_about("Why learn SQL", "SQL"), question_about("How to practise", "SQL")
    ('Why learn SQL?', 'How do I practise?')
    >>> question_about("2. Build a portfolio", "Steps")
    'How do I build a portfolio?'
    >>> question_about("Common mistakes", "SQL")
    'What should I know about common mistakes (SQL)?'
    """
    heading = _COUNTED.sub("", heading.strip()).rstrip(".:")
    if not heading:
        return f"What should I know about {_lowered(title, text)}?"
    if heading.endswith("?"):
        return heading
    done = heading[7:] if heading.lower().startswith("how to ") else heading if _DO.match(heading) else ""
    if done:
        return f"How do I {done[0].lower()}{done[1:]}?"
    if resources := _RESOURCES.match(heading):
        return f"Which resources are there for {resources['topic']}?"
    if _ASKS.match(heading):
        return f"{heading}?"
    if _NAMED.search(heading):
        return f"What does “{title}” say about “{heading}”?"
    named = "" if set(terms(title)) & set(terms(heading)) else f" ({title})"
    return f"What should I know about {_lowered(heading, text)}{named}?"


def nearby_questions(answer: Answer, documents: Mapping[str, Document]) -> Iterator[str]:
    """Questions about what stands near the answer: sections after the cited ones, then what else was found. Not checked."""
    cited: dict[str, int] = {}
    for citation in answer.citations:
        cited[citation.document_id] = max(citation.end, cited.get(citation.document_id, 0))
    following = [list(_after(documents[name], end)) for name, end in cited.items() if name in documents]
    for round_ in range(2):
        for sections in following:
            if round_ < len(sections):
                yield sections[round_]
    for hit in answer.hits:
        document = documents.get(hit.passage.document_id)
        heading = next((h for h in reversed(hit.passage.heading_path) if h != hit.passage.title), "")
        if document is not None and not _cites(answer, hit) and _asks_well(heading, document):
            yield question_about(heading, document.title, document.text)


def answerable(questions: Iterable[str], asked: Sequence[str], ask: Callable[[str], Answer]) -> tuple[str, ...]:
    """The first few of the questions that are answered when they are asked, and that do not repeat one asked before."""
    before = [set(terms(question)) for question in asked]
    kept: list[str] = []
    tried = 0
    for question in questions:
        words = set(terms(question))
        if len(kept) == MAX_SUGGESTIONS or tried == TRIED:
            break
        if not words or any(len(words & known) / len(words) >= ALIKE for known in before):
            continue
        before.append(words)
        tried += 1
        if ask(question).status == "answered":
            kept.append(question)
    return tuple(kept)


def _after(document: Document, end: int) -> Iterator[str]:
    """Questions about the sections that begin behind `end`, then about those before."""
    later = [section for section in document.sections if section.start >= end]
    for section in (*later, *(section for section in document.sections if section.start < end)):
        heading = _heading(section, document)
        if heading and _asks_well(heading, document):
            yield question_about(heading, document.title, document.text)


def _heading(section: Section, document: Document) -> str:
    return section.heading_path[-1] if section.heading_path and section.heading_path[-1] != document.title else ""


def _asks_well(heading: str, document: Document) -> bool:
    """Whether a question about the heading asks something, and repeats no order that a document gives to its reader."""
    named = f"{document.title}\n{heading}"
    return not _EMPTY.match(heading) and len(heading) <= _LONGEST and not is_order(named)


def _cites(answer: Answer, hit: Hit) -> bool:
    return any(
        citation.document_id == hit.passage.document_id and start < citation.end and citation.start < end
        for citation in answer.citations
        for start, end in hit.passage.spans
    )


def _lowered(heading: str, text: str) -> str:
    """The heading as it stands inside a sentence: its first word keeps a capital that it has there in the text as well."""
    first = heading.split()[0]
    named = any(letter.isupper() for letter in first[1:]) or not first[:1].isupper()
    if named or re.search(rf"[a-z,;] {re.escape(first)}\b", text):
        return heading
    return heading[0].lower() + heading[1:]
