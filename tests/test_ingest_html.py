"""HTML: what a reader of the page sees, and nothing else."""

import contextlib
import time

import pytest

from ingest.document import Document
from ingest.errors import DocumentRefused
from ingest.html import read_html


def read(html: str) -> Document:
    return read_html(html.encode(), "page.html")


def kinds(html: str) -> list[tuple[str, str]]:
    document = read(html)
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_navigation_scripts_forms_and_hidden_text_are_left_out() -> None:
    html = """<html><head><title>T</title><style>p{}</style></head><body>
    <header><a href="/">Site</a></header><nav><ul><li>Home</li></ul></nav>
    <div role="navigation">Menu</div><aside>Ads</aside>
    <p>Visible <span style="display: none">secret order</span><span hidden>x</span><b aria-hidden="true">y</b>text.</p>
    <p style="font-size:0px">tiny</p><form><input value="v"><button>Send</button></form>
    <script>alert("boo")</script><noscript>Turn on JS</noscript><!-- comment --><iframe src="http://x"></iframe>
    <img src="http://tracker/p.gif" onerror="alert(1)"><footer>© 2024</footer></body></html>"""
    assert kinds(html) == [("paragraph", "Visible text.")]


@pytest.mark.parametrize(
    "pager",
    [
        """<ul><li><a accesskey="p" href="a.html"><b>Prev</b>9.9. Quotas</a></li><li><a href="#">Up</a></li>
        <li><a accesskey="n" href="b.html"><b>Next</b>9.11. Hot plugging</a></li></ul>""",
        "<div><p><a href='a.html'>« Previous</a> | <a href='b.html'>Next lesson »</a></p></div>",
        "<table><tr><td><a rel='prev' href='a.html'>Backups</a></td><td><a href='i.html'>Home</a></td></tr></table>",
    ],
    ids=("list", "line", "table"),
)
def test_links_that_turn_the_page_are_left_out(pager: str) -> None:
    assert kinds(f"<h1>Disks</h1>{pager}<p>A disk is full sooner than you think.</p>{pager}") == [
        ("heading", "Disks"),
        ("paragraph", "A disk is full sooner than you think."),
    ]


def test_links_of_the_same_names_stay_in_prose_and_beside_others() -> None:
    prose = "<p>Read the <a href='b.html'>next</a> chapter on loops before you go on.</p>"
    steps = "<ul><li><a href='b.html'>Next steps after the course</a></li><li><a href='c.html'>Previous knowledge</a></li></ul>"
    assert [text for _, text in kinds(prose + steps)] == [
        "Read the next chapter on loops before you go on.",
        "Next steps after the course",
        "Previous knowledge",
    ]


def test_a_box_among_the_paragraphs_of_a_section_stays_and_heads_nothing() -> None:
    box = "<div class='sidebar'><p><b>IN PRACTICE Ovens</b></p><p>Ours takes an hour to warm up.</p></div>"
    aside = "<div class='sidebar'><a href='a.html'>Ten loaves</a> <a href='b.html'>Ten cakes</a></div>"
    more = "<p>Then the loaf goes in, for forty minutes and not a minute less, and the door stays shut until they are over.</p>"
    assert kinds(f"<div class='section'><h2>Baking</h2>{box}{more}{aside}</div><div class='sidebar'>All about us</div>") == [
        ("heading", "Baking"),
        ("paragraph", "IN PRACTICE Ovens"),
        ("paragraph", "Ours takes an hour to warm up."),
        ("paragraph", more[3:-4]),
    ]


def test_an_address_of_mail_is_shown_as_such() -> None:
    assert read('<p>Ask <a href="mailto:ann@a.org">ann@a.org</a>.</p>').text == "Ask ann@a.org."


def test_struck_text_no_longer_holds() -> None:
    assert kinds("<p>Price: <del>$100</del> <ins>$50</ins>, in <s>two</s> <strike>three</strike> one month.</p>") == [
        ("paragraph", "Price: $50, in one month.")
    ]


def test_text_of_no_size_is_hidden_and_that_of_another_size_inside_is_not() -> None:
    html = """<table><tr><td style="font-size:0px"><div style="Font-Size: 0">secret <span style="font-size:2em">order</span>
    <p style="font-family:Ubuntu;font-size:13px;">It takes <b>two</b> years.</p> orders</div></td></tr></table>"""
    assert kinds(html) == [("paragraph", "It takes two years.")]
    assert kinds('<p style="font-size:0.8em">Small.</p>') == [("paragraph", "Small.")]


