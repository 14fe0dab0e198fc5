"""What stands for a table or a list without telling it: its caption, the sentence that leads to it, one row of the most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ranker import Ranked
from assistant.units import Unit
from index.terms import words
from ingest.document import Document
from ingest.quotable import block_at

LONGEST = 150  # words of a table or list that is shown for it
_CAPTION = re.compile(r"\A(?:table|tab\.)\s+(?:\d+(?:\.\d+)*|[ivx]+|[a-z])\b", re.IGNORECASE)
_LEADS = re.compile(r"(?:\blike this|\bas follows|\b(?:the )?following|\bbelow|\bthese|:)[\s.:]*\Z", re.IGNORECASE)
_IN_TABLE = ("header", "row")


def introduced(unit: Unit, ranked: Sequence[Ranked]) -> Unit | None:
    """The table or list of the ranked ones that the last sentence of a unit is the caption of or leads to; None for others."""
    document = unit.document
    if unit.kind not in ("sentence", "paragraph"):
        return None
    at = block_at(document, unit.parts[-1].start)
    said = document.text[unit.parts[-1].start : unit.end]
    if document.text[unit.end : document.blocks[at].end].strip():
        return None
    if _CAPTION.match(said):
        place = next((near for near in (at + 1, at - 1) if _kind(document, near) in _IN_TABLE), None)
    else:
        place = at + 1 if _LEADS.search(said) and _kind(document, at + 1) in (*_IN_TABLE, "item") else None
    found = _short_one(ranked, document, document.blocks[place].start) if place is not None else None
    return replace(found, lead=None) if found is not None and found.kind == "list" else found


def around(unit: Unit, ranked: Sequence[Ranked]) -> Unit | None:
    """The table of the ranked ones that a row is of; None for another unit, and where it is long."""
    return _short_one(ranked, unit.document, unit.parts[0].start) if unit.kind == "row" else None


def _short_one(ranked: Sequence[Ranked], document: Document, start: int) -> Unit | None:
    """The best ranked table or list that holds the character `start` of a document, of those that are not long."""
    held = [
        each.unit
        for each in ranked
        if each.unit.kind in ("table", "list") and each.unit.document is document and each.unit.start <= start < each.unit.end
    ]
    return next((unit for unit in held if len(words(unit.text)) <= LONGEST), None)


def _kind(document: Document, place: int) -> str:
    return document.blocks[place].kind if 0 <= place < len(document.blocks) else ""
