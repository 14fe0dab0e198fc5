"""The documents that the last build refused, where it refused all: then no generation was made whose manifest could name them.

What is remembered holds as long as the files look as they did; it serves lists, and no build depends on it.
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
from index.stat_cache import look_at
from ingest.corpus import SourceFile

NAME = "refused.json"


def remember(data: Path, sources: Sequence[SourceFile], refused: Sequence[Refused]) -> None:
    """Keep what a build refused that could make no generation. A disk that does not take it is not an error of its own."""
    paths = {source.id: source.path for source in sources}
    looks = {entry.document_id: look_at(paths[entry.document_id]) for entry in refused}
    entries = [[look.stamp, asdict(entry)] for entry in refused if (look := looks[entry.document_id]) is not None]
    body = json.dumps(entries).encode()
    with suppress(storage.StorageFailed):
        storage.replace_sealed(index_folder(data) / NAME, body)


def forget(data: Path) -> None:
    """A build succeeded: from now on the manifest of its generation tells what was refused."""
    with suppress(storage.StorageFailed):
        storage.remove(index_folder(data) / NAME)


def remembered(data: Path, sources: Sequence[SourceFile]) -> Mapping[str, Refused]:
    """What is remembered of these files, by document id; a file that looks different now is not among them."""
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
            if look is not None and look.stamp == stamp:
                found[source.id] = entry
    return found
