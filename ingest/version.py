"""Which readers these are: two programs with the same digest read the same document the same way."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# The libraries that text comes through; what only draws pages or walks folders is not among them.
LIBRARIES = ("beautifulsoup4", "lxml", "markdown-it-py", "mdit-py-plugins", "pypdf", "pypdfium2", "python-docx", "PyYAML")


@cache
def readers_digest(folder: Path = Path(__file__).parent) -> str:
    """SHA-256, hex, over the source of this package and the versions of the libraries it reads with.

    A comment changes it as well: that costs reading every document once more, and spares a number that somebody must remember
    to raise.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py"), key=lambda path: path.name):
        source = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name} {len(source)}\n".encode() + source)
    for name in LIBRARIES:
        try:
            found = version(name)
        except PackageNotFoundError:
            found = ""
        digest.update(f"{name} {found}\n".encode())
    return digest.hexdigest()
