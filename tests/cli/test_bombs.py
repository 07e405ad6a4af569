"""Whatever is put in the way of a run, it ends within ten seconds and one gigabyte, with one error that says why."""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10
MEMORY = 1024**3
CELL = '<c r="{}"><v>1</v></c>'
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
PROJECT = "sources: [{path: '*.csv'}]\nmappings: [mappings/*.yaml]\n"
MAPPING = """platform: own
exports:
  - report: one
    table: spend
    file: {{preamble: {{account: '{}'}}}}
    columns: {{day: 日, channel: {{const: a}}, spend: 钱}}
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the platform does not tell what a child needed")


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it needed: seconds of computing, and bytes of itself or of its largest child.

    The clock says more of how busy the machine is; a run that waits for nothing is killed by it all the same.
    """

    code: int
    out: str
    err: str
    seconds: float
    memory: int


def run(*arguments: str | Path, cwd: Path | None = None) -> Ended:
    """Run the command as a shell would, and measure it."""
    environ = {"PATH": os.environ["PATH"], "HOME": os.devnull, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "opsctl", *map(str, arguments)], cwd=cwd, env=environ, stdout=out, stderr=err
        )
        too_long = threading.Timer(6 * SECONDS, process.kill)
        too_long.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = used.ru_utime + used.ru_stime
        too_long.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        for stream in (out, err):
            stream.seek(0)
        return Ended(process.returncode, out.read().decode(), err.read().decode(), seconds, memory)


def assert_clean(ended: Ended, code: str) -> None:
    """One error of the code, no traceback, in time and in memory."""
    told = ended.out + ended.err
    assert "Traceback" not in told, told
    assert re.findall(r"OPS\d{3}", told)[:1] == [code], told
    assert len(re.findall(r"error\[", told)) == 1, told
    assert ended.code in {2, 3}
    assert ended.seconds < SECONDS
    assert ended.memory < MEMORY


# --- workbooks -----------------------------------------------------------------------------------------


def book(sheet: Iterable[str], texts: Iterable[str] = f'<sst xmlns="{SPREADSHEET}"/>') -> bytes:
    """A workbook of one sheet, and its shared texts, as XML in pieces: what makes bombs must stay small itself."""
    parts: dict[str, Iterable[str]] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="S" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="a" Type="{OFFICE}/worksheet" Target="worksheets/s.xml"/>'
        f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="texts.xml"/></Relationships>',
        "xl/worksheets/s.xml": sheet,
        "xl/texts.xml": texts,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in parts.items():
            with archive.open(name, "w") as part:
                for piece in [pieces] if isinstance(pieces, str) else pieces:
                    part.write(piece.encode())
    return stream.getvalue()


def sheet(*rows: str) -> Iterator[str]:
    yield f'<worksheet xmlns="{SPREADSHEET}"><sheetData>'
    yield from rows
    yield "</sheetData></worksheet>"


def far_cells() -> bytes:
    return book(
        sheet('<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    )


def swelling() -> bytes:
    """1 MB that unpacks to some 400."""
    row = '<row r="1"><c r="A1"/></row>' + " " * 4000
    return book(sheet(*[row * 100] * 1000))


def one_text_many_times() -> bytes:
    """A few MB in which every cell has the same long text: unpacked by a reader, 16 GB."""
    cells = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, 500_001))
    return book(sheet(cells), f'<sst xmlns="{SPREADSHEET}"><si><t>{"长" * 32_000}</t></si></sst>')


def many_texts() -> bytes:
    """Shared texts that no cell has."""
    some = "<si><t>aaaaaaaaaaaaaaaa</t></si>" * 10_000
    return book(sheet(), [f'<sst xmlns="{SPREADSHEET}">', *[some] * 1200, "</sst>"])


def entities() -> bytes:
    """A billion laughs."""
    levels = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    return book([f'<!DOCTYPE w [<!ENTITY l0 "ha">{levels}]>', *sheet(cell)])


