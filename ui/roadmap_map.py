"""The drawn map of a roadmap: plain values in, the step that was opened out. The script sets text only and fetches nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from assistant.progress import StepState
from assistant.roadmap import Roadmap, Step
from ui.components import beside
from ui.render import counted

Look = Literal["done", "doing", "ready", "open"]


def draw_map(key: str, roadmap: Roadmap, states: Mapping[str, StepState], opened: str, choose: Callable[[str], None]) -> None:
    """Draw it; `opened` is the step whose details are shown, and `choose` gets the id of one that is clicked, before the page
    is drawn."""

    def told() -> None:
        chosen = st.session_state.get(key, {}).get("opened")
        if isinstance(chosen, str) and roadmap.step(chosen) is not None:
            choose(chosen)

    draw = st.components.v2.component("roadmap_map", css=beside("roadmap_map.css"), js=beside("roadmap_map.js"))
    draw(key=key, data=map_data(roadmap, states, opened), on_opened_change=told)


def map_data(roadmap: Roadmap, states: Mapping[str, StepState], opened: str = "") -> dict[str, Any]:
    """What the script draws."""
    return {
        "open": opened,
        "phases": [
            {
                "title": phase.title,
                "count": done_text(phase.steps, states),
                "steps": [
                    {
                        "id": step.id,
                        "title": step.title,
                        "facts": facts(step),
                        "state": look(step, states, roadmap.connected),
                        "needs": list(step.prerequisites),
                    }
                    for step in phase.steps
                ],
            }
            for phase in roadmap.phases
        ],
    }


def done_text(steps: Sequence[Step], states: Mapping[str, StepState]) -> str:
    """`2 of 7 steps done`."""
    return f"{sum(states.get(step.id) == 'done' for step in steps)} of {counted(len(steps), 'step')} done"


def look(step: Step, states: Mapping[str, StepState], connected: bool) -> Look:
    """How a step is shown: by its mark, or ready when all it builds on is done. Without any connections nothing is said."""
    if step.id in states:
        return states[step.id]
    return "ready" if connected and all(states.get(need) == "done" for need in step.prerequisites) else "open"


def facts(step: Step) -> str:
    """`beginner · 15-25 hours`; "" where the documents do not say. Not escaped."""
    hours = step.hours and (f"{step.hours} hours" if step.hours.replace("-", "").replace("–", "").isdigit() else step.hours)
    return " · ".join(part for part in (step.level, hours) if part)
