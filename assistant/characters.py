"""Halves of characters, which JSON and command lines may hold, and no model, file or database does."""

from __future__ import annotations

import re

_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """The text with a replacement character for each half of a character.

    >>> whole("is \\ud83d it") == "is \\N{REPLACEMENT CHARACTER} it"
    True
    """
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
