"""`roadmap` with the embedder that is computable by hand: what the pages start to update an index in tests.

A document with "slowly" in its name takes a second to read, so that a test can look at a running update.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ui_fakes import WordLengthEmbedder

from index import changes
from ingest.document import Document
from ui import assembly, cli

COMMAND = [sys.executable, "-P", str(Path(__file__)), "index", "--json", "--progress-json"]
SLOWLY = "slowly"
_read = changes.read_document


def _slow_read(path: Path, document_id: str) -> Document:
    if SLOWLY in document_id:
        time.sleep(1.0)
    return _read(path, document_id)


if __name__ == "__main__":
    assembly.load_embedder = lambda settings: WordLengthEmbedder()
    assembly.embedder_identity = lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest)
    changes.read_document = _slow_read
    cli.main()
