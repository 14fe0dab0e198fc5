"""A page of a PDF in, its picture out, with words set off in colour; drawn in a child process that can be stopped.

`python -m ingest.pdf_image`: a line of JSON on stdin (page, words, width in pixels, limits), then the file; the PNG on stdout.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingest.child import limit_resource, limit_time
from ingest.errors import RoadmapError
from ingest.limits import LIMITS

SECONDS = 10.0  # wall clock and processor time for one page
MOST_PIXELS = 12_000_000
IMAGE_BYTES = 16 * 1024 * 1024
SHORTEST = 12  # letters of a quote that must be found together to be marked
_MARK = (255, 231, 120)  # multiplied with the picture, so that the letters stay black
_PNG = b"\x89PNG\r\n\x1a\n"

Box = tuple[float, float, float, float]  # left, bottom, right, top in points from the lower left corner


class PageNotDrawn(RoadmapError):
    """A page of a PDF cannot be shown as a picture."""


def page_image(data: bytes, page: int, words: str = "", *, width: int = 1000, seconds: float = SECONDS) -> bytes:
    """PNG of a page (1-based), `width` pixels wide, with `words` marked where they are found on it.

    Raises PageNotDrawn where the page is not there, or drawing it takes too long or too much memory.
    """
    request = {"page": page, "words": words, "width": width, "seconds": seconds, "memory": LIMITS.memory_bytes}
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "ingest.pdf_image"],
            input=json.dumps(request).encode("ascii") + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise PageNotDrawn(f"Page {page} takes longer than {seconds:g} seconds to draw; open the file itself.") from exc
    if done.returncode or not done.stdout.startswith(_PNG) or len(done.stdout) > IMAGE_BYTES:
        raise PageNotDrawn(f"Page {page} cannot be drawn; open the file itself.")
    return done.stdout


def main() -> None:
    """The child's side: one request, one picture."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline(1 << 20))
    data = sys.stdin.buffer.read()
    limit_resource("RLIMIT_AS", int(request["memory"]))
    limit_resource("RLIMIT_FSIZE", 0)
    limit_resource("RLIMIT_CORE", 0)
    limit_time(float(request["seconds"]))
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as reply:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not end up in the picture
        reply.write(draw(data, int(request["page"]), str(request["words"]), int(request["width"])))


def draw(data: bytes, page: int, words: str, width: int) -> bytes:
    """As `page_image`, in this process; raises whatever a damaged file makes the library raise."""
    import pypdfium2
    from PIL import Image, ImageChops, ImageDraw

    document = pypdfium2.PdfDocument(data)
    leaf = document[page - 1]
    wide, high = leaf.get_size()
    scale = min(width / wide, (MOST_PIXELS / (wide * high)) ** 0.5)
    picture = leaf.render(scale=scale).to_pil().convert("RGB")
    marks = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(marks)
    for left, bottom, right, top in _lines(_boxes(leaf.get_textpage(), words)):
        corners = [(left * scale - 1, (high - top) * scale - 1), (right * scale + 1, (high - bottom) * scale + 1)]
        pen.rectangle(corners, fill=_MARK)
    file = io.BytesIO()
    ImageChops.multiply(picture, marks).save(file, "PNG")
    return file.getvalue()


def _boxes(text: Any, words: str) -> list[Box]:
    """The boxes of the letters of `words`: the longest beginning that stands on the page, compared by letters and digits."""
    from pypdfium2.raw import FPDFText_GetUnicode

    letters = [(chr(FPDFText_GetUnicode(text.raw, i)).lower(), i) for i in range(text.count_chars())]
    kept = [(letter, i) for letter, i in letters if letter.isalnum() and len(letter) == 1]
    page = "".join(letter for letter, _ in kept)
    wanted = "".join(letter for letter in words.lower() if letter.isalnum() and len(letter) == 1)
    shortest = min(SHORTEST, len(wanted))
    low, high = shortest, len(wanted)
    if not wanted or wanted[:shortest] not in page:
        return []
    while low < high:  # a quote may go on behind the foot of the page
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted[:middle] in page else (low, middle - 1)
    start = page.index(wanted[:low])
    return [text.get_charbox(i) for _, i in kept[start : start + low]]


def _lines(boxes: list[Box]) -> list[Box]:
    """Letters that follow each other on one line as one box."""
    lines: list[Box] = []
    for left, bottom, right, top in boxes:
        if lines:
            before = lines[-1]
            same = abs((bottom + top) - (before[1] + before[3])) < (top - bottom) and left >= before[0]
            if same:
                lines[-1] = (before[0], min(bottom, before[1]), max(right, before[2]), max(top, before[3]))
                continue
        lines.append((left, bottom, right, top))
    return lines


if __name__ == "__main__":
    main()
