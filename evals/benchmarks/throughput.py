"""How near embedding comes to what the processor can do: its matrix products against a plain product, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

SIDE = 2048


@dataclass(frozen=True, slots=True)
class Throughput:
    """Operations a second of all threads and of one busy core; the second hardly depends on what else runs."""

    peak: float  # GFLOP a second
    achieved: float
    peak_cpu: float  # GFLOP a CPU second
    achieved_cpu: float


def measure(texts: Sequence[str], rounds: int = 5) -> Throughput:
    """Medians over rounds of a square product and of embedding `texts`, in the precision that the embedder uses."""
    import torch

    from index.bert import BertEncoder
    from index.embedder import EMBEDDER, TransformerEmbedder, computes_in_bfloat16
    from index.weights import folder_of

    embedder = TransformerEmbedder()
    bfloat16 = computes_in_bfloat16()
    operations = BertEncoder(folder_of(EMBEDDER), bfloat16=bfloat16).operations(texts)
    square = torch.randn(SIDE, SIDE, dtype=torch.bfloat16 if bfloat16 else torch.float32)
    spans: list[list[tuple[int, int]]] = [[] for _ in texts]

    def product() -> None:
        for _ in range(20):
            torch.mm(square, square)

    def embed() -> None:
        embedder.embed_passages(texts, spans)

    taken: dict[str, list[tuple[float, float]]] = {"product": [], "embed": []}
    for _ in range(rounds):
        taken["product"].append(_timed(product))
        taken["embed"].append(_timed(embed))
    whole = 20 * 2 * SIDE**3
    wall, cpu = (median(pair[i] for pair in taken["product"]) for i in (0, 1))
    own_wall, own_cpu = (median(pair[i] for pair in taken["embed"]) for i in (0, 1))
    return Throughput(whole / wall / 1e9, operations / own_wall / 1e9, whole / cpu / 1e9, operations / own_cpu / 1e9)


def table(found: Throughput) -> str:
    """As Markdown."""
    return "\n".join(
        [
            "| GFLOP/s | plain product | embedding | share |",
            "|---|---:|---:|---:|",
            f"| all threads | {found.peak:.0f} | {found.achieved:.0f} | {found.achieved / found.peak:.2f} |",
            f"| a CPU second | {found.peak_cpu:.0f} | {found.achieved_cpu:.0f} | {found.achieved_cpu / found.peak_cpu:.2f} |",
        ]
    )


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu
