"""What all pages and all visitors share: one library, one assistant, one worker, one store, one rebuild. Free of Streamlit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from assistant.conversations import Conversations, open_conversations
from index.generation import current_number
from index.library import IndexStatus, Library, read_status
from ingest.document import Document, Passage
from ingest.errors import CorpusMissing, RoadmapError
from ui import assembly
from ui.examples import Example, examples
from ui.rebuild import Rebuild, index_command
from ui.server import environment
from ui.settings import Settings
from ui.worker import Worker

if TYPE_CHECKING:
    from assistant.assistant import Assistant

log = logging.getLogger(__name__)

STATUS_SECONDS = 5.0  # how long a look at the corpus stays good: it reads every document

Readiness = Literal["loading", "ready", "failed"]


class Runtime:
    """Opened once a process. The models load in the background; questions asked meanwhile wait for them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.library: Library = assembly.open_library(settings)
        self.conversations: Conversations = open_conversations(settings.data)
        self.conversations.interrupt()
        self.worker = Worker(self.assistant, self.conversations)
        self.rebuild = Rebuild(index_command(), environment(settings))
        self.readiness: Readiness
        self.problem: str  # one sentence, when readiness is "failed"
        self.examples: tuple[Example, ...] = ()
        self.examples_ready: bool  # they are looked for once the models are there
        self._assistant: Assistant | None = None
        self._lock = threading.Lock()
        self._status: tuple[float, int | None, IndexStatus] | None = None
        self.load()

    def load(self) -> None:
        """Load the models and open the index in the background, also again after a failure."""
        self.readiness, self.problem, self.examples_ready = "loading", "", False
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def assistant(self) -> Assistant:
        """The one assistant; the first call loads what it needs. Raises what `Library.snapshot` raises."""
        with self._lock:
            if self._assistant is None:
                self.library.snapshot()
                self._assistant = assembly.open_assistant(self.settings, self.library)
            return self._assistant

    def status(self) -> IndexStatus:
        """The index and what changed in the corpus since, at most `STATUS_SECONDS` old.

        Raises IndexMissing, IndexDamaged.
        """
        number, now = current_number(self.settings.data), time.monotonic()
        held = self._status
        if held is not None and held[1] == number and now - held[0] < STATUS_SECONDS:
            return held[2]
        try:
            status = read_status(self.settings.data, self.settings.corpus)
        except CorpusMissing:
            status = read_status(self.settings.data)
        self._status = (now, number, status)
        return status

    def document(self, document_id: str) -> Document | None:
        """A document of the index in use; None when it is gone. Raises IndexMissing, IndexDamaged."""
        return next((document for document in self._content()[0] if document.id == document_id), None)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document of the index in use, in order."""
        return tuple(passage for passage in self._content()[1] if passage.document_id == document_id)

    def _content(self) -> tuple[Iterable[Document], Iterable[Passage]]:
        if self.readiness == "ready":
            snapshot = self.library.snapshot()
            return snapshot.documents.values(), snapshot.passages
        content = assembly.read_content(self.settings)  # the models are still loading; reading needs none
        return content.documents, content.passages

    @property
    def models(self) -> str:
        """The models in use, in words."""
        embedder = assembly.embedder_source(self.settings).model_id
        generator = assembly.generator_source(self.settings)
        writer = generator.model_id if generator is not None else self.settings.generator.model
        return f"Searches with {_short(embedder)}, writes with {_short(writer)}"

    @property
    def private(self) -> bool:
        """Whether every model runs in this process."""
        return not self.settings.generator.server

    def close(self) -> None:
        """End the threads and processes it started."""
        self.worker.close()
        self.rebuild.close()
        self.conversations.close()

    def _load(self) -> None:
        try:
            assistant = self.assistant()
            self.readiness = "ready"
            self.examples = examples(assistant, self.library.snapshot().documents)
            self.examples_ready = True
        except RoadmapError as exc:
            self.problem, self.readiness = str(exc), "failed"
        except Exception:  # in a thread nobody else would see it
            log.exception("loading failed")
            self.problem, self.readiness = "The models could not be loaded; the program's log names the reason.", "failed"


def _short(model_id: str) -> str:
    return model_id.rsplit("/", 1)[-1]
