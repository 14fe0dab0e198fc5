"""One line of Markdown in, the same line without the inline signs of documentation tools out; code spans are left alone."""

from __future__ import annotations

import re

from ingest.html_noise import is_badge

_CODE = re.compile(r"(`+)(?!`).{1,2000}?(?<!`)\1(?!`)")
_TEMPLATE = re.compile(r"(?<!\$)\{\{([^{}]{0,1000})\}\}|\{%((?:[^%]|%(?!\})){0,300})%\}")  # Hugo and Quarto; Jekyll and GitBook
_URL = re.compile(r"https?://[^\s\"'{}<>%]+")
_LONGEST = 20_000  # characters; a longer line is data, not prose
_SIGNS = re.compile(r"[{}^~@]|==|\[\[|\+\+|:[a-z]+-|\[!|\*\[|%%")
_PICTURE_LINK = re.compile(
    r"\[!\[[^\]]{0,300}\]\(([^()\s]{0,1000})[^()]{0,300}\)\]\([^()\s]{0,1000}\)|!\[[^\]]{0,300}\]\(([^()\s]{0,1000})[^()]{0,300}\)"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<!\\)\{\s*[.#:][^{}]*\}|(?<=\))\{[\w-]+=[^{}]*\}"), ""),
    (re.compile(r"!\[\[[^\[\]]*\]\]"), ""),  # Obsidian
    (re.compile(r"(?<![\w%])%%(?!%)[^%]{1,500}%%(?![\w%])"), ""),
    (re.compile(r"(?<!\\)\[\[([^\[\]|#]+)(?:#[^\[\]|]*)?\]\](?![(\[])"), r"\1"),
    (re.compile(r"(?<!\\)\[\[[^\[\]|]*\|([^\[\]|]+)\]\](?![(\[])"), r"\1"),
    (
        re.compile(r"(?<!\s)\s*\[(?:see |e\.g\.,? )?-?@[\w:.#$%&+?<>~/-]{1,80}?(?:19|20)\d\d[^\[\]]{0,300}\](?!\()"),
        "",
    ),  # Pandoc: citations
    (re.compile(r"(?<!\w)@(?:fig)-[\w-]+"), "the figure"),
    (re.compile(r"(?<!\w)@(?:tbl|tab)-[\w-]+"), "the table"),
    (re.compile(r"(?<!\w)@(?:sec)-[\w-]+"), "the section"),
    (re.compile(r"(?<!\w)@(?:eq)-[\w-]+"), "the equation"),
    (re.compile(r"(?<![=\w])==(?=\S)([^=]+?)(?<=\S)==(?![=\w])"), r"\1"),  # MkDocs: marked, inserted, keys, icons
    (re.compile(r"\^\^(?=\S)([^^]+?)(?<=\S)\^\^"), r"\1"),
    (re.compile(r"(?<!\+)\+\+([a-z0-9]+(?:\+[a-z0-9]+)*)\+\+(?!\+)"), r"\1"),
    (re.compile(r"(?<!\w):(?:material|fontawesome|octicons|simple|fa|mdi|bi|heroicons|twemoji)-[\w-]+:\s?"), ""),
    (re.compile(r"^\*\[([^\]]+)\]:\s"), r"\1: "),
    (re.compile(r"(?<=\d)\^(st|nd|rd|th)\^"), r"\1"),
    (re.compile(r"(?<=[\w)\]])\^([\w+*-]{1,8})\^"), r"^\1"),  # Pandoc: x^2^ and H~2~O
    (re.compile(r"(?<=\w)~([\w+-]{1,4})~(?!~)"), r"\1"),
)
_SPAN = re.compile(r"\[([^\[\]]+)\]\{[.#][^{}]*\}")  # Pandoc: words with attributes


def plain_inline(line: str) -> str:
    """The line without signs; what they say in words stays.

    >>> plain_inline("Use ==fast== `{{ x }}` code :material-home: with [[Page|words]] {% raw %}now{% endraw %}.")
    'Use fast `{{ x }}` code with words now.'
    >>> plain_inline("[Click]{.btn} H~2~O, see @fig-a [@ada2020, p. 1].")
    'Click H2O, see the figure.'
    """
    if len(line) > _LONGEST or not _SIGNS.search(line):
        return line
    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(line):
        parts += [_plain(line[end : code.start()]), code[0]]
        end = code.end()
    parts.append(_plain(line[end:]))
    return "".join(parts)


def _plain(text: str) -> str:
    if not _SIGNS.search(text):
        return text
    text = _PICTURE_LINK.sub(lambda found: "" if is_badge(found[1] or found[2] or "") else found[0], text)
    text = _TEMPLATE.sub(_address, text)
    text = _SPAN.sub(r"\1", text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _address(template: re.Match[str]) -> str:
    """What a template tag leaves: the address of a video that it shows, or nothing."""
    found = _URL.search(template[1] or template[2] or "")
    return found[0] if found else ""
