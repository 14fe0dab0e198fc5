"""Markdown in, blocks out: what the writers of PDF and DOCX put on paper.

Understood are headings, paragraphs, flat lists, check lists, tables, links, bold and code; definition lists only by HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

AUTHOR = "Roadmap corpus"
LICENCE = "CC BY 4.0"
DATE = datetime(2026, 1, 1)  # written into every file instead of today, so that the same text gives the same bytes
_TICK = re.compile(r"\[ \] ")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of one appearance; `url` is empty where it is no link to the web."""

    text: str
    bold: bool = False
    code: bool = False
    url: str = ""


Runs = tuple[Run, ...]
Rows = tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (with its level), a paragraph, one list item (with its number in ordered lists) or a whole table."""

    kind: Literal["heading", "paragraph", "bullet", "number", "tick", "table"]
    runs: Runs = ()
    level: int = 0
    number: int = 0
    rows: Rows = ()


def parser() -> MarkdownIt:
    """The Markdown that the printables are written in."""
    return MarkdownIt("commonmark").enable("table").use(deflist_plugin)


def read_blocks(markdown: str) -> list[Block]:
    """The blocks of a text in order, for the formats that are not HTML."""
    blocks: list[Block] = []
    kind, level, number = "paragraph", 0, 0
    for token in parser().parse(markdown):
        if token.type == "heading_open":
            kind, level = "heading", int(token.tag[1])
        elif token.type in ("heading_close", "bullet_list_close", "ordered_list_close"):
            kind = "paragraph"
        elif token.type == "bullet_list_open":
            kind = "bullet"
        elif token.type == "ordered_list_open":
            kind, number = "number", int(token.attrGet("start") or 1) - 1
        elif token.type == "list_item_open":
            number += 1
        elif token.type == "table_open":
            blocks.append(Block("table"))
        elif token.type == "tr_open":
            blocks[-1] = replace(blocks[-1], rows=(*blocks[-1].rows, ()))
        elif token.type == "inline":
            runs = tuple(_runs(token.children or []))
            if blocks and blocks[-1].kind == "table" and token.level > 2:  # inside table, section and row
                *rows, row = blocks[-1].rows
                blocks[-1] = replace(blocks[-1], rows=(*rows, (*row, runs)))
            elif kind == "bullet" and _TICK.match(runs[0].text):
                blocks.append(Block("tick", (replace(runs[0], text=_TICK.sub("", runs[0].text, count=1)), *runs[1:])))
            else:
                blocks.append(Block(kind, runs, level, number))  # type: ignore[arg-type]
    return blocks


def _runs(children: Iterable[Token]) -> Iterator[Run]:
    bold, url = False, ""
    for token in children:
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type in ("link_open", "link_close"):
            address = str(token.attrGet("href") or "")
            url = address if address.startswith("https://") else ""  # a neighbouring file is no help on paper
        elif token.type == "softbreak":
            yield Run(" ", bold, url=url)
        elif token.content:
            yield Run(token.content, bold, token.type == "code_inline", url)


def plain(runs: Runs) -> str:
    """The words alone."""
    return "".join(run.text for run in runs)


def column_shares(rows: Rows) -> list[float]:
    """The part of the width that each column should get: by its longest cell, short columns favoured; together 1."""
    longest = [max(len(plain(cell)) for cell in column) ** 0.7 for column in zip(*rows, strict=True)]
    return [length / sum(longest) for length in longest]
