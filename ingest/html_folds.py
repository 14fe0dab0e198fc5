"""The tree of an HTML page in, the same tree out with the names of what folds as headings: the questions of an FAQ, say.

A `<summary>` heads what its `<details>` unfolds. Text below the fold would stand under that heading as well, so folds keep
their names as text unless other folds, a heading or the end of the page follow. Takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from bs4.element import NavigableString, PageElement, Tag

from ingest.builder import clean_inline
from ingest.text_signs import is_titular

_HEADING = re.compile(r"h([1-6])\Z")


def title_folds(root: Tag) -> None:
    """Turn the names of folds below a heading into headings one level below it; folds inside of others keep theirs."""
    level = 0  # of the last heading
    run: list[Tag] = []  # folds that follow each other
    for piece in chain(_pieces(root), [None]):
        if isinstance(piece, Tag) and piece.name == "details":
            run.append(piece)
            continue
        if level and not isinstance(piece, NavigableString):
            _title(run, min(6, level + 1))
        run.clear()
        if isinstance(piece, Tag):
            level = int(piece.name[1])


def _pieces(root: Tag) -> Iterator[Tag | NavigableString]:
    """The headings, the outermost folds and the texts beside them, in reading order."""
    pending: list[PageElement] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Tag):
            if node.name == "details" or (_HEADING.match(node.name) and any(text.strip() for text in node.strings)):
                yield node
            else:
                pending += reversed(node.contents)
        elif type(node) is NavigableString and node.strip():
            yield node


def _title(folds: Sequence[Tag], level: int) -> None:
    """Make headings of the names of folds where all of them are titles, and not all of one word.

    One fold alone has to ask a question: "Expand description" and "12 documents" are what opens it.
    """
    names = [name for fold in folds if isinstance(name := fold.find("summary", recursive=False), Tag)]
    texts = [clean_inline(name.get_text(" ")) for name in names if name.find(_HEADING) is None]
    apart = 0 < len(texts) == len(folds) == len(set(texts)) and (len(texts) > 1 or texts[0].endswith("?"))
    if apart and any(" " in text for text in texts) and all(map(is_titular, texts)):
        for name in names:
            name.name = f"h{level}"
