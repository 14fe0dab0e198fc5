"""An answer as JSON values and back without loss: the form conversations are stored in.

Unlike `answer_json`, the contract for other programs, it keeps every field, and may change with `FORMAT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.answer import Answer, Citation, Position, Sentence
from index.hit import Hit
from ingest.document import Passage
from ingest.errors import RoadmapError

FORMAT = 1


class RecordUnknown(RoadmapError):
    """An answer was stored in another format than this version reads."""


def answer_record(answer: Answer) -> dict[str, Any]:
    """The answer as a tree of dicts, lists, strings and numbers."""
    return {
        "format": FORMAT,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "status": answer.status,
        "sentences": [
            {
                "text": s.text,
                "kind": s.kind,
                "citations": list(s.citations),
                "support": s.support,
                "bullet": s.bullet,
                "attribution": s.attribution,
                "code": s.code,
            }
            for s in answer.sentences
        ],
        "citations": [
            {
                "marker": c.marker,
                "document_id": c.document_id,
                "title": c.title,
                "heading_path": list(c.heading_path),
                "page": c.page,
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
                "digest": c.digest,
            }
            for c in answer.citations
        ],
        "hits": [_hit_record(hit) for hit in answer.hits],
        "confidence": answer.confidence,
        "mode": answer.mode,
        "model": answer.model,
        "seconds": dict(answer.seconds),
        "missing": list(answer.missing),
        "suggestions": list(answer.suggestions),
        "generation": answer.generation,
        "disagreement": [{"marker": position.marker, "figure": position.figure} for position in answer.disagreement],
        "notice": answer.notice,
    }


def answer_from_record(record: Mapping[str, Any]) -> Answer:
    """The answer that `answer_record` wrote.

    Raises:
        RecordUnknown: another version wrote it.
        KeyError, TypeError: it did not write this.
    """
    if record["format"] != FORMAT:
        raise RecordUnknown(
            f"An answer is stored in format {record['format']!r}, this version reads {FORMAT}; update the program."
        )
    return Answer(
        question=record["question"],
        standalone_question=record["standalone_question"],
        status=record["status"],
        sentences=tuple(Sentence(**{**s, "citations": tuple(s["citations"])}) for s in record["sentences"]),
        citations=tuple(Citation(**{**c, "heading_path": tuple(c["heading_path"])}) for c in record["citations"]),
        hits=tuple(_hit(hit) for hit in record["hits"]),
        confidence=record["confidence"],
        mode=record["mode"],
        model=record["model"],
        seconds=record["seconds"],
        missing=tuple(record["missing"]),
        suggestions=tuple(record["suggestions"]),
        generation=record["generation"],
        disagreement=tuple(Position(**position) for position in record.get("disagreement", ())),
        notice=record.get("notice", ""),
    )


def _hit_record(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "passage": {
            "id": passage.id,
            "document_id": passage.document_id,
            "title": passage.title,
            "heading_path": list(passage.heading_path),
            "page": passage.page,
            "spans": [list(span) for span in passage.spans],
            "text": passage.text,
        },
        "rank": hit.rank,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
        "rerank": hit.rerank,
    }


def _hit(record: Mapping[str, Any]) -> Hit:
    stored = record["passage"]
    passage = Passage(
        **{
            **stored,
            "heading_path": tuple(stored["heading_path"]),
            "spans": tuple((start, end) for start, end in stored["spans"]),
        }
    )
    return Hit(**{**record, "passage": passage})
