"""Markdown in, document out: rendered to HTML in memory and read from there, so that both formats share one reading.

On the way the signs of documentation tools are taken out: front matter, labels and references, tabs, magic lines, formulas.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from ingest.builder import DocumentBuilder
from ingest.document import Document
from ingest.encoding import decode
from ingest.errors import DocumentRefused, Refusal
from ingest.html import add_html
from ingest.html_noise import drop_noise
from ingest.html_signposts import drop_signposts
from ingest.markdown_dialects import plain_markdown
from ingest.markdown_entries import with_entries
from ingest.markdown_front import split_front
from ingest.markdown_tags import speak_tags
from ingest.tex import tex_to_text

_DEEPEST = 100  # blocks in each other, of which a list takes two; the parser needs frames of Python's stack for each
_ROLE = re.compile(r":([a-z_]+):$|\{([a-z:_-]+)\}$")  # `:numref:` or `{ref}` before its argument in backticks
_MARKER_ROLES = frozenset(["label", "eqlabel", "width", "height", "begin_tab", "end_tab", "bibliography", "nocite"])
_CITING_ROLES = frozenset(["cite", "citet", "citep", "citealp", "cite:t", "cite:p", "cite:ts", "cite:ps", "cite:alp"])
_CITED = re.compile(r"([A-Za-z][A-Za-z'-]*)(?:\.(?=\D)|_)?((?:[A-Za-z'-]+[._])*)[._:-]?((?:19|20)\d\d)")
_REFERENCE_ROLES = frozenset(["numref", "ref", "eqref", "cref", "secref"])
_REFERENCES = {"fig": "the figure", "sec": "the section", "chap": "the chapter", "tab": "the table", "eq": "the equation"}
_EMOJI = re.compile(r"(?<!\S):[a-z0-9_+-]+:(?!\S)")
_ALERT = re.compile(r"^\[![A-Za-z][\w-]{0,30}\][+-]?\s*")  # GitHub: `[!NOTE]`; Obsidian: `[!warning]-`, which folds
_TASK = re.compile(r"^\[[ xX]\]\s+")
_MAGIC = re.compile(r"^\s*(?:%%?[a-z]\w*|#\s?@\w+).*$\n?|^(?:tab\.interact_select)\(.*\)$\n?", re.MULTILINE)
_HEADING_ATTRIBUTES = re.compile(r"(?<!\s)\s*\{[#.:][^{}]*\}\s*$")


def read_markdown(data: bytes, document_id: str) -> Document:
    """The document with its front matter as `meta`; a `title` there is the document's title.

    Raises DocumentRefused: LIMIT for lists in lists without end, and what `decode` raises.
    """
    text, warnings = decode(data, document_id)
    builder = DocumentBuilder(warnings=list(warnings))
    meta, text, unread = split_front(text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    builder.warnings += unread
    tokens = _parser().parse(plain_markdown(text))
    if any(token.nesting > 0 and token.level >= _DEEPEST - 1 for token in tokens):  # the parser drops all that lies deeper
        reason = f"lists and quotations lie more than {_DEEPEST // 2} levels deep in each other; make it flatter"
        raise DocumentRefused(document_id, Refusal.LIMIT, reason)
    add_markdown(builder, tokens)
    title = meta.get("title", "")
    return builder.build(document_id, hashlib.sha256(data).hexdigest(), title=str(title or ""), meta=meta)


def add_markdown(builder: DocumentBuilder, tokens: Sequence[Token]) -> None:
    """Append what the tokens say."""
    for token in tokens:
        if token.type == "inline" and token.children is not None:
            _clean(token.children)
        elif token.type == "fence":
            token.content = _MAGIC.sub("", token.content)
    speak_tags(tokens)
    soup = BeautifulSoup(_render(with_entries(tokens)), "lxml")
    for aside in soup.find_all("aside"):
        aside.name = "div"  # there are no side bars here: it is the box of a note
    drop_noise(soup)
    drop_signposts(soup)
    add_html(builder, soup.body or soup)


@cache
def _parser() -> MarkdownIt:
    """Blocks may lie `_DEEPEST` deep in each other, marks within a line as usual: the time that they cost grows with that."""
    parser, deep = _with_plugins(), _with_plugins()
    deep.options.maxNesting = _DEEPEST

    def blocks(state: StateCore) -> None:
        deep.block.parse(state.src, deep, state.env, state.tokens)

    parser.core.ruler.at("block", blocks)
    return parser


def _with_plugins() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # the HTML reading decides which addresses are kept
    parser.use(footnote_plugin).use(deflist_plugin)
    return parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)


def _render(tokens: Sequence[Token]) -> str:
    parser = _parser()
    return str(_Renderer(parser).render(tokens, parser.options, {}))


class _Renderer(RendererHTML):
    """HTML as markdown-it writes it, with formulas as plain text."""

    def math_inline(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return _escaped(tex_to_text(tokens[index].content))

    math_inline_double = math_inline

    def math_block(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return f"<p>{_escaped(tex_to_text(tokens[index].content))}</p>\n"

    math_block_label = math_block

    # A mark in the text would glue its number to the word before it, and the way back leads nowhere here.
    def footnote_ref(self, *_: object) -> str:
        return ""

    footnote_anchor = footnote_ref

    def footnote_block_open(self, *_: object) -> str:
        return "<ol>\n"

    def footnote_block_close(self, *_: object) -> str:
        return "</ol>\n"

    def footnote_open(self, *_: object) -> str:
        return "<li>"

    def footnote_close(self, *_: object) -> str:
        return "</li>\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clean(children: list[Token]) -> None:
    """Take the signs of documentation tools out of one run of inline tokens."""
    for number, token in enumerate(children):
        before = children[number - 1] if number else None
        after = children[number + 1] if number + 1 < len(children) else None
        if token.type == "text":
            if after is None or after.type != "code_inline":
                token.content = _EMOJI.sub("", token.content)
            if number == 0:
                token.content = _TASK.sub("", _ALERT.sub("", token.content))
            if after is None:
                token.content = _HEADING_ATTRIBUTES.sub("", token.content)
            if token.content.startswith(":::"):
                token.content = ""
        elif token.type == "code_inline" and before is not None and before.type == "text":
            _resolve(before, token, number == 1 or (number > 1 and children[number - 2].type in ("softbreak", "hardbreak")))
        elif (
            token.type in ("strong_open", "s_open")
            and before is not None
            and before.type == "text"
            and before.content.endswith(("[", "("))
        ):
            _unwrap(children, number, before)


def _resolve(before: Token, code: Token, starts_line: bool) -> None:
    role = _ROLE.search(before.content)
    if role is None:
        return
    name = role[1] or role[2]
    before.content = before.content[: role.start()]
    code.type = "text"
    if name in _MARKER_ROLES:
        code.content = ""
    elif name in _CITING_ROLES:
        code.content = _cited(code.content, name in ("citet", "cite:t", "cite:ts"))
        if not code.content:
            before.content = before.content.rstrip()
    elif name in _REFERENCE_ROLES:
        kind = next((words for prefix, words in _REFERENCES.items() if prefix in code.content.lower()), "")
        starts = re.search(r"(?:^|[.!?]\s*)$", before.content) and (starts_line or before.content.strip())
        code.content = kind[:1].upper() + kind[1:] if starts else kind
    else:  # a role that only says what kind of thing its argument is: `:func:`, `{term}`
        code.content = re.sub(r"\s*<[^<>]*>$", "", code.content)


def _cited(keys: str, in_text: bool) -> str:
    """The works that keys such as `Lin.Chen.2013` name, as they are cited; empty where a key does not tell.

    >>> _cited("Lin.Chen.Yan.2013,Rosenblatt.1958", False), _cited("vaswani2017attention", True), _cited("x1", True)
    ('(Lin et al., 2013; Rosenblatt, 1958)', 'Vaswani (2017)', '')
    """
    found = [_CITED.match(key.strip()) for key in keys.split(",")]
    works = [(_authors(each[1], each[2]), each[3]) for each in found if each]
    if len(works) < len(found):
        return ""
    if in_text:
        return ", ".join(f"{name} ({year})" for name, year in works)
    return "(" + "; ".join(f"{name}, {year}" for name, year in works) + ")"


def _authors(first: str, others: str) -> str:
    names = [name[0].upper() + name[1:] for name in [first, *re.split(r"[._]", others)] if name]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def _unwrap(children: list[Token], start: int, before: Token) -> None:
    """`[**key sentence**]`, `(**…**)` and `(~~…~~)` mark sentences for slides: take the brackets off with the signs."""
    ending = children[start].type.replace("open", "close")
    opening = before.content[-1]
    closing = {"[": "]", "(": ")"}[opening]
    for number in range(start + 1, len(children) - 1):
        if children[number].type == ending:
            after = children[number + 1]
            if after.type == "text" and after.content.startswith(closing):
                before.content, after.content = before.content[:-1], after.content[1:]
            return
