"""The front matter of a Markdown file in YAML or TOML, told from text that begins with a rule."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time

import yaml

_YAML = re.compile(r"---[ \t]*\n(?!\s*\n)(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\+\+\+[ \t]*\n(?!\s*\n)(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"(?:\s*#.*\n)*[\w\"'-]+\s*[:=]")


def split_front(text: str) -> tuple[dict[str, object], str, list[str]]:
    """What the front matter says (only what JSON knows), the text below it, and warnings.

    A block at the start that names nothing is no front matter and stays in the text; lines end in "\\n".

    >>> split_front("---\\ntitle: Plan\\n---\\nLearn.\\n")
    ({'title': 'Plan'}, 'Learn.\\n', [])
    >>> split_front("---\\nA rule above, a rule below.\\n---\\n")[1]
    '---\\nA rule above, a rule below.\\n---\\n'
    """
    for pattern, load, name in ((_YAML, yaml.safe_load, "YAML"), (_TOML, tomllib.loads, "TOML")):
        if (found := pattern.match(text)) is None:
            continue
        below = text[found.end() :]
        try:
            loaded = load(found[1])
        except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: bad TOML, impossible dates
            if not _NAMED.match(found[1]):
                break
            return {}, below, [f"Its front matter is not valid {name} and was left out."]
        if isinstance(loaded, Mapping) or not found[1].strip():
            return {str(key): _plain(value) for key, value in (loaded or {}).items()}, below, []
    return {}, text, []


def _plain(value: object, depth: int = 0) -> object:
    """The value with nothing but what JSON knows."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Mapping) and depth < 5:
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)) and depth < 5:
        return [_plain(item, depth + 1) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
