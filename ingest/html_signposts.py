"""An HTML tree in, the same tree without signposts out: lists of the page's own headings, rows of jump marks, "back to top".

Such a list repeats the headings without what stands below them, and would be found in their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

_HOLDERS = frozenset(["ul", "ol", "p", "table"])
_LISTS = frozenset(["ul", "ol", "table"])
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_CONTENTS = re.compile(
    r"\W*(?:table of contents|contents|toc|index|on this page|in this (?:article|guide|page)|quick links)\W*\Z", re.IGNORECASE
)
_TOP = re.compile(
    r"\W*(?:(?:go |jump |return )?(?:back )?to (?:the )?(?:top|table of contents|toc|contents)|top)\W*\Z", re.IGNORECASE
)
# "README.de.md", and the "README.md" beside it; that of another folder is another text.
_OTHER_LANGUAGE = re.compile(
    r"(?:https?://[^#?]*/|[^#?:]*/)?readme[._-][a-z]{2,3}(?:[._-][a-z]{2,4})?\.md\Z|(?:\./)?readme\.md\Z", re.IGNORECASE
)
_SUMMARY = re.compile(
    r"\W*(?:(?:click|tap)(?: here)?(?: (?:to|for) .{1,30})?|(?:show|see|view|read|expand|toggle|reveal|hide)"
    r"(?: (?:more|details?|section|answers?|solutions?|hints?|all|the))*|more|details?|answers?|solutions?)"
    r"(?:\s*\((?:optional|click to expand|expand)\))?\W*\Z",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Count:
    """Of one tag: visible characters, those of them inside jump marks, the marks, and those that name a heading of the page."""

    characters: int = 0
    marked: int = 0
    marks: int = 0
    known: int = 0
    languages: int = 0  # marks that lead to the same text in another language


def drop_signposts(soup: BeautifulSoup) -> None:
    """Remove the signposts from the tree. Takes linear time."""
    headings = {_key(tag.get_text()) for tag in soup.find_all(list(_HEADINGS)) if isinstance(tag, Tag)}
    counts = _counts(soup, headings)
    doomed: list[Tag] = []
    for tag in soup.find_all(True):
        if not isinstance(tag, Tag):
            continue
        count = counts[id(tag)]
        if tag.name in _HOLDERS and _leads(tag.name, count):
            doomed.append(tag)
            if tag.name in _LISTS and (heading := _heading_above(tag)) is not None:
                doomed.append(heading)
        elif (tag.name == "summary" and count.characters < 60 and _SUMMARY.match(tag.get_text())) or (
            tag.name in ("p", *_HEADINGS) and count.marked > 0 and count.characters < 60 and _TOP.match(tag.get_text())
        ):
            doomed.append(tag)
    for tag in doomed:
        tag.extract()


def _leads(name: str, count: _Count) -> bool:
    """Whether a list, row or table consists of jump marks, nearly all of which name headings of the page."""
    most = 0.9 if name in _LISTS else 0.75  # the rest is bars and dots between the marks
    if count.languages == count.marks:
        most = 0.4  # and the language at hand
    fewest = 3 if name in _LISTS else 2
    return count.marks >= fewest and count.marked >= most * count.characters and count.known * 10 >= count.marks * 7


def _heading_above(tag: Tag) -> Tag | None:
    before = tag.previous_sibling
    while isinstance(before, NavigableString) and not before.strip():
        before = before.previous_sibling
    found = isinstance(before, Tag) and before.name in (*_HEADINGS, "p") and _CONTENTS.match(before.get_text())
    return before if found and isinstance(before, Tag) else None


def _counts(root: Tag, headings: set[str]) -> dict[int, _Count]:
    """The counts of every tag by its `id()`, in one pass."""
    counts: dict[int, _Count] = {}
    total = _Count()
    mark = 0  # how many jump marks are open
    pending: list[tuple[PageElement, bool]] = [(root, True)]
    while pending:
        node, entering = pending.pop()
        if isinstance(node, Tag):
            jumps = node.name == "a" and _jumps(node)
            if entering:
                counts[id(node)] = _Count(-total.characters, -total.marked, -total.marks, -total.known, -total.languages)
                mark += jumps
                pending.append((node, False))
                pending += [(child, True) for child in reversed(node.contents)]
                continue
            if jumps:
                mark -= 1
                total.marks += 1
                total.known += _names(node, headings)
                total.languages += not str(node.get("href", "")).startswith("#")
            count = counts[id(node)]
            count.characters += total.characters
            count.marked += total.marked
            count.marks += total.marks
            count.known += total.known
            count.languages += total.languages
        elif type(node) is NavigableString:
            length = len(re.sub(r"[\W\d_]+", "", node))
            total.characters += length
            total.marked += length if mark else 0
    return counts


def _jumps(anchor: Tag) -> bool:
    href = str(anchor.get("href", ""))
    return href.startswith("#") or bool(_OTHER_LANGUAGE.match(href))


def _names(anchor: Tag, headings: set[str]) -> bool:
    """Whether a jump mark goes to a heading of the page, or to the same page in another language."""
    href = str(anchor.get("href", ""))
    if not href.startswith("#"):
        return True
    text = anchor.get_text()
    return not headings.isdisjoint((_key(text), _key(re.sub(r"\A\W*[\d.]+\s", "", text)), _key(unquote(href))))


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
