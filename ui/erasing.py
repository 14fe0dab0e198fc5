"""Erases what learners have left behind, on their word: records, uploads, choices and the index, as far as was chosen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from assistant.erase import erase_records
from index import storage
from index.folder import index_folder
from ui.preferences import preferences_file
from ui.runtime import Runtime

Part = Literal["records", "uploads", "choices", "index"]
WORD = "erase"  # to be typed
PARTS: dict[Part, str] = {
    "records": "Conversations, ratings and progress",
    "uploads": "Uploaded documents",
    "index": "The index, which is then built anew from the documents that are left",
    "choices": "Choices made on this page",
}


def erase(runtime: Runtime, parts: Collection[Part]) -> str:
    """Erase these parts; what was erased, in words. Raises EraseFailed, StorageFailed, UploadFailed."""
    settings = runtime.settings
    told: list[str] = []
    runtime.rebuild.close()
    if "records" in parts:
        count = erase_records(runtime.records, settings.database.get_secret_value())
        told.append(f"{count:,} records")
    if "uploads" in parts:
        files = runtime.uploads.files()
        for document_id in files:
            runtime.uploads.delete(document_id)
        told.append(f"{len(files):,} uploaded documents")
    if "choices" in parts:
        storage.remove(preferences_file(settings.data))
        told.append("the choices of this page")
    if "index" in parts:
        runtime.rebuild.wait()
        folder = index_folder(settings.data)
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name != "writer.lock":  # another process may hold it
                storage.remove(path)
        told.append("the index")
    runtime.reopen()
    if "index" in parts or "uploads" in parts:
        runtime.rebuild.start(again=True)
    return f"Erased: {', '.join(told)}."
