"""The operators of a page in, what the text at hand is tagged as out: follows marked content (PDF 32000-1, 14.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.pdf_tags import Tag

Marked = tuple[Tag | None, bool]  # the tag, and whether the text is page furniture: a running head, a page number


class MarkedContent:
    """Told of every operator of one page; says what the text that was shown since the last question belongs to."""

    def __init__(self, tags: Mapping[int, Tag], page: Any) -> None:
        self._tags = tags  # by the number in the page
        self._page = page
        self._open: list[Marked] = []
        self._shown: Marked | None = None

    def follow(self, operator: bytes, operands: Any) -> None:
        """Take notice of an operator, before it takes effect."""
        if not self._tags:
            return
        if operator in (b"BDC", b"BMC"):
            self._open.append(self._entry(operands))
        elif operator == b"EMC":
            if self._open:
                self._open.pop()
        elif operator in (b"Tj", b"TJ", b"'", b'"') and self._shown is None:
            self._shown = self._open[-1] if self._open else (None, False)

    def take(self) -> Marked:
        """What the text shown since the last call is."""
        shown, self._shown = self._shown, None
        return shown or (None, False)

    def _entry(self, operands: Any) -> Marked:
        above = self._open[-1] if self._open else (None, False)
        if operands and operands[0] == "/Artifact":
            return None, True
        properties = operands[1] if len(operands) > 1 else None
        if isinstance(properties, str):  # a name: the entry stands with the resources of the page
            named = self._page.get("/Resources", {}).get("/Properties", {})
            properties = named.get(properties) if isinstance(named, Mapping) else None
        number = properties.get("/MCID") if isinstance(properties, Mapping) else None
        return (self._tags.get(number, above[0]) if isinstance(number, int) else above[0]), above[1]
