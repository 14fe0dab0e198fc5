"""Short lines without a mark in, headings, bare list entries or paragraphs out, by what stands above and below them."""

from __future__ import annotations

from ingest.document import BlockKind
from ingest.text_blocks import TextBlock, heading_style
from ingest.text_draft import LONGEST_NUMBERED, Draft
from ingest.text_lines import Line, is_closed
from ingest.text_numbers import is_next_decimal
from ingest.text_signs import (
    entry_name,
    is_body,
    is_byline,
    is_date,
    is_headline,
    is_label,
    is_titular,
    refers_to_series,
    series_member,
)

_FARTHEST = 60  # lines from a heading to what is compared with it


def read_short(draft: Draft, index: int) -> int:
    """A heading where a short line stands above longer text, a list or a table; otherwise paragraphs or bare items."""
    # A text with empty lines has them before its headings; one that marks its headings leaves at most its title unmarked.
    amid = draft.spaced and index > 0 and not draft.lines[index].gap and draft.blocks[-1].kind != "heading"
    stop = _inside_series_end(draft, index)
    if stop > index:
        kind: BlockKind = "item" if stop - index > 1 else "paragraph"
        draft.blocks += [TextBlock(kind, inside.text) for inside in draft.lines[index:stop]]
        return stop
    if _asks_next(draft, index):
        draft.add(TextBlock("heading", draft.lines[index].text, style=heading_style(draft.lines[index].text)))
        return index + 1
    if (draft.marked and (index > 0 or draft.marks_title)) or amid or not _may_head(draft.lines[index].text):
        draft.add(TextBlock("paragraph", draft.lines[index].text))
        return index + 1
    stop = index + 1
    while (line := draft.line(stop)) is not None and line.kind == "text" and _may_head(line.text):
        if entry_name(line.text) or (line.gap and draft.spaced) or is_next_decimal(draft, stop):
            break
        stop += 1
    run, after = draft.lines[index:stop], draft.line(stop)
    below_heading = draft.is_below_heading()
    if len(run) <= 2 and _heads(draft, run, stop) and not (below_heading and _is_next_heading(draft, stop)):
        for number, line in enumerate(run):
            draft.add(TextBlock("heading", line.text, style=heading_style(line.text) if index + number else "title"))
        return stop
    if index == 0 and after is not None and is_byline(after.text):
        draft.add(TextBlock("heading", run[0].text, style="title"))
        return 1
    _add_bare(draft, run, index, after, below_heading and _is_next_heading(draft, stop))
    return stop


def _asks_next(draft: Draft, index: int) -> bool:
    """Whether a line is the next question: of two sentences, "I am 50. Is that a problem?", or right below an answer."""
    line, answer = draft.lines[index], draft.line(index + 1)
    if draft.marked or not draft.spaced or not line.text.endswith("?") or len(line.text) > LONGEST_NUMBERED:
        return False
    if not line.gap and not _ends_answer(draft, index):
        return False
    below = answer is not None and answer.kind == "text" and not answer.gap and is_closed(answer.text)
    return below and _heading(draft).endswith("?") and not draft.is_below_heading()


def _ends_answer(draft: Draft, index: int) -> bool:
    """Whether the lines above, up to the question that heads them, are its answer, with no empty line between."""
    for at in range(index - 1, max(-1, index - _FARTHEST), -1):
        line = draft.lines[at]
        if line.text.endswith("?") and line.text == _heading(draft):
            return at < index - 1 and is_closed(draft.lines[index - 1].text)
        if line.gap:
            return False
    return False


def _heading(draft: Draft) -> str:
    """The heading that the next line stands under; empty where none is near."""
    return next((block.text for block in reversed(draft.blocks[-_FARTHEST:]) if block.kind == "heading"), "")


