"""The tags of a PDF in, what each piece of its pages is out: heading, list item, table cell, code (PDF 32000-1, 14.7 and 14.8).

Word processors and browsers tag what they export, so the structure need not be guessed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST = 300_000  # elements of the tree that are looked at
_DEEPEST = 60
_HEADINGS = {"/H": 0, "/Title": 1, **{f"/H{level}": level for level in range(1, 7)}}
_BLOCKS = frozenset(
    ["/P", "/LI", "/LBody", "/TD", "/TH", "/Caption", "/BlockQuote", "/Code", "/Note", "/TOCI", "/Div", "/Sect"]
)
_FLOWS = frozenset(["/P", "/LI", "/LBody", "/TD", "/TH", "/Caption", *_HEADINGS])  # code inside of these stands in a line


@dataclass(frozen=True, slots=True)
class Tag:
    """The place of a piece of text in the structure; numbers name elements in the order of reading and start at 1."""

    order: int  # of the piece itself
    block: int  # the paragraph, heading or cell it is part of
    heading: int = 0  # level 1 to 6, 0 for what is no heading
    item: int = 0  # the list item it is part of, 0 for none
    depth: int = 0  # of that item's list, 0 for the outermost
    table: int = 0
    row: int = 0
    cell: int = 0
    code: int = 0  # the program it is part of, 0 for none
    label: bool = False  # the mark or number of an item


PageTags = Mapping[int, Tag]  # by the number that marks the piece on its page


def tags_of(root: Any) -> dict[int, dict[int, Tag]]:
    """The tags per page, by the page's object number; empty for a PDF without tags. Raises what pypdf raises."""
    root = root.get_object()
    tree = root.get("/StructTreeRoot")
    if tree is None:
        return {}
    tree = tree.get_object()
    walk = _Walk(dict(tree.get("/RoleMap", {}).get_object()) if tree.get("/RoleMap") is not None else {})
    walk.run(tree)
    return walk.pages


@dataclass(frozen=True, slots=True)
class _Place:
    page: int = 0
    block: int = 0
    heading: int = 0
    item: int = 0
    lists: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    code: int = 0
    label: bool = False
    depth: int = 0
    flows: bool = False  # whether the block is one of running text


class _Walk:
    """One pass through the tree in the order of reading, without recursion; an element that comes twice is read once."""

    def __init__(self, roles: Mapping[str, Any]) -> None:
        self.roles = roles
        self.pages: dict[int, dict[int, Tag]] = {}
        self.count = 0

    def run(self, tree: Any) -> None:
        pending: list[tuple[Any, _Place]] = [(tree, _Place())]
        seen: set[int] = set()
        while pending and self.count < _MOST:
            node, place = pending.pop()
            self.count += 1
            number = getattr(node, "idnum", None)
            if number is not None:
                if number in seen:
                    continue
                seen.add(number)
                node = node.get_object()
            if isinstance(node, int):
                self._mark(place.page, node, place)
            elif isinstance(node, list):
                pending += [(child, place) for child in reversed(node)]
            elif isinstance(node, Mapping) and place.depth < _DEEPEST:
                page = node.get("/Pg") if not hasattr(node, "raw_get") or "/Pg" not in node else node.raw_get("/Pg")
                where = getattr(page, "idnum", place.page)
                if node.get("/Type") == "/MCR":
                    marked = node.get("/MCID")
                    if isinstance(marked, int):
                        self._mark(where, marked, place)
                    continue
                children = node.raw_get("/K") if "/K" in node and hasattr(node, "raw_get") else node.get("/K")
                if children is not None:
                    pending.append((children, self._below(place, self._role(node), where)))

    def _role(self, node: Mapping[str, Any]) -> str:
        role = str(node.get("/S", ""))
        for _ in range(5):  # a program's own names stand for the usual ones, perhaps by way of others
            if role not in self.roles or role in _HEADINGS or role in _BLOCKS:
                break
            role = str(self.roles[role])
        return role

    def _below(self, place: _Place, role: str, page: int) -> _Place:
        values = {name: getattr(place, name) for name in _Place.__slots__}
        values["page"], values["depth"] = page, place.depth + 1
        if role in _HEADINGS:
            values["block"], values["heading"] = self.count, _HEADINGS[role] or min(6, place.lists + 1)
        elif role in _BLOCKS and not (role == "/Code" and place.flows):
            values["block"] = self.count
            if role == "/Code":
                values["code"] = self.count
        if values["block"] == self.count:
            values["flows"] = role in _FLOWS
        if role == "/L":
            values["lists"] += 1
        elif role == "/LI":
            values["item"] = self.count
        elif role == "/Table":
            values["table"], values["row"], values["cell"] = self.count, 0, 0
        elif role == "/TR":
            values["row"] = self.count
        elif role in ("/TD", "/TH"):
            values["cell"] = self.count
        elif role == "/Lbl":
            values["label"] = bool(place.item)
        return _Place(**values)

    def _mark(self, page: int, number: int, place: _Place) -> None:
        tag = Tag(
            order=self.count,
            block=place.block,
            heading=place.heading,
            item=place.item,
            depth=max(0, place.lists - 1),
            table=place.table if place.row and place.cell else 0,
            row=place.row,
            cell=place.cell,
            code=place.code,
            label=place.label,
        )
        self.pages.setdefault(page, {}).setdefault(number, tag)
