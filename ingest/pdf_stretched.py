"""The pieces of a page in, the same out with the words of stretched lines together.

Narrow columns that are even at both edges hold lines of few words with wide gaps, which are no cells of a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.pdf_columns import PdfLine, Piece, is_mark, lines_of

_NARROWEST, _WIDEST = 0.3, 3.0  # of the size: the gaps of a stretched line
_UNEVEN = 0.12  # of the size: by how much these differ at most
_STOPPED = 2.2  # times as wide a gap may be behind the end of a sentence
_LEVEL = 1.0  # points by which edges that are one may differ


def with_stretched(pieces: Sequence[Piece], number: int) -> list[Piece]:
    """The pieces in their order; the gaps of a stretched line are alike, and the line above or below ends where it does."""
    lines = lines_of(list(pieces), number)
    shown: list[Piece] = []
    for at, line in enumerate(lines):
        start = int(is_mark(line.pieces[0].text.strip()))
        words = line.pieces[start:]
        near = [lines[other] for other in (at - 1, at + 1) if 0 <= other < len(lines)]
        if _is_stretched(words) and any(_is_even(line, other) for other in near):
            text = " ".join(word.text.strip() for word in words)
            shown += [*line.pieces[:start], replace(words[0], text=text, right=words[-1].right)]
        else:
            shown += line.pieces
    return shown


def _is_even(line: PdfLine, other: PdfLine) -> bool:
    level = abs(line.x - other.x) < _LEVEL and abs(line.right - other.right) < _LEVEL
    return level and abs(line.y - other.y) < 2 * line.size


def _is_stretched(words: Sequence[Piece]) -> bool:
    """Whether words that begin small, in one face, stand at even distances."""
    if len(words) < 3 or 2 * sum(word.text[:1].islower() for word in words) < len(words):
        return False
    size, face = words[0].size, (words[0].size, words[0].bold, words[0].fixed)
    if any((word.size, word.bold, word.fixed) != face or " " in word.text.strip() for word in words):
        return False
    gaps = [(word.x - before.right) / size for before, word in pairwise(words)]
    plain = [gap for gap, word in zip(gaps, words, strict=False) if word.text[-1] not in ".,;:?!"] or gaps
    least, most = min(plain), max(plain)
    return least > _NARROWEST and most < min(_WIDEST, least + _UNEVEN) and max(gaps) < _STOPPED * most
