"""The entry point that Streamlit runs: page set-up and navigation; the pages are in `ui.pages_*`."""

from __future__ import annotations

import streamlit as st

from ui import pages_chat, pages_library
from ui.shared import shared_runtime
from ui.sidebar import draw_sidebar

st.set_page_config(page_title="Roadmap assistant", page_icon=":material/route:", layout="centered")
page = st.navigation(
    [
        st.Page(pages_chat.page, title="Chat", icon=":material/forum:", url_path="chat", default=True),
        st.Page(pages_library.page, title="Library", icon=":material/local_library:", url_path="library"),
    ]
)
runtime = shared_runtime()
if runtime is not None:
    draw_sidebar(runtime)
    page.run()