def test_questions_that_fold_are_headings_and_buttons_beside_headings_are_not_read() -> None:
    html = """<h2><button>How long does it take?</button></h2><div>Two years.</div>
    <button><h3>What does it cost?</h3></button><p>$50.</p><details><summary><button>Why?</button></summary>So.</details>
    <h2>Links <button>Copy link</button></h2><p>None.</p><button>Send</button>"""
    assert kinds(html) == [
        ("heading", "How long does it take?"),
        ("paragraph", "Two years."),
        ("heading", "What does it cost?"),
        ("paragraph", "$50."),
        ("paragraph", "Why?"),
        ("paragraph", "So."),
        ("heading", "Links"),
        ("paragraph", "None."),
    ]


def test_the_heads_of_sections_and_the_boxes_of_an_article_are_content() -> None:
    words = "Write programs every day and read those of others. " * 6
    html = f"""<header><h1>Site</h1></header><aside><p>Side bar.</p></aside><main>
    <section><header><h2>Phase 1</h2><p>Three months</p></header><p>{words}</p></section>
    <aside><p>Spend six weeks on syntax.</p></aside><aside><p><a href="/a">Another page</a></p></aside>
    <div role="alert">You need a GPU.</div><div id="social-skills"><h2>Social skills</h2><p>Talk.</p></div>
    <div id="related-posts"><p>Another page</p></div><div id="toc_container"><p>Phase 1</p></div></main>"""
    assert kinds(html) == [
        ("heading", "Phase 1"),
        ("paragraph", "Three months"),
        ("paragraph", words.strip()),
        ("paragraph", "Spend six weeks on syntax."),
        ("paragraph", "You need a GPU."),
        ("heading", "Social skills"),
        ("paragraph", "Talk."),
    ]


def test_main_is_read_alone_where_it_holds_most_of_the_text() -> None:
    page = "<body><div>Menu one two</div><main><header><h1>Title</h1></header><p>{}</p></main><div>Other</div></body>"
    assert kinds(page.format("Long text. " * 20))[0] == ("heading", "Title")
    assert len(kinds(page.format("Long text. " * 20))) == 2
    assert ("paragraph", "Other") in kinds(page.format("x"))


def test_lists_nest_and_keep_their_numbers() -> None:
    document = read("<ol start=3><li>three<ul><li><p>deep</p><p>more</p></li></ul></li><li>four</li></ol>")
    assert document.text == "3. three\n  - deep\n\nmore\n\n4. four"
    assert read("<ol reversed><li>third<li>second<li>first</ol>").text == "3. third\n2. second\n1. first"


def test_tables_have_header_rows_and_layout_tables_are_ordinary_text() -> None:
    assert kinds("<table><tr><th>A<th>B<tr><td>1<td><p>x</p><p>y</p></table>") == [("header", "A | B"), ("row", "1 | x; y")]
    layout = "<table><tr><td><table><tr><td>A</td><td>B</td></tr></table></td></tr><tr><td><h2>H</h2></td></tr></table>"
    assert ("heading", "H") in kinds(layout)


def test_cells_that_reach_over_rows_and_columns_keep_the_others_under_their_headers() -> None:
    html = """<table><tr><th>Phase<th>Skill<th>Weeks<tr><td rowspan=3>Base<td>Python<td>6<tr><td>SQL<td>3
    <tr><td>Git<td>1<tr><td colspan=2>Project<td>8<tr><td colspan=3>All of it<tr><td>Rest<td rowspan=2 colspan=2>none
    <tr><td>Total</table>"""
    assert [text for _, text in kinds(html)] == [
        "Phase | Skill | Weeks",
        "Base | Python | 6",
        "Base | SQL | 3",
        "Base | Git | 1",
        "Project | | 8",
        "All of it",
        "Rest | none",
        "Total | none",
    ]


def test_cells_that_reach_far_cost_little() -> None:
    cells = "".join(f"<td rowspan=65000 colspan=99999>{'x' * 50}" for _ in range(200))
    start = time.process_time()
    text = read(f"<table><tr>{cells}{'<tr><td>y' * 1_500}</table>").text
    assert len(text) < 200_000
    assert time.process_time() - start < 10


