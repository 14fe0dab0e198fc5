"""A corpus of short sentences, an assistant that ranks by shared words, and questions whose answers are known: no model."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answer import Answer, Citation, Mode, Sentence, Turn
from assistant.verify import support
from evals.items import EvalItem, Evidence
from evals.run import Bench
from index.hit import Hit
from index.manifest import Manifest
from ingest.document import Document, Passage, Section
from ingest.errors import RoadmapError

TOPICS = [
    "algebra",
    "calculus",
    "statistics",
    "python",
    "pandas",
    "numpy",
    "spark",
    "airflow",
    "docker",
    "kubernetes",
    "pytorch",
    "keras",
]
FACETS = (
    (
        "duration",
        "The {topic} module takes {n} weeks of evening study.",
        "how many weeks does {topic} evening study take",
        "{n} weeks",
    ),
    ("tool", "For {topic} practice the roadmap names toolkit T{n}.", "which toolkit is named for {topic} practice", "T{n}"),
    ("cost", "A certificate in {topic} costs {n} dollars.", "what costs a {topic} certificate", "{n} dollars"),
    ("project", "The closing {topic} project has {n} milestones.", "closing {topic} project milestones", "{n} milestones"),
)


def document(document_id: str, *paragraphs: str) -> Document:
    """Paragraphs separated by an empty line, one section."""
    text = "\n\n".join(paragraphs)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(document_id, document_id, text, (Section((document_id,), 0, len(text)),), (), digest)


def passages(source: Document) -> tuple[Passage, ...]:
    """One a paragraph."""
    found = []
    start = 0
    for number, paragraph in enumerate(source.text.split("\n\n")):
        span = (start, start + len(paragraph))
        found.append(Passage(f"{source.id}#{number}", source.id, source.title, (source.title,), None, (span,), paragraph))
        start = span[1] + 2
    return tuple(found)


def hit(source: Document, *spans: tuple[int, int], rank: int = 1) -> Hit:
    """A hit whose passage has these spans."""
    text = "\n".join(source.text[start:end] for start, end in spans)
    return Hit(Passage(f"{source.id}@{spans}", source.id, source.title, (), None, spans, text), rank, 1.0 / rank, 0.5, 0.5)


def citation(source: Document, quote: str, marker: int = 1, shift: int = 0) -> Citation:
    """A citation of the first place the quote stands at, shifted with its quote."""
    start = source.text.index(quote) + shift
    end = start + len(quote)
    return Citation(marker, source.id, source.title, (), None, start, end, source.text[start:end])


def answer(
    *sentences: Sentence, citations: Sequence[Citation] = (), status: str = "answered", confidence: float = 0.9
) -> Answer:
    """An answer with these sentences and nothing retrieved."""
    return Answer("q", "q", status, sentences, tuple(citations), (), confidence, "quote", "")  # type: ignore[arg-type]


@dataclass
class SmallIndex:
    """Stands for a snapshot."""

    documents: Mapping[str, Document]
    generation: int = 1
    manifest: Manifest = field(
        default_factory=lambda: Manifest(1, "2025-01-01T00:00:00+00:00", "words", "0" * 64, 4, 900, 0, 0, "corpus", ())
    )


def small_index() -> SmallIndex:
    """A document for every topic, a paragraph for every facet."""
    documents = [
        document(f"topics/{topic}.md", *(text.format(topic=topic, n=number_of(topic, facet)) for facet, text, _, _ in FACETS))
        for topic in TOPICS
    ]
    return SmallIndex({source.id: source for source in documents})


def number_of(topic: str, facet: str) -> int:
    """A figure between 11 and 98, different for most pairs."""
    return 11 + sum(map(ord, topic + facet)) % 88


def small_items() -> tuple[EvalItem, ...]:
    """48 answerable questions over the small index and 24 that it does not cover; every third belongs to the test split."""
    items = []
    for topic in TOPICS:
        for facet, text, question, must in FACETS:
            n = number_of(topic, facet)
            evidence = Evidence(f"topics/{topic}.md", text.format(topic=topic, n=n))
            wanted = ((must.format(n=n),),)
            items.append(EvalItem(f"{topic}-{facet}", question.format(topic=topic), "fact", evidence=(evidence,), must=wanted))
    for number in range(24):
        items.append(EvalItem(f"no-{number:02d}", f"who won race {number} in the desert", "unanswerable", answerable=False))
    return tuple(
        EvalItem(**{name: getattr(item, name) for name in item.__slots__} | {"split": "test" if place % 3 == 2 else "dev"})
        for place, item in enumerate(items)
    )


@dataclass
class WordAssistant:
    """Ranks passages by the share of the question's words they hold, and quotes the best one.

    The knobs are there to plant regressions: `weight` of the shared words in the ranking, `threshold` of the share from which
    it answers, `shift` of every citation in characters, `broken` questions that raise.
    """

    index: SmallIndex
    weight: float = 1.0
    threshold: float = 0.5
    shift: int = 0
    broken: Callable[[str], bool] = lambda question: False
    asked: list[tuple[str, int]] = field(default_factory=list)  # question, turns of history

    def search(self, question: str, history: Sequence[Turn] = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]:
        self.asked.append((question, len(history)))
        if self.broken(question):
            raise RuntimeError("planted")
        wanted = set(_words(question))
        scored = []
        for source in self.index.documents.values():
            for passage in passages(source):
                share = len(wanted & set(_words(passage.text))) / len(wanted)
                scored.append((-self.weight * share, passage.id, share, passage))
        ranked = sorted(scored, key=lambda entry: entry[:2])[:k]
        return question, tuple(Hit(p, rank, share, share, share) for rank, (_, _, share, p) in enumerate(ranked, start=1))

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        standalone, hits = self.search(question, history)
        best = hits[0]
        if best.score < self.threshold:
            return Answer(question, standalone, "not_covered", (), (), hits, best.score, "quote", "")
        source = self.index.documents[best.passage.document_id]
        cited = citation(source, best.passage.text, shift=self.shift)
        sentence = Sentence(best.passage.text, "quoted", (1,), 1.0)
        seconds = {"total": 0.01, "first_token": 0.005}
        return Answer(question, standalone, "answered", (sentence,), (cited,), hits, best.score, "quote", "", seconds)


def _words(text: str) -> list[str]:
    return [word.rstrip("s") for word in re.findall(r"\w+", text.casefold())]


class NoIndex(RoadmapError):
    """Stands for an index that cannot be opened."""


def open_words(*, missing: bool = False, fatal: str = "") -> Bench:
    """The word assistant's bench, for processes that open it by this name; a question that holds `fatal` ends its process."""
    if missing:
        raise NoIndex("There is no index here; build one.")

    def ends(question: str) -> bool:
        if fatal and fatal in question:
            os._exit(3)
        return "keras" in question  # those raise

    asked = WordAssistant(small_index(), threshold=0.7, broken=ends)
    return Bench(asked, asked.index.documents, support)
