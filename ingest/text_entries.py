"""Lines in, runs of list entries without a mark out: "Name: explanation", short sentences, bare words below a label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.text_blocks import TextBlock
from ingest.text_lines import Line, is_closed
from ingest.text_signs import entry_name, is_label, is_section_word, is_titular, refers_to_series, series_member

_LONGEST = 90  # characters of a list entry without a mark
# "Attention to detail. A tube in the wrong place ...": a name that is no answer and no sentence about somebody.
_RUN_IN = re.compile(
    r"(?!(?:I|You|We|They|He|She|It|There|This|That|These|Those|Yes|No|Not|Maybe|Sure|Sometimes|Usually|OK|Okay)\b)"
    r"[A-Z][\w'’/-]{1,30}(?: [a-z&][\w'’/-]{0,30}){0,3}\. [A-Z][^.!?]{3,}"
)
_ABOUT_LIST = re.compile(r"(?:these|those|they|all|each|both|either|any|none)\b", re.IGNORECASE)


def repeated_names(lines: Sequence[Line]) -> frozenset[str]:
    """Names of entries that come three times or more in the text: attributes ("Resources: …"), not things of their own."""
    counts = Counter(entry_name(line.text) for line in lines if line.kind == "text")
    return frozenset(name for name, count in counts.items() if name and count >= 3)


def definitions_end(lines: Sequence[Line], index: int, spaced: bool) -> int:
    """Index after the run of "Name: explanation" lines that starts at `index`.

    `spaced` says that the text has empty lines, here and below: then they end a run.
    """
    stop = index
    while stop < len(lines) and lines[stop].kind == "text" and entry_name(lines[stop].text):
        line = lines[stop]
        if (stop > index and line.gap and spaced) or series_member(line.text) or refers_to_series(line.text):
            break
        stop += 1
    return stop


def definitions(lines: Sequence[Line], repeated: frozenset[str]) -> list[TextBlock]:
    """The run as items; a name that comes again and again belongs to the entry above it."""
    names = [entry_name(line.text) for line in lines]
    nested = [name in repeated and number > 0 for number, name in enumerate(names)]
    if names[0] in repeated or (all(nested[1:]) and len(names) > 3):
        nested = [False] * len(names)
    return [TextBlock("item", line.text, int(deeper)) for line, deeper in zip(lines, nested, strict=True)]


def bare_entries_end(lines: Sequence[Line], index: int, spaced: bool) -> int:
    """Index after the short lines without a full stop that start at `index` and stand below a label as its list.

    In a text without empty lines a title right above longer text is none of them, unless that speaks of the list: "These …".
    """
    stop = index
    while stop < len(lines) and _is_bare(lines[stop], stop > index and spaced):
        stop += 1
    after = lines[stop] if stop < len(lines) else None
    if stop - index > 2 and after is not None and not spaced and _heads(lines[stop - 1], after):
        return stop - 1
    if stop - index == 1 and after is not None and not (after.kind == "text" and is_label(after.text)):
        return index  # a single short line is no list, unless the next label ends it
    return stop


def _heads(line: Line, after: Line) -> bool:
    """Whether the last of the short lines is the title of what follows."""
    long = after.kind == "text" and len(after.text) > _LONGEST and is_closed(after.text) and not _ABOUT_LIST.match(after.text)
    return long and is_titular(line.text) and line.text[0].isalpha() and len(line.text.split()) > 1


def _is_bare(line: Line, gap_ends: bool) -> bool:
    text = line.text
    return (
        line.kind == "text"
        and not (gap_ends and line.gap)
        and len(text) <= _LONGEST
        and not is_closed(text)
        and not text.endswith(":")
        and not entry_name(text)
        and not series_member(text)
        and not refers_to_series(text)
        and not is_section_word(text)
    )


def run_in_end(lines: Sequence[Line], index: int) -> int:
    """Index after three or more lines right below each other that begin with a name and a full stop; `index` for fewer."""
    stop = index
    while stop < len(lines) and lines[stop].kind == "text" and _RUN_IN.match(lines[stop].text):
        if stop > index and lines[stop].gap:
            break
        stop += 1
    return stop if stop - index >= 3 and not any(line.text.endswith("?") for line in lines[index:stop]) else index


def sentences_end(lines: Sequence[Line], index: int, spaced: bool) -> int:
    """Index after three or more short sentences, a line each, that start at `index`; `index` where there are fewer."""
    stop = index
    while stop < len(lines) and lines[stop].kind == "text" and not (stop > index and lines[stop].gap and spaced):
        text = lines[stop].text
        if len(text) > _LONGEST or not is_closed(text) or re.search(r"[.!?]\s", text):
            break
        stop += 1
    return stop if stop - index >= 3 else index
