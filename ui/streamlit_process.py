"""`python -m ui.streamlit_process run …`: the Streamlit command without its look-ups of this machine's address.

A request with a foreign Origin makes Streamlit ask a server on the internet which address it comes from. The chat never
connects outward, and is only meant for the addresses it was started with, so both look-ups find nothing.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run Streamlit's own command line with the arguments given."""
    from streamlit import net_util
    from streamlit.web import cli

    net_util.get_external_ip = lambda: None
    net_util.get_internal_ip = lambda: None
    sys.exit(cli.main(prog_name="streamlit"))


if __name__ == "__main__":
    main()
