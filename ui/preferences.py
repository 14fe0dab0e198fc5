"""Choices made on the settings page: a small TOML file in the data folder, weaker than flags, variables and `roadmap.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from assistant.characters import whole
from index import storage
from ingest.errors import RoadmapError

KEYS = (
    "mode", "threshold", "generator.id", "generator.revision", "generator.server", "generator.model",
    "verifier.id", "verifier.revision",
)  # fmt: skip
_HEADER = "# Written by the settings page; flags, ROADMAP_* variables and roadmap.toml win over it.\n"
_MAX_BYTES = 64 * 1024

Value = str | float | int


class PreferencesInvalid(RoadmapError):
    """The file with the choices made on the settings page cannot be read."""


def preferences_file(data: Path) -> Path:
    """Where the choices are kept."""
    return data / "settings.toml"


def read_preferences(data: Path) -> dict[str, Value]:
    """The choices by dotted key; none where nothing was chosen yet. Raises PreferencesInvalid."""
    file = preferences_file(data)
    try:
        if not file.is_file():
            return {}
        with file.open("rb") as stream:
            read = tomllib.loads(stream.read(_MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is damaged"
        raise PreferencesInvalid(f"{file} cannot be read ({reason}); mend it, or delete it to choose again.") from exc
    flat = {
        f"{name}.{inner}" if isinstance(value, dict) else name: entry
        for name, value in read.items()
        for inner, entry in (value.items() if isinstance(value, dict) else (("", value),))
    }
    for name, value in flat.items():
        if name not in KEYS or not isinstance(value, str | float | int):
            raise PreferencesInvalid(f"{file} sets “{name}”, which is no choice of the settings page; delete that line.")
    return flat


def write_preferences(data: Path, chosen: Mapping[str, Value]) -> None:
    """Keep these choices, and no others. Raises StorageFailed."""
    assert set(chosen) <= set(KEYS), f"not all of {sorted(chosen)} can be chosen"
    tables: dict[str, list[str]] = {"": []}
    for name, value in chosen.items():
        table, _, key = name.rpartition(".")
        tables.setdefault(table, []).append(f"{key} = {_toml(value)}\n")
    text = _HEADER + "".join((f"\n[{table}]\n" if table else "") + "".join(lines) for table, lines in tables.items())
    storage.make_folder(data)
    storage.replace_file(preferences_file(data), text.encode("utf-8"))


def _toml(value: Value) -> str:
    """A TOML value; what JSON writes for a text without surrogates is TOML too, but for U+007F."""
    if isinstance(value, str):
        return json.dumps(whole(value), ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)
