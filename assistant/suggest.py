"""Questions to offer after a refusal: about the nearest topics that the documents do cover."""

from __future__ import annotations

from collections.abc import Sequence

from index.hit import Hit

MAX_SUGGESTIONS = 3


def suggestions(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Questions made of the nearest sections' own headings, so that each has a section that answers it."""
    offered: dict[str, None] = {}
    for hit in hits:
        passage = hit.passage
        heading = next((h for h in reversed(passage.heading_path) if h != passage.title), "")
        if heading.endswith("?"):
            offered.setdefault(heading)
        elif heading:
            offered.setdefault(f"What does “{passage.title}” say about “{heading}”?")
        else:
            offered.setdefault(f"What is “{passage.title}” about?")
        if len(offered) == MAX_SUGGESTIONS:
            break
    return tuple(offered)
