"""A paragraph of a DOCX in, its visible text out, with links; deleted and hidden text, field codes and comments left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from docx.oxml.ns import qn

from ingest.builder import clean_inline
from ingest.html_inline import is_mark, is_power
from ingest.links import linked

_LINKABLE = re.compile(r"(?:https?://|mailto:)\S+\Z", re.IGNORECASE)
_FIELD_LINK = re.compile(r'HYPERLINK\s+"([^"]+)"')
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same content once more
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SKIPPED = frozenset([_FALLBACK, *map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:delText", "w:txbxContent"))])
_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo")))


def paragraph_text(paragraph: Any, relations: Any) -> str:
    """The text of a `w:p` element; `relations` are those of the document part, which hold the addresses of its links."""
    parts: list[str] = []
    field: list[list[Any]] = []  # open fields: [code, where the shown text starts or None]
    for element in _inline(paragraph):
        tag = element.tag
        if tag == qn("w:t"):
            parts.append(_raised(element, parts))
        elif tag == f"{_MATH}oMath":
            parts.append(_formula(element))
        elif tag in (qn("w:tab"), qn("w:ptab")):
            parts.append("\t")
        elif tag in (qn("w:br"), qn("w:cr")):
            parts.append("\n")
        elif tag == qn("w:noBreakHyphen"):
            parts.append("-")
        elif tag == qn("w:instrText") and field:
            field[-1][0] += element.text or ""
        elif tag == qn("w:fldChar"):
            _field(element.get(qn("w:fldCharType")), field, parts)
        elif tag == qn("w:hyperlink"):
            label = paragraph_text(element, relations)
            related = relations.get(element.get(qn("r:id"), ""))
            parts.append(_linked(label, str(related.target_ref) if related is not None and related.is_external else ""))
    return "".join(parts)


def _raised(element: Any, parts: Sequence[str]) -> str:
    """The text of a `w:t`, with a sign for a power where it is a raised one that follows other text: "10^6"."""
    text = element.text or ""
    style = element.getparent().find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
    if style is None or style.get(qn("w:val")) != "superscript" or not (parts and parts[-1][-1:].strip()):
        return text
    if is_mark(text.strip()):
        return ""
    return f"^{text}" if is_power(text.strip()) else text


def _formula(element: Any, depth: int = 0) -> str:
    """A formula on one line of plain characters."""
    name = str(element.tag).removeprefix(_MATH)
    if name == "t":
        return element.text or ""
    parts = [_formula(child, depth + 1) for child in element] if depth < 40 else []
    if name in ("sup", "sub"):
        script = "".join(parts)
        return ("^" if name == "sup" else "_") + (script if len(script) < 2 or script.isalnum() else f"({script})")
    if name == "d":
        return f"({''.join(parts)})"
    if name == "f":
        return "/".join(filter(None, parts))
    return ("√" if name == "rad" else "") + "".join(parts)


def _linked(label: str, address: str) -> str:
    return linked(clean_inline(label), address) if label.strip() and _LINKABLE.match(address) else label


def _field(kind: str | None, field: list[list[Any]], parts: list[str]) -> None:
    """Follow the start, separator and end of a field; a HYPERLINK field becomes a link around what it shows."""
    if kind == "begin":
        field.append(["", None])
    elif kind == "separate" and field:
        field[-1][1] = len(parts)
    elif kind == "end" and field:
        code, start = field.pop()
        found = _FIELD_LINK.search(code)
        if found and start is not None:
            parts[start:] = [_linked("".join(parts[start:]), found[1])]


def parts(root: Any, *names: str) -> Iterator[Any]:
    """The elements of these names right below `root`, also inside content controls and custom markup; no tables of contents."""
    wanted = set(map(qn, names))
    pending = list(reversed(root))
    while pending:
        element = pending.pop()
        if element.tag in wanted:
            yield element
        elif element.tag in _WRAPPERS and not _is_contents(element):
            pending += reversed(element)


def _is_contents(control: Any) -> bool:
    found = control.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return found is not None and found.get(qn("w:val")) == "Table of Contents"


def text_boxes(paragraph: Any) -> Iterator[Any]:
    """The `w:txbxContent` elements that are anchored in a paragraph, but not those in the boxes themselves."""
    pending = list(reversed(paragraph))
    while pending:
        element = pending.pop()
        if element.tag == qn("w:txbxContent"):
            yield element
        elif element.tag not in _SKIPPED:
            pending += reversed(element)


def _inline(paragraph: Any) -> Iterator[Any]:
    """Elements below a paragraph in order, without deleted and hidden text; a hyperlink comes as a whole."""
    pending = list(reversed(paragraph))
    while pending:
        element = pending.pop()
        if element.tag in _SKIPPED or (element.tag == qn("w:r") and _is_hidden(element)):
            continue
        yield element
        if element.tag not in (qn("w:hyperlink"), f"{_MATH}oMath"):
            pending += reversed(element)


def _is_hidden(run: Any) -> bool:
    """Whether a run is hidden, or struck through and no longer holds."""
    marks = (run.find(f"{qn('w:rPr')}/{qn(name)}") for name in ("w:vanish", "w:strike", "w:dstrike"))
    return any(mark is not None and mark.get(qn("w:val"), "true") not in ("0", "false") for mark in marks)


def is_bold(paragraph: Any) -> bool:
    """Whether all visible text of the paragraph is set bold by hand."""
    runs = [run for run in paragraph.iter(qn("w:r")) if any((text.text or "").strip() for text in run.iter(qn("w:t")))]
    bold = [run.find(f"{qn('w:rPr')}/{qn('w:b')}") for run in runs]
    return bool(bold) and all(each is not None and each.get(qn("w:val"), "true") not in ("0", "false") for each in bold)
