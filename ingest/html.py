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

_DROPPED = frozenset(
    ["script", "style", "noscript", "template", "nav", "aside", "footer", "svg", "iframe", "object", "embed", "canvas"]
    + ["audio", "video", "head", "dialog", "button", "select", "input", "textarea", "datalist", "map", "frame", "frameset"]
)
_DROPPED_ROLES = frozenset(["navigation", "banner", "search", "contentinfo", "complementary", "menu", "dialog", "alert"])
# Words in `class` and `id` under which pages keep what is not their content; dropped only where they hold little of the text.
_NOISE = frozenset(
    ["breadcrumb", "breadcrumbs", "cookie", "cookies", "cookie-banner", "search-results", "sidebar", "social", "social-share"]
    + ["share-buttons", "pagination", "related-posts", "newsletter", "advertisement", "no-print", "headerlink", "skip-link"]
    + ["footnote-ref", "footnote-backref", "navbar", "site-header", "site-footer", "toc", "table-of-contents", "comments"]
)
_BLOCKS = frozenset(
    ["address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure"]
    + ["form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "ol", "p"]
    + ["pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "footer"]
)
_DEEPEST = 8  # lists nested more deeply are shown at this depth: the indentation alone would fill the text
_HEADING = re.compile(r"h([1-6])\Z")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d])")
_LINKABLE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_BADGE = re.compile(r"shields\.io|badgen\.net|badge\.fury|codecov\.io|/workflows/|(?:^|/)badge\.svg", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)


def read_html(data: bytes, document_id: str) -> Document:
    """The content of an HTML page: of its `<main>` or `<article>` where that holds most of the text."""
    named = _CHARSET.search(data[:4096])
    text, warnings = decode(data, document_id, declared=named[1].decode("ascii") if named else None)
    soup = BeautifulSoup(text, "lxml")
    title = clean_inline(soup.title.get_text()) if soup.title else ""
    language = soup.html.get("lang") if soup.html else None
    drop_noise(soup)
    builder = DocumentBuilder(warnings=list(warnings))
    add_html(builder, _content(soup))
    meta: dict[str, object] = {"language": str(language)} if language else {}
    document = builder.build(document_id, hashlib.sha256(data).hexdigest(), title=title, meta=meta)
    headings = {document.text[block.start : block.end] for block in document.blocks if block.kind == "heading"}
    for part in re.split(r"\s+[|·•—–-]\s+", title):  # "Page · Site": the part that the page itself shows as a heading
        if part in headings:
            return replace(document, title=part)
    return document


def drop_noise(soup: BeautifulSoup) -> None:
    """Remove from the tree what is hidden or not content: navigation, scripts, forms, banners. Takes linear time."""
    measures = _measure(soup)
    total = measures[id(soup)].characters
    doomed: list[Tag] = []
    for tag in soup.find_all(True):
        if not isinstance(tag, Tag) or tag.name in ("html", "body", "main"):
            continue
        measure = measures[id(tag)]
        if (
            tag.name in _DROPPED
            or _is_hidden(tag)
            or str(tag.get("role", "")).lower() in _DROPPED_ROLES
            or (tag.name == "header" and not (measure.titles and measure.inside))
            or ((tag.name == "form" or _NOISE & _names(tag)) and measure.characters * 4 < total)
        ):
            doomed.append(tag)
    for tag in doomed:
        tag.extract()


@dataclass(slots=True)
class _Measure:
    """Of one tag: visible characters and `h1` headings below it, and whether it stands inside `<main>` or `<article>`."""

    characters: int
    titles: int
    inside: bool


