"""HTML: the names of what folds, as the questions of an FAQ."""

import pytest

from ingest.html import read_html


def kinds(html: str) -> list[tuple[str, str]]:
    document = read_html(html.encode(), "page.html")
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def fold(name: str, text: str) -> str:
    return f"<details><summary>{name}</summary><div><p>{text}</p></div></details>"


@pytest.mark.parametrize("after", ["<h2>Links</h2>", "", "<div><h3>Links</h3></div>"])
def test_the_names_of_folds_head_what_they_unfold(after: str) -> None:
    html = f"<h2>Questions</h2><div>{fold('Am I too old?', 'No.')} <p></p></div>{fold('Pay', 'It is low.')}{after}"
    found = [(block.kind, block.level) for block in read_html(html.encode(), "page.html").blocks][:5]
    assert found == [("heading", 2), ("heading", 3), ("paragraph", 0), ("heading", 3), ("paragraph", 0)]


@pytest.mark.parametrize(
    "html",
    [
        f"<h2>Week one</h2>{fold('What is the answer?', 'Four.')}<p>What comes now is not unfolded.</p>",
        f"<h2>Week one</h2>{fold('Am I too old?', 'No.')}{fold('You are asked what you can do.', 'Show it.')}",
        f"<h2>Week one</h2>{fold('Am I too old?', 'No.')}<details><p>A fold without a name.</p></details>",
        f"<h2>Week one</h2>{fold('Expand description', 'Four.')}",
        f"<h2>Week one</h2>{fold('The next hint', 'Four.')}{fold('The next hint', 'Five.')}",
        f"<p>Nothing heads this.</p>{fold('Am I too old?', 'No.')}",
    ],
    ids=["text follows", "a sentence", "no name", "no question", "one name", "no heading above"],
)
def test_the_names_of_folds_stay_text_where_they_would_head_more_or_less_than_they_unfold(html: str) -> None:
    assert [kind for kind, _ in kinds(html)].count("heading") == html.count("<h2>")


def test_folds_inside_of_folds_keep_their_names_as_text() -> None:
    html = f"<h1>Guide</h1>{fold('What comes first?', fold('What to read?', 'All of it.'))}"
    assert kinds(html) == [
        ("heading", "Guide"),
        ("heading", "What comes first?"),
        ("paragraph", "What to read?"),
        ("paragraph", "All of it."),
    ]
