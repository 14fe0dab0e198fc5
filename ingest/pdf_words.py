"""Lines of one paragraph in, its text out: words divided at line ends mended, hyphens of compounds kept, links joined."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.divided_words import Words
from ingest.links import linked

_HYPHENS = "-\u2010\u00ad"
_LINKS = re.compile(r"\[([^\[\]]*)\]\((\S{1,500}?)\)(\s*)\[([^\[\]]*)\]\(\2\)")
# An address in pieces, whose stops belong to none of them.
_PIECES = re.compile(r"\[(https?\b[^\[\]]*)\]\((\S{1,500}?)\)([.,;:])\s*\[([^\[\]]*)\]\(\2\)")

_MAIL_BEGUN = re.compile(r"(?:\A|[\s<(])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)?\Z")  # its domain has no second part yet
_SCHEME = re.compile(r"\[https?:/{0,2}\]\((\S{1,500}?)\)\s*(?=\1)")  # and the whole address behind it


def joined(lines: Sequence[str], words: Words) -> str:
    """The lines as one text; `words` are those of the document.

    >>> words = Words(["A cross-validated score of the model,", "and a scoring of models."])
    >>> joined(["Cross-", "validated scor-", "ing of GPT-", "like mod-", "els"], words)
    'Cross-validated scoring of GPT-like models'
    """
    text = lines[0].rstrip() if lines else ""
    for line in lines[1:]:
        text = _appended(text, line.strip(), words)
    return _with_links_joined(text)


def _appended(text: str, line: str, words: Words) -> str:
    address = "://" in text.rsplit(" ", 1)[-1]
    if not address and (mended := words.mended(text, line)) is not None:
        return mended
    broken = text.endswith(("/", "-", "_", ".", "=", "?", "&")) and address and not text.endswith(". ")
    goes_on = broken and bool(re.match(r"[a-z0-9_%?&=/#.-]", line)) and not (text.endswith(".") and " " in line[:3])
    goes_on = goes_on or (text.endswith(("http:", "https:")) and line.startswith("//"))
    goes_on = goes_on or (bool(_MAIL_BEGUN.search(text)) and bool(re.match(r"[a-z0-9]", line)))
    return text + ("" if goes_on or not text else " ") + line


def _with_links_joined(text: str) -> str:
    """The text with a link whole that was drawn in pieces or over several lines.

    >>> _with_links_joined("See [the](https://a.b) [book](https://a.b) and [https://c.d/e](https://c.d/ef) [f](https://c.d/ef).")
    'See [the book](https://a.b) and https://c.d/ef.'
    >>> _with_links_joined("It is at [https](https://a.b/c): [//a](https://a.b/c). [b/c](https://a.b/c).")
    'It is at https://a.b/c.'
    >>> _with_links_joined("Forms: [https://](https://a.b/c) https://a.b/c.")
    'Forms: https://a.b/c.'
    """
    if "](" not in text:
        return text
    text = re.sub(r"\s?\[\]\(\S{1,500}?\)", "", text)
    before = None
    while before != text:
        before, text = text, _LINKS.sub(lambda found: _one(found[1] + found[3] + found[4], found[2]), text)
        text = _PIECES.sub(_one_address, text)
    return _SCHEME.sub("", text)


def _one_address(found: re.Match[str]) -> str:
    """Two pieces of an address as one, or as they are where they are no pieces of it."""
    label, address = found[1] + found[3] + found[4], found[2]
    return _one(label, address) if address.startswith(re.sub(r"\s", "", label)) else found[0]


def _one(label: str, address: str) -> str:
    bare = re.sub(rf"[{_HYPHENS}]\s|\s", "", label)
    whole = linked(bare, address)
    return whole if whole == address else f"[{label}]({address})"
