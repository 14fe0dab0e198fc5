"""Text from documents, questions and answers in; Markdown that shows exactly this text out.

Everything is escaped, so nothing in a document can become formatting, HTML, an image or a formula. Only web and mail
addresses become links, and their host can always be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from urllib.parse import quote, urlsplit

from assistant.answer import FENCED, Answer, Citation
from ingest.document import Block, Document, Section, cell_spans

Span = tuple[int, int]

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"  # invisible; no backslash keeps Streamlit from drawing "->" as an arrow or ":streamlit:" as its logo
_REPLACED = re.compile(r"<(?=-)|-(?=[->])|[<>~](?==)|:(?=streamlit:)")
_LINK = re.compile(
    r"\[(?P<label>[^\[\]\n]{1,200})\]\((?P<target>(?:https?://|mailto:)[^\s<>\"]+?)\)"
    r"|(?P<bare>https?://[^\s<>\"]+|mailto:[^\s<>\"]+@[^\s<>\"]+)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to draw: a run of Markdown, or code to show as it is."""

    kind: Literal["markdown", "code"]
    text: str


def escape(text: str) -> str:
    """Markdown that shows `text`, on one line.

    >>> escape("*a* <b> :red[x]")
    '\\\\*a\\\\* \\\\<b\\\\> \\\\:red\\\\[x\\\\]'
    """
    text = _REPLACED.sub(lambda match: match[0] + _WORD_JOINER, " ".join(text.split()))
    return _PUNCTUATION.sub(r"\\\1", text)


def sentence(text: str) -> str:
    """One of the program's own messages as Markdown: what stands between backticks is a command.

    >>> print(sentence("No index, run `roadmap index`"))
    No index\\, run `roadmap index`
    """
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0 or not all(part.strip() for part in parts[1::2]):
        return escape(text)
    shown = [f"`{part}`" if at % 2 else _padded(part, escape(part)) for at, part in enumerate(parts)]
    return "".join(shown).strip()


def inline(text: str, marks: Sequence[Span] = ()) -> str:
    """`text` as Markdown with its links, and with the characters at `marks` (0-based, half-open) set off in colour."""
    parts: list[str] = []
    for start, end, target, label in _tokens(text):
        if target:
            shown = _link(label, target)
            parts.append(_mark(shown) if _overlaps(start, end, marks) else shown)
            continue
        for left, right, marked in _cuts(start, end, marks):
            piece = text[left:right]
            if marked and piece.strip():
                parts.append(_padded(piece, _mark(escape(piece))))
            else:
                parts.append(_padded(piece, escape(piece)))
    return "".join(parts).strip()


def runs(text: str) -> tuple[tuple[str, str], ...]:
    """`text` cut into `(words, address)`: words that are a link with their address, others with "". Not escaped.

    >>> runs("see https://example.org.")
    (('see ', ''), ('https://example.org', 'https://example.org'), ('.', ''))
    """
    return tuple(
        (_named(label, target), _target(target)) if target else (text[a:b], "") for a, b, target, label in _tokens(text)
    )


def host(url: str) -> str:
    """The host of a web address, or what follows `mailto:`, as it is really spelt; "" for anything else.

    >>> host("https://user@www.example.org:8080/x")
    'www.example.org'
    """
    try:
        parts = urlsplit(url.strip())
        if parts.scheme == "mailto":
            return parts.path.partition("?")[0]
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        return parts.hostname.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""


def original_url(document: Document) -> str:
    """The web address a document says it comes from, "" where it names none or one that is no web address."""
    url = str(document.meta.get("url") or document.meta.get("source") or "").strip()
    return url if url.startswith(("http://", "https://")) and host(url) and not re.search(r"[\s<>\"]", url) else ""


def blocks_markdown(document: Document, start: int, end: int, marks: Sequence[Span] = ()) -> tuple[Piece, ...]:
    """The blocks of `document` between `start` and `end`, readable, with the document's characters at `marks` set off."""
    blocks = [block for block in document.blocks if block.start < end and block.end > start]
    pieces: list[Piece] = []
    for run in _runs(blocks):
        kind = run[0].kind
        if kind == "code":
            pieces += [Piece("code", document.text[block.start : block.end]) for block in run]
        elif kind == "item":
            pieces.append(Piece("markdown", _list(document, run, marks)))
        elif kind in ("header", "row"):
            pieces.append(Piece("markdown", _table(document, run, marks)))
        else:
            for block in run:
                text = inline(document.text[block.start : block.end], _within(block.start, block.end, marks))
                pieces.append(Piece("markdown", f"**{text}**" if kind == "heading" and ":yellow" not in text else text))
    return tuple(pieces)


def answer_pieces(text: str) -> tuple[Piece, ...]:
    """An answer as `answer_text` gives it: a piece a line, fenced code as one."""
    pieces, at = [], 0
    for code in FENCED.finditer(text):
        pieces += [Piece("markdown", escape(line)) for line in text[at : code.start()].splitlines()]
        pieces.append(Piece("code", code["code"]))
        at = code.end() + 1
    return (*pieces, *(Piece("markdown", escape(line)) for line in text[at:].splitlines()))


def section_at(document: Document, offset: int) -> int | None:
    """Index into `document.sections` of the one that holds the character at `offset`; None where no section does."""
    return next((i for i, section in enumerate(document.sections) if section.start <= offset < section.end), None)


