"""Which program made the terms and the texts of an index: two with the same digests make them the same way."""

from __future__ import annotations

import hashlib
import inspect
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from index import content, lexical, terms

STEMMER = "PyStemmer"


@cache
def terms_digest() -> str:
    """SHA-256, hex, over the source of what the lexical index is made by, and the version of the stemmer.

    A comment changes it as well: that costs counting every word once more, which is seconds, and embeds nothing.
    """
    try:
        stemmer = version(STEMMER)
    except PackageNotFoundError:
        stemmer = ""
    return _digest([inspect.getsource(terms), inspect.getsource(lexical), stemmer])


@cache
def texts_digest() -> str:
    """SHA-256, hex, over the source of what is embedded for a passage: with another one no vector serves again."""
    return _digest([inspect.getsource(content.lexical_text)])


def _digest(parts: list[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}\n{part}".encode())
    return digest.hexdigest()
