"""Markdown of any documentation tool in, plain Markdown out: directives, shortcodes and template tags resolved or taken out.

Knows the signs of MyST and Jupyter Book, Quarto and Pandoc, MkDocs Material, Docusaurus and other MDX, Jekyll, Hugo, GitBook
and Obsidian. What stands in code is left alone. What a sign says in words (a title, a caption, an address) stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.markdown_inline import plain_inline

_DEEPEST = 12  # directives inside directives; deeper ones are left as they are
_FENCE = re.compile(r"([ \t>]*)(`{3,}|~{3,})\s*([^`]*)\Z")
_DIRECTIVE = re.compile(r"\{([\w:.-]+)\}\s*(.*)\Z")
_OPTION = re.compile(r"\s*:[\w-]+:(?:\s.*)?\Z")
_COLONS = re.compile(r"\s*:{3,}\s*(.*)\Z")
_TITLE = re.compile(r"(?:title|label|summary)\s*=\s*[\"']([^\"']*)[\"']")
_ADMONITION = re.compile(r"(\s*)(?:!!!|\?\?\?\+?)\s+[\w -]{1,60}?(?:\s+\"([^\"]*)\")?\s*\Z")
_TAB = re.compile(r"(\s*)===[+!]?\s+\"([^\"]+)\"\s*\Z")
_HIGHLIGHT = re.compile(r"\s*\{%-?\s*highlight\b.*%\}\s*\Z")
_END_HIGHLIGHT = re.compile(r"\s*\{%-?\s*endhighlight\b.*%\}\s*\Z")
_JSX = re.compile(r"\s*<(?:TabItem|Tab|Card|Accordion|Step|Expandable|Callout|Admonition|Collapse)\b([^>]*)>\s*\Z")
_DROPPED_LINE = re.compile(
    r"\([\w:. -]+\)=\s*\Z"  # MyST: the label of what follows
    r"|%(?:\s.*)?\Z"  # MyST: a comment
    r"|\+{3}(?:\s*\{.*\})?\s*\Z"  # MyST: a cell of a notebook ends
    r"|\s*-{2,}8<-{2,}.*\Z"  # MkDocs: another file is put in
    r"|\s*\{:.*\}\s*\Z"  # Kramdown: attributes of a block
    r"|\s*@?\[{1,2}_?toc_?\]{1,2}\s*\Z"
    r"|import\s.+\sfrom\s+['\"].+['\"];?\s*\Z|import\s+['\"].+['\"];?\s*\Z"  # MDX
    r"|export\s+(?:const|default|function|let|var)\b.*\Z",
    re.IGNORECASE,
)
_COMMENTS = (
    ("<!-- ALL-CONTRIBUTORS-LIST:START", "<!-- ALL-CONTRIBUTORS-LIST:END -->"),
    ("{% comment %}", "{% endcomment %}"),
    ("{/*", "*/}"),
)
_LONGEST = 2_000  # characters of a line that may be a sign
_CONTENT = frozenset(
    """note tip hint important warning caution danger attention error seealso admonition dropdown margin sidebar topic exercise
    exercise-start solution solution-start proof prf:proof prf:theorem prf:definition prf:algorithm prf:example prf:remark
    glossary epigraph pull-quote tab-set tab-item tabbed grid grid-item grid-item-card card card-carousel panels div aside
    list-table table details toggle versionadded versionchanged deprecated rubric centered hlist container highlights
    """.split()
)
_TITLED = frozenset(
    "admonition dropdown sidebar topic tab-item tabbed card grid-item-card rubric details table list-table".split()
)
_DROPPED = frozenset(
    """eval-rst bibliography toctree contents tableofcontents include index raw meta automodule autoclass autofunction
    autosummary footbibliography tags only mermaid image video iframe literalinclude embed
    """.split()
)


def plain_markdown(text: str) -> str:
    """The same document in plain Markdown; `text` has no front matter, and its lines end in "\\n"."""
    for opening, closing in _COMMENTS:
        text = _without(text, opening, closing)
    out: list[str] = []
    _convert(text.split("\n"), out, 0)
    return "\n".join(out)


def _without(text: str, opening: str, closing: str) -> str:
    """The text without what stands between the two signs; an opening sign that nothing closes stays."""
    parts: list[str] = []
    end = 0
    while (start := text.find(opening, end)) >= 0 and (stop := text.find(closing, start)) >= 0:
        parts.append(text[end:start])
        end = stop + len(closing)
    return "".join([*parts, text[end:]])


def _convert(lines: Sequence[str], out: list[str], depth: int) -> None:
    """Append the lines in plain Markdown."""
    index = 0
    while index < len(lines):
        line = lines[index]
        if len(line) > _LONGEST:
            out.append(plain_inline(line))
            stop = index + 1
        elif fence := _FENCE.match(line):
            stop = _fence_end(lines, index, fence[2])
            _convert_fence(fence, lines[index:stop], out, depth)
        elif _HIGHLIGHT.match(line):
            stop = next((at for at in range(index + 1, len(lines)) if _END_HIGHLIGHT.match(lines[at])), len(lines) - 1) + 1
            out += ["", "````", *(each for each in lines[index + 1 : stop] if not _END_HIGHLIGHT.match(each)), "````", ""]
        elif depth < _DEEPEST and (opened := _ADMONITION.match(line) or _TAB.match(line)):
            stop = _indented_end(lines, index + 1, len(opened[1]))
            out += ["", *_lead(opened[2], opened[1]), ""]
            _convert([each[len(opened[1]) + 4 :] for each in lines[index + 1 : stop]], out, depth + 1)
            out.append("")
        elif colons := _COLONS.match(line):
            stop = index + 1
            while stop < len(lines) and colons[1] and _OPTION.match(lines[stop]):
                stop += 1
            out += ["", *_lead(_container_title(colons[1])), ""]
        elif line.strip() == "%%" and (end := _next(lines, index + 1, "%%")) is not None:  # Obsidian: a comment
            stop = end + 1
        elif found := _JSX.match(line):
            title = _TITLE.search(found[1])
            out += ["", *_lead(title[1] if title else ""), ""]
            stop = index + 1
        else:
            if not _DROPPED_LINE.match(line):
                out.append(plain_inline(line))
            elif line.startswith("{:toc") and out and out[-1].lower().strip("*- ") == "toc":
                out.pop()
            stop = index + 1
        index = stop


def _next(lines: Sequence[str], start: int, sign: str) -> int | None:
    """Index of the next line that is this sign alone."""
    return next((at for at in range(start, len(lines)) if lines[at].strip() == sign), None)


def _fence_end(lines: Sequence[str], start: int, mark: str) -> int:
    """Index after the line that closes the fence opened at `start`; an open fence ends with the document."""
    close = re.compile(rf"[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}\s*\Z")
    return next((at for at in range(start + 1, len(lines)) if close.match(lines[at])), len(lines) - 1) + 1


def _indented_end(lines: Sequence[str], start: int, indent: int) -> int:
    """Index after the lines that are empty or indented by four more than `indent`."""
    stop = start
    while stop < len(lines) and (not lines[stop].strip() or lines[stop][: indent + 4].strip() == ""):
        stop += 1
    return stop


def _convert_fence(fence: re.Match[str], lines: Sequence[str], out: list[str], depth: int) -> None:
    found = _DIRECTIVE.match(fence[3].strip())
    closed = len(lines) > 1 and lines[-1].strip(" \t>`~") == ""
    body = list(lines[1:-1] if closed else lines[1:])
    if found is None or found[1].startswith(".") or depth >= _DEEPEST:
        out += lines
        return
    name = found[1].lower()
    if name in _DROPPED:
        return
    if name == "math":
        out += ["", "$$", *_without_options(body), "$$", ""]
    elif name == "figure":
        out.append("")
        _convert(_without_options(body), out, depth + 1)
        out.append("")
    elif name in _CONTENT:
        out += ["", *_lead(found[2] if name in _TITLED else ""), ""]
        if found[2] and name not in _TITLED:
            out.append(plain_inline(found[2]))  # the content may start on the first line
        _convert(_without_options(body), out, depth + 1)
        out.append("")
    else:  # code that a tool runs or shows
        out += [f"{fence[1]}{fence[2]}", *_without_options(body), *([lines[-1]] if closed else [])]


def _without_options(lines: list[str]) -> list[str]:
    """The body of a directive without the options at its start: `:name: value`, `#| name: value` or a block of YAML."""
    start = 0
    if lines and lines[0].strip() == "---":
        end = next((at for at in range(1, len(lines)) if lines[at].strip() == "---"), 0)
        return lines[end + 1 :]
    while start < len(lines) and (_OPTION.match(lines[start]) or lines[start].startswith(("#| ", "//| "))):
        start += 1
    return lines[start:]


def _container_title(opening: str) -> str:
    """The title in what opens a container: `{.callout-note title="Mind"}`, `tip Mind`; empty where there is none."""
    if found := _TITLE.search(opening):
        return found[1]
    if opening.startswith("{"):
        directive = _DIRECTIVE.match(opening)
        return directive[2] if directive and directive[1] in _TITLED else ""
    words = opening.split(None, 1)
    title = words[1].strip() if len(words) > 1 and re.fullmatch(r"[a-z-]+", words[0]) else ""
    return "" if title.startswith("{") or not re.search(r"\w", title) else title.strip("[]")


def _lead(title: str | None, indent: str = "") -> list[str]:
    """A title as the line that leads to what stands below it."""
    title = plain_inline(title or "").strip()
    return [f"{indent}{title}" + ("" if title.endswith((":", ".", "?", "!")) else ":")] if title else []
