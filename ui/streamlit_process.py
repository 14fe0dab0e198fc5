"""`python -m ui.streamlit_process run …`: the Streamlit command, minus two habits that do not suit a private chat.

A request with a foreign Origin makes Streamlit ask a server on the internet which address it comes from. The chat never
connects outward, and is only meant for the addresses it was started with, so both look-ups find nothing. And a tab that is
closed at the wrong moment is no error: its traceback is not printed.
"""

from __future__ import annotations

import logging
import sys
import threading

# A search hands the interpreter back at each of some hundred operations. While pages are drawn by other threads it waits this
# long, and not Python's 5 ms, until it gets it again.
SWITCH_SECONDS = 0.0002


def main() -> None:
    """Run Streamlit's own command line with the arguments given."""
    from streamlit import net_util
    from streamlit.web import cli

    from ui.shared import preload

    net_util.get_external_ip = lambda: None
    net_util.get_internal_ip = lambda: None
    logging.getLogger("uvicorn.error").addFilter(_is_an_error)
    sys.setswitchinterval(SWITCH_SECONDS)
    threading.Thread(target=preload, name="preload", daemon=True).start()  # the models load while the browser opens
    sys.exit(cli.main(prog_name="streamlit"))


def _is_an_error(record: logging.LogRecord) -> bool:
    raised = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return type(raised).__name__ != "WebSocketDisconnected"


if __name__ == "__main__":
    main()
