"""Text in, the same text without the times that a transcript of a talk writes before what is said."""

from __future__ import annotations

import re

from ingest.text_lines import is_closed

_STAMP = re.compile(r"\s*[\[(]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:\.\d{1,3})?(?:[\])]|(?=\s|\Z))(?:\s*[-–—](?=\s))?\s*")
_FEWEST = 5  # lines with times
_LONG, _SPOKEN = 60, 25  # characters of what is no entry of a plan: behind a time, and below one on a line of its own


def without_stamps(text: str) -> str:
    """The text; where times rise from the beginning of a recording, and sentences stand behind most of them, they go.

    >>> without_stamps("A Talk\\n" + "\\n".join(f"00:0{number} I say so." for number in range(5))).splitlines()[:2]
    ['A Talk', 'I say so.']
    >>> without_stamps("08:00 I rise.\\n08:10 I eat.\\n08:20 I go.\\n08:40 I sit.\\n08:50 I wait.").splitlines()[0]
    '08:00 I rise.'
    """
    rows = re.split(r"\r\n?|\n", text)
    found = {index: stamp for index, row in enumerate(rows) if (stamp := _STAMP.match(row))}
    times = [_seconds(stamp) for stamp in found.values()]
    if len(times) < _FEWEST or times[0] >= 60 or times != sorted(times):
        return text
    said = [rows[index][stamp.end() :].rstrip() for index, stamp in found.items()]
    below = ["".join(rows[index + 1 : index + 2]) for index in found]
    sentences = sum(
        is_closed(words) or len(words) > _LONG if words else len(after) > _SPOKEN
        for words, after in zip(said, below, strict=True)
    )
    if 2 * sentences < len(said):
        return text
    kept = (row[found[index].end() :] if index in found else row for index, row in enumerate(rows))
    return "\n".join(row for index, row in enumerate(kept) if row or index not in found)


def _seconds(stamp: re.Match[str]) -> int:
    return 3600 * int(stamp[1] or 0) + 60 * int(stamp[2]) + int(stamp[3])
