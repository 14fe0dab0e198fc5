"""What came from the hub as a model, and why it is not used where it is not: it must be safetensors without code of its own."""

from __future__ import annotations

import json
from pathlib import Path


def objection(folder: Path) -> str:
    """What speaks against the model in this folder, to stand behind its name; empty where nothing does."""
    if not any(folder.rglob("*.safetensors")):
        return "has no safetensors weights; choose a model that has"
    for path in folder.rglob("*.json"):
        try:
            entries = _entries(path)
        except (ValueError, RecursionError):
            return f"has a broken file ({path.name}); choose another model"
        for named, value in entries:
            if named == "auto_map" and not isinstance(value, int):  # a number is the id of a token of this name
                return f"needs code of its own ({path.name}: auto_map); it is never run"
            if path.name == "modules.json" and named == "type" and not str(value).startswith("sentence_transformers."):
                return f"names a foreign module ({value}); it is never run"
    return ""


def _entries(path: Path) -> list[tuple[str, object]]:
    """Every key of a JSON file with its value, at any depth, as whoever loads the file will read it."""
    found: list[tuple[str, object]] = []
    json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=found.extend)
    return found