def _inside_series_end(draft: Draft, index: int) -> int:
    """Index after the unclosed lines right below "Phase 1: Building Skills", where empty lines part the text's sections."""
    last = draft.blocks[-1] if draft.blocks else None
    stop = index
    if not draft.spaced or last is None or last.style != "series" or not last.series:
        return stop
    while (line := draft.line(stop)) is not None and _is_inside(line):
        stop += 1
    after = draft.line(stop)
    alone = stop - index == 1 and after is not None and not after.gap
    return index if alone and after is not None and after.kind == "text" else stop


def _is_inside(line: Line) -> bool:
    open_end = line.kind == "text" and not line.gap and not is_closed(line.text) and not line.text.endswith(":")
    return open_end and not series_member(line.text) and not refers_to_series(line.text)


def _heads(draft: Draft, run: list[Line], stop: int) -> bool:
    """Whether what follows the run stands below its last line, or is itself a heading after an empty line."""
    after, beyond = draft.line(stop), draft.line(stop + 1)
    if after is None:
        return False
    stacked = after.gap and draft.spaced and after.kind == "text" and _may_head(after.text)
    return is_body(after, run[-1].text) or (stacked and beyond is not None and is_body(beyond, after.text))


def _add_bare(draft: Draft, run: list[Line], index: int, after: Line | None, enclosed: bool) -> None:
    """Short lines that are no headings: the entries of a list, perhaps with a heading before and after it.

    `enclosed` says that they stand between two headings, so that a single one is a list as well.
    """
    texts = [line.text for line in run]
    if len(run) < (1 if enclosed else 3) or index == 0:
        for text in texts:
            draft.add(TextBlock("paragraph", text))
        return
    opens = len(texts) > 3 and is_headline(texts[0]) and not any(map(is_headline, texts[1:-1]))
    if _is_headed(draft, index):
        draft.blocks[-1] = TextBlock("heading", draft.blocks[-1].text, style=heading_style(draft.blocks[-1].text))
    opens = opens or _stands_above(draft, run, index)
    closes = len(texts) > 3 and is_headline(texts[-1]) and not any(map(is_headline, texts[1:-1]))
    closes = closes and after is not None and is_body(after, texts[-1])
    for number, text in enumerate(texts):
        heads = (opens and number == 0) or (closes and number == len(texts) - 1)
        draft.add(TextBlock("heading", text, style="plain") if heads else TextBlock("item", text))


def _stands_above(draft: Draft, run: list[Line], index: int) -> bool:
    """Whether the run's first line heads the others, as the heading before does: after an empty line, right above them."""
    apart = draft.spaced and run[0].gap and not any(line.gap for line in run[1:]) and ";" not in run[0].text
    if not apart or len(run) < 3 or draft.blocks[-1].kind == "heading" or draft.is_introduced():
        return False
    heading = _heading(draft)
    near = range(index - 1, max(0, index - _FARTHEST), -1)
    place = next((other for other in near if draft.lines[other].text == heading), None)
    return place is not None and draft.lines[place].gap and not draft.lines[place + 1].gap


def _is_headed(draft: Draft, index: int) -> bool:
    """Whether a short line of its own, with an empty line before and after it, stands above the line at `index`."""
    before, last = draft.line(index - 1), draft.blocks[-1]
    alone = before is not None and before.gap and before.text == last.text and last.kind == "paragraph"
    return draft.spaced and alone and draft.lines[index].gap and not draft.marked and _may_head(last.text)


def _is_next_heading(draft: Draft, index: int) -> bool:
    """Whether a line starts the next section, so that short lines before it are what the last one holds."""
    line, following = draft.line(index), draft.line(index + 1)
    if line is None or line.kind != "text":
        return False
    member = series_member(line.text)
    if member and following is not None and (other := series_member(following.text)) and other.adjoins(member):
        return False  # the first entry of a list
    return bool(member or refers_to_series(line.text) or is_label(line.text))


def _may_head(text: str) -> bool:
    return is_titular(text) and not is_byline(text) and not is_date(text) and not text.endswith(":")
