"""Whether an answer says something: a short string in, yes or no out.

How a thing is typed does not matter (case, dashes, quotation marks, spaces, Markdown, commas in thousands); where a word or a
number begins does: `AI` is not in “maintain”, `7 months` not in “17 months”.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_DASHES = "-‐‑‒–—―−﹘﹣－_"
_DROPPED = "'\"`´‘’‚‛“”„‟«»‹›*\u00ad\u200b\u200c\u200d\u2060\ufeff"
_TABLE = {ord(dash): " " for dash in _DASHES} | {ord(mark): None for mark in _DROPPED}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_OPEN_ENDED = 4  # letters: from here on a string may go on ("month" is in "months"); shorter ones only with a plural s


def plain(text: str) -> str:
    """The text with everything gone that does not matter.

    >>> plain("The  “Big–Four” cost $1,200")
    'the big four cost $1200'
    """
    # Dashes first: NFKC leaves them, but turns some quotation marks and spaces into others.
    folded = unicodedata.normalize("NFKC", text.translate(_TABLE)).casefold().translate(_TABLE)
    return _THOUSANDS.sub("", " ".join(folded.split()))


def says(answer: str, string: str) -> bool:
    """Whether the string stands in the answer. Both may be as typed.

    >>> says("It takes 7–8 Months.", "7-8 months"), says("It takes 17-8 months.", "7-8 months")
    (True, False)
    >>> says("Maintain pipelines", "AI"), says("Use NoSQL stores", "SQL"), says("two GPUs", "gpu")
    (False, False, True)
    """
    return _pattern(string).search(plain(answer)) is not None


def says_any(answer: str, strings: Sequence[str]) -> bool:
    """Whether one of the strings stands in the answer."""
    return any(says(answer, string) for string in strings)


@lru_cache(maxsize=4096)
def _pattern(string: str) -> re.Pattern[str]:
    wanted = plain(string)
    if not wanted:
        raise ValueError(f"{string!r} holds nothing to look for")
    pattern = re.escape(wanted)
    if wanted[0].isalnum():
        pattern = r"(?<![^\W_])" + pattern
    if wanted[0].isdigit():
        pattern = r"(?<!\d[.,])" + pattern
    if wanted[-1].isdigit():
        pattern += r"(?![^\W_])(?![.,]\d)"
    elif wanted[-1].isalnum() and len(wanted) < _OPEN_ENDED:
        pattern += r"(?:e?s)?(?![^\W_])"
    return re.compile(pattern)
