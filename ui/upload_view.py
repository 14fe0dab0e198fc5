"""Adding documents: the place to drop files, and what becomes of each, from the copy on disk to its passages or a refusal."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from index.manifest import Refused
from index.status import IndexStatus
from ingest.errors import RoadmapError
from ui.render import counted, escape, sentence
from ui.runtime import Runtime
from ui.uploads import Upload, accepted, largest

_ROUND = "upload_round"  # grows with every upload: a new key empties the widget, and with it the memory
_LAST = "upload_last"  # what became of the last files
_TAKEN = "upload_taken"  # (key, ids) of the files of the last drop: the browser may name the same files twice
_PROBLEM = "upload_problem"
_REPLACE = "upload-replace"


def draw_upload(runtime: Runtime) -> None:
    """Draw the place to drop files."""
    key = f"upload-{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        f"Add documents: drop {', '.join(accepted())} files here",
        accept_multiple_files=True,
        max_upload_size=largest() // (1024 * 1024),
        key=key,
        on_change=_received,
        args=(runtime, key),
    )
    st.checkbox(
        "Replace an uploaded document of the same name",
        key=_REPLACE,
        help="Otherwise both are kept. Documents that were not uploaded here are never replaced.",
    )
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(sentence(problem), icon=":material/error:")


def draw_uploaded(runtime: Runtime, status: IndexStatus | None) -> None:
    """Draw what became of the last files that were dropped, up to now."""
    last: list[Upload] = st.session_state.get(_LAST, [])
    if not last:
        return
    with st.container(border=True, key="uploaded", gap="xsmall"):
        for upload in last:
            icon, told = upload_state(runtime, status, upload)
            st.markdown(f":material/{icon}: **{escape(upload.name)}**  \n:small[{escape(told)}]")
            if icon == "block" and upload.document_id and _draw_remove(runtime, upload):
                st.rerun()  # the list of documents below is no part of what is drawn anew by itself
        if runtime.rebuild.view().state != "running":
            st.button("Hide this list", key="hide-uploaded", type="tertiary", on_click=_hide)


def upload_state(runtime: Runtime, status: IndexStatus | None, upload: Upload) -> tuple[str, str]:
    """An icon and, in words, how far a file has come. Not escaped."""
    if upload.outcome == "refused":
        return "block", f"Not added: {upload.reason}."
    if upload.outcome == "known":
        return "content_copy", f"Not added again: {upload.reason}."
    also = f" {upload.reason[:1].upper()}{upload.reason[1:]}." if upload.reason else ""
    view = runtime.rebuild.view()
    if view.state == "running":
        if view.stage == "read" and view.document == upload.document_id:
            return "hourglass_top", f"Being read.{also}"
        if view.stage in ("embed", "write", "publish") and runtime.rebuild.has_read(upload.document_id):
            return "hourglass_top", f"Read, being made searchable.{also}"
        return "hourglass_empty", f"Saved as {upload.document_id}, waiting to be read.{also}"
    for entry in _refused(runtime) if status is None else status.refused:
        if entry.document_id == upload.document_id:
            return "block", f"Saved, but it cannot be read: {entry.reason}.{also}"
    if status is not None:
        stale = dict(status.stale)
        for document in status.documents:
            if document.id == upload.document_id and document.id not in stale:
                done = "Replaced" if upload.outcome == "replaced" else "Added"
                return "check_circle", f"{done} as {upload.document_id}: {counted(document.passages, 'passage')}.{also}"
        if upload.document_id not in stale and runtime.uploads.holds(upload.document_id):
            return "remove_circle", "Deleted since."
    return "hourglass_empty", f"Saved as {upload.document_id}; it becomes part of the answers with the next update.{also}"


def _refused(runtime: Runtime) -> Iterable[Refused]:
    """What was refused by a build that made no index."""
    try:
        return runtime.refused(runtime.scan()).values()
    except RoadmapError:
        return ()


def _received(runtime: Runtime, key: str) -> None:
    before, taken = st.session_state.get(_TAKEN, ("", set()))
    taken = taken if before == key else set()
    files = [file for file in st.session_state.get(key) or [] if file.file_id not in taken]
    if not files:
        return
    last: list[Upload] = list(st.session_state.get(_LAST, [])) if taken else []
    st.session_state[_TAKEN] = (key, taken | {file.file_id for file in files})
    for file in files:
        try:
            replace = bool(st.session_state.get(_REPLACE))
            last.append(runtime.uploads.add(file.name, file.getvalue(), replace=replace, first=not runtime.indexed))
        except RoadmapError as exc:
            st.session_state[_PROBLEM] = str(exc)
            break
    st.session_state[_LAST] = last
    if not taken:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    runtime.look_again()
    if any(upload.outcome in ("added", "replaced") for upload in last):
        runtime.rebuild.start(again=True)


def _draw_remove(runtime: Runtime, upload: Upload) -> bool:
    """The way out for a file that was saved before it turned out to be unreadable; whether it was taken."""
    return st.button(
        "Remove it", key=f"remove-{upload.document_id}", type="tertiary", icon=":material/delete:",
        help=f"Delete the copy of {escape(upload.name)} that was saved here", on_click=_remove, args=(runtime, upload),
    )  # fmt: skip


def _remove(runtime: Runtime, upload: Upload) -> None:
    try:
        runtime.uploads.delete(upload.document_id)
    except RoadmapError as exc:
        st.session_state[_PROBLEM] = str(exc)
        return
    st.session_state[_LAST] = [other for other in st.session_state.get(_LAST, []) if other != upload]
    runtime.look_again()
    if runtime.indexed:
        runtime.rebuild.start(again=True)


def _hide() -> None:
    st.session_state.pop(_LAST, None)
