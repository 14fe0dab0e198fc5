"""The documents that the last build refused, and how their files looked: one that looks otherwise now may have been mended.

They are remembered also where all were refused, and no generation was made whose manifest could name them. What is remembered
serves lists, and no build depends on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from index import storage
from index.folder import index_folder
from index.manifest import Refused
from index.stat_cache import Look, look_at
from ingest.corpus import SourceFile
from ingest.errors import Refusal

NAME = "refused.json"


def remember(data: Path, refused: Sequence[Refused], looks: Mapping[str, Look]) -> None:
    """Keep what a build refused, and how each file looked before it was read, by document id.

    A disk that does not take it is not an error of its own.
    """
    if not refused:
        with suppress(storage.StorageFailed):
            storage.remove(index_folder(data) / NAME)
        return
    entries = [[looks[entry.document_id].stamp, asdict(entry)] for entry in refused if entry.document_id in looks]
    body = json.dumps(entries).encode()
    with suppress(storage.StorageFailed):
        storage.replace_sealed(index_folder(data) / NAME, body)


def remembered(data: Path, sources: Sequence[SourceFile]) -> Mapping[str, Refused]:
    """What is remembered of these files, by document id; not one that looks different now, unless its name is the reason."""
    body = storage.read_sealed(index_folder(data) / NAME)
    try:
        stamps = {entry["document_id"]: (tuple(stamp), Refused(**entry)) for stamp, entry in json.loads(body or b"[]")}
    except (ValueError, TypeError, KeyError):
        return {}
    found: dict[str, Refused] = {}
    for source in sources:
        if source.id in stamps:
            stamp, entry = stamps[source.id]
            look = look_at(source.path)
            if entry.code == Refusal.UNKNOWN_SUFFIX.value or (look is not None and look.stamp == stamp):
                found[source.id] = entry
    return found
