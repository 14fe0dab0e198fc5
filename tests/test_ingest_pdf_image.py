"""A page of a PDF as a picture: the quoted words are marked, and what cannot be drawn is a named error, never a hang."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from ingest.pdf_image import PageNotDrawn, page_image

PLAN = Path(__file__).parents[1] / "corpus" / "printable" / "ninety-day-plan.pdf"
WORDS = 'The mathematics of week 4 is the descriptive part of "Statistics": location, spread, quantiles and correlation.'


def _marked(png: bytes) -> list[tuple[int, int]]:
    """The pixels in the colour of the marker."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    wide, high = image.size
    return [(x, y) for y in range(high) for x in range(0, wide, 3) if image.getpixel((x, y)) == (255, 231, 120)]


@pytest.fixture(scope="module")
def plan() -> bytes:
    return PLAN.read_bytes()


def test_the_quoted_words_are_marked_where_they_stand(plan: bytes) -> None:
    marked = _marked(page_image(plan, 2, WORDS, width=500))
    assert len(marked) > 300
    rows = {y for _, y in marked}
    assert max(rows) - min(rows) < 40  # two lines of the page, which is some 700 pixels high


def test_words_that_go_on_on_the_next_page_are_marked_as_far_as_they_stand_here(plan: bytes) -> None:
    assert _marked(page_image(plan, 2, WORDS + " And then something that is not on this page.", width=500))


def test_words_that_are_not_there_leave_the_page_as_it_is(plan: bytes) -> None:
    assert page_image(plan, 2, "sourdough needs a starter", width=300) == page_image(plan, 2, width=300)


@pytest.mark.parametrize("data", [b"", b"no pdf", PLAN.read_bytes()[:3000]], ids=["empty", "text", "cut"])
def test_a_damaged_file_is_a_named_error(data: bytes) -> None:
    with pytest.raises(PageNotDrawn, match="cannot be drawn"):
        page_image(data, 1)


@pytest.mark.parametrize("page", [0, 99])
def test_a_page_that_is_not_there_is_a_named_error(plan: bytes, page: int) -> None:
    with pytest.raises(PageNotDrawn):
        page_image(plan, page, width=100)


def test_drawing_that_takes_too_long_is_stopped(plan: bytes) -> None:
    with pytest.raises(PageNotDrawn, match="takes longer"):
        page_image(plan, 1, seconds=0.01)
