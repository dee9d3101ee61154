"""A file is written whole, or stays as it was."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from asgilab.sessions._writing import written


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def torn() -> Iterator[str]:
    yield "new\n"
    msg = "the session cannot be read on"
    raise ValueError(msg)


def test_the_lines_are_in_the_file_and_nothing_is_left_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert written(path, ["one\n", "two\n"]) == path
    assert path.read_bytes() == b"one\ntwo\n"
    assert names(tmp_path) == ["a.jsonl"]


def test_a_failure_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old\n")
    with pytest.raises(ValueError, match="cannot be read on"):
        written(path, torn())
    assert path.read_text() == "old\n"
    assert names(tmp_path) == ["a.jsonl"]


def test_a_failure_leaves_no_file_where_there_was_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read on"):
        written(tmp_path / "a.jsonl", torn())
    assert names(tmp_path) == []


def test_the_rights_of_an_older_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old\n")
    path.chmod(0o600)
    written(path, ["new\n"])
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("old\n")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    written(tmp_path / "link.jsonl", ["new\n"])
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text() == "new\n"


def test_what_is_no_ordinary_file_is_written_to_as_it_is() -> None:
    assert written(Path(os.devnull), ["one\n"]) == Path(os.devnull)
    assert not Path(os.devnull).is_file()