def _measure(root: Tag) -> dict[int, _Measure]:
    """The measures of every tag by its `id()`, in one pass."""
    measures: dict[int, _Measure] = {}
    characters = titles = contents = 0
    pending: list[tuple[PageElement, bool]] = [(root, True)]
    while pending:
        node, entering = pending.pop()
        if isinstance(node, Tag):
            is_content = node.name in ("main", "article")
            if entering:
                titles += node.name == "h1"
                measures[id(node)] = _Measure(-characters, -titles, contents > 0)
                contents += is_content
                pending.append((node, False))
                pending += [(child, True) for child in reversed(node.contents)]
            else:
                contents -= is_content
                measures[id(node)].characters += characters
                measures[id(node)].titles += titles
        elif type(node) is NavigableString:  # comments, doctypes, scripts and styles are subclasses of it
            characters += len(node.strip())
    return measures


def _names(tag: Tag) -> set[str]:
    classes = tag.get("class") or []
    words = [*classes] if isinstance(classes, list) else str(classes).split()
    return {word.lower() for word in [*words, str(tag.get("id", ""))]}


def _is_hidden(tag: Tag) -> bool:
    if tag.has_attr("hidden") or str(tag.get("aria-hidden", "")).lower() == "true":
        return True
    return tag.has_attr("style") and bool(_HIDDEN_STYLE.search(str(tag["style"]).lower()))


def _content(soup: BeautifulSoup) -> Tag:
    body = soup.body or soup
    measures = _measure(body)
    candidates = [tag for tag in body.select("main, article, [role=main]") if isinstance(tag, Tag)]
    best = max(candidates, key=lambda tag: measures[id(tag)].characters, default=body)
    return best if measures[id(best)].characters * 2 >= measures[id(body)].characters else body


@dataclass(slots=True)
class _Walk:
    """The state of a walk through the tree: the text of the block at hand and the lists it stands in."""

    builder: DocumentBuilder
    inline: list[str] = field(default_factory=list)
    lists: list[tuple[bool, list[int]]] = field(default_factory=list)  # (ordered, [next number])
    item_due: list[bool] = field(default_factory=list)  # per open `li`: whether its marker is still to come
    links: list[tuple[str, int, str]] = field(default_factory=list)  # (address, where its text starts in inline, shown text)
    heading: int = 0
    heading_links: list[tuple[str, str]] = field(default_factory=list)
    term: str = ""

    def flush(self) -> None:
        """End the block at hand."""
        text = clean_inline("".join(self.inline))
        self.inline.clear()
        if not text:
            return
        if self.links:  # a link around whole blocks is named after the first of them
            address, _, shown = self.links[-1]
            self.links[-1] = (address, 0, shown or text)
        if self.heading:
            self.builder.add("heading", re.sub(r"\s*[¶§#🔗]+$", "", text), level=self.heading)
        elif self.item_due:
            if self.item_due[-1]:
                self.item_due[-1] = False
                ordered, following = self.lists[-1] if self.lists else (False, [1])
                self.builder.add("item", text, level=min(max(0, len(self.lists) - 1), _DEEPEST), ordinal=following[0] if ordered else None)
                following[0] += 1
            else:
                self.builder.add("paragraph", text)
        elif self.term:
            self.builder.add("item", f"{self.term}: {text}")
            self.term = ""
        else:
            self.builder.add("paragraph", text)


def add_html(builder: DocumentBuilder, root: Tag) -> None:
    """Append the blocks below `root` in reading order."""
    walk = _Walk(builder)
    for tag, entering in _events(root):
        if isinstance(tag, NavigableString):
            if type(tag) is NavigableString:
                walk.inline.append(re.sub(r"\s+", " ", tag))
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
        if node.name in ("pre", "math", "img") or (node.name == "table" and _is_data(node)):
            continue
        pending += [(child, True) for child in reversed(node.contents)]


