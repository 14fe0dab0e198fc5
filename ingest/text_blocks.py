"""What plain text is read into before it becomes a document: blocks whose heading levels are still to be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.document import BlockKind

Style = Literal["marked", "title", "plain", "capitals", "series", "decimal", "reference", "label", "question", "poster", ""]


@dataclass(slots=True)
class TextBlock:
    """A block as the builder takes it; `style` says by which sign a heading was known."""

    kind: BlockKind
    text: str
    level: int = 0
    ordinal: int | None = None
    cells: tuple[str, ...] = ()
    style: Style = ""
    series: str = ""  # the word or sign that its numbered siblings share
    number: int = 0


def heading_style(text: str) -> Style:
    """How a heading without a mark is written: in capitals, or plain."""
    return "capitals" if text.isupper() else "plain"