def test_a_first_row_that_is_no_header_is_a_row() -> None:
    facts = "<table><tr><th>Duration<td>3 months<tr><th>Cost<td>$50</table>"
    assert kinds(facts) == [("row", "Duration | 3 months"), ("row", "Cost | $50")]
    assert read(f"<p>Facts:</p>{facts}").text == "Facts:\n\nDuration | 3 months\nCost | $50"
    years = "<table><tr><td><th>2023<th>2024<tr><td>Junior<td>90<td>95</table>"
    assert kinds(years) == [("header", "| 2023 | 2024"), ("row", "Junior | 90 | 95")]
    assert [kind for kind, _ in kinds("<table><tr><td><b>A</b><td><b>B</b><tr><td>1<td>2</table>")] == ["header", "row"]
    # Without a header, the second of two neighbours would hang below the first.
    assert [kind for kind, _ in kinds(years + facts)] == ["header", "row", "header", "row"]


def test_links_headings_and_definitions() -> None:
    html = """<h2><a href="https://flow.org">Flow</a><a href="#flow">¶</a></h2><p><a href="https://a.b/x y">A</a> and
    <a href="/local">B</a>, <a href="javascript:x">C</a>, <a href="https://www.a.b/">a.b</a>.</p>
    <dl><dt>Git</dt><dd>A tool.</dd></dl><a href="https://card.org"><h3>Card</h3><p>Text</p></a>"""
    assert kinds(html) == [
        ("heading", "Flow"),
        ("paragraph", "[Flow](https://flow.org)"),
        ("paragraph", "[A](https://a.b/x%20y) and B, C, https://www.a.b/."),
        ("item", "Git: A tool."),
        ("heading", "Card"),
        ("paragraph", "Text"),
        ("paragraph", "[Card](https://card.org)"),
    ]


def test_a_bold_paragraph_that_stands_alone_is_a_heading_below_the_last_one() -> None:
    document = read(
        "<h2>Roles</h2><p><strong>ML engineer</strong></p><p><b>Builds</b> models.</p><p><b>It is a bold claim.</b></p>"
    )
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 2),
        ("heading", 3),
        ("paragraph", 0),
        ("paragraph", 0),
    ]


def test_a_bold_run_before_a_line_break_is_the_heading_of_what_follows() -> None:
    html = """<h2>Guide</h2>Intro.<br><br><b>the cost</b><br>It costs 900 euros.<br><br><b>It is a bold claim.</b><br>Yes.
    <p><b>One</b><br><b>Two</b></p><ul><li><b>Git</b><br>a tool</li></ul>"""
    assert kinds(html) == [
        ("heading", "Guide"),
        ("paragraph", "Intro."),
        ("heading", "the cost"),
        ("paragraph", "It costs 900 euros."),
        ("paragraph", "It is a bold claim. Yes."),
        ("heading", "One Two"),
        ("item", "Git a tool"),
    ]


def test_footnote_marks_and_powers() -> None:
    html = """<p>scikit-learn<sup><a href="#fn1">19</a></sup> took 10<sup>6</sup> rows.</p>
    <p><sup><a href="#r1">19</a></sup> Note.</p>"""
    assert kinds(html) == [("paragraph", "scikit-learn took 10^6 rows."), ("paragraph", "19 Note.")]
    html = """<p>The 1<sup>st</sup> of May, AWS<sup>®</sup>, Coursera<sup>TM</sup>, see<sup>[2]</sup>
    it<sup><a href="https://w.org/x#note">[3]</a></sup>.</p>"""
    assert kinds(html) == [("paragraph", "The 1st of May, AWS®, CourseraTM, see it.")]


def test_preformatted_text_keeps_its_lines_and_breaks_end_paragraphs_in_twos() -> None:
    assert kinds("<pre>a\n  b<br>c</pre>x<br>y<br><br>z") == [("code", "a\n  b\nc"), ("paragraph", "x y"), ("paragraph", "z")]


