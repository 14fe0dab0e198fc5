"""PDFs made on the spot: pages drawn by hand, flowed by a layout program, or written object by object."""

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from ingest.document import Document
from ingest.pdf import read_pdf

PROSE = "Machine learning is about models that learn from data, and about the people who build and use them every day. "


def draw(*pages: Callable[[Canvas], object]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def flow(*flowables: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4, **options).build(list(flowables))
    return buffer.getvalue()


def read(data: bytes) -> Document:
    return read_pdf(data, "paper.pdf")


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def lines(canvas: Canvas, x: float, y: float, *texts: str, font: str = "Helvetica", size: float = 10) -> float:
    canvas.setFont(font, size)
    for text in texts:
        canvas.drawString(x, y, text)
        y -= size * 1.2
    return y


def raw(content: bytes, more: Sequence[bytes], catalog: str = "", font: str = "", fonts: str = "") -> bytes:
    """A PDF of one page: object 3 is the page, 4 the content, 5 its font F1, 6 and on `more`; F2 is a typewriter face.

    `fonts` are further fonts with their names.
    """
    objects = [
        f"<</Type /Catalog /Pages 2 0 R {catalog}>>".encode(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources"
        b" <</Font <</F1 5 0 R /F2 <</Type /Font /Subtype /Type1 /BaseFont /Courier>> %s>>>>>>" % fonts.encode(),
        b"<</Length %d>>\nstream\n" % len(content) + content + b"\nendstream",
        f"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica {font}>>".encode(),
        *more,
    ]
    body, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    end = b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end
