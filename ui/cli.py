"""The `roadmap` command: its exit codes, and the list of its commands. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ingest.errors import RoadmapError
from ui import commands_ask, commands_eval, commands_index, commands_models, commands_serve
from ui.options import Config, Data

app = typer.Typer(
    name="roadmap",
    help="Ask career-roadmap documents, and see the exact words behind every sentence of the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(version("roadmap-assistant") + "\n")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    data: Data = None,
    config: Config = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Ask career-roadmap documents, and see the exact words behind every sentence of the answer."""
    context.obj = {"data": data, "config": config}


app.command("serve")(commands_serve.serve)
app.command("index")(commands_index.index)
app.command("status")(commands_index.status)
app.command("search")(commands_ask.search)
app.command("ask")(commands_ask.ask)
app.command("batch")(commands_ask.batch)
app.command("show")(commands_index.show)
app.command("eval")(commands_eval.evaluate)
app.command("models")(commands_models.models)
app.command("verify")(commands_index.verify)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 a named error, 2 usage, 3 done but documents were refused.

    An exception that nobody foresaw is not caught: its traceback is needed.
    """
    try:
        code = app(arguments, standalone_mode=False)
    except typer.TyperException as problem:  # usage: an unknown option, a missing argument
        problem.show()
        return problem.exit_code
    except RoadmapError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


def main() -> None:
    """The entry point that is installed as `roadmap`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # file names may hold bytes that are no characters; results are always UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # The models are never fetched behind the learner's back: `roadmap models pull` switches this off for itself.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(run())


if __name__ == "__main__":
    main()
