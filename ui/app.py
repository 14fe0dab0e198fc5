"""The entry point that Streamlit runs: page set-up and navigation; the pages are in `ui.pages_*`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import pages_chat, pages_library
from ui.shared import Key, shared_runtime
from ui.sidebar import draw_sidebar
from ui.theme import ICON

st.set_page_config(page_title="Roadmap assistant", page_icon=ICON, layout="centered")
st.html(Path(__file__).with_name("app.css"))
chat = st.Page(pages_chat.page, title="Chat", icon=":material/forum:", url_path="chat", default=True)
library = st.Page(pages_library.page, title="Library", icon=":material/local_library:", url_path="library")
page = st.navigation([chat, library])
if st.session_state.pop(Key.TO_CHAT, False) and page != chat:
    st.switch_page(chat)
runtime = shared_runtime()
if runtime is not None:
    draw_sidebar(runtime)
    page.run()
