"""Which folder the documents of an index came from: asked where nobody names it, also of an index that cannot be searched.

Each manifest tells it. When an index is removed because its folder was empty, a small file is left behind that still does.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from index import storage
from index.folder import IndexDamaged, current_number, index_folder, numbers
from index.manifest import corpus_of

NAME = "origin.json"


def keep_origin(data: Path, corpus: str) -> None:
    """Leave the name of the folder behind, before the last manifest that tells it goes. Raises StorageFailed."""
    body = json.dumps(corpus).encode()
    storage.replace_sealed(index_folder(data) / NAME, body)


def origin(data: Path) -> Path | None:
    """The folder that the current generation was made from, else the newest one that tells; None without any index.

    Raises:
        IndexDamaged: there are generations, and none tells.
        IndexUnreadable: a manifest may not be read now.
    """
    current, on_disk = current_number(data), numbers(data)
    for number in sorted(on_disk, key=lambda number: (number == current, number), reverse=True):
        if corpus := corpus_of(data, number):
            return Path(corpus)
    if on_disk:
        raise IndexDamaged(
            f"The index in {data} is damaged and does not tell which folder its documents came from; "
            "name the folder with --corpus."
        )
    with suppress(ValueError, TypeError):
        return Path(json.loads(storage.read_sealed(index_folder(data) / NAME) or b""))
    return None