def _enter(walk: _Walk, tag: Tag) -> None:
    name = tag.name
    if name in _BLOCKS:
        walk.flush()
    if level := _HEADING.match(name):
        walk.heading = int(level[1])
    elif name in ("ul", "ol", "menu"):
        start = str(tag.get("start", "1"))
        walk.lists.append((name == "ol", [int(start) if start.isdecimal() and len(start) < 7 else 1]))
    elif name == "li":
        value = str(tag.get("value", ""))
        if walk.lists and value.isdecimal() and len(value) < 7:
            walk.lists[-1][1][0] = int(value)
        walk.item_due.append(True)
    elif name == "a":
        address = clean_inline(str(tag.get("href", ""))).replace(" ", "%20")
        walk.links.append((address if _LINKABLE.match(address) else "", len(walk.inline), ""))
    elif name == "br":
        walk.inline.append(" ")
        following = tag.next_sibling
        while isinstance(following, NavigableString) and not following.strip():
            following = following.next_sibling
        if isinstance(following, Tag) and following.name == "br":
            walk.flush()  # two in a row are how old pages end a paragraph
    elif name == "sup":
        inner = tag.find("a", recursive=False)
        if isinstance(inner, Tag) and str(inner.get("href", "")).startswith("#"):
            tag.clear()  # a footnote mark would glue its number to the word before it
        elif tag.string and len(tag.string.strip()) <= 3:
            walk.inline.append("^")
    elif name == "img":
        walk.inline.append(_caption(tag))
    elif name == "math":
        walk.inline.append(f" {tag.get('alttext') or tag.get_text(' ')} ")
    elif name == "pre":
        walk.builder.add("code", _code(tag))
    elif name == "table" and _is_data(tag):
        _add_table(walk.builder, tag)


def _leave(walk: _Walk, tag: Tag) -> None:
    name = tag.name
    if name == "a" and walk.links:
        _end_link(walk)
    elif name == "dt":
        walk.term = f"{walk.term}, {_taken(walk)}".removeprefix(", ").rstrip(":")
    elif name in _BLOCKS:
        walk.flush()
    if name in ("td", "th"):
        walk.inline.append(" ")
    elif _HEADING.match(name):
        walk.heading = 0
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
    if not re.search(r"\w", label):
        return
    if walk.heading:
        walk.heading_links.append((label, address))
        return
    before = " " if raw[:1].isspace() else ""
    after = " " if raw[-1:].isspace() else ""
    walk.inline[start:] = [before + linked(label, address) + after]


def linked(label: str, address: str) -> str:
    """`[label](address)`, or the bare address where the label says the same.

    >>> linked("Python", "https://python.org"), linked("python.org", "https://python.org/")
    ('[Python](https://python.org)', 'https://python.org/')
    """
    plain = re.sub(r"^(?:https?://(?:www\.)?|mailto:)|/$", "", address, flags=re.IGNORECASE)
    return address if re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", label) == plain else f"[{label}]({address})"


def _caption(tag: Tag) -> str:
    """What an image says in words, where it is a link's only content or a whole caption; badges say nothing."""
    words = clean_inline(str(tag.get("alt", "")))
    if _BADGE.search(str(tag.get("src", ""))) or not re.search(r"\w", words):
        return ""
    link = tag.find_parent("a")
    if isinstance(link, Tag):
        return words if not link.get_text().strip() else ""
    return f" {words} " if len(words.split()) >= 5 else ""


def _code(tag: Tag) -> str:
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    return tag.get_text()


def _is_data(table: Tag) -> bool:
    """Whether a table holds data, not the layout of a page: more than one column, and no tables or headings inside."""
    if table.find(["table", "h1", "h2", "h3", "pre"]):
        return False
    return any(len(row.find_all(["td", "th"], limit=2)) > 1 for row in table.find_all("tr"))


def _add_table(builder: DocumentBuilder, table: Tag) -> None:
    caption = table.find("caption")
    if isinstance(caption, Tag):
        builder.add("paragraph", _cell(caption))
    rows = [[_cell(cell) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
    builder.table(rows)


def _cell(cell: Tag) -> str:
    """The text of a table cell on one line; what would be several blocks is separated by semicolons."""
    inner = DocumentBuilder()
    add_html(inner, cell)
    text = inner.build("", "").text
    return "; ".join(text[block.start : block.end] for block in inner.blocks)
