"""The entry point that Streamlit runs: page set-up and navigation; the pages are in `ui.pages_*`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import pages_chat, pages_conversations, pages_evals, pages_feedback, pages_library, pages_roadmap, pages_settings
from ui.appearance import apply_appearance
from ui.choices import restore_choices
from ui.rebuild_view import notice_rebuild
from ui.render import sentence
from ui.shared import Key, shared_runtime
from ui.sidebar import draw_sidebar
from ui.theme import ICON

st.set_page_config(page_title="Roadmap assistant", page_icon=ICON)
st.html(Path(__file__).with_name("app.css"))
chat = st.Page(pages_chat.page, title="Chat", icon=":material/forum:", url_path="chat", default=True)
page = st.navigation(
    [
        chat,
        st.Page(pages_conversations.page, title="Conversations", icon=":material/history:", url_path="conversations"),
        st.Page(pages_roadmap.page, title="Roadmap", icon=":material/map:", url_path="roadmap"),
        st.Page(pages_library.page, title="Library", icon=":material/local_library:", url_path="library"),
        st.Page(pages_feedback.page, title="Feedback", icon=":material/rate_review:", url_path="feedback"),
        st.Page(pages_evals.page, title="Evals", icon=":material/monitoring:", url_path="evals"),
        st.Page(pages_settings.page, title="Settings", icon=":material/settings:", url_path="settings"),
    ]
)
st.set_page_config(layout="wide" if page.url_path == "roadmap" else "centered")
if st.session_state.pop(Key.TO_CHAT, False) and page != chat:
    st.switch_page(chat)
runtime = shared_runtime()
if runtime is not None:
    if runtime.unsaved:
        st.warning(sentence(runtime.unsaved), icon=":material/info:")
    restore_choices(runtime)
    notice_rebuild(runtime)
    page.run()  # before the sidebar, because a learner waits for it
    draw_sidebar(runtime)
    with st.sidebar:
        apply_appearance()
