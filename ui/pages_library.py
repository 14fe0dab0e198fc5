"""The library page: which documents there are, which were refused and why, and how each was cut into passages."""

from __future__ import annotations

import streamlit as st

from index.library import DocumentInfo, IndexStatus
from ingest.document import Document, Passage
from ingest.errors import RoadmapError
from ui.render import blocks_markdown, breadcrumb, counted, escape, host, original_url, sentence
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime
from ui.source_viewer import draw_pieces

DOCUMENTS_SHOWN = 50
PASSAGES_A_PAGE = 20
_PARAMETER = "d"


def page() -> None:
    """Draw the page: one document where the address names one, otherwise all."""
    runtime = shared_runtime()
    if runtime is None:
        return
    try:
        status = runtime.status()
        chosen = st.query_params.get(_PARAMETER)
        if chosen:
            _draw_document(runtime, chosen)
        else:
            _draw_documents(status)
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")


def _choose(document_id: str | None) -> None:
    st.session_state.pop(Key.PAGE, None)
    if document_id is None:
        st.query_params.pop(_PARAMETER, None)
    else:
        st.query_params[_PARAMETER] = document_id


def _draw_documents(status: IndexStatus) -> None:
    st.title("Library")
    size = f"{status.size / 1e6:.1f} MB" if status.size >= 1e6 else f"{status.size / 1e3:.0f} kB"
    st.caption(
        f"{counted(len(status.documents), 'document')} · {counted(status.passages, 'passage')} · {size}"
        f" · generation {status.generation}, "
        f"built {escape(status.built.replace('T', ' ')[:16])} UTC from {escape(status.corpus)}"
    )
    wanted = st.text_input("Find a document", key="find-document", placeholder="Title or file name").strip().casefold()
    found = [d for d in status.documents if wanted in d.title.casefold() or wanted in d.id.casefold()]
    changes = dict(status.stale)
    for document in found[:DOCUMENTS_SHOWN]:
        _draw_entry(document, changes.get(document.id, ""))
    if not found:
        st.caption("No document has this in its title or file name.")
    elif len(found) > DOCUMENTS_SHOWN:
        st.caption(f"{len(found) - DOCUMENTS_SHOWN} more: type a part of the title above.")
    new = [name for name, change in status.stale if change == "added"]
    if new:
        st.subheader("Not indexed yet")
        for name in new:
            st.markdown(f"- {escape(name)}")
    if status.refused:
        st.subheader("Refused")
        for entry in status.refused:
            with st.container(border=True):
                st.markdown(f"**{escape(entry.document_id)}**")
                st.markdown(escape(entry.reason))


def _draw_entry(document: DocumentInfo, change: str) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="content", gap="xxsmall"):
                st.markdown(f"**{escape(document.title)}**")
                st.caption(
                    f"{escape(document.id)} · {counted(document.passages, 'passage')} · {document.characters:,} characters"
                )
            st.button(
                "Passages",
                key=f"passages-{document.id}",
                icon=":material/segment:",
                help=f"See how {escape(document.title)} was cut into passages",
                on_click=_choose,
                args=(document.id,),
            )
        if change:
            told = "was deleted from the folder" if change == "removed" else "has changed since the index was built"
            st.caption(f":material/sync_problem: This document {told}; update the index.")
        for warning in document.warnings:
            st.caption(f":material/warning: {escape(warning)}")


def _draw_document(runtime: Runtime, document_id: str) -> None:
    st.button("All documents", key="all-documents", icon=":material/arrow_back:", on_click=_choose, args=(None,))
    document = runtime.document(document_id)
    if document is None:
        st.warning("This document is not in the library.", icon=":material/info:")
        return
    passages = runtime.passages(document_id)
    st.title(escape(document.title))
    counts = f"{counted(len(document.sections), 'section')} · {counted(len(passages), 'passage')}"
    st.caption(f"{escape(document.id)} · {counts} · {len(document.text):,} characters")
    _draw_facts(document)
    pages = max(1, -(-len(passages) // PASSAGES_A_PAGE))
    number = 1
    if pages > 1:
        number = int(st.number_input(f"Page (1 to {pages})", min_value=1, max_value=pages, key=Key.PAGE))
    for passage in passages[(number - 1) * PASSAGES_A_PAGE : number * PASSAGES_A_PAGE]:
        _draw_passage(document, passage)


def _draw_facts(document: Document) -> None:
    if url := original_url(document):
        st.link_button(f"Open the original at {escape(host(url))}", url, icon=":material/open_in_new:")
    facts = {name: str(document.meta[name]) for name in ("author", "publisher", "date", "note") if document.meta.get(name)}
    for name, value in facts.items():
        st.markdown(f"**{name.capitalize()}:** {escape(value)}")
    for warning in document.warnings:
        st.warning(sentence(warning), icon=":material/warning:")


def _draw_passage(document: Document, passage: Passage) -> None:
    with st.container(border=True):
        where = breadcrumb(passage.heading_path, passage.page)
        spans = ", ".join(f"{start}–{end}" for start, end in passage.spans[:3]) + (" …" if len(passage.spans) > 3 else "")
        st.caption(f"{escape(where)}  \n{len(passage.text)} characters at {spans}")
        for start, end in passage.spans:
            draw_pieces(blocks_markdown(document, start, end))
