"""A click as a browser tells of it: what is inside a fragment runs that fragment only, where AppTest would run the page."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.state import SessionState
from streamlit.testing.v1 import AppTest, local_script_runner


def click(page: AppTest, key: str) -> AppTest:
    """Press the button; what is then on `page` is what was drawn for it."""
    button = page.button(key=key)
    state: Any = page.session_state
    while not isinstance(state, SessionState):
        state = object.__getattribute__(state, "_state")
    owner = state._new_widget_state.widget_metadata[button.proto.id].fragment_id
    assert owner, f"{key} is in no fragment"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "RerunData", partial(RerunData, fragment_id_queue=[owner]))
        button.click().run()
    assert not page.exception
    return page
