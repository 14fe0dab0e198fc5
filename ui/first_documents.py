"""What the chat says while there is no document to answer from: why, what can be done about it, and the place to drop some."""

from __future__ import annotations

import streamlit as st

from ingest.errors import CorpusMissing
from ui.render import counted, escape, sentence
from ui.runtime import Runtime
from ui.upload_view import draw_upload, draw_uploaded

_ADD = "Add documents below: the index is then built, and questions can be asked."
REASONS = 5  # refused documents that are named; the library page names all


def lacks_documents(runtime: Runtime) -> bool:
    """Whether nothing was ever indexed and the corpus holds nothing that could be."""
    if runtime.indexed:
        return False
    try:
        sources = runtime.scan()
    except CorpusMissing:
        return True
    return len(runtime.refused(sources)) == len(sources)


def draw_first_documents(runtime: Runtime, problem: str = "") -> None:
    """Say what is missing, and offer to add it; every upload starts the first build. `problem` is why the last one failed."""
    if problem:
        st.error(f"The index could not be built. {sentence(problem)}", icon=":material/error:")
    then = _ADD if runtime.settings.manage else ""
    if told := then if problem else f"There is nothing to answer from yet. {_missing(runtime)} {then}".strip():
        st.info(told, icon=":material/info:")
    if runtime.settings.manage:
        draw_upload(runtime)
        draw_uploaded(runtime, None)
        st.caption("Documents can be added on the Library page as well.")
    _draw_refused(runtime)
    folder = escape(str(runtime.settings.corpus.absolute()))
    st.markdown(f"Or put files into the folder {folder} and build the index from them:")


def _missing(runtime: Runtime) -> str:
    corpus = runtime.settings.corpus
    try:
        number = len(runtime.scan())
    except CorpusMissing as exc:
        made = not corpus.exists() and runtime.settings.manage
        return sentence(str(exc)) + (" It is made with the first document that you add." if made else "")
    folder = escape(str(corpus))
    if not number:
        return f"The folder {folder} holds no documents."
    if number == 1:
        return f"The document in the folder {folder} cannot be read; the reason is below."
    return f"None of the {counted(number, 'document')} in the folder {folder} can be read; the reasons are below."


def _draw_refused(runtime: Runtime) -> None:
    try:
        refused = list(runtime.refused(runtime.scan()).values())
    except CorpusMissing:
        return
    for entry in refused[:REASONS]:
        st.markdown(f":material/block: **{escape(entry.document_id)}**: {escape(entry.reason)}.")
    if len(refused) > REASONS:
        st.caption(f"{len(refused) - REASONS:,} more were refused; the Library page says why.")
