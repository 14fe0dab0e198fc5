"""Numbered lines in, headings or items out: "1. Skills", "Phase 2: Building Skills", "3.1.2 Wrapped keys"."""

from __future__ import annotations

from ingest.text_blocks import Style, TextBlock
from ingest.text_draft import LONGEST_NUMBERED, Draft
from ingest.text_lines import Line
from ingest.text_signs import decimal_number, is_titular, series_member


def read_ordered(draft: Draft, index: int) -> None:
    """Append the numbered line at `index` as a heading or as an item."""
    line = draft.lines[index]
    if _is_numbered_heading(draft, index):
        draft.indents.clear()
        text = f"{line.ordinal}. {line.text.removesuffix(':')}"
        style: Style = "label" if line.text.endswith(":") else "series"
        draft.add(TextBlock("heading", text, style=style, series="#", number=line.ordinal or 0))
    else:
        draft.add(TextBlock("item", line.text, draft.depth(line), line.ordinal))


def _is_numbered_heading(draft: Draft, index: int) -> bool:
    """A short numbered line with a text of its own below it, in a row of such lines."""
    line, following = draft.lines[index], draft.line(index + 1)
    bare = line.text.removesuffix(":")
    if draft.marked or following is None or line.indent > 4 or not is_titular(bare):
        return False
    if _follows_numbered_heading(draft, index):
        return True
    if following.kind == "ordered" or (following.kind == "item" and following.indent > line.indent):
        return False
    previous = draft.line(index - 1)
    if (
        previous is not None
        and previous.kind == "ordered"
        and previous.ordinal == (line.ordinal or 0) - 1
        and (not following.gap or (draft.spaced and not line.gap))
    ):
        return False  # the last of a list
    near = draft.lines[max(0, index - 60) : index + 60]
    return any(
        other.kind == "ordered"
        and other.ordinal in ((line.ordinal or 0) - 1, (line.ordinal or 0) + 1)
        and other is not previous
        for other in near
    )


def _follows_numbered_heading(draft: Draft, index: int) -> bool:
    """Whether the heading with the number before has come and no list has used that number since."""
    line, following = draft.lines[index], draft.line(index + 1)
    before = (line.ordinal or 0) - 1
    if following is None or not line.gap or (following.kind == "ordered" and following.ordinal == before + 2):
        return False
    for block in reversed(draft.blocks):
        if block.kind == "heading" and block.series == "#":
            return block.number == before
        if block.kind == "item" and block.ordinal is not None and block.level == 0:
            return False
    return False


def series_block(draft: Draft, index: int) -> TextBlock | None:
    """`Phase 2: Building Skills` as a heading, or as an item where its siblings stand right beside it."""
    line = draft.lines[index]
    member = series_member(line.text)
    if member is None or draft.marked:
        return None
    beside = [other for other in (draft.line(index - 1), draft.line(index + 1)) if other is not None and other.kind == "text"]
    if any((sibling := series_member(other.text)) and sibling.adjoins(member) for other in beside):
        return TextBlock("item", line.text)
    if draft.line(index + 1) is None:
        return None
    return TextBlock("heading", line.text.removesuffix(":"), style="series", series=member.word, number=member.number)


def decimal_block(draft: Draft, index: int) -> TextBlock | None:
    """`3.1.2 Wrapped keys` as a heading, or as an item of a table of contents."""
    line = draft.lines[index]
    found = decimal_number(line.text)
    if found is None or draft.marked:
        return None
    depth, title = found
    before, after = draft.line(index - 1), draft.line(index + 1)
    chapter, _, part = line.text.split()[0].rstrip(".").partition(".")
    listed = bool(draft.blocks) and draft.blocks[-1].kind == "item"
    listed = listed and (_is_decimal(before) or (part == "1" and _has_number(before, int(chapter))))
    if len(line.text) > LONGEST_NUMBERED:
        return None
    if listed or _is_decimal(after) or _has_number(after, int(chapter) + 1):
        return TextBlock("item", line.text)
    if draft.line(index + 1) is None or not is_titular(title):
        return None
    return TextBlock("heading", line.text, style="decimal", number=depth)


def is_next_decimal(draft: Draft, index: int) -> bool:
    """Whether the line goes on with the decimal numbers of the headings so far: "3.3 Pay" in section 3.2."""
    found = decimal_block(draft, index)
    if found is None or found.kind != "heading":
        return False
    before = next((block for block in reversed(draft.blocks) if block.style == "decimal"), None)
    return before is not None and before.number == found.number and _adjoin(before.text, found.text)


def _adjoin(before: str, text: str) -> bool:
    """Whether the last part of one decimal number comes right after that of the other, and all else in them is the same."""
    *chapter, part = before.split()[0].rstrip(".").split(".")
    *same, following = text.split()[0].rstrip(".").split(".")
    return chapter == same and int(following) == int(part) + 1


def _is_decimal(line: Line | None) -> bool:
    return line is not None and line.kind == "text" and decimal_number(line.text) is not None


def _has_number(line: Line | None, number: int) -> bool:
    """Whether a numbered line is the chapter with that number, so that "3.1" right above "4." is an entry of the contents."""
    return line is not None and line.kind == "ordered" and line.ordinal == number
