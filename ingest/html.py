"""HTML in, document out: what a reader of the page sees as its content, without navigation, scripts and hidden text.

Nothing is fetched: remote images, styles and frames are only names here. The walk is iterative, since pages nest deeply.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from ingest.builder import DocumentBuilder, clean_inline
from ingest.document import Document
from ingest.encoding import decode
from ingest.html_folds import title_folds
from ingest.html_inline import Holder, caption, is_mark, is_power, only_text, preformatted
from ingest.html_measure import is_deeper
from ingest.html_noise import content_of, drop_noise, is_badge, is_sidebar
from ingest.html_signposts import drop_signposts
from ingest.html_tables import CELLS, has_header, is_data, span
from ingest.html_title import page_title
from ingest.limits import too_much
from ingest.links import linked
from ingest.table_grid import Cell, grid
from ingest.tex import tex_to_text
from ingest.text_signs import is_label, is_titular

_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        """
        address article blockquote body center dd details div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5 h6
        header hgroup hr html legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul caption
        footer
        """,
    )
)
_NESTED = 5_000  # tags inside tags
_DEEPEST = 8  # lists nested more deeply are shown at this depth: the indentation alone would fill the text
_HEADING = re.compile(r"h([1-6])\Z")
_MARKED = re.compile(r"\s*(?:(\d{1,3})[.)]|[-*•–])\s+(?=\S)")  # a list whose lines are only broken apart
_TEX = re.compile(r"\\\(((?:[^\\]|\\[^()\[\]]){1,1000}?)\\\)|\\\[((?:[^\\]|\\[^()\[\]]){1,1000}?)\\\]")
_LINKABLE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp)(?:[?#].*)?\Z", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)


def read_html(data: bytes, document_id: str) -> Document:
    """The content of an HTML page: of its `<main>` or `<article>` where that holds most of the text."""
    named = _CHARSET.search(data[:4096])
    text, warnings = decode(data, document_id, declared=named[1].decode("ascii") if named else None)
    soup = BeautifulSoup(text, "lxml")
    if is_deeper(soup, _NESTED):
        raise too_much(document_id, f"its tags are nested more than {_NESTED:,} deep")
    title = clean_inline(soup.title.get_text()) if soup.title else ""
    meta = {"language": str(soup.html["lang"])} if soup.html and soup.html.get("lang") else {}
    drop_noise(soup)
    drop_signposts(soup)
    builder = DocumentBuilder(warnings=list(warnings))
    add_html(builder, content_of(soup))
    document = builder.build(document_id, hashlib.sha256(data).hexdigest(), meta=meta)
    return replace(document, title=page_title(title, document))


@dataclass(slots=True)
class _Walk:
    """The state of a walk through the tree: the text of the block at hand and the lists it stands in."""

    builder: DocumentBuilder
    inline: list[str] = field(default_factory=list)
    lists: list[tuple[bool, list[int], int]] = field(default_factory=list)  # (ordered, [next number], step)
    item_due: list[bool] = field(default_factory=list)  # per open `li`: whether its marker is still to come
    links: list[tuple[str, int, str]] = field(default_factory=list)  # (address, where its text starts in inline, shown text)
    titles: list[Holder] = field(default_factory=list)  # open headings
    anchors: list[Holder] = field(default_factory=list)  # open links
    heading: int = 0
    heading_links: list[tuple[str, str]] = field(default_factory=list)
    term: str = ""
    level: int = 0  # of the last heading
    marked: bool = False  # whether the block at hand starts with the mark of a list item
    bold: int = 0  # how many bold elements are open
    boxes: int = 0  # how many boxes are open; what they are titled heads nothing behind them
    pictured: bool = False  # whether the link at hand shows a picture
    shown: set[bool] = field(default_factory=set)  # whether the text of the block at hand is bold, not bold, or both

    def end_title(self) -> None:
        """At a line break: make a heading of the block at hand where all of it is bold and it stands in no list or link."""
        if self.shown != {True} or self.bold or self.item_due or self.term or self.heading or self.links or self.boxes:
            return
        text = clean_inline("".join(self.inline))
        if is_titular(text[:1].upper() + text[1:]) or is_label(text):
            self.flush(titles=True)

    def flush(self, *, titles: bool = False) -> None:
        """End the block at hand, which `titles` what follows."""
        text = clean_inline("".join(self.inline)).rstrip("↩\ufe0e\ufe0f ")  # the way back from a footnote
        self.inline.clear()
        is_bold, self.shown = self.shown == {True}, set()
        marked, self.marked = self.marked, False
        if not text:
            return
        if self.links:  # a link around whole blocks is named after the first of them
            address, _, shown = self.links[-1]
            self.links[-1] = (address, 0, shown or text)
        if self.heading:
            self.level = self.heading
            self.builder.add("heading", re.sub(r"\s*[¶§#🔗]+$", "", text), level=self.heading)
        elif self.item_due:
            if self.item_due[-1]:
                self.item_due[-1] = False
                ordered, following, step = self.lists[-1] if self.lists else (False, [1], 1)
                self.builder.add(
                    "item", text, level=min(max(0, len(self.lists) - 1), _DEEPEST), ordinal=following[0] if ordered else None
                )
                following[0] += step
            else:
                self.builder.add("paragraph", text)
        elif marked and (mark := _MARKED.match(text)):
            self.builder.add("item", text[mark.end() :], ordinal=int(mark[1]) if mark[1] else None)
        elif self.term:
            self.builder.add("item", f"{self.term}: {text}")
            self.term = ""
        elif titles or (  # a heading in all but its tag
            is_bold and not self.boxes and (is_titular(text) or is_label(text)) and "](" not in text
        ):
            self.builder.add("heading", text.removesuffix(":"), level=min(6, self.level + 1))
        else:
            self.builder.add("paragraph", text)


def add_html(builder: DocumentBuilder, root: Tag) -> None:
    """Append the blocks below `root` in reading order."""
    title_folds(root)
    walk = _Walk(builder)
    for tag, entering in _events(root):
        if isinstance(tag, NavigableString):
            if type(tag) is NavigableString:
                walk.inline.append(_TEX.sub(lambda found: tex_to_text(found[1] or found[2]), re.sub(r"\s+", " ", tag)))
                if tag.strip():
                    walk.shown.add(walk.bold > 0)
        elif isinstance(tag, Tag):
            (_enter if entering else _leave)(walk, tag)
    walk.flush()


def _events(root: Tag) -> Iterator[tuple[PageElement, bool]]:
    """The nodes below `root`, a tag twice: when it starts and when it ends. Data tables and code come as a whole."""
    pending: list[tuple[PageElement, bool]] = [(root, True)]
    while pending:
        node, entering = pending.pop()
        yield node, entering
        if not entering or not isinstance(node, Tag):
            continue
        pending.append((node, False))
        if node.name in ("pre", "math", "img") or (node.name == "table" and is_data(node)):
            continue
        pending += [(child, True) for child in reversed(node.contents)]


def _enter(walk: _Walk, tag: Tag) -> None:
    name = tag.name
    if name in _BLOCKS:
        walk.flush()
        if walk.term and name in ("ul", "ol", "dl", "table", "pre"):  # a term that a list explains leads to it
            walk.builder.add("paragraph", walk.term + ":")
            walk.term = ""
    walk.boxes += is_sidebar(tag)
    if level := _HEADING.match(name):
        walk.heading = int(level[1])
        walk.titles.append(Holder(tag))
    elif name in ("ul", "ol", "menu"):
        items = len(tag.find_all("li", recursive=False)) if tag.has_attr("reversed") else 0
        start = str(tag.get("start", str(items or 1)))
        first = int(start) if start.isdecimal() and len(start) < 7 else 1
        walk.lists.append((name == "ol", [first], -1 if first >= items > 0 else 1))
    elif name == "li":
        value = str(tag.get("value", ""))
        if walk.lists and value.isdecimal() and len(value) < 7:
            walk.lists[-1][1][0] = int(value)
        walk.item_due.append(True)
    elif name in ("b", "strong"):
        walk.bold += 1
    elif name == "a":
        walk.anchors.append(Holder(tag))
        address = clean_inline(str(tag.get("href", ""))).replace(" ", "%20")
        walk.links.append((address if _LINKABLE.match(address) else "", len(walk.inline), ""))
    elif name == "br":
        walk.inline.append(" ")
        following = tag.next_sibling
        while isinstance(following, NavigableString) and not following.strip():
            following = following.next_sibling
        if isinstance(following, Tag) and following.name == "br":
            walk.flush()  # two in a row are how old pages end a paragraph
        elif isinstance(following, NavigableString) and _MARKED.match(following):
            walk.flush()
            walk.marked = True
        elif getattr(following, "name", None) not in ("b", "strong"):
            walk.end_title()
    elif name == "sup":
        inner = tag.find("a", recursive=False)
        refers = isinstance(inner, Tag) and str(inner.get("href", "")).startswith("#")
        text = only_text(tag)
        attached = bool("".join(walk.inline[-3:]).strip())
        if attached and (refers or is_mark(text)):
            tag.clear()  # a footnote mark would glue its number to the word before it
        elif attached and is_power(text):
            walk.inline.append("^")
    elif name == "img":
        walk.inline.append(caption(tag, walk.titles[-1] if walk.titles else None, walk.anchors[-1] if walk.anchors else None))
        link = walk.links[-1] if walk.links else None
        if link and link[0] and not is_badge(str(tag.get("src", ""))) and not _IMAGE.search(link[0]):
            walk.pictured = True
    elif name == "math":
        formula = str(tag.get("alttext") or "")
        walk.inline.append(f" {tex_to_text(formula) if formula else tag.get_text(' ')} ")
    elif name == "pre":
        walk.builder.add("code", preformatted(tag))
    elif name == "table" and is_data(tag):
        _add_table(walk.builder, tag)


def _leave(walk: _Walk, tag: Tag) -> None:
    name = tag.name
    if name == "a":
        walk.anchors.pop()
        _end_link(walk)
    elif name in ("b", "strong"):
        walk.bold = max(0, walk.bold - 1)
    elif name == "dt":
        walk.term = f"{walk.term}, {_taken(walk)}".removeprefix(", ").rstrip(":")
    elif name in _BLOCKS:
        walk.flush()
    walk.boxes -= is_sidebar(tag)
    if name in ("td", "th"):
        walk.inline.append(" ")
    elif _HEADING.match(name):
        walk.heading = 0
        walk.titles.pop()
        for label, address in walk.heading_links:  # headings stay plain, but the address is worth asking for
            walk.builder.add("paragraph", f"[{label}]({address})")
        walk.heading_links.clear()
    elif name in ("ul", "ol", "menu") and walk.lists:
        walk.lists.pop()
    elif name == "li" and walk.item_due:
        walk.item_due.pop()
    elif name == "dl" and walk.term:
        walk.builder.add("item", walk.term)
        walk.term = ""


def _taken(walk: _Walk) -> str:
    text = clean_inline("".join(walk.inline))
    walk.inline.clear()
    return text


def _end_link(walk: _Walk) -> None:
    address, start, shown = walk.links.pop()
    if not address:
        return
    if shown:  # its text went out with earlier blocks
        walk.flush()
        walk.builder.add("paragraph", f"[{shown}]({address})")
        return
    raw = "".join(walk.inline[start:])
    label = clean_inline(raw)
    pictured, walk.pictured = walk.pictured, False
    if not re.search(r"\w", label):
        if pictured and not walk.heading:  # a video behind its picture: the address is all there is to say
            walk.inline.append(f" {address} ")
        return
    if walk.heading:
        walk.heading_links.append((label, address))
        return
    before = " " if pictured or raw[:1].isspace() else ""
    after = " " if pictured or raw[-1:].isspace() else ""
    walk.inline[start:] = [before + linked(label, address) + after]


def _add_table(builder: DocumentBuilder, table: Tag) -> None:
    caption = table.find("caption")
    if isinstance(caption, Tag):
        builder.add("paragraph", _cell(caption))
    rows = table.find_all("tr")
    cells = ((Cell(_cell(cell), span(cell, "rowspan"), span(cell, "colspan")) for cell in row.find_all(CELLS)) for row in rows)
    builder.table(grid(cells), headed=has_header(table))


def _cell(cell: Tag) -> str:
    """The text of a table cell on one line; what would be several blocks is separated by semicolons."""
    inner = DocumentBuilder()
    add_html(inner, cell)
    text = inner.build("", "").text
    return "; ".join(text[block.start : block.end] for block in inner.blocks)
