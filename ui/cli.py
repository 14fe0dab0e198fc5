"""The `roadmap` command: its exit codes, and the list of its commands. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ingest.errors import RoadmapError
from ui import commands_ask, commands_eval, commands_feedback, commands_index, commands_models, commands_serve
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


QUIET = {  # what the model libraries would otherwise print, fork or send
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}

_UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # what a full or broken disk answers to a write


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


app.command("serve", short_help="Open the chat in the browser.")(commands_serve.serve)
app.command("index", short_help="Build or update the index.")(commands_index.index)
app.command("status", short_help="Show the index, its state and the models.")(commands_index.status)
app.command("search", short_help="List the passages that fit a question.")(commands_ask.search)
app.command("ask", short_help="Answer a question, with its sources.")(commands_ask.ask)
app.command("batch", short_help="Answer a file of questions.")(commands_ask.batch)
app.command("show", short_help="Print the text of a document.")(commands_index.show)
app.command("eval", short_help="Measure retrieval and answers.")(commands_eval.evaluate)
app.add_typer(commands_feedback.feedback, name="feedback", short_help="Look into what learners said.")
app.command("models", short_help="List, fetch or check the models.")(commands_models.models)
app.command("verify", short_help="Check every byte of the index.")(commands_index.verify)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 a named error, 2 usage, 3 done but documents were refused.

    An exception that nobody foresaw is not caught: its traceback is needed.
    """
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as problem:  # usage: an unknown option, a missing argument
        if hasattr(problem, "show"):  # usage line, hint at --help, message
            problem.show()
        else:
            sys.stderr.write(f"Error: {problem}\n")
        return problem.exit_code
    except RoadmapError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        _drop_output()
        return 0
    except OSError as error:
        if error.filename is not None or error.errno not in _UNWRITTEN:  # of a file, which has its own error
            raise
        _drop_output()
        sys.stderr.write(f"Error: The result could not be written ({error.strerror}); free space or send it elsewhere.\n")
        return 1
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Let what is still to be printed go nowhere, so that nothing fails when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """The entry point that is installed as `roadmap`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # file names may hold bytes that are no characters; results are always UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    sys.exit(run())


if __name__ == "__main__":
    main()
