"""Pieces of a page in, the same pieces out with the large initials of paragraphs in front of the words that they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.pdf_columns import Piece

_LARGE = 1.8  # times the size of the text beside it: an initial is as high as two lines or more
_CAPITAL = 0.7  # of its size: the height of a capital letter
_MOST = 40  # initials of a page; a page with more large letters is no text
_WORDS = frozenset("AIO")  # letters that are words
_SPACE = 0.25  # of the size: the narrowest gap behind one that is a word


def with_initials(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces in their order. An initial stands level with the top of the line that it begins, and lower than it."""
    shown = list(pieces)
    dropped: set[int] = set()
    smallest = min((piece.size for piece in pieces), default=0.0)
    large = [at for at, piece in enumerate(pieces) if _is_capital(piece) and piece.size >= _LARGE * smallest]
    for index in large if len(large) <= _MOST else []:
        initial, letter = pieces[index], pieces[index].text.strip()
        beside = [at for at, piece in enumerate(pieces) if _is_beside(initial, piece)]
        first = max(beside, key=lambda at: (round(pieces[at].y), -pieces[at].x), default=None)
        if first is None or not _is_level(initial, pieces[first]):
            continue
        line = pieces[first]
        if any(line.y - pieces[at].y > 0.8 * line.size and abs(pieces[at].x - line.x) < line.size for at in beside):
            gap = " " if letter in _WORDS and line.x - initial.right > _SPACE * line.size else ""
            shown[first] = replace(line, text=f"{letter}{gap}{line.text.lstrip()}", x=initial.x)
            dropped.add(index)
    return [piece for index, piece in enumerate(shown) if index not in dropped]


def _is_capital(piece: Piece) -> bool:
    letter = piece.text.strip()
    return len(letter) == 1 and letter.isupper()


def _is_beside(initial: Piece, piece: Piece) -> bool:
    """Whether a piece is smaller and stands right of an initial, between its foot and its top."""
    beside = -0.2 * piece.size < piece.x - initial.right < 1.5 * piece.size
    foot, top = initial.y - 0.3 * piece.size, initial.y + initial.size
    return initial.size >= _LARGE * piece.size and beside and foot <= piece.y <= top


def _is_level(initial: Piece, piece: Piece) -> bool:
    return abs(initial.y + _CAPITAL * initial.size - piece.y - _CAPITAL * piece.size) < 0.4 * piece.size
