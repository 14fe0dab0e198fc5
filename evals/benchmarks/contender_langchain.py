"""LangChain: RecursiveCharacterTextSplitter, FAISS, and its indexing API for changed documents."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from evals.benchmarks.task import SAME, Task, read_texts, run


class LangChain:
    """As its tutorials on semantic search and on the indexing API."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._embeddings = HuggingFaceEmbeddings(model_name=task.weights, model_kwargs={"device": "cpu"})
        same = {"chunk_size": SAME, "chunk_overlap": 0} if task.cut == "same" else {}
        self._splitter = RecursiveCharacterTextSplitter(**same)
        self._records = InMemoryRecordManager(namespace="benchmark")
        dimension = len(self._embeddings.embed_query("dimension"))
        self._store = FAISS(self._embeddings, faiss.IndexFlatL2(dimension), InMemoryDocstore(), {})

    def build(self) -> int:
        """Everything is new."""
        self.update()
        return len(self._store.index_to_docstore_id)

    def update(self) -> None:
        """The indexing API embeds passages it has not seen and deletes those that are gone."""
        done = index(self._passages(), self._records, self._store, cleanup="incremental", source_id_key="source")
        if done["num_added"] or done["num_deleted"]:
            self._store.save_local(self._task.data)

    def search(self, question: str) -> Sequence[str]:
        """The default similarity search."""
        return [found.page_content for found in self._store.similarity_search(question, k=5)]

    def _passages(self) -> list[Document]:
        whole = [Document(text, metadata={"source": name}) for name, text in read_texts(self._task).items()]
        return list(self._splitter.split_documents(whole))


if __name__ == "__main__":
    run(LangChain)
