"""Markdown's tokens in, the same tokens with "Name: explanation" lines as a list out, where each line of a paragraph is one.

Markdown joins such lines to one paragraph, but who wrote a line for each name meant a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

_ENTRY = re.compile(r"\s*(?:\*\*|__)?[^\W\d_a-z][^:.!?\n]{0,60}(?::(?:\*\*|__)?|(?:\*\*|__):)\s+\S")


def with_entries(tokens: Sequence[Token]) -> list[Token]:
    """The tokens; a paragraph outside lists and quotations that has two lines or more, all of them entries, is a list."""
    out: list[Token] = []
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else None
        if token.type == "inline" and before is not None and before.type == "paragraph_open" and before.level == 0:
            lines = token.content.split("\n")
            if len(lines) > 1 and all(map(_ENTRY.match, lines)):
                out[-1:] = [Token("bullet_list_open", "ul", 1)]
                out += _items(token.children or [])
                continue
        closes = token.type == "paragraph_close" and bool(out) and out[-1].type == "list_item_close" and token.level == 0
        out.append(Token("bullet_list_close", "ul", -1) if closes else token)
    return out


def _items(children: Sequence[Token]) -> Iterator[Token]:
    start = 0
    for stop in range(len(children) + 1):
        if stop < len(children) and children[stop].type not in ("softbreak", "hardbreak"):
            continue
        inline = Token("inline", "", 0, children=list(children[start:stop]))
        if inline.children:
            yield from (Token("list_item_open", "li", 1), inline, Token("list_item_close", "li", -1))
        start = stop + 1
