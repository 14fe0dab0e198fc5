"""What the tests of Markdown read with."""

from ingest.document import Document
from ingest.markdown import read_markdown


def read(text: str) -> Document:
    """A guide in Markdown."""
    return read_markdown(text.encode(), "guide.md")


def kinds(document: Document) -> list[tuple[str, str]]:
    """Its blocks: kind and words."""
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
