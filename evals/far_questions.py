"""Questions about other trades, as learners ask: what no library answers that does not know the trade.

They were written beside `evals/items/other-trades.jsonl` and are worded like some of those; these are therefore all in the dev
split.
"""

from __future__ import annotations

import random

from evals.items import EvalItem
from index.search import Snapshot
from index.terms import terms

_FRAMES = (
    "how long does it take to become a {}?", "what skills should a {} have", "roadmap for becoming a {} pls",
    "what does a {} earn in the first year?", "which tools does a {} need first", "how do I become a {} without a degree?",
    "what courses should a future {} take?", "steps to become a {}", "what does a {} do all day", "books for a beginner {}?",
    "first project of a {}", "which exam do i need as a {}", "is it too late to become a {} at 40?",
    "how many hours a week does a {} practise?", "how much does it cost to train as a {}", "why do people want to be a {}",
    "mistakes every new {} makes", "what should a {} learn in the first three months?", "tips for the interview as a {}",
    "what is the difference between a {} and a judge?",
)  # fmt: skip
_TRADES = (
    "locksmith", "dentist", "opera singer", "jockey", "blacksmith", "butcher", "fisherman", "zookeeper", "astronaut", "farmer",
    "sommelier", "tailor", "pharmacist", "stonemason", "chimney sweep", "glassblower", "taxi driver", "surgeon", "librarian",
    "priest", "diplomat", "goldsmith", "referee", "optician", "hairdresser", "roofer", "shepherd", "tattoo artist", "sculptor",
    "bartender", "ski instructor", "undertaker", "piano tuner", "lifeguard", "perfumer", "watchmaker", "sailor",
    "fencing coach",
)  # fmt: skip


def far_questions(snapshot: Snapshot, count: int, generator: random.Random) -> list[EvalItem]:
    """So many questions about trades that the index has no word of; fewer where it knows most of them."""
    unknown = [trade for trade in _TRADES if not any(snapshot.lexical.knows(term) for term in terms(trade))]
    asked = [frame.format(trade) for trade in unknown for frame in _FRAMES]
    drawn = generator.sample(asked, min(count, len(asked)))
    return [EvalItem(f"far-{number}", question, "off_topic", answerable=False) for number, question in enumerate(drawn, 1)]
