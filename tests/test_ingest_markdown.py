"""Markdown: structure and links kept; what documentation tools add to it has tests of its own, and so has HTML in it."""

import time
from contextlib import suppress

import pytest
from markdown_guide import kinds, read

from ingest.errors import DocumentRefused, Refusal
from ingest.tex import tex_to_text


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


def test_a_table_with_an_empty_header_has_none() -> None:
    assert kinds(read("|  |  |\n|---|---|\n| Phase 1 | 3 months |\n| Phase 2 | 2 months |\n")) == [
        ("row", "Phase 1 | 3 months"),
        ("row", "Phase 2 | 2 months"),
    ]


def test_struck_text_is_left_out() -> None:
    assert read("- ~~It costs $300.~~ It costs $150.\n- ~~done~~\n- Next\n").text == "- It costs $150.\n- Next"
    assert read("So (**we**) (~~should~~) (**count**) them.").text == "So we count them."


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
    source = "<details>\n<summary>Where to go</summary>\n\n## Inside\n\n<p align='center'>See <a href='https://a.b/c'>this</a></p>\n\n</details>\n"
    assert kinds(read(source)) == [
        ("paragraph", "Where to go"),
        ("heading", "Inside"),
        ("paragraph", "See [this](https://a.b/c)"),
    ]


def test_front_matter_is_meta_and_names_the_document() -> None:
    document = read("---\ntitle: My guide\ndate: 2024-05-03\ntags: [a, b]\n---\n# Other\n\nText")
    assert document.title == "My guide"
    assert document.meta == {"title": "My guide", "date": "2024-05-03", "tags": ["a", "b"]}
    assert document.text == "Other\n\nText"


@pytest.mark.parametrize("front", ["a: [", "x: 2024-99-99", "x: !!python/object/apply:os.system ['true']", "a: " + "{" * 3000])
def test_bad_front_matter_is_left_out(front: str) -> None:
    document = read(f"---\n{front}\n---\nText")
    assert (document.text, document.meta) == ("Text", {})
    assert "not valid YAML" in document.warnings[0]


def test_front_matter_in_toml() -> None:
    document = read('+++\ntitle = "My guide"\ndate = 2024-02-01\ntags = ["a"]\n+++\n\nText')
    assert (document.title, document.text) == ("My guide", "Text")
    assert document.meta == {"title": "My guide", "date": "2024-02-01", "tags": ["a"]}
    bad = read("+++\ntitle = [\n+++\nText")
    assert (bad.text, bad.warnings) == ("Text", ("Its front matter is not valid TOML and was left out.",))


@pytest.mark.parametrize(
    "text", ["\n# Plan\n\nTwo years: one of Python.\n\n", "# Plan\n\nTwo years.\n\n", "- Plan\n- Do\n\n", "{{{\n\n"]
)
def test_text_between_two_rules_is_no_front_matter(text: str) -> None:
    document = read(f"---\n{text}---\n\nThen SQL.\n")
    assert document.meta == {}
    assert document.warnings == ()
    assert document.text.split() == [word for word in text.split() if word != "#"] + ["Then", "SQL."]


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
    with suppress(DocumentRefused):  # of what lies too deep in each other
        read(source)
    assert time.perf_counter() - start < 10


def test_footnotes_keep_their_text_and_leave_no_mark() -> None:
    assert read("A claim.[^1] More.\n\n[^1]: The *source*.").text == "A claim. More.\n\n1. The source."


def test_a_readme_begins_with_its_name_not_with_badges_and_logos() -> None:
    source = """<h1 align="center"><a href="https://x.org"><img src="logo.png" alt="SuperTool"></a><br>SuperTool</h1>
<p align="center">
  <a href="https://p.org"><img src="https://badge.fury.io/py/x.svg" alt="PyPI version"></a>
  [![Stars](https://img.shields.io/github/stars/a/b)](https://github.com/a/b)
  [![Build](https://travis-ci.org/a/b.svg?branch=master)](https://travis-ci.org/a/b)
</p>

[![Open In Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/x)

<!-- ALL-CONTRIBUTORS-LIST:START --><table><tr><td>Jane</td><td>John</td></tr></table><!-- ALL-CONTRIBUTORS-LIST:END -->
"""
    assert kinds(read(source)) == [
        ("heading", "SuperTool"),
        ("paragraph", "[Open In Colab](https://colab.research.google.com/x)"),
    ]


def test_the_lessons_of_a_course_are_no_other_languages() -> None:
    lessons = "* [Introduction](01-intro/README.md)\n* [Tracking](02-tracking/README.md)\n* [Deployment](03/README.md)"
    rows = (
        "| Week | Lesson |\n|---|---|\n| 1 | [Intro](1/README.md) |\n| 2 | [Trees](2/README.md) |\n| 3 | [Nets](3/README.md) |"
    )
    assert [text for _, text in kinds(read(f"{lessons}\n\n{rows}\n"))] == [
        "Introduction",
        "Tracking",
        "Deployment",
        "Week | Lesson",
        "1 | Intro",
        "2 | Trees",
        "3 | Nets",
    ]
    assert (
        read("Text.\n\n[English](./README.md) | [Français](docs/README.fr.md) | [简体中文](README_zh-CN.md)\n").text == "Text."
    )


def test_lines_with_names_are_a_list_and_prose_with_a_colon_is_none() -> None:
    facts = "**Author:** Ada, who builds engines\n**For:** all *who* count\nEffort: 8 hours, [here](https://a.org)"
    prose = "Note: this goes on\nover the line and ends: here."
    assert kinds(read(f"# Guide\n\n{facts}\n\n{prose}\n\n> Cost: 3\n> Time: 4\n")) == [
        ("heading", "Guide"),
        ("item", "Author: Ada, who builds engines"),
        ("item", "For: all who count"),
        ("item", "Effort: 8 hours, [here](https://a.org)"),
        ("paragraph", "Note: this goes on over the line and ends: here."),
        ("paragraph", "Cost: 3 Time: 4"),
    ]


def test_a_list_of_many_levels_is_read_whole_and_one_without_end_is_refused() -> None:
    def nested(levels: int) -> str:
        items = "".join(f"{'  ' * level}- level {level}\n" for level in range(levels))
        return f"# Plan\n\n{items}\n## Rest\n\nIt takes six weeks.\n"

    document = read(nested(45))
    assert document.text.count("level") == 45
    assert document.text.endswith("It takes six weeks.")
    for source in (nested(60), ">" * 150 + " deep\n\nIt takes six weeks.\n"):
        with pytest.raises(DocumentRefused, match="levels deep") as refused:
            read(source)
        assert refused.value.code is Refusal.LIMIT


def test_marks_of_callouts_and_comments_are_taken_out_and_percentages_and_code_stay() -> None:
    document = read(
        "> [!warning]- Mind the gap\n> It takes six weeks.\n\nRead %%not yet%% slowly: 5%% and 6%%, `%%time%%`.\n\n"
        "%%\nA comment.\n%%\n\n```python\n%%\nx = 1\n%%\n```\n\nThe end.\n"
    )
    assert document.text.startswith("Mind the gap It takes six weeks.")
    assert "Read slowly: 5%% and 6%%, %%time%%." in document.text
    assert "comment" not in document.text
    assert "x = 1" in document.text
