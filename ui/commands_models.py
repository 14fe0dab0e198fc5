"""`roadmap models`: the weights on this machine."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from ui.console import say, say_json, tell
from ui.options import Config, Data, Json, settings_of


class Action(StrEnum):
    """What to do with the weights; without one they are listed."""

    PULL = "pull"
    VERIFY = "verify"


def models(
    context: typer.Context,
    action: Annotated[Action | None, typer.Argument(help="Fetch the weights that are missing, or check every byte.")] = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """List the models, fetch them (the only command besides serve that uses the network), or check them."""
    settings = settings_of(context, data, config)
    from assistant.models import states
    from index.weights import HubModel, pull, verify
    from ui.assembly import sources

    for source in sources(settings):
        if action is Action.PULL:
            if isinstance(source, HubModel):
                os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "0"  # it may be large: its bar is wanted here
            pull(source, tell)
        elif action is Action.VERIFY:
            verify(source)
    found = states(sources(settings))
    if as_json:
        say_json(
            [
                {
                    "id": s.id,
                    "role": s.role,
                    "revision": s.revision,
                    "path": str(s.path),
                    "present": s.present,
                    "bytes": s.bytes,
                }
                for s in found
            ]
        )
        return
    for state in found:
        ready = "sound" if action is Action.VERIFY else "ready" if state.present else "missing: run `roadmap models pull`"
        say(f"{state.role:<13} {state.id}  {ready}" + (f"  {state.bytes / 1e6:.0f} MB  {state.path}" if state.present else ""))
    if settings.generator.server:
        say(f"{'generator':<10} {settings.generator.model}  at {settings.generator.server}")
