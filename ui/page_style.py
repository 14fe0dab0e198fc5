"""What the pages beside the chat look like beyond the theme."""

from __future__ import annotations

from pathlib import Path

import streamlit as st


def apply_style() -> None:
    """Put the style sheet on the page that is drawn."""
    st.html(Path(__file__).with_name("pages.css"))
