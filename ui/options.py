"""The options that several commands share, and the settings they lead to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ui.settings import Settings


class Making(StrEnum):
    """How answers are made."""

    AUTO = "auto"
    QUOTE = "quote"
    WRITE = "write"


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Where the index and the conversations are kept. [default: .roadmap]"),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file. [default: roadmap.toml, where there is one]"),
]
Corpus = Annotated[
    Path | None,
    typer.Option(
        "--corpus",
        metavar="DIR",
        help="Folder of documents. [default: the one of the index, or else corpus/ here, or else the starter corpus]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Mode = Annotated[
    Making | None,
    typer.Option("--mode", metavar="auto|quote|write", help="Quote the documents, or let the model write. [default: auto]"),
]


def settings_of(context: typer.Context, data: Path | None, config: Path | None, **flags: Any) -> Settings:
    """The settings in force for a command: its own options, then those given before its name, then variables and file.

    Raises SettingsInvalid.
    """
    from ui.settings import read_settings

    common: dict[str, Path | None] = context.obj or {}
    return read_settings({"data": data or common.get("data"), **flags}, config=config or common.get("config"))
