"""Questions to offer next, near an answer or near a question that is not covered; only answerable ones are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.answer import Answer
from assistant.ellipsis import pointing_back
from assistant.orders import is_order
from index.hit import Hit
from index.terms import terms
from ingest.document import Document, Section

MAX_SUGGESTIONS = 3
TRIED = 8  # questions that are checked at most
NEAR = 0.3  # least cosine of the best passage: below it all headings are as far from the question as any others
ALIKE = 0.6  # share of content words in common from which a question repeats another
_LONGEST = 90  # characters of a heading that makes a question
_EMPTY = re.compile(
    r"^(?:introduction|summary|overview|conclusion|references?|further reading|contents?|appendix|notes?|table of contents"
    r"|faqs?|frequently asked questions|questions|page \d+|at a glance|in brief)\b",
    re.I,
)
# Verbs that begin a heading as an order; those that are nouns as well ("Test data", "Use cases") only before an article.
_DO = re.compile(
    r"^(?:(?:add|apply|attend|avoid|become|build|choose|collect|configure|connect|create|define|deploy|develop|download|explore"
    r"|find|follow|gain|get|implement|improve|install|join|keep|learn|make|master|pick|prepare|run|save|select|sharpen"
    r"|understand|write)\s+(?!(?:and|or|of|for|in|is|are|vs)\b)\w"
    r"|(?:ask|automate|check|evaluate|measure|plan|practi[cs]e|read|start|study|take|test|train|use)\s+(?:an?|the|your|one|every)\b)",
    re.I,
)
_HOW_TO = re.compile(r"^how\s+to\s+(?P<done>[^:|?(]+)", re.I)
_COUNTED = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+(?=[^\W\d])")
_AUX = r"is|are|was|were|do|does|did|can|could|should|would|will|must|have|has"
_ASKS = re.compile(r"^(?:what|which|when|where|who|why|how)\b", re.I)
_ASKED = re.compile(
    rf"^(?:(?:what|when|where|who|why|how)\s+(?:{_AUX})|how\s+(?:long|much|many)\s+(?:\w+\s+)?(?:do|does|did|can|should)|what\s+(?:goes|happens|helps|comes|makes))\b",
    re.I,
)
_TURNED = re.compile(  # "Why people fail": a subject in the plural, its verb, and no word that could be the verb instead
    r"^why\s+(?P<who>people|you|we|they|[\w-]+[^\W\dsui]s)\s+(?P<does>(?:[a-z-]*[^\Wsdg])(?:$|\s+(?:at|to|in|on|from|with|the|an?|so|your)\b.*))",
    re.I,
)
# Reads as a name or as a sentence, not as a topic.
_NAMED = re.compile(
    r"^(?:after|and|at|because|before|but|by|during|for|from|if|in|of|on|so|that|the|then|to|when|while|with|without)\b"
    rf"|[:,;|!?()\"“”\d]|\s[-–—]\s|\.\s|\b(?:{_AUX}|am|had|cannot|i|me|we|you|they|it|he|she)\b|n['’]t\b",
    re.I,
)
_HEAD = re.compile(r"^.+?(?=\s+(?:about|at|for|from|in|of|on|per|that|to|with)\b|$)", re.I)
_BARE = re.compile(
    r"^an?\s|(?:s|ing|ion|ity|ment|[ae]nce|[cgr]y)$", re.I
)  # endings of plurals and of words that need no article
_LETTER = re.compile(r"^(?:from|to|subject|re|date):", re.I)  # the head of a letter names nothing to ask about
_OPEN = re.compile(r"\b(?:you|your|it|its|they|them|their|this|these|those)\b", re.I)  # what it means stands elsewhere
_YOUR = re.compile(r"\byour(self)?\b", re.I)
_YOU = re.compile(r"(?:(?<=before )|(?<=when )|(?<=that )|(?<=while )|(?<=if ))you\b(?! are\b)", re.I)
_RESOURCES = re.compile(r"^(?:resources|references|documentation|tools and texts)\s+for\s+(?P<topic>.+)$", re.I)


def suggestions(hits: Sequence[Hit], asked: str = "") -> tuple[str, ...]:
    """Questions made of the nearest sections' own headings, so that each has a section that answers it.

    None that repeats `asked`, the question that was just refused; none at all where nothing is near it.
    """
    if is_far(hits):
        return ()
    refused = set(terms(asked))
    offered: dict[str, None] = {}
    for hit in hits:
        passage = hit.passage
        heading = next((h for h in reversed(passage.heading_path) if h != passage.title), "")
        if _EMPTY.match(heading) or is_order(heading) or is_order(passage.title):
            continue
        question = question_about(heading, passage.title, passage.text)
        if question and not _repeats(set(terms(question)), refused):
            offered.setdefault(question)
        if len(offered) == MAX_SUGGESTIONS:
            break
    return tuple(offered)


def is_far(hits: Sequence[Hit]) -> bool:
    """Whether what was found is found only because something always is."""
    return max((hit.dense for hit in hits), default=0.0) < NEAR


def question_about(heading: str, title: str, text: str = "") -> str:
    """A question that a section answers, made of its heading; of the document's title where there is no heading.

    `text` tells which words keep their capital. "" for what makes no question.

    >>> question_about("Why people fail", "SQL"), question_about("How to practise", "SQL")
    ('Why do people fail?', 'How do I practise?')
    >>> question_about("2. Build a portfolio", "Steps"), question_about("What joins do", "SQL")
    ('How do I build a portfolio?', 'Could you tell me what joins do?')
    >>> question_about("Common mistakes", "SQL")
    'What should I know about common mistakes (SQL)?'
    """
    heading = _COUNTED.sub("", heading.strip(" *-–—")).rstrip(".:")
    title = title.strip('"“” ')
    if (asked := _asked(heading or title)) and not pointing_back(asked):
        return asked
    if asked:
        heading = heading.rstrip("?")
    if _LETTER.match(title):
        return ""
    if not heading:
        return (
            f"What is “{title}” about?"
            if " " in title and _named(title)
            else f"What should I know about {_lowered(title, text)}?"
        )
    if _named(heading):
        return f"What does “{title}” say about “{heading}”?"
    if set(terms(title)) & set(terms(heading)):
        return f"What should I know about {_lowered(heading, text)}?"
    if re.search(r"[:|?!()]", title):
        return f"What does “{title}” say about “{heading}”?"
    return f"What should I know about {_lowered(heading, text)} ({title})?"


def _named(heading: str) -> bool:
    """Whether it reads as a name, a sentence or a thing that lacks its article: it stands in a question only in quotes."""
    head = _HEAD.match(heading)
    shouted = heading.isupper() and " " in heading
    return shouted or bool(_NAMED.search(heading)) or head is None or not _BARE.search(head[0])


def _asked(heading: str) -> str:
    """The question that a heading or title is itself or tells to do; "" where it is a name or a topic."""
    if heading.isupper() and " " in heading and "?" not in heading:
        return ""
    if (order := _HOW_TO.match(heading)) or (_DO.match(heading) and not re.search("[:?]", heading)):
        done = order["done"].rstrip() if order else heading
        done = _YOUR.sub(lambda own: "myself" if own[1] else "my", _YOU.sub("I", done))
        return f"How do I {done[0].lower()}{done[1:]}?"
    if "?" in heading:
        return heading[: heading.rindex("?") + 1]
    if resources := _RESOURCES.match(heading):
        return f"Which resources are there for {resources['topic']}?"
    if not _ASKS.match(heading) or "," in heading:
        return ""
    if _ASKED.match(heading):
        return f"{heading}?"
    if turned := _TURNED.match(heading):
        return f"Why do {turned['who']} {turned['does']}?"
    return "" if _OPEN.search(heading) else f"Could you tell me {heading[0].lower()}{heading[1:]}?"


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
    for hit in () if answer.status == "not_covered" and is_far(answer.hits) else answer.hits:
        document = documents.get(hit.passage.document_id)
        heading = next((h for h in reversed(hit.passage.heading_path) if h != hit.passage.title), "")
        if document is None or _cites(answer, hit) or not _asks_well(heading, document):
            continue
        if question := question_about(heading, document.title, document.text):
            yield question


def answerable(questions: Iterable[str], asked: Sequence[str], ask: Callable[[str], Answer]) -> tuple[str, ...]:
    """The first few of the questions that are answered when they are asked, and that do not repeat one asked before."""
    before = [set(terms(question)) for question in asked]
    kept: list[str] = []
    tried = 0
    for question in questions:
        words = set(terms(question))
        if len(kept) == MAX_SUGGESTIONS or tried == TRIED:
            break
        if not words or any(_repeats(words, known) for known in before):
            continue
        before.append(words)
        tried += 1
        if ask(question).status == "answered":
            kept.append(question)
    return tuple(kept)


def _repeats(words: set[str], known: set[str]) -> bool:
    return bool(words) and len(words & known) / len(words) >= ALIKE


def _after(document: Document, end: int) -> Iterator[str]:
    """Questions about the sections that begin behind `end`, then about those before."""
    later = [section for section in document.sections if section.start >= end]
    for section in (*later, *(section for section in document.sections if section.start < end)):
        heading = _heading(section, document)
        asks = heading and _asks_well(heading, document)
        if asks and (question := question_about(heading, document.title, document.text)):
            yield question


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
    titled = first not in ("A", "An") and re.search(r"\s[A-Z][a-z]{3}", heading)  # "Soft Skills" stays as it is
    if named or titled or re.search(rf"[a-z,;] {re.escape(first)}\b", text):
        return heading
    return heading[0].lower() + heading[1:]
