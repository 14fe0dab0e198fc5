"""What the mode auto does follows from what was measured, and only from enough of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.measured import FILE, Measured, read_measured, save_measured


@pytest.mark.parametrize(
    ("measured", "better"),
    [
        (Measured("m", 100, 0.8, 0.7, 0.01), "write"),
        (Measured("m", 100, 0.8, 0.7, 0.2), "quote"),  # chance
        (Measured("m", 100, 0.7, 0.8, 0.01), "quote"),
        (Measured("m", 10, 1.0, 0.0, 0.001), "quote"),  # too few questions
        (Measured("m", 100, 0.7, 0.7, 1.0), "quote"),
    ],
)
def test_writing_is_chosen_only_where_it_was_measured_to_be_better(measured: Measured, better: str) -> None:
    assert measured.better == better


def test_measurements_of_several_models_lie_side_by_side_and_the_newest_counts(tmp_path: Path) -> None:
    assert read_measured(tmp_path, "small") is None
    small, large = Measured("small", 50, 0.5, 0.7, 1.0), Measured("large/7b", 50, 0.9, 0.7, 0.01)
    save_measured(tmp_path, small)
    save_measured(tmp_path, large)
    assert read_measured(tmp_path, "small") == small
    assert read_measured(tmp_path, "large/7b") == large
    again = Measured("small", 60, 0.9, 0.7, 0.001)
    save_measured(tmp_path, again)
    assert read_measured(tmp_path, "small") == again
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"small": 5}', b'{"small": {"model": "small"}}', b"\xff"])
def test_a_file_that_cannot_be_read_counts_as_no_measurement(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert read_measured(tmp_path, "small") is None
    save_measured(tmp_path, Measured("small", 50, 0.5, 0.7, 1.0))
    assert read_measured(tmp_path, "small") is not None