def test_the_title_is_the_heading_that_the_page_shows() -> None:
    assert read("<title>Skills · The Book</title><h1>Skills</h1><p>x</p>").title == "Skills"
    assert read("<title>Only here</title><p>x</p>").title == "Only here"
    assert read("<title>A plan: two years- The Site</title><h1>A Plan: two years</h1><p>x</p>").title == "A Plan: two years"
    assert read("<title>Planning for all</title><h1>Plan</h1><p>x</p>").title == "Planning for all"
    assert read("<title>Document</title><h1>A plan</h1><p>x</p>").title == "A plan"


def test_a_false_charset_is_named_in_a_warning() -> None:
    document = read_html('<meta charset="iso-8859-1"><p>Müller</p>'.encode(), "page.html")
    assert document.text == "Müller"
    assert "iso-8859-1" in document.warnings[0]
    honest = read_html('<meta charset="iso-8859-1"><p>Müller</p>'.encode("latin-1"), "page.html")
    assert (honest.text, honest.warnings) == ("Müller", ())


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200000 + "x",
        "<!--" + "-" * 1000000,
        "<!" * 100000,
        "<a href='" * 50000,
        "<ul><li>" * 20000 + "x",
        "<table><tr><td>" * 2000,
        "<form class=toc>" * 50000 + "x",
        "<b>" * 100000 + "x",
        "<a href=https://a.b>x" * 30000,
        "<sup>1" * 50000,
        "<p>x" * 100000,
    ],
    ids=range(11),
)
def test_hostile_nesting_costs_little_time(html: str) -> None:
    start = time.process_time()
    with contextlib.suppress(DocumentRefused):  # for tags nested too deep
        read(html)
    assert time.process_time() - start < 15


def test_what_stands_around_an_article_is_dropped() -> None:
    words = "Data engineers build pipelines, and this guide has two steps that take about six months of study in all. " * 3
    page = f"""<html><head><title>A guide | The Blog</title></head><body>
<div id="cookie-notice" class="cookie-notice-container"><p>We use cookies.</p></div>
<div class="wrap with-sidebar"><h1>A guide</h1>
<div class="social-share-buttons"><a href="https://t.example/share">Tweet</a></div>
<div id="toc_container"><p>Contents</p><ul><li><a href="#s1">1 Step 1</a></li></ul></div>
<p>{words}</p><div class="ad-container"><p>Advertisement</p></div>
<h2 id="s1"><span class="ez-toc-section">Step 1</span></h2><p>Learn:<br>1. Variables<br>2. Functions</p>
<div class="related-post"><h4>You might also like</h4></div>
<section id="related-work"><h2>Related work</h2><p>Others did it too.</p></section>
<div class="newsletter-signup"><h3>Subscribe</h3></div><div class="post-tags">Tags: sql</div>
<div class="post-navigation"><a href="/p">Previous</a></div><div id="comments" class="comments-area"><p>Great!</p></div>
</div></body></html>"""
    assert kinds(page) == [
        ("heading", "A guide"),
        ("paragraph", words.strip()),
        ("heading", "Step 1"),
        ("paragraph", "Learn:"),
        ("item", "Variables"),
        ("item", "Functions"),
        ("heading", "Related work"),
        ("paragraph", "Others did it too."),
    ]


def test_marks_of_an_encyclopedia_are_dropped_and_formulas_read() -> None:
    page = """<body><div role="main"><h1>Boosting</h1><div class="noprint">From the encyclopedia</div>
<p>It builds trees<sup class="noprint">[citation needed]</sup> in O(n<sup>2</sup>), and \\(x_i\\) is a number.</p>
<h2><span>History</span><span class="mw-editsection">[<a href="/e">edit</a>]</span></h2>
<p>The <img class="math" alt="{\\displaystyle F_{m}(x)}" src="x.svg"> is the model.</p>
<ol><li><span class="mw-cite-backlink"><a href="#r">^</a></span> A paper.</li></ol></div></body>"""
    assert kinds(page) == [
        ("heading", "Boosting"),
        ("paragraph", "It builds trees in O(n^2), and x_i is a number."),
        ("heading", "History"),
        ("paragraph", "The F_m(x) is the model."),
        ("item", "A paper."),
    ]


def test_a_term_that_a_list_explains_leads_to_it() -> None:
    page = "<dl><dt>Parameters</dt><dd><ul><li>alpha</li></ul></dd><dt>Use</dt><dd>Often.</dd></dl>"
    assert kinds(page) == [("paragraph", "Parameters:"), ("item", "alpha"), ("item", "Use: Often.")]
