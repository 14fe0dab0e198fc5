"""An answer in, the plain values out that the page's script draws: words, addresses, numbers; never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answer import Answer, Citation, Sentence
from assistant.transcript import answer_markdown
from ingest.document import Document, cell_spans
from ui.render import breadcrumb, runs

LONGEST_QUOTE = 900  # characters of a quote shown beside its number


def answer_data(
    answer: Answer, library: Mapping[str, Document], *, running: bool, corpus: Path | None = None
) -> dict[str, Any]:
    """What `answer.js` draws. `library` holds the documents as they are now, by id; their files lie in `corpus`."""
    documents = {citation.document_id: library.get(citation.document_id) for citation in answer.citations}
    by_marker = {citation.marker: citation for citation in answer.citations}
    places = {citation.marker: place(citation) for citation in answer.citations}
    return {
        "running": running,
        "views": [_view(title, sentences, answer, documents) for title, sentences in grouped(answer.sentences)],
        "citations": {
            str(c.marker): {
                "quote": c.quote if len(c.quote) <= LONGEST_QUOTE else c.quote[: LONGEST_QUOTE - 1] + "…",
                "title": c.title,
                "place": places[c.marker],
                "changed": changed(c, documents[c.document_id]),
            }
            for c in answer.citations
        },
        "differing": [
            {
                "figure": position.figure,
                "marker": position.marker,
                "title": by_marker[position.marker].title,
                "date": _date_of(documents[by_marker[position.marker].document_id], corpus),
            }
            for position in answer.disagreement
            if position.marker in by_marker
        ],
        "sources": [] if running else _sources(answer, documents),
        "copy": "" if running else answer_markdown(answer),
    }


def grouped(sentences: Iterable[Sentence]) -> list[tuple[str, list[Sentence]]]:
    """The sentences by whose view they are, in order; "" where there is only one view."""
    groups: list[tuple[str, list[Sentence]]] = []
    for sentence in sentences:
        if not groups or groups[-1][0] != sentence.attribution:
            groups.append((sentence.attribution, []))
        groups[-1][1].append(sentence)
    return groups


def place(citation: Citation) -> str:
    """Where in its document the quoted words stand, in words. Not escaped."""
    path = citation.heading_path
    path = path[1:] if path and path[0] == citation.title else path  # most documents open with their title as heading
    return breadcrumb(path, citation.page) or "Beginning"


def changed(citation: Citation, document: Document | None) -> str:
    """What happened to the source since it was quoted, in a few words; "" for nothing, or nothing that is known."""
    if document is None:
        return "no longer in the library"
    if citation.quote not in document.text:
        return "changed since, these words are gone"
    if citation.digest and citation.digest != document.digest:
        return "changed since, these words still stand"
    return ""


def dated(document: Document | None) -> str:
    """When a document says it was written, "" where it does not."""
    value = "" if document is None else str(document.meta.get("date") or document.meta.get("updated") or "")
    return " ".join(value.split())[:40]


def _date_of(document: Document | None, corpus: Path | None) -> str:
    """The date a document gives, or else that of its file; "" for neither."""
    if document is None or corpus is None or dated(document):
        return dated(document)
    try:
        changed_at = (corpus / document.id).stat().st_mtime
    except (OSError, ValueError):
        return ""
    return f"undated, file of {date.fromtimestamp(changed_at):%Y-%m-%d}"


def numbers(markers: Sequence[int]) -> str:
    """
    >>> numbers([1, 2, 3, 5])
    '1–3, 5'
    """
    spans: list[list[int]] = []
    for marker in markers:
        if spans and marker == spans[-1][1] + 1:
            spans[-1][1] = marker
        else:
            spans.append([marker, marker])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


def _view(
    title: str, sentences: Sequence[Sentence], answer: Answer, documents: Mapping[str, Document | None]
) -> dict[str, Any]:
    cited = {c.marker: c.document_id for c in answer.citations}
    sources = {cited[marker] for sentence in sentences for marker in sentence.citations if marker in cited}
    date = dated(documents[sources.pop()]) if len(sources) == 1 else ""
    return {
        "title": title,
        "date": date,
        "sentences": [_sentence(sentence, cited) for sentence in sentences],
    }


def _sentence(sentence: Sentence, cited: Mapping[int, str]) -> dict[str, Any]:
    bullet = sentence.bullet.strip()
    ordinal = int(bullet[:-1]) if re.fullmatch(r"\d{1,9}\.", bullet) else None
    return {
        "runs": [] if sentence.code else runs(" ".join(sentence.text.split())),
        "code": sentence.text if sentence.code else "",
        "cells": None if sentence.code or " | " not in sentence.text else _cells(sentence.text),
        "item": bool(bullet),
        "ordinal": ordinal,
        "depth": min(3, (len(sentence.bullet) - len(sentence.bullet.lstrip())) // 2) if bullet else 0,
        "cites": [marker for marker in sentence.citations if marker in cited],
    }


def _cells(row: str) -> list[list[tuple[str, str]]]:
    return [list(runs(row[start:end])) for start, end in cell_spans(row)]


def _sources(answer: Answer, documents: Mapping[str, Document | None]) -> list[dict[str, Any]]:
    """One entry a document, in order of its first number."""
    by_document: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_document.setdefault(citation.document_id, []).append(citation)
    return [
        {
            "title": cited[0].title,
            "numbers": numbers([c.marker for c in cited]),
            "first": cited[0].marker,
            "date": dated(documents[document_id]),
            "changed": next((told for c in cited if (told := changed(c, documents[document_id]))), ""),
        }
        for document_id, cited in by_document.items()
    ]
