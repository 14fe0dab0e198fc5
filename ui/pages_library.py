"""The library page: which documents there are and in what state, adding and deleting them, and how each was cut."""

from __future__ import annotations

import streamlit as st

from index.status import IndexStatus
from ingest.corpus import SourceFile
from ingest.document import Document, Passage
from ingest.errors import CorpusMissing, RoadmapError
from ui.catalogue import Entry, Order, bytes_text, catalogue, matching, ordered
from ui.page_style import apply_style
from ui.rebuild_view import POLL_SECONDS, draw_rebuild
from ui.render import blocks_markdown, breadcrumb, counted, escape, host, original_url, sentence
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime
from ui.source_viewer import draw_pieces
from ui.upload_view import draw_upload, draw_uploaded

ENTRIES_A_PAGE = 25
PASSAGES_A_PAGE = 20
_PARAMETER = "d"
_ASKED = "library_delete"  # id of the document whose deletion is to be confirmed
_PROBLEM = "library_problem"  # why it could not be deleted, to show once
_STATES = {
    "new": ("New", ":material/fiber_new:", "blue", "It becomes part of the answers with the next update."),
    "changed": ("Changed", ":material/sync_problem:", "orange", "Answers still quote it as it was before the change."),
    "deleted": ("Deleted", ":material/delete:", "orange", "The file is gone; answers quote it until the next update."),
    "refused": ("Refused", ":material/block:", "red", "It cannot be read; the reason is below."),
}
_ORDERS: dict[Order, str] = {"title": "Title", "newest": "Newest first", "largest": "Largest first", "state": "State"}


def page() -> None:
    """Draw the page: one document where the address names one, otherwise all."""
    runtime = shared_runtime()
    if runtime is None:
        return
    apply_style()
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(sentence(problem), icon=":material/error:")
    chosen = st.query_params.get(_PARAMETER)
    try:
        if chosen:
            _draw_document(runtime, chosen)
        else:
            _draw_library(runtime)
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")
    if asked := st.session_state.get(_ASKED):
        _confirm(runtime, asked)


def _choose(document_id: str | None) -> None:
    st.session_state.pop(Key.PAGE, None)
    if document_id is None:
        st.query_params.pop(_PARAMETER, None)
    else:
        st.query_params[_PARAMETER] = document_id


def _draw_library(runtime: Runtime) -> None:
    st.title("Library")
    status, problem = _status(runtime)
    running = runtime.rebuild.view().state == "running"
    if status is None and not running:
        st.error(sentence(problem), icon=":material/error:")
    elif status is not None:
        st.caption(
            f"{counted(len(status.documents), 'document')} · {counted(status.passages, 'passage')} · {bytes_text(status.size)}"
            f" · generation {status.generation}, "
            f"built {escape(status.built.replace('T', ' ')[:16])} UTC from {escape(status.corpus)}"
        )
    if runtime.settings.manage:
        draw_upload(runtime)
    with st.container():  # see `ui.sidebar`
        st.fragment(_draw_update, run_every=POLL_SECONDS if running else None)(runtime, status, running)
    try:
        entries = _entries(runtime, status)
    except CorpusMissing as exc:
        entries = _entries(runtime, status, [])
        if runtime.rebuild.view().state != "failed":  # else the update above has said it
            st.warning(sentence(str(exc)), icon=":material/warning:")
    _draw_entries(runtime, entries)


def _status(runtime: Runtime) -> tuple[IndexStatus | None, str]:
    try:
        return runtime.status(), ""
    except RoadmapError as exc:
        return None, str(exc)


def _entries(runtime: Runtime, status: IndexStatus | None, sources: list[SourceFile] | None = None) -> tuple[Entry, ...]:
    found = tuple(sources) if sources is not None else runtime.scan()
    if status is not None:
        return catalogue(status, runtime.documents(), found, runtime.uploads.holds)
    refused = runtime.refused(found)
    added = tuple((source.id, "added") for source in found if source.id not in refused)
    empty = IndexStatus(0, "", "", (), 0, tuple(refused.values()), added, 0, "", "")
    return catalogue(empty, {}, found, runtime.uploads.holds)


