"""Reading reference questions, and what is said of lines that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.answer import Turn
from evals.item_file import ItemsUnwritable, append_item
from evals.items import EvalItem, Evidence, ItemInvalid, ItemsMissing, item_json, load_items

GOOD = {
    "id": "five-001",
    "question": "How long?",
    "history": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}],
    "kind": "fact",
    "evidence": [{"document": "a.md", "quote": "two years"}],
    "reference": "Two years.",
    "must": [["two years", "2 years"]],
    "must_not": ["three"],
    "answerable": True,
    "split": "test",
    "never_break": True,
}


def written(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_an_item_comes_back_with_all_it_holds(tmp_path: Path) -> None:
    (item,) = load_items([written(tmp_path / "a.jsonl", GOOD)])
    assert item.history == (Turn("user", "hi"), Turn("assistant", "Hello."))
    assert item.evidence == (Evidence("a.md", "two years"),)
    assert item.must == (("two years", "2 years"),)
    assert (item.split, item.never_break, item.answerable) == ("test", True, True)
    assert item_json(item) == GOOD


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    short = {"id": "x", "question": "q", "kind": "off_topic", "answerable": False}
    (item,) = load_items([written(tmp_path / "a.jsonl", short)])
    assert (item.history, item.must, item.split, item.never_break) == ((), (), "dev", False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": " "}, "“question” has to be a text"),
        ({"id": "two words"}, "letters, digits"),
        ({"kind": "Fact!"}, "lower-case word"),
        ({"colour": "red"}, "“colour” is no key"),
        ({"must": ["two years"]}, "every entry of “must”"),
        ({"must": [[]]}, "every entry of “must”"),
        ({"must_not": ["**"]}, "at least one letter"),
        ({"must_not": "three"}, "“must_not” has to be a list"),
        ({"evidence": [{"document": "a.md"}]}, "“evidence” has to be"),
        ({"evidence": []}, "needs evidence"),
        ({"answerable": False}, "a question with evidence is answerable"),
        ({"answerable": False, "evidence": []}, "a refusal makes no point"),
        ({"answerable": "yes"}, "true or false"),
        ({"split": "train"}, "dev, test"),
        ({"history": [{"role": "system", "content": "x"}]}, "“history” has to be"),
    ],
)
def test_a_wrong_value_is_named_with_file_and_line(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = written(tmp_path / "a.jsonl", GOOD, GOOD | {"id": "second"} | change)
    with pytest.raises(ItemInvalid) as caught:
        load_items([path])
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.path) == (2, str(path))


def test_a_line_that_is_no_json_is_named_with_its_column(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\n{"id": }\n', encoding="utf-8")
    with pytest.raises(ItemInvalid, match=r"line 2: this is no JSON: .* column 8"):
        load_items([path])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[" * 100_000, "without end"),
        ('{"id": ' + "1" * 5000 + "}", "too many digits"),
        (json.dumps(GOOD | {"question": "a \ud83d?"}), "half a character (\\ud83d)"),
    ],
)
def test_what_json_allows_and_nobody_can_ask_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(ItemInvalid) as caught:
        load_items([path])
    assert f"{path}, line 2: " in str(caught.value) and said in str(caught.value)


def test_an_item_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(ItemInvalid, match="“must”"):
        append_item(path, EvalItem("one", "q?", "fact", evidence=(Evidence("a.md", "x"),), must=(("",),)))
    assert not path.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ItemsUnwritable, match="cannot be written"):
        append_item(tmp_path / "file" / "a.jsonl", EvalItem("one", "q?", "fact", answerable=False))


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n\n" + '{"id": "é"}'.encode("latin-1"))
    with pytest.raises(ItemInvalid, match="line 3: this is no UTF-8"):
        load_items([path])


def test_an_id_may_be_used_once_over_all_files(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a.jsonl", GOOD), written(tmp_path / "b.jsonl", GOOD)
    with pytest.raises(ItemInvalid, match=r"b\.jsonl, line 1: the id “five-001” is taken already \(.*a\.jsonl, line 1\)"):
        load_items([first, second])


def test_a_missing_or_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ItemsMissing, match="does not exist"):
        load_items([tmp_path / "none.jsonl"])
    with pytest.raises(ItemsMissing, match="no reference question"):
        load_items([written(tmp_path / "empty.jsonl")])


def test_an_appended_item_is_read_again_even_after_a_file_without_a_last_line_break(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.jsonl"
    append_item(path, EvalItem("one", "q?", "off_topic", answerable=False))
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    append_item(path, EvalItem("two", "w\u2028?", "off_topic", answerable=False))
    assert [item.question for item in load_items([path])] == ["q?", "w\u2028?"]
    with pytest.raises(ItemInvalid, match="taken already"):
        append_item(path, EvalItem("one", "other", "off_topic", answerable=False))


def test_the_digest_follows_what_counts_as_right_and_nothing_else(tmp_path: Path) -> None:
    item, other, moved = load_items(
        [written(tmp_path / "a.jsonl", GOOD, GOOD | {"id": "b", "must": [["3 years"]]}, GOOD | {"id": "c", "split": "dev"})]
    )
    digests = {
        EvalItem(**{name: getattr(x, name) for name in x.__slots__} | {"id": "same", "origin": ""}).digest
        for x in (item, other, moved)
    }
    assert len(digests) == 2
