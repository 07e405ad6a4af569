"""Which files are read: those named, those in folders named, or those of the project's sources; and who is told."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest

from opsctl.core.errors import BadConfiguration, NoSource, NoSuchPath
from opsctl.ingest.load import load
from opsctl.ingest.sources import Files, files
from tests.ingest.exports import account, project, read, refusals, values, write

HEAD = "day,channel,spend\n"


def spend(channel: str) -> str:
    return f"{HEAD}2025-01-05,{channel},1\n"


def zipped(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def listed(folder: Path) -> Files:
    return files([folder], project(folder))


def names(found: Files, folder: Path) -> list[str]:
    return [Path(one.name).relative_to(folder).as_posix() for one in found.found]


def test_a_folder_stands_for_its_tables_however_deep_sorted_by_name(tmp_path: Path) -> None:
    tables = ["a.csv", "b/c/d.TSV", "b/e.txt", "f.parquet", "g.csv.gz", "h.txt.GZ", "i.zip"]
    write(tmp_path, dict.fromkeys(reversed(tables), "x"))
    assert names(listed(tmp_path), tmp_path) == tables


def test_files_of_other_names_are_passed_over_and_can_be_told(tmp_path: Path) -> None:
    others = ["notes.md", "opsctl.yaml", "plan.docx", "report.gz", "w01"]
    write(tmp_path, dict.fromkeys([*others, "w01.csv"], "version: 1\n"))
    found = listed(tmp_path)
    assert names(found, tmp_path) == ["w01.csv"]
    assert ([Path(name).name for name in found.passed_over], found.unread) == (others, ())


def test_what_may_hold_rows_and_is_not_read_is_known(tmp_path: Path) -> None:
    others = ["a.rar", "b.html", "c.XLSB", "d.tar.gz.7z"]
    write(tmp_path, dict.fromkeys([*others, "notes.md", "w01.csv"], "x"))
    assert [Path(name).name for name in listed(tmp_path).unread] == others


@pytest.mark.parametrize(
    "name", [".w01.csv", "._w01.csv", "~$w01.csv", ".~lock.w01.csv", ".git/w01.csv", "a/.b/c/w01.csv"]
)
def test_hidden_and_lock_files_are_skipped_without_a_word(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: spend("A")})
    assert listed(tmp_path) == Files(())


def test_a_folder_that_is_hidden_itself_is_read_when_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, {".exports/w01.csv": spend("A")})
    assert len(files([tmp_path / ".exports"], project(tmp_path)).found) == 1


def test_links_in_a_folder_are_passed_over_and_a_link_that_is_named_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"real/w01.csv": spend("A")})
    (tmp_path / "inbox").mkdir()
    (link := tmp_path / "inbox" / "w01.csv").symlink_to(tmp_path / "real" / "w01.csv")
    (tmp_path / "inbox" / "folder").symlink_to(tmp_path / "real")
    found = files([tmp_path / "inbox"], project(tmp_path))
    assert (found.found, [Path(name).name for name in found.unread]) == ((), ["w01.csv"])
    assert [one.path for one in files([link], project(tmp_path)).found] == [link]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_a_folder_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    write(tmp_path, {"good.csv": spend("A")})
    os.mkfifo(tmp_path / "pipe.csv")
    chosen = project(tmp_path)
    assert refusals(load(files([tmp_path], chosen), chosen)) == [("OPS101", "pipe.csv")]


def test_packed_tables_are_read_by_what_they_hold(tmp_path: Path) -> None:
    frame = pl.DataFrame({"day": ["2025-01-05"], "channel": ["D"], "spend": ["1"]})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    contents = {
        "a.csv.gz": gzip.compress(spend("A").encode(), mtime=0),
        "b.zip": zipped(
            **{"w1.csv": spend("B"), "inner/w2.csv": spend("C"), ".hidden.csv": spend("X"), "notes.md": "x"}
        ),
        "d.parquet": buffer.getvalue(),
    }
    loaded = read(tmp_path, contents)
    assert sorted(values(loaded, "spend", "channel")) == [("A",), ("B",), ("C",), ("D",)]
    assert [one.file.removeprefix(f"{tmp_path.as_posix()}/") for one in loaded.inputs] == [
        "a.csv.gz", "b.zip/inner/w2.csv", "b.zip/w1.csv", "d.parquet",
    ]  # fmt: skip


def test_a_member_that_is_no_table_does_not_take_the_others_of_its_archive_with_it(tmp_path: Path) -> None:
    members = {"readme.txt": "数据说明\n仅供内部使用\n", "w1.csv": spend("B")}
    loaded = read(tmp_path, {"b.zip": zipped(**members)})
    assert values(loaded, "spend", "channel") == [("B",)]
    assert [(error.code, error.file) for error in loaded.refused] == [
        ("OPS102", f"{tmp_path.as_posix()}/b.zip/readme.txt")
    ]


def test_a_refusal_names_the_file_as_the_project_does(tmp_path: Path) -> None:
    write(tmp_path, {"exports/login.csv": "<html><body>", "exports/cut.zip": b"PK\x03\x04"})
    chosen = project(tmp_path, "sources: [{path: exports/*}]\n")
    assert [error.file for error in load(files([], chosen), chosen).refused] == ["exports/cut.zip", "exports/login.csv"]


def test_a_file_named_outright_is_tried_whatever_its_name_is(tmp_path: Path) -> None:
    write(tmp_path, {"export.bin": spend("A"), ".hidden": spend("B")})
    chosen = project(tmp_path)
    loaded = load(files([tmp_path / "export.bin", tmp_path / ".hidden"], chosen), chosen)
    assert sorted(values(loaded, "spend", "channel")) == [("A",), ("B",)]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"x/w01.csv": spend("A")})
    paths = [tmp_path / "x" / "w01.csv", tmp_path, tmp_path / "x" / ".." / "x" / "w01.csv"]
    assert len(files(paths, project(tmp_path)).found) == 1


def test_in_whatever_order_paths_are_given_files_come_by_name(tmp_path: Path) -> None:
    write(tmp_path, {"b.csv": spend("B"), "a.csv": spend("A")})
    there, back = ([tmp_path / "a.csv", tmp_path / "b.csv"][::step] for step in (1, -1))
    assert files(there, project(tmp_path)) == files(back, project(tmp_path))


def test_a_path_that_names_nothing_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath, match="nowhere"):
        files([tmp_path / "nowhere"], project(tmp_path))


# --- the project's sources --------------------------------------------------------------------------------


def test_without_a_path_a_project_reads_its_sources_by_the_names_they_have_in_it(tmp_path: Path) -> None:
    write(tmp_path, {"exports/b.csv": spend("B"), "exports/a.csv": spend("A"), "other/c.csv": spend("C")})
    chosen = project(tmp_path, "sources: [{path: exports/*.csv}]\n")
    found = files([], chosen)
    assert [one.name for one in found.found] == ["exports/a.csv", "exports/b.csv"]
    assert [one.file for one in load(found, chosen).inputs] == ["exports/a.csv", "exports/b.csv"]


def test_a_file_that_two_sources_cover_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": spend("A")})
    chosen = project(tmp_path, "sources: [{path: a.csv}, {path: '**/*.csv'}]\n")
    assert [one.name for one in files([], chosen).found] == ["a.csv"]


@pytest.mark.parametrize("name", ["._a.csv", ".a.csv", ".cache/a.csv", "~$a.csv"])
def test_a_pattern_does_not_reach_hidden_and_lock_files(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: spend("A"), "b.csv": spend("B")})
    chosen = project(tmp_path, "sources: [{path: '**/*.csv'}]\n")
    assert [one.name for one in files([], chosen).found] == ["b.csv"]


def test_a_pattern_without_a_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": spend("A")})
    chosen = project(tmp_path, "sources: [{path: a.csv}, {path: exprots/*.csv}]\n")
    assert files([], chosen).unmatched == ("exprots/*.csv",)


@pytest.mark.parametrize("pattern", ["/exports/*.csv", "***.csv"])
def test_a_pattern_that_is_none_is_an_error_of_the_configuration(tmp_path: Path, pattern: str) -> None:
    chosen = project(tmp_path, f"sources: [{{path: '{pattern}'}}]\n")
    with pytest.raises(BadConfiguration, match="is no pattern"):
        files([], chosen)


def test_what_a_source_says_holds_for_its_files_also_when_they_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"exports/a.csv": spend("A")})
    chosen = project(tmp_path, "sources: [{path: exports/*.csv, account: main}]\n")
    loaded = load(files([tmp_path / "exports" / "a.csv"], chosen), chosen)
    assert values(loaded, "spend", "account") == [("main",)]
    assert account(loaded).accepted == 1


def test_neither_path_nor_project_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NoSource):
        files([], project(tmp_path))


def test_a_project_without_sources_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NoSource, match="declares no sources"):
        files([], project(tmp_path, "currency: CNY\n"))
