"""The source of a citation beside the chat: the section it stands in, the quoted words set off, and what is around it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import streamlit as st

from assistant.answer import Citation
from ingest.corpus import read_source
from ingest.document import Document
from ingest.errors import RoadmapError
from ui.answer_data import changed
from ui.render import (
    Piece,
    Span,
    blocks_markdown,
    breadcrumb,
    escape,
    host,
    locate,
    original_url,
    section_at,
    section_name,
    sentence,
)
from ui.runtime import Runtime
from ui.shared import Key


def open_source(runtime: Runtime, citation: Citation) -> None:
    """Open the drawer; it stays open over reruns of the page until it is dismissed."""
    dialog = st.dialog(
        escape(citation.title) or "Source",
        width="large" if citation.page is not None else "medium",
        position="right",
        icon=":material/article:",
        on_dismiss=_dismissed,
    )
    dialog(_draw)(runtime, citation)


def draw_pieces(pieces: Sequence[Piece]) -> None:
    """Show pieces of a document."""
    for piece in pieces:
        if piece.kind == "code":
            st.code(piece.text, language=None, wrap_lines=True)
        else:
            st.markdown(piece.text)


def _dismissed() -> None:
    st.session_state.pop(Key.VIEWING, None)


def _draw(runtime: Runtime, citation: Citation) -> None:
    where = breadcrumb(citation.heading_path, citation.page)
    if where:
        st.caption(escape(where))
    try:
        document = runtime.document(citation.document_id)
    except RoadmapError as exc:
        document = None
        st.warning(sentence(str(exc)))
    span = None if document is None else locate(document, citation)
    if document is None or span is None:
        gone = "is no longer in the library" if document is None else "has changed, and these words are gone"
        st.warning(f"Since this answer the document {gone}. It was quoted as:", icon=":material/history:")
        st.markdown("> " + escape(citation.quote))
        return
    if changed(citation, document):
        st.info("Since this answer the document has changed; the quoted words still stand in it.", icon=":material/history:")
    if url := original_url(document):
        st.link_button(f"Open the original at {escape(host(url))}", url, icon=":material/open_in_new:")
    if citation.page is None:
        _draw_section(document, span)
    else:
        words, picture = st.columns(2, gap="medium")
        with words:
            _draw_section(document, span)
        with picture:
            _draw_page(runtime, document, citation)
    st.caption(f"{escape(document.id)} · characters {span[0]}–{span[1]}")


def _draw_page(runtime: Runtime, document: Document, citation: Citation) -> None:
    """The page itself, as it is printed."""
    assert citation.page is not None
    try:
        image = _page(runtime.settings.corpus / document.id, document.id, document.digest, citation.page, citation.quote)
    except RoadmapError as exc:
        st.caption(sentence(str(exc)))
        return
    with st.container(key="source-page"):
        st.image(image, caption=f"Page {citation.page}", width="stretch", alt=f"Page {citation.page} as it is printed")


@st.cache_data(max_entries=32, show_spinner="Drawing the page…")
def _page(path: Path, document_id: str, digest: str, page: int, words: str) -> bytes:
    from ingest.pdf_image import PageNotDrawn, page_image

    data = read_source(path, document_id)
    if sha256(data).hexdigest() != digest:
        raise PageNotDrawn("The file has changed since it was read; update the index to see its page.")
    return page_image(data, page, words)


def _draw_section(document: Document, span: Span) -> None:
    at = section_at(document, span[0])
    if at is None:
        draw_pieces(blocks_markdown(document, span[0], span[1], [span]))
        return
    last = section_at(document, max(span[0], span[1] - 1))
    until = at if last is None else last
    if at > 0:
        before = document.sections[at - 1]
        with st.expander(f"Before: {escape(section_name(before, document))}", icon=":material/expand_less:"):
            draw_pieces(blocks_markdown(document, before.start, before.end))
    with st.container(border=True, key="source-section"):
        draw_pieces(blocks_markdown(document, document.sections[at].start, document.sections[until].end, [span]))
    if until + 1 < len(document.sections):
        after = document.sections[until + 1]
        with st.expander(f"After: {escape(section_name(after, document))}", icon=":material/expand_more:"):
            draw_pieces(blocks_markdown(document, after.start, after.end))
