"""A visit to the running program without a browser: it speaks the protocol of Streamlit's pages over their websocket."""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE = 60.0  # seconds a page may take on two busy cores
POLL = 0.3  # as `ui.pages_chat.POLL_SECONDS`


class Visit:
    """One tab. `page` holds what is drawn on it now, by place; `runs` counts how often it was drawn as a whole."""

    def __init__(self, base: str, conversation: str = "") -> None:
        self.query = f"c={conversation}" if conversation else ""
        self.page: dict[tuple[int, ...], Element] = {}
        self.runs = 0
        self._begun = False
        self._polled: set[str] = set()  # fragments that the page asks for again and again
        self._opened = ExitStack()
        address = base.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket: ClientConnection = self._opened.enter_context(
            connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=PATIENCE)
        )
        try:
            self.look()
        except BaseException:
            self._opened.close()
            raise

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()

    @property
    def conversation(self) -> str:
        """Id of the conversation in the address; "" for none."""
        return parse_qs(self.query).get("c", [""])[0]

    def look(self) -> None:
        """Have the page drawn anew."""
        self._send(BackMsg())

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        (place,) = [element.chat_input.id for element in self.page.values() if element.WhichOneof("type") == "chat_input"]
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add(id=place)
        state.chat_input_value.data = question
        self._send(message)

    def press(self, label: str) -> None:
        """Click the button with these words."""
        (place,) = [e.button.id for e in self.page.values() if e.WhichOneof("type") == "button" and e.button.label == label]
        message = BackMsg()
        message.rerun_script.widget_states.widgets.add(id=place).trigger_value = True
        self._send(message)

    def poll(self, seconds: float = POLL) -> None:
        """Wait, and do what a page does by itself meanwhile: have the parts drawn anew that change."""
        time.sleep(seconds)
        for fragment in tuple(self._polled):
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
            self._send(message)

    @property
    def running(self) -> bool:
        """Whether an answer is being written on this page: there is a button to stop it, or a line that says so."""
        return any("shimmer" in element.markdown.body for element in self.page.values())

    def answered(self, patience: float = PATIENCE) -> None:
        """Wait until the answer on the page is complete."""
        deadline = time.monotonic() + patience
        while self.running:
            assert time.monotonic() < deadline, f"no end of the answer in {patience:.0f} s: {self.text[-400:]}"
            self.poll()

    @property
    def text(self) -> str:
        """Every word on the page, the answers' included."""
        parts: list[str] = []
        for element in self.page.values():
            kind = element.WhichOneof("type")
            if kind in ("markdown", "alert", "heading"):
                parts.append(getattr(element, kind).body.replace("\\", ""))
            elif kind == "bidi_component":
                parts.append(_data(element))
        return "\n".join(parts)

    @property
    def answers(self) -> tuple[str, ...]:
        """The data of each answer on the page as JSON, in order."""
        data = (_data(element) for element in self.page.values() if element.WhichOneof("type") == "bidi_component")
        return tuple(each for each in data if '"views"' in each)

    def _send(self, message: BackMsg) -> None:
        message.rerun_script.query_string = self.query
        self._socket.send(message.SerializeToString())
        deadline = time.monotonic() + PATIENCE
        while not self._take(deadline):
            pass

    def _take(self, deadline: float) -> bool:
        """Take one message; whether it ends the drawing that was asked for."""
        taken = ForwardMsg()
        taken.ParseFromString(self._socket.recv(timeout=max(0.1, deadline - time.monotonic())))
        kind = taken.WhichOneof("type")
        if kind == "new_session":
            self._begun = True
        elif kind == "delta" and self._begun:
            self._begun = False
            if not taken.delta.fragment_id:  # the page as a whole, not a part of it
                self.page, self._polled = {}, set()
                self.runs += 1
        if kind == "auto_rerun":
            self._polled.add(taken.auto_rerun.fragment_id)
        elif kind == "stop_auto_rerun":
            self._polled.discard(taken.stop_auto_rerun.fragment_id)
        elif kind == "page_info_changed":
            self.query = taken.page_info_changed.query_string
        elif kind == "delta" and taken.delta.WhichOneof("type") == "new_element":
            element = taken.delta.new_element
            assert element.WhichOneof("type") != "exception", element.exception.message
            self.page[tuple(taken.metadata.delta_path)] = element
        elif kind == "script_finished":
            ended = taken.script_finished
            if ended == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return False  # another drawing follows
            assert ended != ForwardMsg.FINISHED_WITH_COMPILE_ERROR
            return True
        return False


def _data(element: Element) -> str:
    """What a component of the program was given, as JSON."""
    component = element.bidi_component
    return component.mixed.json if component.WhichOneof("data") == "mixed" else component.json
