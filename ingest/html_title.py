"""The title of a page: what its `<title>` says, or the heading that the page shows, where the two differ."""

from __future__ import annotations

import re

from ingest.document import Document

_UNSAID = frozenset(["document", "untitled", "untitled document", "new page", "home", "index"])  # what programs put there
_AFTER = re.compile(r"\s*(?:[|·•»—–]|\s-|-\s)")  # between the title of a page and the name of its site


def page_title(stated: str, document: Document) -> str:
    """The title of a page whose `<title>` is `stated`."""
    headings = [(block.level, document.text[block.start : block.end]) for block in document.blocks if block.kind == "heading"]
    shown = {text for _, text in headings}
    for part in re.split(r"\s+[|·•—–-]\s+", stated):  # "Page · Site": the part that the page itself shows as a heading
        if part in shown:
            return part
    first = next((text for level, text in headings if level == 1), "")
    begins = stated.casefold().startswith(first.casefold()) and _AFTER.match(stated, len(first))
    if first and (begins or stated.casefold() in _UNSAID):
        return first
    return stated or document.title