def one_row_without_end() -> bytes:
    return book(sheet(f'<row r="1">{"<c/>" * 3_000_000}</row>'))


def one_cell_of_2_mb() -> bytes:
    return book(sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"长" * 2_000_000}</t></is></c></row>'))


def deep() -> bytes:
    return book(sheet("<x>" * 1_000_000))


def cut() -> bytes:
    return far_cells()[:-100]


def many_parts() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for at in range(60_000):
            archive.writestr(f"xl/{at}.xml", "")
    return stream.getvalue()


BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "far cells": (far_cells, "OPS110"),
    "1 MB that unpacks to 400": (swelling, "OPS110"),
    "one text many times": (one_text_many_times, "OPS110"),
    "many texts": (many_texts, "OPS110"),
    "a billion laughs": (entities, "OPS107"),
    "one row without end": (one_row_without_end, "OPS107"),
    "a cell of 2 MB": (one_cell_of_2_mb, "OPS110"),
    "a million levels": (deep, "OPS107"),
    "cut off": (cut, "OPS107"),
    "many parts": (many_parts, "OPS110"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_that_is_a_bomb_is_refused(tmp_path: Path, name: str) -> None:
    make, code = BOOKS[name]
    (tmp_path / "bomb.xlsx").write_bytes(make())
    assert_clean(run("query", "spend", tmp_path / "bomb.xlsx"), code)


# --- archives and texts --------------------------------------------------------------------------------


def packed() -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packing:
        for _ in range(1024):
            packing.write(bytes(1024 * 1024))
    return stream.getvalue()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(1024):
            member.write(bytes(1024 * 1024))
    return stream.getvalue()


def nested_json() -> bytes:
    return b"[" * 5000 + b"]" * 5000


def nested_objects() -> bytes:
    return b'{"a":' * 5000 + b"1" + b"}" * 5000


TEXTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "gzip": (packed, "OPS110"),
    "zip": (zipped, "OPS110"),
    "5000 lists": (nested_json, "OPS101"),
    "5000 objects": (nested_objects, "OPS101"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_swells_or_nests_is_refused(tmp_path: Path, name: str) -> None:
    make, code = TEXTS[name]
    (tmp_path / "bomb.csv").write_bytes(make())
    assert_clean(run("query", "spend", tmp_path / "bomb.csv"), code)


def test_a_cell_of_2_mb_is_no_reason_to_wait(tmp_path: Path) -> None:
    rows = f'day,channel,spend,note\n2025-01-01,A,1,{"x" * 2_000_000}\n2025-01-02,A,2,"{"y," * 1_000_000}"\n'
    (tmp_path / "a.csv").write_text(rows)
    ended = run("query", "spend", tmp_path / "a.csv", "--json")
    assert (ended.code, "Traceback" in ended.err) == (0, False), ended.err
    assert ended.seconds < SECONDS
    assert ended.memory < MEMORY


# --- what is no file -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["query", "inspect"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "dangling", "loop"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: str, command: str) -> None:
    path = tmp_path / "a.csv"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "folder":
            path.mkdir()
        case "dangling":
            path.symlink_to(tmp_path / "gone.csv")
        case _:
            path.symlink_to(path)
    ended = run(*(["query", "spend"] if command == "query" else ["inspect"]), path)
    asked = {"query": {"folder": "OPS401", "loop": "OPS004"}, "inspect": {"loop": "OPS107"}}[command]
    assert_clean(ended, {"dangling": "OPS004", **asked}.get(kind, "OPS101"))


def test_a_folder_is_read_without_its_links_pipes_and_devices(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day,channel,spend\n2025-01-01,A,1\n")
    (tmp_path / "passwd.csv").symlink_to("/etc/passwd")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "folder.csv").mkdir()
    ended = run("query", "spend", tmp_path)
    assert ended.code == 0, ended.err
    assert "root:" not in ended.out + ended.err
    assert ended.seconds < SECONDS


def test_a_pipe_in_a_folder_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day,channel,spend\n2025-01-01,A,1\n")
    os.mkfifo(tmp_path / "b.csv")
    ended = run("query", "spend", tmp_path)
    assert ended.code == 1
    assert re.findall(r"OPS\d{3}", ended.err) == ["OPS101"]
    assert ended.seconds < SECONDS


# --- configuration -------------------------------------------------------------------------------------


ALIASES = "a0: &a0 [x]\n" + "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 9))
YAML = {
    "aliases": ALIASES,
    "5000 lists": "channels: " + "[" * 5000 + "]" * 5000 + "\n",
    "5000 objects": "channels: " + "{a: " * 5000 + "}" * 5000 + "\n",
    "5000 levels": "".join(f"{' ' * at}a:\n" for at in range(5000)),
    "64 MB": "# " + "x" * 64 * 1024**2 + "\n",
    "a million keys": "".join(f"k{at}: 1\n" for at in range(1_000_000)),
}


@pytest.mark.parametrize("name", YAML)
def test_a_configuration_that_is_a_bomb_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "opsctl.yaml").write_text(YAML[name], encoding="utf-8")
    (tmp_path / "a.csv").write_text("day,channel,spend\n2025-01-01,A,1\n")
    assert_clean(run("query", "spend", "a.csv", cwd=tmp_path), "OPS301")


@pytest.mark.parametrize("name", YAML)
def test_a_mapping_that_is_a_bomb_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "own.yaml").write_text(YAML[name], encoding="utf-8")
    (tmp_path / "a.csv").write_text("day,channel,spend\n2025-01-01,A,1\n")
    assert_clean(run("query", "spend", "a.csv", cwd=tmp_path), "OPS301")


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|a)*$", "(.*a){25}$", "(?:a?){40}a{40}$"])
def test_a_pattern_of_a_mapping_cannot_be_made_to_hang(tmp_path: Path, pattern: str) -> None:
    mapping = MAPPING.format(pattern)
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "own.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "a.csv").write_text(f"{'a' * 200_000}!\n日,钱\n2025-01-01,1\n", encoding="utf-8")
    ended = run("query", "spend", cwd=tmp_path)
    assert "Traceback" not in ended.err
    assert ended.seconds < SECONDS, ended.err
    assert ended.memory < MEMORY


