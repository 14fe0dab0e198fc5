"""Text in, the same text without the running heads and page numbers that a printed page left between its lines.

Pages that a form feed parts are handled by `ingest.text_lines`. Here a page ends where a number stands alone on a line beside
a line that comes again beside the other numbers, and the numbers rise page by page. A number alone says nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

from ingest.text_lines import is_closed

_NUMBER = re.compile(r"\s*(?:[-–—] ?)?(?:page )?(\d{1,4})(?: ?[-–—]| of \d{1,4})?\s*\Z", re.IGNORECASE)
_LONGEST = 100  # characters of a running head
_SHORTEST = 8  # lines that show something on a page; a list has its numbers closer together
_SKIPPED = 2  # pages in a row that may go without a number


def without_running_heads(text: str) -> str:
    """The text with each page break gone: as one empty line, or as nothing inside a sentence.

    >>> page = "\\n".join(f"Sentence {letter} is here." for letter in "abcdefgh")
    >>> pages = f"{page}\\n\\n7\\nA Manual\\n\\n{page} It\\n\\n8\\nA Manual\\n\\ngoes on."
    >>> without_running_heads(pages).endswith("It\\ngoes on.")
    True
    """
    if "\f" in text:
        return text
    rows = re.split(r"\r\n?|\n", text)
    shown = [index for index, row in enumerate(rows) if row.strip()]
    dropped = _furniture(rows, shown)
    if not dropped:
        return text
    kept = [index for index in shown if index not in dropped]
    cut: set[int] = set()
    for before, after in pairwise(kept):
        if any(index in dropped for index in range(before + 1, after)):
            cut.update(range(before + 1, after) if _goes_on(rows[before], rows[after]) else range(before + 2, after))
    last = kept[-1] if kept else -1
    return "\n".join("" if index in dropped else row for index, row in enumerate(rows[: last + 1]) if index not in cut)


def _furniture(rows: list[str], shown: list[int]) -> set[int]:
    """The indexes of the rows that are page numbers and running heads."""
    beside: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)  # head: place and value of each number beside it
    numbers = {place: int(found[1]) for place, index in enumerate(shown) if (found := _NUMBER.match(rows[index]))}
    for place, number in numbers.items():
        for side in (-1, 1):
            if 0 < place + side < len(shown) and place + side not in numbers:
                beside[side, _masked(rows[shown[place + side]])].append((place, number))
    dropped: set[int] = set()
    for (side, head), pages in beside.items():
        if (
            len(head) <= _LONGEST
            and re.search(r"[^\W\d_]", head)
            and not is_closed(head)
            and len(pages) > 1
            and all(_follows(*pair) for pair in pairwise(pages))
        ):
            dropped.update(shown[place + step] for place, _ in pages for step in (0, side))
            if numbers.get(len(shown) - 1) == pages[-1][1] + 1:
                dropped.add(shown[-1])  # no head stands below the number of the last page
            # Where the text begins in the middle of a book, its first page may have the number and the head on one line.
            if shown[0] not in dropped and _without_number(rows[shown[0]]) == head:
                dropped.add(shown[0])
    return dropped


def _follows(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] - one[0] > _SHORTEST and 0 < other[1] - one[1] <= _SKIPPED + 1


def _without_number(row: str) -> str:
    """What stands on a line beside the number of a page, held apart by spaces; empty where there is no number."""
    found = re.fullmatch(r"\s*\d{1,4}\s{2,}(\S.*)|\s*(\S.*?)\s{2,}\d{1,4}\s*", row)
    return _masked(found[1] or found[2]) if found else ""


def _masked(row: str) -> str:
    """The row as it comes again on another page: spaces made one, numbers hidden."""
    return re.sub(r"\d+", "#", " ".join(row.split()))


def _goes_on(before: str, after: str) -> bool:
    """Whether a sentence runs across the page's edge."""
    return not is_closed(before.rstrip()) and not before.rstrip().endswith(":") and after.lstrip()[:1].islower()
