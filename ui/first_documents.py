"""What the chat says while there is no document to answer from: why, what can be done about it, and the place to drop some."""

from __future__ import annotations

import streamlit as st

from ingest.corpus import scan
from ingest.errors import CorpusMissing
from ui.render import counted, escape, sentence
from ui.runtime import Runtime
from ui.upload_view import draw_upload, draw_uploaded

REASONS = 5  # refused documents that are named; the library page names all


def lacks_documents(runtime: Runtime) -> bool:
    """Whether nothing was ever indexed and the corpus holds nothing that could be."""
    if runtime.indexed:
        return False
    try:
        sources = scan(runtime.settings.corpus)
    except CorpusMissing:
        return True
    return len(runtime.refused(sources)) == len(sources)


def draw_first_documents(runtime: Runtime) -> None:
    """Say what is missing, and offer to add it; the first upload that can be read starts the first build."""
    st.info(_missing(runtime), icon=":material/info:")
    if runtime.settings.manage:
        draw_upload(runtime)
        draw_uploaded(runtime, None)
        st.caption("Documents can be added on the Library page as well.")
    _draw_refused(runtime)
    folder = escape(str(runtime.settings.corpus.absolute()))
    st.markdown(f"Or put files into the folder {folder} and build the index from them:")


def _missing(runtime: Runtime) -> str:
    corpus = runtime.settings.corpus
    begin = "There is nothing to answer from yet. "
    then = "Add documents below: the index is then built, and questions can be asked." if runtime.settings.manage else ""
    try:
        number = len(scan(corpus))
    except CorpusMissing as exc:
        made = (
            "It is made with the first document that you add below." if runtime.settings.manage and not corpus.exists() else ""
        )
        return f"{begin}{sentence(str(exc))} {made}".strip()
    if not number:
        return f"{begin}The folder {escape(str(corpus))} holds no documents. {then}".strip()
    none = "The document" if number == 1 else f"None of the {counted(number, 'document')}"
    cannot = "cannot be read" if number == 1 else "can be read"
    return f"{begin}{none} in the folder {escape(str(corpus))} {cannot}; the reason is below. {then}".strip()


def _draw_refused(runtime: Runtime) -> None:
    try:
        refused = list(runtime.refused(scan(runtime.settings.corpus)).values())
    except CorpusMissing:
        return
    for entry in refused[:REASONS]:
        st.markdown(f":material/block: **{escape(entry.document_id)}**: {escape(entry.reason)}.")
    if len(refused) > REASONS:
        st.caption(f"{len(refused) - REASONS:,} more were refused; the Library page says why.")