# --- what else is read ---------------------------------------------------------------------------------


def test_a_pattern_of_sources_follows_no_links(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text("sources: [{path: 'inbox/*.csv'}]\n")
    (inbox := tmp_path / "inbox").mkdir()
    (inbox / "a.csv").write_text("day,channel,spend\n2025-01-01,A,1\n")
    (inbox / "b.csv").symlink_to("/etc/passwd")
    (inbox / "c.csv").symlink_to("/dev/zero")
    ended = run("query", "spend", cwd=tmp_path)
    assert (ended.code, ended.err.count("error")) == (0, 0), ended.err
    (tmp_path / "opsctl.yaml").write_text("sources: [{path: inbox/d.csv}]\n")
    (inbox / "d.csv").symlink_to(inbox / "a.csv")
    assert run("query", "spend", cwd=tmp_path).code == 0


@pytest.mark.parametrize("content", ["[" * 5000 + "]" * 5000, '{"asked":' * 5000 + "1" + "}" * 5000])
def test_an_answer_that_nests_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "answer.json").write_text(content)
    assert_clean(run("verify", tmp_path / "answer.json"), "OPS403")


def test_a_device_is_neither_an_answer_nor_notes(tmp_path: Path) -> None:
    assert_clean(run("verify", "/dev/zero"), "OPS403")
    (tmp_path / "a.csv").write_text("day,channel,spend\n2025-01-01,A,1\n")
    assert_clean(run("report", tmp_path, "--period", "2025-01", "--notes", "/dev/zero"), "OPS303")
