"""Makes the printable documents of this folder: PDF, HTML and DOCX, each from the Markdown text of the same name.

Run `make printables`, or `python corpus/printable/make_printables.py`. The same text gives the same bytes.
"""

from __future__ import annotations

import argparse
import itertools
import re
from html import escape
from pathlib import Path

from printable_blocks import LICENCE, parser
from printable_docx import docx_of
from printable_pdf import pdf_of

FOLDER = Path(__file__).parent
_STYLE = """
body { font: 1rem/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
dt { font-weight: bold; }
dd { margin: 0 0 .6rem 1rem; }
"""


def html_of(markdown: str, source: str) -> bytes:
    """A simple page with a navigation of its second-level headings."""
    tokens = parser().parse(markdown)
    entries: list[str] = []
    title = ""
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            slug = re.sub(r"\W+", "-", inline.content.lower()).strip("-")
            opening.attrSet("id", slug)
            title = title or inline.content
            if opening.tag == "h2":
                entries.append(f'<li><a href="#{slug}">{escape(inline.content)}</a></li>')
    body = parser().renderer.render(tokens, parser().options, {})
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | Roadmap corpus</title>
<style>{_STYLE}</style>
</head>
<body>
<!-- Made from {escape(source)}; change that file and run make printables. -->
<nav aria-label="Areas"><ul>
{chr(10).join(entries)}
</ul></nav>
<main>
{body}</main>
<footer><p>{escape(title)}, licensed under <a href="https://creativecommons.org/licenses/by/4.0/">{LICENCE}</a>.</p></footer>
</body>
</html>
""".encode()


PRINTABLES = {
    "ninety-day-plan.pdf": pdf_of,
    "glossary.html": html_of,
    "interview-sheet.docx": docx_of,
}


def make(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write every printable into `folder`, from the Markdown beside this script; returns the paths."""
    made = []
    for name, write in PRINTABLES.items():
        source = (FOLDER / name).with_suffix(".md")
        path = folder / name
        path.write_bytes(write(source.read_text("utf-8"), source.name))
        made.append(path)
    return tuple(made)


def main() -> None:
    """Write the printables and name them."""
    arguments = argparse.ArgumentParser(description="Make the PDF, HTML and DOCX of this folder from their Markdown texts.")
    arguments.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where to write them (default: this folder)")
    for path in make(arguments.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
