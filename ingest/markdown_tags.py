"""Markdown's tokens in, the same tokens with tags that are only spoken of as text: "Learn what <canvas> does", "Map<Key>".

Who writes so forgot the backticks. Read as a tag, the name would be lost, and what follows it up to the end of the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)\b([^<>]{0,2000})>", re.IGNORECASE)
# Elements that take everything as text up to their own end.
_RAW = frozenset(["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"])
# Elements whose content is not read.
_UNREAD = frozenset(
    """noscript template nav footer svg object embed canvas audio video head dialog button select datalist map frameset
    """.split()
)
# Elements that show something, or that nobody closes. Any other name without attributes is no element of a text.
_SHOWN = frozenset(
    """a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd del
    details dfn div dl dt em fieldset figcaption figure font form h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd label legend
    li main mark menu nobr ol optgroup option output p picture pre q rp rt ruby s samp section small span strike strong sub
    summary sup table tbody td tfoot th thead time tr tt u ul var wbr
    """.split()
)


def speak_tags(tokens: Sequence[Token]) -> None:
    """Make text of tags that open what is not read and that nothing closes, and of names that are no elements of a text."""
    for token in tokens:
        if token.type == "inline" and token.children:
            _speak_inline(token.children)
    _speak_blocks([token for token in tokens if token.type == "html_block"])


def _speak_inline(children: Sequence[Token]) -> None:
    closed: set[str] = set()  # names of elements that are closed further on
    for number in range(len(children) - 1, -1, -1):
        token = children[number]
        found = _TAG.fullmatch(token.content) if token.type == "html_inline" else None
        if found is None:
            continue
        name, bare = found[2].lower(), not found[3].strip()
        if found[1]:
            closed.add(name)
        elif name not in closed and (_hides(found) or (bare and number > 0 and name not in _SHOWN)):
            token.type = "text"  # which is escaped when it is written


def _speak_blocks(blocks: Sequence[Token]) -> None:
    closed: set[str] = set()
    for token in reversed(blocks):
        closed -= _RAW  # they end in their own block, or never
        parts: list[str] = []
        end = len(token.content)
        for found in reversed(list(_TAG.finditer(token.content))):
            name = found[2].lower()
            if found[1]:
                closed.add(name)
            elif _hides(found) and name not in closed:
                parts += [token.content[found.start() + 1 : end], "&lt;"]
                end = found.start()
        token.content = token.content[:end] + "".join(reversed(parts))


def _hides(tag: re.Match[str]) -> bool:
    return tag[2].lower() in _RAW | _UNREAD and not tag[3].endswith("/")
