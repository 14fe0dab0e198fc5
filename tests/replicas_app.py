"""The program of the browser tests, quicker to see that another process has ended: what a replica runs."""

from __future__ import annotations

import runpy
from datetime import timedelta
from pathlib import Path

from ui import worker

worker.BEAT_SECONDS = 0.3
worker.LOST = timedelta(seconds=2)

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).with_name("ui_browser_app.py")), run_name="__main__")
