"""What all pages and all visitors share: one library, one assistant, one worker, one store, one rebuild. Free of Streamlit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from assistant.conversations import Conversations, ConversationsUnavailable, can_keep, open_conversations
from assistant.feedback import FeedbackStore, open_feedback
from assistant.progress import ProgressStore, open_progress
from assistant.roadmap import Roadmap, roadmaps
from index.folder import current_number, numbers
from index.library import Library
from index.refusals import remembered
from index.status import IndexStatus, StatusReader
from ingest.corpus import SourceFile, scan
from ingest.document import Document, Passage
from ingest.errors import CorpusMissing, RoadmapError
from ui import assembly
from ui.examples import Example, examples
from ui.measuring import Measuring, eval_command
from ui.rebuild import Rebuild, index_command
from ui.server import environment
from ui.settings import Settings
from ui.uploads import Uploads
from ui.worker import LOST, Worker

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.assistant import Assistant
    from assistant.xray import Xray
    from index.manifest import Refused

log = logging.getLogger(__name__)

STATUS_SECONDS = 5.0  # how long a look at the corpus stays good: it asks for the state of every file

Readiness = Literal["loading", "ready", "failed"]


class Runtime:
    """Opened once a process. The models load in the background; questions asked meanwhile wait for them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.library: Library = assembly.open_library(settings)
        database = settings.database.get_secret_value()
        self.records = settings.data  # the folder of the database, where no URL names another
        self.unsaved = ""  # one sentence, where what is asked and done is not kept
        self._temporary: TemporaryDirectory[str] | None = None
        if not can_keep(settings.data, database):
            self._temporary = _temporary_folder(settings.data)
            self.records = Path(self._temporary.name)
            self.unsaved = (
                f"Chats are not saved: {settings.data} cannot be written. Conversations, ratings and progress last until the "
                "program ends; download what you want to keep."
            )
        self.conversations: Conversations = open_conversations(self.records, database)
        self.conversations.interrupt(LOST if database else timedelta())  # others may be writing into a shared one
        self.worker = Worker(self.assistant, self.conversations, self.documents)
        self.rebuild = Rebuild(index_command(), environment(settings))
        self.uploads = Uploads(settings.corpus)
        self.measuring = Measuring(eval_command())
        self.readiness: Readiness
        self.problem: str  # one sentence, when readiness is "failed"
        self.opened = 0  # number of the build after which the models were loaded once more, since they had failed before
        self.examples: tuple[Example, ...] = ()
        self.examples_ready: bool  # they are looked for once the models are there
        self._assistant: Assistant | None = None
        self._lock = threading.Lock()
        self._status: tuple[float, int | None, IndexStatus] | None = None
        self._status_reader = StatusReader(settings.data, settings.corpus)
        self._progress: ProgressStore | None = None
        self._feedback: FeedbackStore | None = None
        self._roadmaps: tuple[object, tuple[Roadmap, ...]] | None = None
        self._lock_content = threading.Lock()
        self._read: tuple[int | None, Mapping[str, Document]] | None = None
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
                self.library.embedder().importance()  # loads what every question reads with: none is searched for meanwhile
                self._assistant = assembly.open_assistant(self.settings, self.library)
            return self._assistant

    def xray(self, answer: Answer) -> Xray:
        """How an answer was found. Raises what `Library.snapshot` raises."""
        from assistant.xray import xray

        return xray(answer, self.library.snapshot(), self.assistant().threshold)

    def prepare_writing(self) -> None:
        """Load the generator in the background, so that the first answer it writes does not wait for it."""
        threading.Thread(target=self._load_generator, name="load generator", daemon=True).start()

    def status(self) -> IndexStatus:
        """The index and what changed in the corpus since. Raises IndexMissing, IndexDamaged.

        After `STATUS_SECONDS` the corpus is looked at again, in the background: no page waits for that, the next one shows it.
        """
        number, now = current_number(self.settings.data), time.monotonic()
        held = self._status
        if held is not None and held[1] == number:
            if now - held[0] >= STATUS_SECONDS:
                self._status = (now, number, held[2])  # one look at a time
                threading.Thread(target=self._look_again, name="look", daemon=True).start()
            return held[2]
        return self._look()

    def _look(self) -> IndexStatus:
        number, now = current_number(self.settings.data), time.monotonic()
        try:
            status = self._status_reader.read()
        except CorpusMissing:
            status = self._status_reader.read(compare=False)
        self._status = (now, number, status)
        return status

    def _look_again(self) -> None:
        try:
            self._look()
        except RoadmapError:
            self._status = None  # the next page looks itself, and says what is wrong

    @property
    def indexed(self) -> bool:
        """Whether an index was ever built, sound or not."""
        return bool(numbers(self.settings.data))

    def scan(self) -> Sequence[SourceFile]:
        """The files of the corpus. Raises CorpusMissing."""
        return scan(self.settings.corpus, without=self.settings.data)

    def refused(self, sources: Sequence[SourceFile]) -> Mapping[str, Refused]:
        """Those of these files that the last build refused without making an index, by document id."""
        return remembered(self.settings.data, sources)

    def look_again(self) -> None:
        """Forget what was last seen of the corpus: something was added to it or deleted."""
        self._status = None

    def progress(self) -> ProgressStore:
        """Which steps were done. Raises ProgressUnavailable."""
        with self._lock:
            if self._progress is None:
                self._progress = open_progress(self.records, self.settings.database.get_secret_value())
            return self._progress

    def feedback(self) -> FeedbackStore:
        """What learners said about answers. Raises FeedbackUnavailable."""
        with self._lock:
            if self._feedback is None:
                self._feedback = open_feedback(self.records, self.settings.database.get_secret_value())
            return self._feedback

    def roadmaps(self) -> tuple[Roadmap, ...]:
        """The maps of the documents in use. Raises IndexMissing, IndexDamaged."""
        documents = self.documents()
        held = self._roadmaps
        if held is None or held[0] is not documents:
            held = self._roadmaps = documents, roadmaps(documents.values())
        return held[1]

    def documents(self) -> Mapping[str, Document]:
        """The documents of the index in use by id, the same object until that changes. Raises IndexMissing, IndexDamaged."""
        if self.readiness == "ready":
            return self.library.snapshot().documents
        number = current_number(self.settings.data)
        with self._lock_content:  # the models are still loading; reading needs none
            if self._read is None or self._read[0] != number:
                documents = assembly.read_content(self.settings).documents
                self._read = number, {document.id: document for document in documents}
            return self._read[1]

    def reopen(self) -> None:
        """Open the index anew after it was erased: nothing of the old one stays in memory."""
        with self._lock, self._lock_content:
            self.library = assembly.open_library(self.settings)
            self._assistant = self._status = self._roadmaps = self._read = None
        self.load()

    def change(self, settings: Settings) -> None:
        """Answer with these settings from now on; the folders stay what they are."""
        with self._lock:
            self.settings = settings
            self._assistant = None
        self.load()

    def document(self, document_id: str) -> Document | None:
        """A document of the index in use; None when it is gone. Raises IndexMissing, IndexDamaged."""
        return self.documents().get(document_id)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document of the index in use, in order."""
        return tuple(passage for passage in self._passages() if passage.document_id == document_id)

    def _passages(self) -> Iterable[Passage]:
        ready = self.readiness == "ready"
        return self.library.snapshot().passages if ready else assembly.read_content(self.settings).passages

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
        self.measuring.close()
        self.conversations.close()
        if self._progress is not None:
            self._progress.close()
        if self._feedback is not None:
            self._feedback.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _load(self) -> None:
        try:
            assistant = self.assistant()
            self.readiness = "ready"
            if self.settings.mode == "write":
                self.prepare_writing()
            self.examples = examples(assistant, self.library.snapshot().documents, self.worker.wait_until_idle)
            self.examples_ready = True
        except RoadmapError as exc:
            self.problem, self.readiness = str(exc), "failed"
        except Exception:  # in a thread nobody else would see it
            log.exception("loading failed")
            self.problem, self.readiness = "The models could not be loaded; the program's log names the reason.", "failed"

    def _load_generator(self) -> None:
        try:
            assembly.load_generator(self.assistant())
        except RoadmapError as exc:  # the answer that needs it says so
            log.warning("the generator is not ready: %s", exc)


def _temporary_folder(data: Path) -> TemporaryDirectory[str]:
    """A folder that only its owner reads and that goes with the process. Raises ConversationsUnavailable."""
    try:
        return TemporaryDirectory(prefix="roadmap-", ignore_cleanup_errors=True)
    except OSError as exc:
        raise ConversationsUnavailable(
            f"Neither {data} nor a temporary folder can be written ({exc.strerror}); change the permissions of one of them."
        ) from exc


def _short(model_id: str) -> str:
    return model_id.rsplit("/", 1)[-1]
