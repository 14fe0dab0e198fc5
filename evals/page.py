"""The frame of every HTML page that evals write: one file that loads nothing and forbids itself to."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page_html(title: str, parts: Sequence[str], script: str = "") -> str:
    """The page: `parts` are markup, the title is text."""
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        + "\n".join(parts)
        + (f"<script>{script}</script>" if script else "")
        + "</body></html>\n"
    )
