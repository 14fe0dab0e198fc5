"""Logical lines in, blocks with headings out: finds the structure that text copied from a page keeps in its lines alone.

Headings without marks, labels that end in a colon, lists without bullets and "Name: explanation" runs. Where the signs do
not agree a line stays a paragraph; no line is lost except page furniture such as "Read also: …" and lines of hash tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ingest.document import BlockKind
from ingest.text_lines import Line, is_closed

Style = Literal["marked", "title", "plain", "capitals", "series", "decimal", "reference", "label", ""]

_SERIES_WORDS = (
    "phase|step|part|chapter|section|stage|module|week|month|day|level|unit|lesson|appendix|milestone|year|sprint|volume|book|act"
    "|question|exercise|task|tip|rule|mistake|project|topic|track|pillar|principle|reason|method|option|case|example"
)
_NUMBER = r"(\d{1,3}|[ivxlc]{1,6}|[a-h]|one|two|three|four|five|six|seven|eight|nine|ten)"
_SERIES = re.compile(rf"({_SERIES_WORDS})s?\s+#?{_NUMBER}(?:\s*[–-]\s*\d+)?\s*(?:[:.)|—–-]\s*\S.*|\([^()]*\))?\Z", re.IGNORECASE)
_REFERENCE = re.compile(rf"(?:[\w’'-]+\s+){{1,5}}({_SERIES_WORDS})\s+{_NUMBER}\s*[:—–-]\s*\S", re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)\.?\s+\S")
_DEFINITION = re.compile(r"((?:[^:.!?\s]|[.!?:](?=\S))(?:[^:.!?]|[.!?:](?=\S)){0,99}?)\s?:\s+\S")
_DATE = re.compile(
    r"(?:\w+\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}?,?\s*\d{4}\Z"
    r"|\d{4}-\d{2}-\d{2}\Z|\d{1,2}[./]\d{1,2}[./]\d{2,4}\Z",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:first |last )?(?:published|updated|posted|modified|reviewed)(?: on)?:?\Z", re.IGNORECASE)
_BYLINE = re.compile(r"(?:by|written by|posted by|published by|author:)\s", re.IGNORECASE)
_SECTION_WORDS = frozenset(
    ["introduction", "overview", "abstract", "summary", "background", "contents", "preface", "conclusion", "conclusions"]
    + ["final thoughts", "key takeaways", "takeaways", "references", "acknowledgements", "acknowledgments", "faq", "tl;dr"]
)
# Words that do not end a heading: the line goes on elsewhere, or introduces what follows.
_OPEN_ENDS = re.compile(
    r"\b(?:a|an|the|and|or|of|to|with|by|for|in|on|at|from|as|such as|is|are|was|were|be|can|will|may|include[sd]?|including|that"
    r"|which|following|e\.g\.?|i\.e\.?|like|your|our|their|its)\Z",
    re.IGNORECASE,
)
_LEAD_STARTS = re.compile(
    r"(?:here|some|the following|these|those|this|that|to|if|when|for|in|with|by|you|we|it|they|there|once|after|during|as|below|among"
    r"|it's|here's|here’s)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\S")
_LEFTOVERS = re.compile(
    r"(?:also read|read (?:also|more|next)|see also our|you (?:may|might) (?:also )?(?:like|enjoy|be interested in|want to read)"
    r"|recommended (?:for you|reading|articles?)|related (?:posts?|articles?|stories)|more from|up next|continue reading)\s*[:|»>]"
    r"(?!.*https?://).{0,160}\Z"
    r"|(?:tags?|filed under|topics?)?\s*:?\s*(?:#[\w-]+[\s,]*){2,}\Z|tags?\s*:\s*#\S+\Z"
    r"|(?:advertisements?|sponsored(?: content)?|skip to (?:main )?content|back to top|share this(?: (?:post|article|page))?"
    r"|(?:share|tweet|pin it|email|print)|share on (?:facebook|twitter|x|linkedin)|follow us on .{0,40}|leave a (?:reply|comment)"
    r"|\d+ (?:comments?|shares?|likes?)|loading\W*|subscribe to our newsletter\W*|accept (?:all )?cookies|sign up|log in)\Z",
    re.IGNORECASE,
)
LONGEST_HEADING = 100  # characters
_LONGEST_ITEM = 90  # characters of a list item without a mark


@dataclass(slots=True)
class TextBlock:
    """A block as the builder takes it; `style` says by which sign a heading was known, `bare` its text without number."""

    kind: BlockKind
    text: str
    level: int = 0
    ordinal: int | None = None
    cells: tuple[str, ...] = ()
    style: Style = ""
    series: str = ""  # the word or sign that its numbered siblings share
    number: int = 0


def is_leftover(text: str) -> bool:
    """Whether the line belongs to the web page around a text, not to the text.

    >>> is_leftover("Read also: University Professor Guide"), is_leftover("tags: #how #to"), is_leftover("Read also about Go")
    (True, True, False)
    """
    return len(text) <= 200 and bool(_LEFTOVERS.match(text))


def outline(lines: list[Line]) -> list[TextBlock]:
    """The blocks of the text in order. Headings that the text does not mark itself still have level 0."""
    return _Outline([line for line in lines if line.kind != "text" or not is_leftover(line.text)]).blocks


class _Outline:
    """One pass over the lines, looking ahead as far as the next lines that decide what a short line means."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.blocks: list[TextBlock] = []
        self.spaced = any(line.gap for line in lines[1:])
        # A text that marks its headings marks all of them.
        self.marked = sum(line.kind == "heading" for line in lines) > 1
        self.names = self._repeated_names()
        self.indents: list[int] = []  # of the open list levels
        index = 0
        while index < len(lines):
            index = self._read(index)

    def _read(self, index: int) -> int:
        """Turn the line at `index`, and what belongs to it, into blocks; the index of the next line."""
        line = self.lines[index]
        if line.kind not in ("item", "ordered"):
            self.indents.clear()
        match line.kind:
            case "heading":
                self._add(TextBlock("heading", line.text, line.level, style="marked"))
            case "row":
                first = index == 0 or self.lines[index - 1].kind != "row" or line.gap
                self._add(TextBlock("header" if first else "row", line.text, cells=line.cells))
            case "code":
                self._add(TextBlock("code", line.text))
            case "item":
                self._add(TextBlock("item", line.text, self._depth(line)))
            case "ordered":
                self._read_ordered(index)
            case "text":
                return self._read_text(index)
        return index + 1

    def _add(self, block: TextBlock) -> None:
        self.blocks.append(block)

    def _depth(self, line: Line) -> int:
        while self.indents and line.indent < self.indents[-1]:
            self.indents.pop()
        if not self.indents or line.indent > self.indents[-1] + 1:
            self.indents.append(line.indent)
        return min(len(self.indents) - 1, 8)

    def _line(self, index: int) -> Line | None:
        return self.lines[index] if 0 <= index < len(self.lines) else None

    # Numbered lines

    def _read_ordered(self, index: int) -> None:
        line = self.lines[index]
        if self._is_numbered_heading(index):
            self.indents.clear()
            text = f"{line.ordinal}. {line.text.removesuffix(':')}"
            style: Style = "label" if line.text.endswith(":") else "series"
            self._add(TextBlock("heading", text, style=style, series="#", number=line.ordinal or 0))
        else:
            self._add(TextBlock("item", line.text, self._depth(line), line.ordinal))

    def _is_numbered_heading(self, index: int) -> bool:
        """A short numbered line with a text of its own below it, in a row of such lines."""
        line, following = self.lines[index], self._line(index + 1)
        bare = line.text.removesuffix(":")
        if self.marked or following is None or line.indent > 4 or not is_titular(bare):
            return False
        if following.kind == "ordered" or (following.kind == "item" and following.indent > line.indent):
            return False
        previous = self._line(index - 1)
        if previous is not None and previous.kind == "ordered" and previous.ordinal == (line.ordinal or 0) - 1 and not following.gap:
            return False  # the last of a list
        near = self.lines[max(0, index - 60) : index + 60]
        return any(
            other.kind == "ordered" and other.ordinal in ((line.ordinal or 0) - 1, (line.ordinal or 0) + 1) and other is not previous
            for other in near
        )

    # Lines without a mark

    def _read_text(self, index: int) -> int:
        line, following = self.lines[index], self._line(index + 1)
        text = line.text
        if following is not None and _DATED.match(text) and _DATE.match(following.text):
            self._add(TextBlock("paragraph", f"{text} {following.text}"))
            return index + 2
        if series := self._series(index):
            self._add(series)
            return index + 1
        if not self.marked and _REFERENCE.match(text) and is_titular(text) and following is not None:
            self._add(TextBlock("heading", text, style="reference"))
            return index + 1
        if decimal := self._decimal(index):
            self._add(decimal)
            return index + 1
        word, _, rest = text.partition(":")
        if word.casefold() in _SECTION_WORDS and rest.strip() and not self.marked:  # "Conclusion: To become …"
            self._add(TextBlock("heading", word, style="plain"))
            self._add(TextBlock("paragraph", rest))
            return index + 1
        if (stop := self._definitions_end(index)) > index:
            self._add_definitions(index, stop)
            return stop
        if text.endswith(":") and following is not None:
            return self._read_label(index)
        if text.casefold() in _SECTION_WORDS and following is not None and not self.marked:
            self._add(TextBlock("heading", text, style="plain"))
            return index + 1
        if (stop := self._sentences_end(index)) > index:
            for item in self.lines[index:stop]:
                self._add(TextBlock("item", item.text))
            return stop
        return self._read_short(index)

    def _series(self, index: int) -> TextBlock | None:
        """`Phase 2: Building Skills` as a heading, or as an item where its siblings stand right beside it."""
        line = self.lines[index]
        found = _SERIES.match(line.text)
        if not found or self.marked or len(line.text) > LONGEST_HEADING or line.text.endswith((".", ",", ";")):
            return None
        beside = [other for other in (self._line(index - 1), self._line(index + 1)) if other is not None and other.kind == "text"]
        word = found[1].lower()
        siblings = [match for other in beside if (match := _SERIES.match(other.text)) and match[1].lower() == word]
        number = _number(found[2])
        if any(abs(_number(sibling[2]) - number) == 1 for sibling in siblings):
            return TextBlock("item", line.text)
        if self._line(index + 1) is None:
            return None
        return TextBlock("heading", line.text.removesuffix(":"), style="series", series=word, number=number)

    def _decimal(self, index: int) -> TextBlock | None:
        """`3.1.2 Wrapped keys` as a heading, or as an item of a table of contents."""
        line = self.lines[index]
        found = _DECIMAL.match(line.text)
        if not found or "." not in found[1] or self.marked:
            return None
        near = [other for other in (self._line(index - 1), self._line(index + 1)) if other is not None]
        if any(other.kind in ("text", "ordered") and (other.kind == "ordered" or _DECIMAL.match(other.text)) for other in near):
            return TextBlock("item", line.text)
        bare = line.text[len(found[1]) :].lstrip(". ")
        if self._line(index + 1) is None or not is_titular(bare):
            return None
        return TextBlock("heading", line.text, style="decimal", number=found[1].count("."))

    def _definitions_end(self, index: int) -> int:
        """Index after the run of `Name: explanation` lines from `index`; a single one counts only below its heading."""
        stop = index
        while (line := self._line(stop)) is not None and line.kind == "text" and _is_definition(line.text):
            if stop > index and line.gap and self.spaced:
                break
            if _SERIES.match(line.text) or _REFERENCE.match(line.text) or is_leftover(line.text):
                break
            stop += 1
        if stop - index >= 2:
            return stop
        below = self.blocks[-1] if self.blocks else None
        introduced = below is not None and (below.style == "label" or (below.kind == "paragraph" and below.text.endswith(":")))
        return stop if introduced else index

    def _add_definitions(self, index: int, stop: int) -> None:
        """Items; a name that comes again and again ("Resources: …") belongs to the entry above it."""
        names = [_name(line.text) for line in self.lines[index:stop]]
        nested = [name in self.names and number > 0 for number, name in enumerate(names)]
        if names[0] in self.names or all(nested[1:]) and len(names) > 3:
            nested = [False] * len(names)
        for line, deeper in zip(self.lines[index:stop], nested, strict=True):
            self._add(TextBlock("item", line.text, int(deeper)))

    def _repeated_names(self) -> frozenset[str]:
        counts: dict[str, int] = {}
        for line in self.lines:
            if line.kind == "text" and _is_definition(line.text):
                counts[_name(line.text)] = counts.get(_name(line.text), 0) + 1
        return frozenset(name for name, count in counts.items() if count >= 3)

    def _read_label(self, index: int) -> int:
        """A line that ends in a colon: a heading where it names what follows, otherwise the lead-in of what follows."""
        line, following = self.lines[index], self.lines[index + 1]
        names = is_label(line.text) and following.kind == "text" and not self.marked
        if names and self.spaced and following.gap and not line.gap and index:
            names = False
        self._add(TextBlock("heading", line.text.removesuffix(":").rstrip(), style="label") if names else TextBlock("paragraph", line.text))
        stop = index + 1
        while (item := self._line(stop)) is not None and self._is_bare_item(item, stop > index + 1):
            stop += 1
        after = self._line(stop)
        if stop - index == 2 and after is not None and not (after.kind == "text" and is_label(after.text)):
            stop = index + 1  # a single short line is no list, unless the next label ends it
        if stop - index > 2 and after is not None and after.gap is False and self.lines[stop - 1].gap:
            stop -= 1
        for item in self.lines[index + 1 : stop]:
            self._add(TextBlock("item", item.text))
        return stop

    def _is_bare_item(self, line: Line, inside: bool) -> bool:
        text = line.text
        return (
            line.kind == "text"
            and not (inside and line.gap and self.spaced)
            and len(text) <= _LONGEST_ITEM
            and not is_closed(text)
            and not text.endswith(":")
            and not _is_definition(text)
            and not _SERIES.match(text)
            and not _REFERENCE.match(text)
        )

    def _sentences_end(self, index: int) -> int:
        """Index after a run of three or more short sentences, a line each, right below a heading or lead-in."""
        below = self.blocks[-1] if self.blocks else None
        if below is None or not (below.kind == "heading" or (below.kind == "paragraph" and below.text.endswith(":"))):
            return index
        stop = index
        while (line := self._line(stop)) is not None and line.kind == "text" and not (stop > index and line.gap and self.spaced):
            if len(line.text) > _LONGEST_ITEM or not is_closed(line.text) or re.search(r"[.!?]\s", line.text):
                break
            stop += 1
        return stop if stop - index >= 3 else index

    def _read_short(self, index: int) -> int:
        """A heading where a short line stands above longer text, a list or a table; otherwise paragraphs or bare items."""
        stop = index
        while (line := self._line(stop)) is not None and line.kind == "text" and self._may_head(line.text):
            if stop > index and (_is_definition(line.text) or (line.gap and self.spaced)):
                break
            stop += 1
        length, after = stop - index, self._line(stop)
        if length == 0 or self.marked or (self.spaced and index and not self.lines[index].gap and self.blocks[-1].kind != "heading"):
            self._add(TextBlock("paragraph", self.lines[index].text))
            return index + 1
        heads = after is not None and _is_body(after, self.lines[stop - 1].text)
        style: Style
        if length <= 2 and heads:
            for number, line in enumerate(self.lines[index:stop]):
                style = "title" if index + number == 0 else "capitals" if line.text.isupper() else "plain"
                if number == 0 and length == 2 and _BYLINE.match(self.lines[stop - 1].text):
                    self._add(TextBlock("heading", line.text, style=style))
                    self._add(TextBlock("paragraph", self.lines[stop - 1].text))
                    return stop
                self._add(TextBlock("heading", line.text, style=style))
            return stop
        if index == 0 and after is not None and _BYLINE.match(after.text):
            self._add(TextBlock("heading", self.lines[0].text, style="title"))
            return 1
        bare = length >= 3 and index > 0
        for line in self.lines[index:stop]:
            self._add(TextBlock("item" if bare else "paragraph", line.text))
        return stop

    def _may_head(self, text: str) -> bool:
        return is_titular(text) and not _BYLINE.match(text) and not _DATE.match(text) and not text.endswith(":")


