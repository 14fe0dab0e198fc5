"""A page that a real browser prints comes back with its headings, lists, tables and programs, with tags and without."""

import pytest
from ui_tab import CHROMIUM, chromium

from ingest.pdf import read_pdf

PROSE = "Machine learning is about models that learn from data, and about all of the people who build and use them. " * 3
PAGE = f"""<!doctype html><title>A roadmap</title>
<h1>The roadmap</h1>
<p>{PROSE}</p>
<h2>First phase</h2>
<p>What to learn first:</p>
<ul><li>Python, for programs<ul><li>functions</li></ul></li><li>SQL, for tables. {PROSE}</li></ul>
<h5>In this order</h5>
<ol><li>Read the book</li><li>See <a href="https://example.org/">the course</a></li></ol>
<h2>Costs</h2>
<table border=1><tr><th>Course</th><th>What it is about</th><th>Fee</th></tr>
<tr><td>Basics</td><td style="max-width: 90px">All that is needed in the beginning</td><td>none</td></tr>
<tr><td>Models</td><td>Trees</td><td>90 euros</td></tr></table>
<h2>Begin</h2>
<p>Install what you need:</p>
<pre>python -m venv .venv
pip install numpy

python</pre>
<p>{PROSE}</p>"""


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
@pytest.mark.parametrize("tagged", [True, False])
def test_a_printed_page_comes_back_whole(tagged: bool) -> None:
    with chromium() as browser:
        page = browser.new_page(java_script_enabled=False)
        page.set_content(PAGE, wait_until="domcontentloaded")
        printed = page.pdf(format="A4", tagged=tagged)
    document = read_pdf(printed, "roadmap.pdf")
    assert document.title == "A roadmap"
    assert [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks] == [
        ("heading", 1, "The roadmap"),
        ("paragraph", 0, PROSE.strip()),
        ("heading", 2, "First phase"),
        ("paragraph", 0, "What to learn first:"),
        ("item", 0, "Python, for programs"),
        ("item", 1, "functions"),
        ("item", 0, f"SQL, for tables. {PROSE.strip()}"),
        ("heading", 5 if tagged else 3, "In this order"),
        ("item", 0, "Read the book"),
        ("item", 0, "See [the course](https://example.org/)"),
        ("heading", 2, "Costs"),
        ("header", 0, "Course | What it is about | Fee"),
        ("row", 0, "Basics | All that is needed in the beginning | none"),
        ("row", 0, "Models | Trees | 90 euros"),
        ("heading", 2, "Begin"),
        ("paragraph", 0, "Install what you need:"),
        ("code", 0, "python -m venv .venv\npip install numpy\n\npython"),
        ("paragraph", 0, PROSE.strip()),
    ]
