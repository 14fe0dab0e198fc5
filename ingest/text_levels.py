"""Blocks in, heading levels out: decides which heading stands below which, from how each was recognised and where."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.text_outline import TextBlock

_DEEPEST = 6


@dataclass(slots=True)
class _State:
    base: int  # the level of headings that stand below nothing but the title
    last: int = 0  # level of the last heading that is no label
    plain: int = 0  # level of the last plain heading; number series belong below one
    stacked: tuple[int, str] | None = None  # level and kind of body of sections that follow a heading without a body
    series: dict[str, tuple[int, int]] = field(default_factory=dict)  # per series: level and last number
    label: int = 0  # how deep labels stand below the last heading


def assign_levels(blocks: list[TextBlock]) -> None:
    """Set `level` of every heading that has none yet, 1 to 6, in place."""
    heads = [index for index, block in enumerate(blocks) if block.kind == "heading"]
    if not heads:
        return
    first = blocks[heads[0]]
    titled = heads[0] == 0 and first.style == "title" and len(heads) > 1
    capitals = any(blocks[index].style == "capitals" for index in heads)
    state = _State(base=2 if titled else 1)
    for position, index in enumerate(heads):
        block = blocks[index]
        if block.level == 0:
            above = blocks[index - 1] if position and heads[position - 1] == index - 1 else None
            later = [blocks[head] for head in heads[position + 1 :]]
            block.level = min(_DEEPEST, _level(state, block, above, later, blocks[index + 1 :][:1], capitals, position == 0 and titled))
        if block.style != "label":
            state.last, state.label = block.level, 0
        if block.style in ("plain", "capitals", "marked", "title"):
            state.plain = block.level
        if block.style == "label" and _is_closed_by_paragraph(blocks, index, heads[position + 1 : position + 2]):
            state.label = 0


def _level(
    state: _State,
    block: TextBlock,
    above: TextBlock | None,
    later: list[TextBlock],
    body: list[TextBlock],
    capitals: bool,
    is_title: bool,
) -> int:
    if is_title:
        return 1
    if block.style == "label":
        if above is not None and above.style == "label" and state.label == 0:
            state.label = 1  # a label right below a label: it and the next ones stand under the first
        return (state.last or state.base - 1) + 1 + state.label
    if block.style == "decimal":
        return state.base + block.number
    if block.style == "reference" and state.series:
        return max(level for level, _ in state.series.values()) + 1 if state.last else state.base
    if block.style == "series":
        return _series_level(state, block)
    return _plain_level(state, block, above, later, body, capitals)


def _series_level(state: _State, block: TextBlock) -> int:
    known = state.series.get(block.series)
    if known is not None and block.number > known[1]:
        level = known[0]
    else:
        level = (state.last or state.base - 1) + 1
        if known is not None and known[0] == state.last:
            level = known[0]
    # What is deeper than this member belonged to the one before it.
    state.series = {name: entry for name, entry in state.series.items() if entry[0] < level}
    state.series[block.series] = (level, block.number)
    return level


def _plain_level(
    state: _State,
    block: TextBlock,
    above: TextBlock | None,
    later: list[TextBlock],
    body: list[TextBlock],
    capitals: bool,
) -> int:
    kind = f"{block.style} {body[0].kind if body else ''}"
    if above is not None and above.style != "title" and above.style != "label":
        state.stacked = (above.level + 1, kind)
        return above.level + 1
    if state.stacked is not None:
        if state.stacked[1] == kind:
            return state.stacked[0]
        state.stacked = None
    for name, (level, number) in sorted(state.series.items(), key=lambda entry: -entry[1][0]):
        following = next((other for other in later if other.series == name), None)
        if following is not None and following.number == number + 1:
            return level + 1  # between two members of a series: part of the first
    state.series.clear()
    if capitals and block.style == "plain" and state.plain:
        return state.base + 1
    return state.base


def _is_closed_by_paragraph(blocks: list[TextBlock], index: int, following: list[int]) -> bool:
    """Whether a paragraph ends the lists below the label at `index`: labels after it do not belong under the same one."""
    stop = following[0] if following else len(blocks)
    return stop - index > 2 and blocks[stop - 1].kind == "paragraph" and not blocks[stop - 1].text.endswith(":")