def is_titular(text: str) -> bool:
    """Whether the line could be a heading by itself: short, begun like one, not ended like a sentence."""
    if len(text) > LONGEST_HEADING or len(text.split()) > 16 or not re.search(r"[^\W\d_]", text):
        return False
    if text.endswith((",", ";", ":", "-", "–", "—")) or (is_closed(text) and not text.endswith("?")):
        return False
    if _ADDRESS.search(text) or _OPEN_ENDS.search(text) or re.search(r"[.!?] +[A-Z]\w+ \w+ ", text):
        return False
    return not text[0].islower() or text.split()[0][1:] != text.split()[0][1:].lower()


def is_label(text: str) -> bool:
    """Whether a line that ends in a colon names what follows ("Resources:"), and is no sentence that leads to it.

    >>> is_label("Math and Statistics:"), is_label("Here are some key aspects:"), is_label("Key areas include:")
    (True, False, False)
    """
    bare = text.removesuffix(":").strip()
    if not text.endswith(":") or not bare or len(bare) > 60 or len(bare.split()) > 7 or re.search(r"[.,;!?]\s|:", bare):
        return False
    return not _LEAD_STARTS.match(bare) and not _OPEN_ENDS.search(bare) and not bare[0].islower()


def _is_definition(text: str) -> bool:
    found = _DEFINITION.match(text)
    return bool(found) and len(found[1].split()) <= 14 if found else False


def _name(text: str) -> str:
    found = _DEFINITION.match(text)
    return found[1].casefold() if found else ""


def _is_body(line: Line, heading: str) -> bool:
    """Whether a line is what stands below a heading, not the next entry of a list of short lines."""
    if line.kind != "text":
        return line.kind != "heading"
    text = line.text
    if _SERIES.match(text) or _REFERENCE.match(text) or is_label(text) or _is_definition(text) or text.endswith(":"):
        return True
    return len(text) > max(60, len(heading) * 1.5) or (is_closed(text) and not (text.endswith("?") and heading.endswith("?")))


def _number(text: str) -> int:
    """The value of 3, III, C or three.

    >>> [_number(text) for text in ("3", "iv", "C", "two")]
    [3, 4, 3, 2]
    """
    text = text.lower()
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    if text.isdecimal():
        return int(text)
    if text in words:
        return words.index(text) + 1
    if text in "abdefgh":
        return ord(text) - ord("a") + 1
    if text == "c":
        return 3
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}.get(char, 0) for char in text]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))
