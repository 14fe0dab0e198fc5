"""Markdown that speaks of HTML, or is written with it."""

import gc
import time
from collections.abc import Callable
from functools import partial

import pytest
from markdown_guide import kinds, read
from markdown_it.token import Token

from ingest.markdown_entries import with_entries


def test_tags_that_are_spoken_of_are_text_and_hide_nothing() -> None:
    source = """## Week 1

- Learn what <title> and <meta> do.
- Learn why <script> goes last, and <select>.

Learn <canvas>, <svg width="9"> and <video> in *four* hours. Use List<String>, clone <url>.

## Week 2

Learn flexbox.
"""
    assert kinds(read(source)) == [
        ("heading", "Week 1"),
        ("item", "Learn what <title> and <meta> do."),
        ("item", "Learn why <script> goes last, and <select>."),
        ("paragraph", 'Learn <canvas>, <svg width="9"> and <video> in four hours. Use List<String>, clone <url>.'),
        ("heading", "Week 2"),
        ("paragraph", "Learn flexbox."),
    ]


@pytest.mark.parametrize("name", ["title", "script", "iframe", "textarea", "style", "xmp", "plaintext", "canvas"])
def test_a_line_that_begins_with_a_tag_nobody_closes_loses_nothing(name: str) -> None:
    text = read(f"Before.\n\n<{name}> is a tag.\n\nAfter it.\n\n<div>\n\nMore.\n\n</div>\n").text
    assert f"<{name}> is a tag." in text
    assert all(words in text for words in ("Before.", "After it.", "More."))


def test_tags_that_are_closed_still_hide_what_they_hold() -> None:
    source = """Text <script>alert(1)</script>here <button>Send</button>and <b>bold</b>.

<script>
secret()
</script>

<svg width="10">

<text>vector</text>

</svg>

<iframe src="https://x.org"></iframe> <iframe src="https://x.org"/>

<details><summary>Why?</summary>Because.<br>So.</details>
"""
    assert kinds(read(source)) == [("paragraph", "Text here and bold."), ("paragraph", "Why?"), ("paragraph", "Because. So.")]


def test_the_box_of_a_note_is_text_even_where_it_holds_a_link_only() -> None:
    source = "<aside>\n💡 Spend six weeks on it.\n\n</aside>\n\n<aside><a href='https://b.org'>The book</a></aside>\n"
    assert [text for _, text in kinds(read(source))] == ["💡 Spend six weeks on it.", "[The book](https://b.org)"]


def seconds(work: Callable[[], object]) -> float:
    """Processor time without the garbage collector, which looks through whatever other tests have left."""
    times = []
    gc.disable()
    try:
        for _ in range(3):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
    finally:
        gc.enable()
    return min(times)


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("<h1>Title ", '<img alt="one two" src=a>', "</h1>"),
        ("<a href=x>Title ", '<img alt="one two" src=a>', "</a>"),
        ("Word ", "<script> ", ""),
    ],
)
def test_three_times_the_text_takes_about_three_times_the_time(before: str, piece: str, after: str) -> None:
    one, three = (seconds(partial(read, before + piece * count + after)) for count in (2_000, 6_000))
    assert three < 5 * one + 0.05


def test_three_times_the_entries_take_about_three_times_the_time() -> None:
    def entries(count: int) -> list[Token]:
        lines = [
            child for _ in range(count) for child in (Token("text", "", 0, content="Name: x"), Token("softbreak", "br", 0))
        ]
        inline = Token("inline", "", 0, content="Name: x\n" * (count - 1) + "Name: x", children=lines)
        return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]

    one, three = (seconds(partial(with_entries, entries(count))) for count in (20_000, 60_000))
    assert three < 5 * one + 0.05
