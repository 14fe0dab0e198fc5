"""Whatever a document or a question holds, the chat shows it as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from ui_fakes import citation, code_answer, covered_answer, roadmap_document

from assistant.answer import answer_text
from ui.answer_data import answer_data
from ui.render import (
    answer_pieces,
    blocks_markdown,
    breadcrumb,
    escape,
    host,
    how_made,
    inline,
    locate,
    original_url,
    section_at,
    sentence,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="http://evil.example/x.png" onerror="alert(1)">',
    "![a](http://evil.example/x.png)",
    "![a][b]\n\n[b]: http://evil.example/x.png",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "[click](file:///etc/passwd)",
    "[click](//evil.example)",
    "[1]: http://evil.example",
    "<http://evil.example>",
    "<a href='http://evil.example'>x</a>",
    "# heading",
    "- item\n- item",
    "> quote",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```\ncode\n```",
    "    code",
    ":red[text] :material/home: :smile: :streamlit: :blue-badge[x]",
    "$x^2$ $$y$$",
    "**bold** __bold__ ~~gone~~ `code`",
    "a -> b <- c <-> d >= e <= f ~= g -- h",
    "&lt;b&gt; &#60;b&#62;",
    "line\\\nbreak",
    "***\n---\n===",
    "1. one\n2) two\n+ three",
    "\\*not\\* \\[escaped\\]",
]


def _shown(markdown: str) -> tuple[str, set[str]]:
    """The text a CommonMark reader shows for inline Markdown, and the kinds of token it saw."""
    tokens = MarkdownIt("commonmark", {"html": True}).parse(markdown)
    kinds = {token.type for token in tokens}
    text = ""
    for token in tokens:
        for child in token.children or []:
            kinds.add(child.type)
            text += child.content if child.type in ("text", "text_special") else ""
    return text.replace("\u2060", ""), kinds


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_shown_as_it_is_and_as_nothing_else(text: str) -> None:
    shown, kinds = _shown(escape(text))
    assert shown == " ".join(text.split())
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80))
def test_any_text_survives_escaping(text: str) -> None:
    text = text.replace("\u2060", "")
    shown, kinds = _shown(escape(text))
    assert shown == " ".join(text.split())
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


@pytest.mark.parametrize("sign", ["->", "<-", "<->", ">=", "<=", "~=", "--", "---", ":streamlit:"])
def test_signs_that_streamlit_redraws_whatever_the_escape_are_broken_by_an_invisible_character(sign: str) -> None:
    assert sign not in escape(f"a {sign} b").replace("\\", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_never_becomes_a_link_or_an_image_unless_it_is_a_plain_web_address(text: str) -> None:
    _, kinds = _shown(inline(text))
    assert "image" not in kinds
    assert "html_inline" not in kinds
    if "http" not in text:
        assert "link_open" not in kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.org/a.", "see [https\\:\\/\\/example\\.org\\/a](<https://example.org/a>)\\."),
        ("[the plan](https://example.org/p)", "[the plan \\(example\\.org\\)](<https://example.org/p>)"),
        ("[example.org](https://example.org/p)", "[example\\.org](<https://example.org/p>)"),
        ("[good.org](https://evil.example/p)", "[good\\.org \\(evil\\.example\\)](<https://evil.example/p>)"),
        ("(https://en.wikipedia.org/wiki/A_(b))", "\\([https\\:\\/\\/en\\.wikipedia\\.org\\/wiki\\/A\\_\\(b\\)]"
         "(<https://en.wikipedia.org/wiki/A_(b)>)\\)"),
        ("write to mailto:a@example.org", "write to [mailto\\:a\\@example\\.org](<mailto:a@example.org>)"),
    ],
)  # fmt: skip
def test_web_and_mail_addresses_become_links_that_show_their_host(text: str, expected: str) -> None:
    assert inline(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://good.example@evil.example/x", "evil.example"),
        ("https://EVIL.example", "evil.example"),
        ("https://exämple.org", "xn--exmple-cua.org"),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://[bad", ""),
    ],
)
def test_the_host_that_is_shown_is_the_one_a_browser_would_go_to(url: str, expected: str) -> None:
    assert host(url) == expected


def test_marks_set_off_exactly_the_quoted_words() -> None:
    assert inline("one two three", [(4, 7)]) == "one :yellow-background[two] three"
    assert inline("one two", [(0, 7)]) == ":yellow-background[one two]"
    assert inline("a]b", [(0, 3)]) == ":yellow-background[a\\]b]"


def test_a_section_is_drawn_with_list_table_and_mark() -> None:
    document = roadmap_document()
    section = document.sections[1]
    cited = citation(document, 1, "Calculus")
    pieces = blocks_markdown(document, section.start, section.end, [(cited.start, cited.end)])
    assert [piece.text for piece in pieces] == [
        "**Phase 1\\: Maths**",
        "Learn these\\:",
        "1. Linear algebra\n    - matrices\n2. Statistics",
        "| Topic | Weeks |\n| --- | --- |\n| :yellow-background[Calculus] | 6 |",
    ]


def test_code_is_given_as_code_and_not_as_markdown() -> None:
    document = roadmap_document()
    section = document.sections[2]
    assert blocks_markdown(document, section.start, section.end)[-1].kind == "code"
    assert blocks_markdown(document, section.start, section.end)[-1].text == "import numpy\nprint(1)"


def test_quoted_words_are_found_again_after_the_text_before_them_changed() -> None:
    document = roadmap_document()
    cited = citation(document, 1, "Statistics")
    assert locate(document, cited) == (cited.start, cited.end)
    longer = replace(document, text="New. " + document.text)
    assert locate(longer, cited) == (cited.start + 5, cited.end + 5)
    assert locate(replace(document, text="Something else"), cited) is None


def test_the_section_of_an_offset_is_found() -> None:
    document = roadmap_document()
    assert section_at(document, document.text.index("Calculus")) == 1
    assert section_at(document, 10**6) is None


def test_the_address_of_the_original_must_be_a_web_address() -> None:
    document = roadmap_document()
    assert original_url(document) == "https://example.org/roadmap"
    for url in ("javascript:alert(1)", "https://", "https://a b", "", None):
        assert original_url(replace(document, meta={"url": url})) == ""


def test_a_breadcrumb_ends_with_the_page() -> None:
    assert breadcrumb(("A", "B"), 3) == "A › B · page 3"
    assert breadcrumb((), None) == ""


def test_how_an_answer_was_made_is_told_by_its_sentences() -> None:
    quoted = covered_answer()
    written = replace(quoted, mode="write", model="m", sentences=tuple(replace(s, kind="written") for s in quoted.sentences))
    assert how_made(quoted) == "quoted word for word"
    assert how_made(written) == "written by m, each sentence checked"
    some = replace(written, sentences=(written.sentences[0], quoted.sentences[1]))
    assert how_made(some) == "partly written by m and checked, partly quoted"
    listed = replace(written, sentences=quoted.sentences)
    assert how_made(listed) == "quoted word for word, as lists, steps and code are"
    none = replace(written, sentences=tuple(replace(s, bullet="") for s in quoted.sentences))
    assert how_made(none) == "quoted: what m wrote could not be confirmed"
    silent = replace(none, notice="http://h/v1 does not answer; start the server or change the address.")
    assert how_made(silent) == "quoted, because m gave no answer"
    assert how_made(replace(some, notice="m wrote nothing for 15 seconds.")) == how_made(some)


def test_commands_in_messages_are_set_as_code_and_everything_else_is_escaped() -> None:
    assert sentence("No <b>; run `roadmap index`.") == "No \\<b\\>\\; run `roadmap index`\\."
    assert sentence("odd ` one") == "odd \\` one"
    assert sentence("`` empty") == "\\`\\` empty"


def test_code_is_drawn_as_code_and_not_as_a_table() -> None:
    answer = code_answer()
    (view,) = answer_data(answer, {}, running=False)["views"]
    assert [sentence["code"] for sentence in view["sentences"]] == ["", "import numpy\nprint(1)", ""]
    piped = replace(answer, sentences=(replace(answer.sentences[1], text="cat a | wc"),))
    (view,) = answer_data(piped, {}, running=False)["views"]
    assert [(sentence["code"], sentence["cells"]) for sentence in view["sentences"]] == [("cat a | wc", None)]


def test_an_answer_as_text_is_drawn_line_by_line_and_its_code_as_it_is() -> None:
    pieces = [(piece.kind, piece.text) for piece in answer_pieces(answer_text(code_answer()))]
    assert pieces == [
        ("markdown", escape("It takes two years. [1]")),
        ("code", "import numpy\nprint(1)"),
        ("markdown", escape("[2]")),
        ("markdown", escape("Statistics [3]")),
    ]
