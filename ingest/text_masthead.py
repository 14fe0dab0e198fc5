"""The first lines of a text in, its title and what stands beside it out: author, date, reading time, the page's buttons.

The title of a text is its first line nearly always, also where nothing but a byline or an empty line stands below it. That
of a mail is its subject.
"""

from __future__ import annotations

import re

from ingest.text_blocks import TextBlock
from ingest.text_draft import Draft
from ingest.text_lines import Line, is_closed
from ingest.text_signs import (
    announces_date,
    decimal_number,
    entry_name,
    is_body,
    is_byline,
    is_contents_word,
    is_date,
    is_headline,
    is_section_word,
    mail_field,
    series_member,
)

_LONGEST_TITLE, _MOST_WORDS = 140, 24  # characters, words
_MOST_LINES = 6  # beside a title
_FARTHEST = 3  # lines from a title to one that tells of the text, with none but subtitles between
_BESIDE = re.compile(r"\b\d+[ -]min(?:ute)?s?\b|\breading time\b|\s[|>·•∙»]\s|\b(?:edition|version \d[\d.]*)\b", re.IGNORECASE)
# Above a title stands where it is: "Home » Blog » Bread", "r/baking", "Posted by ada 2 days ago".
_ABOVE = re.compile(
    r"r/\w{2,30}(?:\s?[·•∙|]\s.{0,80})?\Z|(?:[^»›>]{1,60}\s[»›>]\s){1,5}[^»›>]{1,120}\Z|(?:posted|asked) by .{1,60} ago\Z",
    re.IGNORECASE,
)
_MOST_ABOVE = 3  # lines
_ASIDE = re.compile(r"\([^()]{1,100}\)\Z")  # "(captions, lightly corrected)"
_BEGUN_BESIDE = re.compile(
    r"(?:last )?(?:updated|published|posted|reviewed|edited|written|prepared|interview|photos?|text|author"
    r"|guest (?:article|post)|category|tags?|share|save|print|follow us|subscribe|download|listen|skip to|accept|home)\b",
    re.IGNORECASE,
)


def read_masthead(draft: Draft) -> int:
    """Turn the title of a text, and the lines beside it, into blocks; the index of the next line, 0 without a title."""
    if stop := _read_mail_head(draft):
        return stop
    top = _top_end(draft)
    stop = _masthead_end(draft, top)
    if stop:
        draft.add(TextBlock("heading", draft.lines[top].text, style="title"))
    for number, line in enumerate(draft.lines[:stop]):
        if number != top:
            draft.add(TextBlock("paragraph", line.text))
    return stop


def _top_end(draft: Draft) -> int:
    """Index after the lines above the title that tell where it stands."""
    stop = 0
    while stop < _MOST_ABOVE and (line := draft.line(stop)) is not None and _stands_above(line):
        stop += 1
    return stop


def _stands_above(line: Line) -> bool:
    return line.kind in ("text", "poster") and bool(_ABOVE.match(line.text))


def _read_mail_head(draft: Draft) -> int:
    """The subject of a mail as its title, above the lines that tell who wrote it and when; 0 where the text is no mail."""
    stop = 0
    while (line := draft.line(stop)) is not None and line.kind == "text" and mail_field(line.text):
        stop += 1
    head = draft.lines[:stop]
    subject = next((line for line in head if mail_field(line.text) == "subject"), None)
    if subject is None or len(head) < 2:
        return 0
    draft.add(TextBlock("heading", subject.text.partition(":")[2], style="title"))
    for line in head:
        if line is not subject:
            draft.add(TextBlock("paragraph", line.text))
    return stop


def _masthead_end(draft: Draft, top: int) -> int:
    """Index after the title at `top` and the lines beside it; 0 where the line there is no title."""
    title = draft.line(top)
    small = _begins_small(draft)
    if title is None or draft.marks_title or not _is_title(title, small, asked=top > 0):
        return 0
    stop = top + 1
    while stop <= top + _MOST_LINES and _stands_beside(draft, stop, top):
        stop += 1
    after = draft.line(stop)
    if after is None:
        return 0
    sure = stop > 1 or small or is_headline(title.text)  # what stands above a title or beside it tells that it is one
    alone = draft.spaced and after.gap and any(is_closed(line.text) for line in draft.lines[stop:])
    # One marked heading may be the title itself.
    above = after.kind == "poster" or (after.kind == "heading" and (draft.marked or not after.level))
    if alone or above or (sure and is_body(after, title.text)):
        return stop
    end = _subtitles_end(draft, stop)
    return end if sure or end == stop + 1 else 0


def _begins_small(draft: Draft) -> bool:
    """Whether the text writes its headings in small letters, so that its title may be in them too."""
    return any(line.kind == "heading" and line.text[0].islower() for line in draft.lines)


def _is_title(line: Line, small: bool, *, asked: bool) -> bool:
    """Whether a line may be a title; `asked` says that one who began a discussion may ask in it."""
    text = line.text
    if line.kind != "text" and not (asked and line.kind == "question"):
        return False
    if len(text) > _LONGEST_TITLE or len(text.split()) > _MOST_WORDS:
        return False
    if text.endswith((",", ";", ":", "-", "–", "—")) or (text[0].islower() and not small) or not re.search(r"[^\W\d_]", text):
        return False
    if series_member(text) or decimal_number(text) or is_section_word(text) or is_contents_word(text) or is_date(text):
        return False
    return not _is_beside(text) and (not is_closed(text) or text.endswith("?") or _all_begin_large(text))


def _is_beside(text: str) -> bool:
    """Whether a line tells who wrote a text, when, or where it stood."""
    if len(text) > _LONGEST_TITLE:
        return False
    if is_byline(text) or is_date(text) or announces_date(text) or _BESIDE.search(text):
        return True
    return bool(_BEGUN_BESIDE.match(text)) and not is_closed(text)


def _all_begin_large(text: str) -> bool:
    """Whether a closed line is written like a title: "I Was a Pastry Chef. Now I Train Models."."""
    words = [word for word in text.split() if word[0].isalpha() and len(word) > 3]
    return len(words) > 2 and all(word[0].isupper() for word in words)


def _stands_beside(draft: Draft, index: int, top: int) -> bool:
    """Whether a line belongs to the title at `top`: it tells of the text, or is the subtitle above one that does."""
    line = draft.line(index)
    if line is None or line.kind != "text" or (line.gap and is_body(line, "")):
        return False
    beside = _is_beside(line.text) or bool(_ASIDE.match(line.text))
    return beside or any(_leads_beside(draft, index, stop) for stop in range(index + 1, top + _FARTHEST + 1))


def _leads_beside(draft: Draft, index: int, stop: int) -> bool:
    """Whether short lines, a subtitle and a name, stand from `index` on right above a line at `stop` that tells of the text."""
    above, last = draft.lines[index:stop], draft.line(stop)
    short = all(not line.gap and _is_short(line) for line in above)
    return short and last is not None and not last.gap and _is_beside(last.text)


def _subtitles_end(draft: Draft, index: int) -> int:
    """Index after up to three short lines above an empty one, "What nobody told me, and a plan"; 0 where others stand there."""
    for at in range(index, index + 4):
        line = draft.line(at)
        if line is None or line.gap:
            return at if line is not None and at > index else 0
        if not _is_short(line):
            return 0
    return 0


def _is_short(line: Line) -> bool:
    return line.kind == "text" and len(line.text) <= _LONGEST_TITLE and not entry_name(line.text) and not is_closed(line.text)
