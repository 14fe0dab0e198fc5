"""Colours and text size: the browser keeps them and a script of ours applies them."""

from __future__ import annotations

import streamlit as st

from ui.components import beside

PATHS = ("/", "/chat", "/conversations", "/roadmap", "/library", "/feedback", "/evals", "/settings")  # a choice holds on all


def apply_appearance() -> None:
    """Apply what this browser has chosen; on every page."""
    _component()(key="appearance-applied", data={"choose": False, "paths": []}, height="content")


def draw_appearance() -> None:
    """Draw the choices."""
    _component()(key="appearance", data={"choose": True, "paths": list(PATHS)})


def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("roadmap_appearance", css=beside("appearance.css"), js=beside("appearance.js"))
