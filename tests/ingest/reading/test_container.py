"""What a file is, is decided by its bytes; what is no table is refused with what it is."""

from __future__ import annotations

import errno
import gzip
import io
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest

from opsctl.core.errors import DamagedFile, EmptyFile, NoSuchPath, NotATable, OpsctlError, TooLarge
from opsctl.ingest.reading import Content, container, unpack
from tests.ingest.reading.reader import read

TABLE = "日期,消耗\n2025-01-05,1.50\n".encode()


def saved(folder: Path, data: bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def contents(found: list[Content]) -> list[tuple[str, bytes]]:
    return [(one.name, one.data) for one in found]


def test_a_plain_file_is_one_table(tmp_path: Path) -> None:
    path = saved(tmp_path, TABLE)
    assert contents(unpack(path)) == [(str(path), TABLE)]


def test_a_gzip_file_is_unpacked_even_when_it_is_named_csv(tmp_path: Path) -> None:
    path = saved(tmp_path, gzip.compress(TABLE, mtime=0))
    assert contents(unpack(path)) == [(str(path), TABLE)]


def test_gzip_parts_that_follow_each_other_are_one_file(tmp_path: Path) -> None:
    path = saved(tmp_path, gzip.compress(TABLE[:10], mtime=0) + gzip.compress(TABLE[10:], mtime=0) + bytes(512))
    assert contents(unpack(path)) == [(str(path), TABLE)]


def test_the_tables_of_a_zip_come_sorted_by_name_and_without_what_the_mac_adds(tmp_path: Path) -> None:
    members = {"b.csv": b"b", "a/c.TXT": b"c", "readme.md": b"", "__MACOSX/._b.csv": b"x", ".hidden.csv": b"x"}
    path = saved(tmp_path, zipped(members), "week.zip")
    assert contents(unpack(path)) == [(f"{path}/a/c.TXT", b"c"), (f"{path}/b.csv", b"b")]


def test_a_member_named_in_the_encoding_of_windows_keeps_its_chinese_name(tmp_path: Path) -> None:
    data = zipped({"abcd.csv": TABLE}).replace(b"abcd.csv", "抖音.csv".encode("gb18030"))
    path = saved(tmp_path, data, "week.zip")
    assert contents(unpack(path)) == [(f"{path}/抖音.csv", TABLE)]


def test_parquet_is_known_by_both_its_ends_and_left_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    pl.DataFrame({"spend": [1]}).write_parquet(path)
    [found] = unpack(path)
    assert (found.kind, found.path) == ("parquet", path)
    assert found.data == path.read_bytes()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\n\n  \n<!DOCTYPE html><html></html>", "HTML"),
        (b'<table border="1"><tr><td>1</td></tr></table>', "HTML"),
        ("\ufeff<html>".encode("utf-16-le"), "HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"<Error><Code>AccessDenied</Code></Error>", "XML"),
        (b'{"code": 40001, "message": "no permission"}', "JSON"),
        (b'\xef\xbb\xbf[{"day": "2025-01-05"}]', "JSON"),
        (b"[]", "JSON"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "Excel workbook"),
        (zipped({"word/document.xml": b"<x/>"}), "Office document"),
        (
            zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
            "OpenDocument",
        ),
        (zipped({"readme.md": b"x"}), "no .csv"),
        (gzip.compress(gzip.compress(TABLE, mtime=0), mtime=0), "archive inside an archive"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(NotATable, match=what) as refusal:
        unpack(saved(tmp_path, data))
    assert refusal.value.hint


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\n \r\n\n", gzip.compress(b"", mtime=0)])
def test_a_file_without_text_is_empty(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(EmptyFile):
        unpack(saved(tmp_path, data))


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TABLE * 50, mtime=0)[:-9],
        gzip.compress(TABLE, mtime=0) + b"more",
        zipped({"a.csv": TABLE})[:-9],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        b"PAR1" + bytes(40),
        b"PAR1",
        bytes(4096),
    ],
)
def test_a_file_that_ends_early_is_damaged(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DamagedFile):
        unpack(saved(tmp_path, data))


def test_a_member_whose_bytes_do_not_match_its_checksum_is_damaged(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", TABLE)
    with pytest.raises(DamagedFile):
        unpack(saved(tmp_path, stream.getvalue().replace(b"1.50", b"9.50")))


def test_an_archive_that_swells_out_of_proportion_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "HARMLESS", 1024)
    bomb = bytes(2 * 1024 * 1024)
    for name, data in (("a.gz", gzip.compress(bomb, mtime=0)), ("a.zip", zipped({"a.csv": bomb}))):
        with pytest.raises(TooLarge):
            unpack(saved(tmp_path, data, name))


def test_a_file_larger_than_any_export_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "LARGEST", 8)
    with pytest.raises(TooLarge):
        unpack(saved(tmp_path, TABLE))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_a_device_and_a_folder_are_refused_and_nothing_hangs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path(os.devnull), tmp_path):
        with pytest.raises(NotATable, match="no regular file"):
            unpack(path)


def test_a_path_that_names_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath):
        unpack(tmp_path / "missing.csv")


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    path = saved(tmp_path, TABLE)
    monkeypatch.setattr(container, "_is_large_text", fail)
    with pytest.raises(DamagedFile, match="cannot be read"):
        unpack(path)


def test_one_bad_member_is_refused_when_it_is_read_and_not_before(tmp_path: Path) -> None:
    good, page = unpack(saved(tmp_path, zipped({"a.csv": TABLE, "b.csv": b"<html>"}), "w.zip"))
    assert read(good.data, "日期,消耗").cells.height == 1
    with pytest.raises(NotATable):
        read(page.data, "日期,消耗")


def test_a_refusal_never_shows_a_value(tmp_path: Path) -> None:
    with pytest.raises(OpsctlError) as refusal:
        unpack(saved(tmp_path, b'{"phone": "13800138000"}'))
    assert "13800138000" not in "\n".join(refusal.value.lines())


@pytest.mark.parametrize("other", ["more.parquet", "2月.zip", "book.xlsb"])
def test_what_an_archive_holds_besides_is_not_left_out_in_silence(tmp_path: Path, other: str) -> None:
    path = saved(tmp_path, zipped({"a.csv": TABLE, other: b"PK"}), "exports.zip")
    with pytest.raises(NotATable, match="also holds") as refused:
        unpack(path)
    assert ("in the archive", other) in refused.value.details


@pytest.mark.parametrize("other", ["__MACOSX/._more.parquet", ".hidden/more.zip", "pictures.zip/"])
def test_what_a_computer_adds_to_an_archive_is_no_part_of_it(tmp_path: Path, other: str) -> None:
    (found,) = unpack(saved(tmp_path, zipped({"a.csv": TABLE, other: b""}), "exports.zip"))
    assert found.name.endswith("exports.zip/a.csv")
