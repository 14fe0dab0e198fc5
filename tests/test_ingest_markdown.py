"""Markdown: structure and links kept, signs of documentation tools gone."""

import time

import pytest

from ingest.document import Document
from ingest.markdown import read_markdown
from ingest.tex import tex_to_text


def read(text: str) -> Document:
    return read_markdown(text.encode(), "guide.md")


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_headings_lists_tables_and_code_come_out_as_blocks() -> None:
    document = read(
        "# Guide\n\nIntro *with* **marks**.\n\n1. one\n   - deep\n2. two\n\n"
        "| A | B |\n|---|---|\n| 1 | `x` |\n\n```py\na = 1\n```\n"
    )
    assert kinds(document) == [
        ("heading", "Guide"),
        ("paragraph", "Intro with marks."),
        ("item", "one"),
        ("item", "deep"),
        ("item", "two"),
        ("header", "A | B"),
        ("row", "1 | x"),
        ("code", "a = 1"),
    ]
    assert [(block.level, block.ordinal) for block in document.blocks if block.kind == "item"] == [(0, 1), (1, None), (0, 2)]
    assert "1. one\n  - deep\n2. two" in document.text


def test_links_keep_their_address_where_others_can_open_it() -> None:
    document = read(
        "See [Flask](https://flask.dev), <https://a.b>, [here](other.md), [mail](mailto:a@b.c) and [x](javascript:alert(1))."
    )
    assert document.text == "See [Flask](https://flask.dev), https://a.b, here, [mail](mailto:a@b.c) and x."


def test_reference_links_are_resolved_and_images_are_never_kept() -> None:
    text = read(
        "Read [the book][b]. ![spy](https://evil.example/p.png?d=secret) ![ref][i]\n\n[b]: https://b.org\n[i]: https://evil.example/q"
    ).text
    assert text == "Read [the book](https://b.org)."


def test_badges_are_dropped_and_a_picture_that_links_to_a_video_leaves_its_address() -> None:
    badge = "[![Build](https://img.shields.io/x.svg)](https://ci.org)"
    video = "<a href='https://youtu.be/1'><img src='t.png'></a>"
    assert read(f"{badge}\n\n{video}\n\n[![](f.png)](f.png)").text == "https://youtu.be/1"


def test_html_inside_markdown_gives_its_text() -> None:
    source = "<details>\n<summary>More</summary>\n\n## Inside\n\n<p align='center'>See <a href='https://a.b/c'>this</a></p>\n\n</details>\n"
    assert kinds(read(source)) == [("paragraph", "More"), ("heading", "Inside"), ("paragraph", "See [this](https://a.b/c)")]


def test_front_matter_is_meta_and_names_the_document() -> None:
    document = read("---\ntitle: My guide\ndate: 2024-05-03\ntags: [a, b]\n---\n# Other\n\nText")
    assert document.title == "My guide"
    assert document.meta == {"title": "My guide", "date": "2024-05-03", "tags": ["a", "b"]}
    assert document.text == "Other\n\nText"


@pytest.mark.parametrize("front", ["a: [", "- x", "!!python/object/apply:os.system ['true']", "x: 2024-99-99", "{" * 3000])
def test_bad_front_matter_is_left_out(front: str) -> None:
    document = read(f"---\n{front}\n---\nText")
    assert document.text == "Text"
    assert document.meta == {}


def test_directives_of_documentation_tools_leave_no_noise() -> None:
    source = """# Networks
:label:`sec_nin`

See :numref:`fig_nin` and :cite:`Lin.2013`. Use :func:`fit`.

![Comparing the blocks of two networks.](a.svg)
:width:`600px`
:label:`fig_nin`

```{.python .input}
%%tab mxnet
import a
```

```{.python .input}
%load_ext d2lbook.tab
tab.interact_select(['mxnet'])
```

:begin_tab:`mxnet`
Only here.
:end_tab:

> [!NOTE]
> Mind this. :rocket:

[**Key idea.**] - done

- [x] first task

```{note}
Read *on*.
```

::: warning
Hot.
:::
"""
    assert kinds(read(source)) == [
        ("heading", "Networks"),
        ("paragraph", "See the figure and . Use fit."),
        ("paragraph", "Comparing the blocks of two networks."),
        ("code", "import a"),
        ("paragraph", "Only here."),
        ("paragraph", "Mind this."),
        ("paragraph", "Key idea. - done"),
        ("item", "first task"),
        ("paragraph", "Read on."),
        ("paragraph", "Hot."),
    ]


def test_formulas_become_readable_and_prices_stay() -> None:
    text = read(r"Let $\mathbf{X} \in \mathbb{R}^{n \times d}$ cost $5 or $10." + "\n\n$$\n\\frac{a}{b} \\leq 1\n$$\n").text
    assert text == "Let X ∈ R^(n × d) cost $5 or $10.\n\na/b ≤ 1"


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\hat{y} = \sigma(w^\top x + b)", "y = σ(w^⊤ x + b)"),
        (r"\begin{aligned} a &= b,\\ c &= d \end{aligned}", "a = b, c = d"),
        (r"x_{t-1}", "x_(t-1)"),
        (r"\unknowncommand{x}", "unknowncommand x"),
        ("", ""),
    ],
)
def test_tex_becomes_text(tex: str, expected: str) -> None:
    assert tex_to_text(tex) == expected


@pytest.mark.parametrize(
    "source",
    [
        ">" * 10000 + " x",
        "- " * 10000 + "x",
        "[" * 10000 + "x",
        "*a " * 20000,
        "<div>" * 20000 + "x",
        "`" * 20000,
        "$x" * 20000,
        "<sup>" * 10000,
        "![" * 10000,
        "| a " * 5000 + "\n" + "|---" * 5000,
        "[a](" * 10000,
        "<!--" * 10000,
        "&" * 50000,
    ],
    ids=range(13),
)
def test_nesting_and_unclosed_marks_cost_little_time(source: str) -> None:
    start = time.perf_counter()
    read(source)
    assert time.perf_counter() - start < 10
