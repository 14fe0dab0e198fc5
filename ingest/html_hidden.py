"""An HTML tree in: which of its nodes a reader of the page does not see, by their attributes and their own style."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4.element import NavigableString, PageElement, Tag

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])")
_FONT_SIZE = re.compile(r"font-size\s*:\s*([\d.]+)?([a-z%]*)")


def is_hidden(tag: Tag) -> bool:
    """Whether nothing in the tag is seen."""
    if tag.has_attr("hidden") or str(tag.get("aria-hidden", "")).lower() == "true":
        return True
    return tag.has_attr("style") and bool(_HIDDEN_STYLE.search(str(tag["style"]).lower()))


def unseen_text(root: Tag) -> Iterator[NavigableString]:
    """Text of no size. Mails set the size of their boxes to 0, and that of the texts in them to another one again."""
    pending: list[tuple[PageElement, bool]] = [(root, False)]
    while pending:
        node, is_empty = pending.pop()
        if isinstance(node, NavigableString):
            if is_empty:
                yield node
        elif isinstance(node, Tag):
            size = _FONT_SIZE.search(str(node.get("style", "")).lower())
            if size is not None:
                zero = not (size[1] or "1").strip("0.")
                is_empty = zero or (is_empty and size[2] in ("em", "%", "ex", "ch"))  # a share of nothing is nothing
            pending += [(child, is_empty) for child in node.contents]
