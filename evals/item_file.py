"""Changes to a file of reference questions: one more item as its last line, or one item less."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evals.items import EvalItem, ItemInvalid, item_from_json, item_json, read_file, read_text
from ingest.errors import RoadmapError


class ItemsUnwritable(RoadmapError):
    """A file of reference questions cannot be written."""


def append_item(path: Path, item: EvalItem) -> None:
    """Adds the item as the last line of a file, which is made where it does not exist.

    Raises `ItemInvalid` on a taken id and on an item that could not be read again, `ItemsUnwritable`, what `load_items` raises.
    """
    present = read_file(path) if path.exists() else ()
    item_from_json(item_json(item), path, len(present) + 1)
    if any(other.id == item.id for other in present):
        raise ItemInvalid(path, len(present) + 1, f"the id “{item.id}” is taken already; choose another.")
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        separator = "\n" if text and not text.endswith("\n") else ""
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(separator + json.dumps(item_json(item), ensure_ascii=False) + "\n")


def remove_item(path: Path, item_id: str) -> bool:
    """Takes the item out of a file, in one step; False where the file does not hold it. The other lines may be wrong.

    Raises `ItemsMissing`, `ItemInvalid` when the file cannot be read at all, `ItemsUnwritable`.
    """
    if not path.exists():
        return False
    lines = read_text(path).split("\n")
    kept = [line for line in lines if _id_of(line) != item_id]
    if len(kept) == len(lines):
        return False
    with _writing(path):
        partial = path.with_name(f".{path.name}.partial")
        partial.write_text("\n".join(kept), encoding="utf-8", newline="\n")
        partial.replace(path)
    return True


def _id_of(line: str) -> object:
    """What a line says of itself, None where that cannot be read."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record.get("id") if isinstance(record, Mapping) else None


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise ItemsUnwritable(
            f"The file of reference questions {path} cannot be written ({exc.strerror}); name another."
        ) from exc
