"""LlamaIndex: VectorStoreIndex over its default store, SentenceSplitter, refresh of changed documents."""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from evals.benchmarks.task import SAME, Task, read_texts, run

CHARACTERS = 4  # a token of its splitter, about


class LlamaIndex:
    """As its starter tutorial with local models."""

    def __init__(self, task: Task) -> None:
        self._task = task
        Settings.embed_model = HuggingFaceEmbedding(model_name=task.weights, device="cpu")
        if task.cut == "same":
            Settings.node_parser = SentenceSplitter(chunk_size=SAME // CHARACTERS, chunk_overlap=0)

    def build(self) -> int:
        """From documents with ids, so that they can be refreshed."""
        self._index = VectorStoreIndex.from_documents(self._documents())
        self._index.storage_context.persist(self._task.data)
        return len(self._index.docstore.docs)

    def update(self) -> None:
        """`refresh_ref_docs` embeds what has another hash than before."""
        if any(self._index.refresh_ref_docs(self._documents())):
            self._index.storage_context.persist(self._task.data)

    def search(self, question: str) -> Sequence[str]:
        """The default retriever."""
        return [found.node.get_content() for found in self._index.as_retriever(similarity_top_k=5).retrieve(question)]

    def _documents(self) -> list[Document]:
        return [Document(text=text, doc_id=name) for name, text in read_texts(self._task).items()]


if __name__ == "__main__":
    run(LlamaIndex)
