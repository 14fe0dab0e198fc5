"""An HTML tree in, what stands inside and around each of its tags out, in one pass."""

from __future__ import annotations

from dataclasses import dataclass

from bs4.element import NavigableString, PageElement, Tag

_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])


@dataclass(slots=True)
class Measure:
    """Of one tag: what is below it, and what it is in."""

    characters: int  # visible ones
    linked: int  # those of them in links
    headings: int
    in_content: bool  # in `<main>` or `<article>`
    in_section: bool  # in one of them or in a `<section>`
    title: Measure | None  # of the heading or `<summary>` it is in


def measure(root: Tag) -> dict[int, Measure]:
    """The measures of every tag by its `id()`."""
    measures: dict[int, Measure] = {}
    characters = linked = headings = 0
    links = contents = sections = 0  # how many of them are open
    titles: list[Measure] = []  # those of open headings and summaries
    pending: list[tuple[PageElement, bool]] = [(root, True)]
    while pending:
        node, entering = pending.pop()
        if isinstance(node, Tag):
            step = 1 if entering else -1
            if entering:
                headings += node.name in _HEADINGS
                title = titles[-1] if titles else None
                found = Measure(-characters, -linked, -headings, contents > 0, sections > 0, title)
                measures[id(node)] = found
                if _titles(node):
                    titles.append(found)
                pending.append((node, False))
                pending += [(child, True) for child in reversed(node.contents)]
            else:
                found = measures[id(node)]
                found.characters += characters
                found.linked += linked
                found.headings += headings
                if _titles(node):
                    titles.pop()
            is_content = node.name in ("main", "article") or node.get("role") == "main"
            contents += step * is_content
            sections += step * (is_content or node.name == "section")
            links += step * (node.name == "a")
        elif type(node) is NavigableString:  # comments, doctypes, scripts and styles are subclasses of it
            length = len(node.strip())
            characters += length
            linked += length if links else 0
    return measures


def _titles(tag: Tag) -> bool:
    return tag.name in _HEADINGS or tag.name == "summary"


def is_deeper(root: Tag, most: int) -> bool:
    """Whether tags are nested more than `most` deep; follows the order of the page, without recursion."""
    depth = {id(root): 0}
    for tag in root.find_all(True):
        depth[id(tag)] = depth.get(id(tag.parent), 0) + 1
        if depth[id(tag)] > most:
            return True
    return False
