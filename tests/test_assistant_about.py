"""What is taken for a question about the program itself, and what is said then."""

from __future__ import annotations

import pytest

from assistant.about import about_assistant, asks_about_assistant


@pytest.mark.parametrize(
    "question",
    [
        "what can you do", "Hi, what can you do for me?", "Can you tell me what you can do?", "What can you help me with?",
        "who are you?", "hello, who are you", "What’s this assistant for?", "how does this app work?",
        "What questions can I ask?", "what should I ask", "Are you a bot?", "help", "Which documents do you have?",
        "Could you tell me which documents you have?", "what sources do you use?", "How many documents are there?",
        "List all documents", "How do I use this tool?", "show me the files please", "What is in the library?",
    ],
)  # fmt: skip
def test_questions_about_the_program_are_known(question: str) -> None:
    assert asks_about_assistant(question)


@pytest.mark.parametrize(
    "question",
    [
        "What can you do with NumPy?", "what can I do", "What can I do after phase 1?", "what is this?", "How do I use this?",
        "How do I use Git?", "How do you work with missing data?", "What sources are there?", "Which documents do I need?",
        "What are your sources for salaries?", "Who are you hiring?", "What should I learn?", "help me learn SQL", "hi", "",
        "List the files of a Python package", "hi " * 5000,
    ],
)  # fmt: skip
def test_what_has_a_subject_of_its_own_is_left_to_the_documents(question: str) -> None:
    assert not asks_about_assistant(question)


def test_the_reply_counts_the_documents_and_names_two_questions() -> None:
    reply = about_assistant(1200, "The Library page lists the documents.", ["A?", "B?", "C?"])
    assert "from 1,200 documents" in reply
    assert reply.endswith("The Library page lists the documents. Ask, for example, “A?” or “B?”")
    assert about_assistant(1, "Here.", []).endswith("do not cover. Here.")
