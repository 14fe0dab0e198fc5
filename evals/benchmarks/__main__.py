"""`python -m evals.benchmarks rivals|vectors|scale|throughput` prints a table; README.md in this folder says how to read it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from evals.benchmarks.material import Material, from_corpus, from_squad
from ingest.errors import RoadmapError

SIZES = [1_000, 3_000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_000_000]
ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one benchmark; its table goes to stdout, what it is doing to stderr."""
    chosen = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=getattr(chosen, "work", None)) as folder:
            print(chosen.run(chosen, Path(folder)))
    except RoadmapError as problem:
        print(f"Error: {problem}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True)
    about = {
        "rivals": "build, update, search, memory and answers beside LlamaIndex, LangChain and txtai",
        "vectors": "exact against compressed vector search",
        "scale": "many documents: build, update, search, memory",
        "throughput": "embedding against the speed of plain matrix products",
    }
    for name, help_ in about.items():
        command = commands.add_parser(name, help=help_)
        command.set_defaults(run=globals()[f"_{name}"])
        command.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="folder of documents [the starter corpus]")
        command.add_argument("--squad", type=Path, help="a file in the layout of SQuAD, instead of --corpus")
        command.add_argument("--documents", type=int, default=0, help="only so many of them [all]")
        command.add_argument("--questions", type=int, default=200, help="at most so many")
        command.add_argument("--work", type=Path, help="where temporary files go")
        if name == "rivals":
            command.add_argument("--python", type=Path, help="of the environment with evals/benchmarks/requirements.txt")
            command.add_argument("--passages", choices=("default", "same"), default="same")
            command.add_argument("--rounds", type=int, default=3)
        if name == "vectors":
            command.add_argument("--sizes", type=int, nargs="+", default=SIZES)
        if name == "scale":
            command.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000], help="documents")
            command.add_argument("--embed-all", action="store_true", help="embed every passage in earnest")
    step = commands.add_parser("step")
    step.set_defaults(run=_step)
    for argument, kind in (("name", str), ("corpus", Path), ("data", Path), ("real", int)):
        step.add_argument(argument, type=kind)
    return parser


def _material(chosen: argparse.Namespace) -> Material:
    if chosen.squad:
        return from_squad(chosen.squad, chosen.documents, chosen.questions)
    return from_corpus(chosen.corpus, chosen.documents, chosen.questions)


def _rivals(chosen: argparse.Namespace, work: Path) -> str:
    from evals.benchmarks.rivals import OURS, RIVALS, compare, table

    contenders = (OURS, *RIVALS) if chosen.python else (OURS,)
    if not chosen.python:
        _tell("--python was not given: this project alone")
    python = chosen.python.absolute() if chosen.python else None
    return table(
        compare(_material(chosen), work, python, cut=chosen.passages, rounds=chosen.rounds, contenders=contenders, tell=_tell)
    )


def _vectors(chosen: argparse.Namespace, work: Path) -> str:
    import numpy as np

    from evals.benchmarks.vectors import measure, table
    from index.embedder import TransformerEmbedder

    material = _material(chosen)
    embedder = TransformerEmbedder()
    texts = _pieces(material, 3000)
    real, _ = embedder.embed_passages(texts, [[] for _ in texts])
    questions = np.stack([embedder.embed_question(question) for question, _ in material.questions])
    return table(measure(real, questions, chosen.sizes))


def _scale(chosen: argparse.Namespace, work: Path) -> str:
    from evals.benchmarks.scale import REAL, measure, table

    texts = list(_material(chosen).texts.values())
    found: dict[int, Any] = {}
    for count in chosen.sizes:
        folder = work / str(count)
        folder.mkdir()
        found[count] = measure(texts, count, folder, sys.maxsize if chosen.embed_all else REAL, _tell)
    return table(found)


def _throughput(chosen: argparse.Namespace, work: Path) -> str:
    from evals.benchmarks.throughput import measure, table

    return table(measure(_pieces(_material(chosen), 256)))


def _step(chosen: argparse.Namespace, work: Path) -> str:
    from evals.benchmarks.scale import step

    return json.dumps(step(chosen.name, chosen.corpus, chosen.data, chosen.real))


def _pieces(material: Material, count: int) -> list[str]:
    """So many pieces of text of about the length of a passage."""
    pieces = [text[at : at + 850] for text in material.texts.values() for at in range(0, len(text), 850)]
    return pieces[:: max(1, len(pieces) // count)][:count]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
