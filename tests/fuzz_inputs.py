"""Seeded hostile inputs for the readers: small sound documents, and what becomes of them when bytes, lines or parts change."""

from __future__ import annotations

import io
import random
import zipfile
from functools import cache

import bad_documents as bad

# ruff: noqa: E501, RUF005  the seeds are documents, whose lines are theirs

_MARKDOWN = (
    b'---\ntitle: A guide\ntags: [a, b]\n---\n# Guide\n\nIntro *with* **marks** and [a link](https://a.b "t").[^1]\n\n'
    b"1. one\n   - deep\n2. two\n\n| A | B |\n|---|---|\n| 1 | `x` |\n\n```py\na = 1\n```\n\n[^1]: A note.\n",
    b"# Trees\n:label:`sec_t`\n\n```{admonition} Goals\n:class: tip\n- one\n```\n\n:::{note}\nSee :cite:`Lin.2013`, $x_i^2$.\n:::\n\n$$\na = \\frac{1}{2}\n$$\n",
    b'!!! note "Mind"\n    Text.\n\n=== "Tab"\n\n    ```sh\n    x\n    ```\n\n{% highlight py %}\nx\n{% endhighlight %}\n{{< video https://v.org >}}\n',
    b"<details><summary>Q</summary>\n\n<table><tr><th>a</th><td>b</td></tr></table>\n\n</details>\n\n> [!NOTE]\n> Text.\n\nTerm\n: Definition\n",
)
_TEXT = (
    b"How to Begin\nBy Ada\n\nIntro sentence one. And two.\n\nPhase 1: Basics\nLearn Python:\nVariables\nFunctions\n\nPhase 2: More\n1. one\n2. two\n",
    b"TITLE\n=====\n\n- a\n  - b\n\nName: explanation of it.\nOther: another one.\n\nA | B | C\n1 | 2 | 3\n4 | 5 | 6\n\n2.1 Sub\nText of some length follows here.\n",
)
_HTML = (
    b"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>T - S</title></head><body><nav>n</nav><main><h1 id=a>T</h1>"
    b"<p>A <b>b</b> <a href='https://a.b'>c</a>.</p><ul><li>x<ul><li>y</li></ul></li></ul><table><tr><th>a<th>b<tr><td>1<td>2</table>"
    b"<pre>code\n  x</pre><dl><dt>t<dd>d</dl><p>one<br>1. two<br>2. three</p></main><footer>f</footer></body></html>",
    b"<div class='toc'><a href='#a'>A</a></div><h2 id=a>A</h2><p>x<sup>2</sup> <img alt='many words are said in here' src=a.png></p>",
)
_TAGGED = bad.assemble(
    [
        b"<</Type /Catalog /Pages 2 0 R /MarkInfo <</Marked true>> /StructTreeRoot 6 0 R /Outlines 10 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>> /Annots ["
        b"<</Subtype /Link /Rect [72 690 200 720] /A <</S /URI /URI (https://a.b)>>>>]>>",
        bad.stream(
            b"/H1 <</MCID 0>> BDC BT /F1 14 Tf 72 700 Td (A heading) Tj ET EMC /P <</MCID 1>> BDC BT /F1 10 Tf 72 680 Td "
            b"[(Some) -300 (words of)] TJ 0 -12 Td (the text.) Tj ET EMC /Artifact BMC BT /F1 8 Tf 72 20 Td (1) Tj ET EMC"
        ),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Courier /FirstChar 32 /Widths [600 600]>>",
        b"<</Type /StructTreeRoot /K [7 0 R 8 0 R] /RoleMap <</Kopf /H1>>>>",
        b"<</S /Kopf /Pg 3 0 R /K 0>>",
        b"<</S /L /K [9 0 R]>>",
        b"<</S /LI /K <</Type /MCR /Pg 3 0 R /MCID 1>>>>",
        b"<</Type /Outlines /First 11 0 R /Last 11 0 R>>",
        b"<</Title (A heading) /Dest [3 0 R /Fit]>>",
    ]
)
_COLUMNS = bad.pdf(
    b"BT /F1 10 Tf "
    + b" ".join(
        b"1 0 0 1 %d %d Tm (words of column %d line %d go on) Tj" % (x, 700 - 12 * y, x, y) for y in range(9) for x in (72, 310)
    )
    + b" ET"
)
_LISTS = (
    "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Head</w:t></w:r></w:p><w:p><w:pPr><w:numPr><w:ilvl w:val='1'/>"
    "<w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p>"
    "</w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r>"
    "<w:instrText>HYPERLINK \"https://a.b\"</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>x</w:t></w:r>"
    "<w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
)
_TOKENS = {
    ".md": [b"#", b"- ", b"1. ", b"|", b"```", b"~~~{note}\n", b"$", b"$$", b"[^1]", b"](", b"{%", b"%}", b"{{", b"}}", b":::", b"!!! a\n    "]
    + [b"<div>", b"</div>", b"<!--", b"---\n", b"\t", b"> ", b"[[", b"\\(", b"&#0;", b"\xe2\x80\xae", b"=="],
    ".txt": [b"Phase 1: ", b":\n", b"- ", b"1. ", b"\n\n", b"\t", b" | ", b"=====\n", b"\x0c", b"Contents\n", b"    ", b"\xa9", b"\xef\xbb\xbf", b". . . . 1\n"],
    ".html": [b"<table>", b"<td>", b"</p>", b"<ul>", b"<li>", b"<h1>", b"<pre>", b"<math alttext='x'>", b"<br>", b"<a href=", b"<!--", b"&#xD800;", b"<svg>"]
    + [b" hidden ", b" style='display:none' ", b"<dl><dt>", b"<sup>", b"\\(x\\)", b"<base>", b"<template>", b"\0"],
    ".pdf": [b"obj", b"endobj", b"stream\n", b"/K ", b"/Length ", b"<<", b">>", b"[", b"]", b" R ", b"3 0 R", b"BT", b"ET", b"Tj", b"TJ", b"Tf", b"cm", b"q"]
    + [b"BDC", b"EMC", b"/MCID ", b"-1", b"99999999999", b"1e38", b"/Widths", b"/ToUnicode", b"/Filter /FlateDecode", b"(", b")", b"/Kids", b"null"],
    ".docx": [b"<w:p>", b"</w:p>", b"<w:tbl>", b"<w:tr>", b"<w:tc>", b"w:val='999999999'", b"<w:sdt>", b"<w:r>", b"<w:t>", b"<w:hyperlink>", b"<!--", b"&#0;"]
    + [b"<w:numPr>", b"w:val='x'", b"<w:br/>", b"<!DOCTYPE x>", b"\xff"],
}  # fmt: skip
LOADERS = (*_TOKENS,)


@cache
def seeds(loader: str) -> tuple[bytes, ...]:
    """The sound documents that inputs are made of."""
    if loader == ".docx":
        return bad.word(), bad.repacked({"word/document.xml": bad.body(_LISTS)})
    return {".md": _MARKDOWN, ".txt": _TEXT, ".html": _HTML, ".pdf": (_TAGGED, _COLUMNS, bad.pdf())}[loader]


def hostile(loader: str, number: int) -> bytes:
    """Input `number` for a loader, the same in every run."""
    chance = random.Random(f"{loader} {number}")
    data = chance.choice(seeds(loader))
    if loader == ".docx" and chance.random() < 0.8:
        return _with_changed_part(data, chance)
    return changed(data, loader, chance)


def changed(data: bytes, loader: str, chance: random.Random) -> bytes:
    """The data after one to twelve changes; long runs are bounded, so that an input stays small."""
    for _ in range(chance.randint(1, 12)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice([1, 1, 2, 4, 16, 64]))
        match chance.randint(0, 8):
            case 0:
                data = data[:at] + bytes(chance.randbytes(1)) + data[end:]
            case 1 | 2 | 3:
                data = data[:at] + chance.choice(_TOKENS[loader]) * chance.choice([1, 1, 2, 40, 400]) + data[at:]
            case 4:
                data = data[:at] + data[end:]
            case 5:
                data = data[:at] + data[at:end] * chance.choice([2, 3, 50]) + data[end:]
            case 6:
                other = chance.choice(seeds(loader))
                start = chance.randint(0, len(other))
                data = data[:at] + other[start : start + chance.choice([10, 100, 1_000])] + data[at:]
            case 7:
                data = data[:at] if chance.random() < 0.2 else data[at:end] + data[:at] + data[end:]
            case _:
                lines = data.split(b"\n")
                chance.shuffle(lines)
                data = b"\n".join(lines)
    return data[:200_000]


def _with_changed_part(data: bytes, chance: random.Random) -> bytes:
    """A DOCX with one part changed and packed again: what only spoils the archive never reaches the reader."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        weights = {"word/document.xml": 8, "word/numbering.xml": 2, "word/styles.xml": 2, "[Content_Types].xml": 1}
        names = archive.namelist()
        name = chance.choices(names, [weights.get(each, 1) for each in names])[0]
        part = archive.read(name)
    return bad.repacked({name: changed(part, ".docx", chance)}, data)


def text(number: int) -> str:
    """A text of words, stops and odd characters, for what is fed with text."""
    chance = random.Random(f"text {number}")
    pieces = "a the Dr. e.g. U.S. 3.14 ... ! ? ?! [1] ( ) “ ” \n \n\n \t é 漢字。 Ⅳ https://a.b/c.d \u200b \u2028 word-word No. 5 J. Smith etc. :".split(
        " "
    )
    return "".join(chance.choice(pieces) + chance.choice(["", " ", " ", "  "]) for _ in range(chance.randint(0, 120)))
