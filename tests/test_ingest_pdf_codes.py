"""PDFs, made here: what the codes of TeX's bitmap fonts show, of which the file says neither name nor letters."""

import pytest
from drawn_pdf import kinds, raw, read

_WIDTHS = " ".join(["500"] * 128)
_NAMES = " ".join(f"/a{code}" for code in range(128))
_GLYPHS = " ".join(f"/a{code} 6 0 R" for code in range(128))
_GLYPH = b"<</Length 38>>\nstream\n500 0 0 0 400 600 d1 0 0 400 600 re f   \nendstream"
_FONT = (
    "<</Type /Font /Subtype /Type3 /FontBBox [0 0 500 700] /FontMatrix [.001 0 0 .001 0 0] /FirstChar 0 /LastChar 127"
    f" /Widths [{_WIDTHS}] /Encoding <</Type /Encoding /Differences [0 {_NAMES}]>> /CharProcs <<{_GLYPHS}>>>>"
)


def shown(*said: tuple[str, str]) -> str:
    """The text of a page on which words, each of the font named before it, stand on one line, as TeX sets them."""
    x, drawn = 40, b""
    for font, text in said:
        drawn += f" /{font} 12 Tf 1 0 0 1 {x} 700 Tm <{text.encode('latin-1').hex()}> Tj".encode()
        x += 6 * len(text) + 4
    data = raw(b"BT" + drawn + b" ET", [_GLYPH], fonts=f"/T {_FONT} /M {_FONT}")
    return " ".join(text for _, text in kinds(read(data)))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("The \x1crst o\x1ece has a sta\x1b of \x1cve", "The first office has a staff of five"),
        ("On \x10some pages\x11 7\x159 \x16 the a\x1fuent \x1dow slowly", "On “some pages” 7–9 — the affluent flow slowly"),
        ("The \x0crst o\x0ece has a sta\x0b of \x0cve", "The first office has a staff of five"),
        ('On \\some pages" 7{9 | the a\x0fuent \x0dow slowly', 'On “some pages" 7–9 — the affluent flow slowly'),
    ],
)
def test_ligatures_dashes_and_quotes_of_a_bitmap_font_are_read(words: str, text: str) -> None:
    assert shown(*(("T", word) for word in words.split(" "))) == text


def test_the_letters_of_formulas_are_no_ligatures() -> None:
    assert (
        shown(("T", "The"), ("T", "\x0crst"), ("T", "rate"), ("M", "\x0b"), ("T", "is"), ("M", "\x0cx"))
        == "The first rate is x"
    )


def test_what_a_font_with_a_name_shows_stays() -> None:
    assert shown(("F1", "{the"), ("F1", "\x1cname|"), ("T", "o\x0ece"), ("T", "here")) == "{the name| office here"