def locate(document: Document, citation: Citation) -> Span | None:
    """Where the cited words stand in the document now; None when they are gone, because it was changed since."""
    if document.text[citation.start : citation.end] == citation.quote:
        return citation.start, citation.end
    found = document.text.find(citation.quote)
    return None if found < 0 else (found, found + len(citation.quote))


def counted(number: int, noun: str) -> str:
    """
    >>> counted(1, "document"), counted(1200, "passage")
    ('1 document', '1,200 passages')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def breadcrumb(heading_path: Sequence[str], page: int | None = None) -> str:
    """`Phase 1 › Maths · page 3`, not escaped."""
    trail = " › ".join(heading_path)
    return " · ".join(part for part in (trail, f"page {page}" if page is not None else "") if part)


def how_made(answer: Answer) -> str:
    """How the sentences of an answer came about, in words: quoted, written, or some of each. Not escaped."""
    written = sum(sentence.kind == "written" for sentence in answer.sentences)
    model = answer.model.rsplit("/", 1)[-1]
    if written == len(answer.sentences) > 0:
        return f"written by {model}, each sentence checked"
    if written:
        return f"partly written by {model} and checked, partly quoted"
    if answer.mode == "write" and answer.notice:
        return f"quoted, because {model} gave no answer"
    if answer.mode == "write" and any(sentence.bullet or sentence.code for sentence in answer.sentences):
        return "quoted word for word, as lists, steps and code are"
    if answer.mode == "write":
        return f"quoted: what {model} wrote could not be confirmed"
    return "quoted word for word"


def section_name(section: Section, document: Document) -> str:
    """The heading of a section, or the document's title for text before the first heading. Not escaped."""
    return section.heading_path[-1] if section.heading_path else document.title


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Neighbours that are drawn together: list items, and table rows below one header."""
    run: list[Block] = []
    for block in blocks:
        joins = run and (
            (block.kind == "item" and run[-1].kind == "item") or (block.kind == "row" and run[-1].kind in ("header", "row"))
        )
        if run and not joins:
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _list(document: Document, run: Sequence[Block], marks: Sequence[Span]) -> str:
    lines: list[str] = []
    depth = -1
    for block in run:
        depth = min(block.level, depth + 1)  # one deeper at most, or Markdown would read the line as code
        marker = f"{block.ordinal}." if block.ordinal is not None and block.ordinal < 10**9 else "-"
        text = inline(document.text[block.start : block.end], _within(block.start, block.end, marks))
        lines.append("    " * depth + f"{marker} {text}")
    return "\n".join(lines)


def _table(document: Document, run: Sequence[Block], marks: Sequence[Span]) -> str:
    rows: list[list[str]] = []
    for block in run:
        row = document.text[block.start : block.end]
        spans = [(block.start + start, block.start + end) for start, end in cell_spans(row)]
        rows.append([inline(document.text[start:end], _within(start, end, marks)) for start, end in spans])
    width = max(len(row) for row in rows)
    if run[0].kind != "header":
        rows.insert(0, [""] * width)
    rows.insert(1, ["---"] * width)
    return "\n".join("| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows)


def _tokens(text: str) -> Iterator[tuple[int, int, str, str]]:
    """`(start, end, target, label)`: links with their target, text between them without."""
    last = 0
    for match in _LINK.finditer(text):
        start, end = match.span()
        label, target = match["label"] or "", match["target"] or ""
        if not target:
            target = label = _without_closing(match["bare"])
            end = start + len(target)
        if not host(target):
            continue
        if last < start:
            yield last, start, "", ""
        yield start, end, target, label
        last = end
    if last < len(text):
        yield last, len(text), "", ""


def _without_closing(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    while url and (url[-1] in ".,;:!?'*_" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


def _link(label: str, target: str) -> str:
    return f"[{escape(_named(label, target))}](<{_target(target)}>)"


def _named(label: str, target: str) -> str:
    """The label with the host a click leads to, unless it names it already."""
    return label if host(target) in label else f"{label} ({host(target)})"


def _target(target: str) -> str:
    return quote(target, safe=_URL_SAFE)


_URL_SAFE = ":/?#[]@!$&'()*+,;=%-._~"


def _mark(markdown: str) -> str:
    return f":yellow-background[{markdown}]"


def _padded(text: str, markdown: str) -> str:
    """The Markdown with the space before and after that stripping took away."""
    if not markdown:
        return " " if text else ""
    return (" " if text[:1].isspace() else "") + markdown + (" " if text[-1:].isspace() else "")


def _cuts(start: int, end: int, marks: Sequence[Span]) -> Iterator[tuple[int, int, bool]]:
    edges = sorted({start, end, *(edge for span in marks for edge in span if start < edge < end)})
    for left, right in pairwise(edges):
        yield left, right, _overlaps(left, right, marks)


def _overlaps(start: int, end: int, marks: Sequence[Span]) -> bool:
    return any(left < end and right > start for left, right in marks)


def _within(start: int, end: int, marks: Sequence[Span]) -> list[Span]:
    """The marks that fall between `start` and `end`, counted from `start`."""
    return [(max(left, start) - start, min(right, end) - start) for left, right in marks if left < end and right > start]
