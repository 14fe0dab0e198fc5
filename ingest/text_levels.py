"""Blocks in, heading levels out: decides which heading stands below which, from how each was recognised and where."""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass, field

from ingest.text_blocks import TextBlock
from ingest.text_signs import is_indirect

_DEEPEST = 6
# Above a plan, not the heading of it: what comes first, for whom the text is. A question is answered by what stands below it.
_FRONT = re.compile(
    r"(?:before|why|who|about|prerequisites|requirements|introduction|background|preface)\b.*(?<!\?)\Z", re.IGNORECASE
)
_ABBREVIATION = re.compile(r"(?:\d{1,3}\.? )?[^\W\d_]{1,5}[?!]?")


@dataclass(slots=True)
class _State:
    base: int  # the level of headings that stand below nothing but the title
    last: int = 0  # level of the last heading that is no label
    plain: int = 0  # level of the last plain heading; number series belong below one
    stacked: tuple[int, str] | None = None  # level and kind of body of sections that follow a heading without a body
    series: dict[str, tuple[int, int]] = field(default_factory=dict)  # per series: level and last number
    answered: bool = False  # the last heading is one like "What the job is", below which no phases stand
    front: bool = False  # the last heading is one like "Before you begin" with a text of its own: no named phases stand below
    label: int = 0  # how deep labels stand below the last heading
    posts: int = 0  # level of the lines that name who writes in a discussion


def assign_levels(blocks: list[TextBlock]) -> None:
    """Set `level` of every heading that has none yet, 1 to 6, in place."""
    heads = [index for index, block in enumerate(blocks) if block.kind == "heading"]
    if not heads:
        return
    first = blocks[heads[0]]
    titled = heads[0] == 0 and first.style == "title" and len(heads) > 1
    if titled and any(blocks[index].level == 1 for index in heads):
        for index in heads:  # the text marks all headings but its title, which stands above them
            blocks[index].level = min(_DEEPEST, blocks[index].level + 1) if blocks[index].level else 0
    capitals = _use_capitals([blocks[index] for index in heads])
    state = _State(base=2 if titled else 1)
    members = _members(blocks, heads)
    for position, index in enumerate(heads):
        block = blocks[index]
        if block.level == 0:
            above = blocks[index - 1] if position and heads[position - 1] == index - 1 else None
            place = _Place(index, above, blocks[index + 1].kind if index + 1 < len(blocks) else "", position == 0 and titled)
            block.level = min(_DEEPEST, _level(state, block, place, members, capitals))
        if block.style not in ("label", "question"):
            # Nothing stands below a table of contents but the table.
            state.last = block.level - 1 if block.text.casefold() in ("contents", "table of contents") else block.level
            state.label = 0
            state.answered = is_indirect(block.text)
            state.front = bool(_FRONT.match(block.text)) and index + 1 not in heads[position + 1 : position + 2]
        if block.style in ("plain", "capitals", "marked", "title"):
            state.plain = block.level
        if block.style == "label" and _is_closed_by_paragraph(blocks, index, heads[position + 1 : position + 2]):
            state.label = 0


def _use_capitals(heads: list[TextBlock]) -> bool:
    """Whether headings in capitals stand above the others; where only an abbreviation is in capitals, "7 FAQ", it is plain."""
    large = [head for head in heads if head.style == "capitals"]
    if all(_ABBREVIATION.fullmatch(head.text) for head in large):
        for head in large:
            head.style = "plain"
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a heading stands: its block's index, the heading right above it if any, what kind of block is below it."""

    index: int
    above: TextBlock | None
    below: str
    is_title: bool


_Members = dict[str, tuple[list[int], list[int]]]


def _members(blocks: list[TextBlock], heads: list[int]) -> _Members:
    """Per series the indexes of its members and their numbers, in order."""
    members: _Members = {}
    for index in heads:
        if blocks[index].series:
            indexes, numbers = members.setdefault(blocks[index].series, ([], []))
            indexes.append(index)
            numbers.append(blocks[index].number)
    return members


def _level(state: _State, block: TextBlock, place: _Place, members: _Members, capitals: bool) -> int:
    above = place.above
    if place.is_title:
        return 1
    if block.style == "label":
        if above is not None and above.style == "label" and state.label == 0:
            state.label = 1  # a label right below a label: it and the next ones stand under the first
        return (state.last or state.base - 1) + 1 + state.label
    if block.style == "poster":
        state.posts = state.posts or state.base
        state.base, state.stacked = state.posts + 1, None  # whatever heads a piece of the post stands below its writer
        state.series.clear()
        return state.posts
    if block.style == "question":
        return (state.last or state.base - 1) + 1
    if block.style == "decimal":
        known = state.series.get("#")  # 2.1 stands below 2
        return (known[0] if known else state.base) + block.number
    if block.style == "reference" and state.series:
        return max(level for level, _ in state.series.values()) + 1 if state.last else state.base
    if block.style == "series":
        return _series_level(state, block)
    return _plain_level(state, block, place, members, capitals)


def _series_level(state: _State, block: TextBlock) -> int:
    known = state.series.get(block.series)
    if known is not None and block.number > known[1]:
        level = known[0]
    else:
        level = (state.last or state.base - 1) + (not state.answered and not (state.front and block.series != "#"))
        if known is not None and known[0] == state.last:
            level = known[0]
    # What is deeper than this member belonged to the one before it.
    state.series = {name: entry for name, entry in state.series.items() if entry[0] < level}
    state.series[block.series] = (level, block.number)
    return level


def _plain_level(state: _State, block: TextBlock, place: _Place, members: _Members, capitals: bool) -> int:
    above, kind = place.above, f"{block.style} {place.below} {block.text.endswith('?')}"
    if above is not None and above.style != "title" and above.style != "label":
        state.stacked = (above.level + 1, kind)
        return above.level + 1
    if state.stacked is not None:
        if state.stacked[1] == kind:
            return state.stacked[0]
        state.stacked = None
    for name, (level, number) in sorted(state.series.items(), key=lambda entry: -entry[1][0]):
        indexes, numbers = members[name]
        following = bisect(indexes, place.index)
        if following < len(numbers) and numbers[following] == number + 1:
            return level + 1  # between two members of a series: part of the first
    state.series.clear()
    if capitals and block.style == "plain" and state.plain:
        return state.base + 1
    return state.base


def _is_closed_by_paragraph(blocks: list[TextBlock], index: int, following: list[int]) -> bool:
    """Whether a paragraph ends the lists below the label at `index`: labels after it do not belong under the same one."""
    stop = following[0] if following else len(blocks)
    return stop - index > 2 and blocks[stop - 1].kind == "paragraph" and not blocks[stop - 1].text.endswith(":")