def _draw_update(runtime: Runtime, status: IndexStatus | None, running: bool) -> None:
    """A fragment: the update and the last uploads, drawn again while the update runs."""
    if (runtime.rebuild.view().state == "running") != running:
        runtime.look_again()
        st.rerun()  # how often it is looked at changes, and at its end the documents do
    draw_uploaded(runtime, status)
    draw_rebuild(runtime, "library")
    if not running and (status is None or status.stale or status.readers_changed):
        label = "Build the index" if status is None else "Update the index"
        st.button(label, key="library-rebuild", type="primary", icon=":material/sync:", on_click=_update, args=(runtime,))


def _update(runtime: Runtime) -> None:
    runtime.rebuild.start()


def _draw_entries(runtime: Runtime, entries: tuple[Entry, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input("Find a document", key="find-document", placeholder="Title or file name")
        order = st.selectbox("Order", list(_ORDERS), format_func=lambda name: _ORDERS[name], key="order-documents", width=180)
    found = ordered(matching(entries, wanted), order)
    if not found:
        st.caption("No document has this in its title or file name." if entries else "There are no documents yet.")
        return
    number = _draw_pager("documents_page", len(found), ENTRIES_A_PAGE)
    for entry in found[(number - 1) * ENTRIES_A_PAGE : number * ENTRIES_A_PAGE]:
        _draw_entry(runtime, entry)


def _draw_pager(key: str, count: int, size: int) -> int:
    """The 1-based page that is shown of `count` things, `size` a page."""
    pages = max(1, -(-count // size))
    if pages == 1:
        return 1
    if st.session_state.get(key, 1) > pages:
        st.session_state[key] = pages
    return int(st.number_input(f"Page (1 to {pages})", min_value=1, max_value=pages, key=key, width=180))


def _draw_entry(runtime: Runtime, entry: Entry) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch", gap="xxsmall"):
                st.markdown(f"**{escape(entry.title)}**")
                st.caption(escape(_facts(entry)))
            if entry.passages:
                st.button(
                    "Passages",
                    key=f"passages-{entry.id}",
                    icon=":material/segment:",
                    help=f"See how {escape(entry.title)} was cut into passages",
                    on_click=_choose,
                    args=(entry.id,),
                )
            _draw_delete(runtime, entry)
        _draw_state(entry)


def _facts(entry: Entry) -> str:
    parts = [entry.id, entry.format]
    if entry.sections:
        parts += [counted(entry.sections, "section"), counted(entry.passages, "passage")]
    parts += [bytes_text(entry.size)] if entry.size is not None else []
    parts += [f"{entry.modified:%d %b %Y}"] if entry.modified is not None else []
    return " · ".join(part for part in parts if part)


def _draw_state(entry: Entry) -> None:
    if entry.state in _STATES:
        label, icon, colour, meaning = _STATES[entry.state]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(label, icon=icon, color=colour)  # type: ignore[arg-type]
            st.caption(meaning, width="stretch")
    if entry.reason:
        st.markdown(escape(f"{entry.reason[:1].upper()}{entry.reason[1:]}."))
    for warning in entry.warnings:
        st.caption(f":material/warning: {escape(warning)}")


def _draw_delete(runtime: Runtime, entry: Entry) -> None:
    if entry.uploaded and entry.state != "deleted" and runtime.settings.manage:
        st.button(
            "Delete",
            key=f"delete-{entry.id}",
            icon=":material/delete:",
            help=f"Delete {escape(entry.title)}",
            on_click=_ask_to_delete,
            args=(entry.id,),
        )


def _ask_to_delete(document_id: str) -> None:
    st.session_state[_ASKED] = document_id


def _keep() -> None:
    st.session_state.pop(_ASKED, None)


def _confirm(runtime: Runtime, document_id: str) -> None:
    def draw() -> None:
        if st.session_state.get(_ASKED) != document_id:
            st.rerun()  # it was decided: the page behind closes the dialog
        st.markdown(f"**{escape(document_id)}** will be deleted from the disk. This cannot be undone.")
        st.markdown("Answers stop quoting it with the update that follows. Conversations keep what they have quoted.")
        with st.container(horizontal=True):
            st.button(
                "Delete it", key="delete-now", type="primary", icon=":material/delete:", on_click=_delete,
                args=(runtime, document_id),
            )  # fmt: skip
            st.button("Keep it", key="delete-not", on_click=_keep)

    st.dialog("Delete this document?", icon=":material/delete:", on_dismiss=_keep)(draw)()


def _delete(runtime: Runtime, document_id: str) -> None:
    _keep()
    try:
        runtime.uploads.delete(document_id)
    except RoadmapError as exc:
        st.session_state[_PROBLEM] = str(exc)
        return
    runtime.look_again()
    runtime.rebuild.start(again=True)
    if st.query_params.get(_PARAMETER) == document_id:
        _choose(None)


def _draw_document(runtime: Runtime, document_id: str) -> None:
    st.button("All documents", key="all-documents", icon=":material/arrow_back:", on_click=_choose, args=(None,))
    document = runtime.document(document_id)
    if document is None:
        st.title("Library")
        st.warning("This document is not in the library.", icon=":material/info:")
        return
    passages = runtime.passages(document_id)
    st.title(escape(document.title))
    counts = f"{counted(len(document.sections), 'section')} · {counted(len(passages), 'passage')}"
    st.caption(f"{escape(document.id)} · {counts} · {len(document.text):,} characters")
    _draw_about(runtime, document)
    number = _draw_pager(Key.PAGE, len(passages), PASSAGES_A_PAGE)
    for passage in passages[(number - 1) * PASSAGES_A_PAGE : number * PASSAGES_A_PAGE]:
        _draw_passage(document, passage)


def _draw_about(runtime: Runtime, document: Document) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if url := original_url(document):
            st.link_button(f"Open the original at {escape(host(url))}", url, icon=":material/open_in_new:")
        status, _ = _status(runtime)
        entry = next((entry for entry in _entries(runtime, status) if entry.id == document.id), None)
        if entry is not None:
            _draw_delete(runtime, entry)
    if entry is not None:
        _draw_state(entry)
        if not entry.uploaded and runtime.settings.manage:
            st.caption(
                f"It belongs to the folder {escape(str(runtime.settings.corpus))}: to delete it, delete the file there and "
                "update the index."
            )
    facts = {name: str(document.meta[name]) for name in ("author", "publisher", "date", "note") if document.meta.get(name)}
    for name, value in facts.items():
        st.markdown(f"**{name.capitalize()}:** {escape(value)}")
    for warning in document.warnings:
        st.warning(sentence(warning), icon=":material/warning:")
    headings = [section.heading_path for section in document.sections if section.heading_path]
    if headings:
        with st.expander(f"Sections ({len(headings)})"):
            top = min(len(path) for path in headings)
            lines = [f"{'    ' * min(len(path) - top, 5)}- {escape(path[-1])}" for path in headings[:300]]
            st.markdown("\n".join(lines))
    st.caption("How it was cut into passages; each is found, ranked and quoted by itself:")


def _draw_passage(document: Document, passage: Passage) -> None:
    with st.container(border=True):
        where = breadcrumb(passage.heading_path, passage.page)
        spans = ", ".join(f"{start}–{end}" for start, end in passage.spans[:3]) + (" …" if len(passage.spans) > 3 else "")
        st.caption(f"{escape(where)}  \n{len(passage.text)} characters at {spans}")
        for start, end in passage.spans:
            draw_pieces(blocks_markdown(document, start, end))
