"""One answer into several files: each as its extension says, all of them or none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from opsctl.cli.whole import write_all
from opsctl.core.errors import CannotWrite
from opsctl.render import formats
from tests.cli.inside import opsctl

BOM = "\ufeff".encode()


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text("day,channel,spend\n2025-03-01,抖音,100\n2025-03-02,B,90\n", encoding="utf-8")
    return tmp_path


ASK = ("query", "spend", "good.csv", "--by", "channel")


def content(path: Path) -> str:
    return path.read_bytes().removeprefix(BOM).decode()


def test_each_file_holds_what_its_extension_says_and_stdout_nothing(exports: Path) -> None:
    names = [f"w21.{'txt' if name == 'table' else name}" for name in formats()]
    ran = opsctl(*ASK, *(part for name in names for part in ("-o", name)), cwd=exports)
    assert (ran.code, ran.out) == (0, "")
    for name, format_ in zip(names, formats(), strict=True):
        assert content(exports / name) == opsctl(*ASK, "-f", format_, cwd=exports).out
    assert {path.name for path in exports.iterdir()} == {"good.csv", *names}


def test_a_csv_file_is_marked_as_utf_8_for_spreadsheets_and_nothing_else_is(exports: Path) -> None:
    opsctl(*ASK, "-o", "w21.csv", "-o", "w21.json", "-o", "w21.md", cwd=exports)
    marked = {path.suffix: path.read_bytes().startswith(BOM) for path in exports.glob("w21.*")}
    assert marked == {".csv": True, ".json": False, ".md": False}
    assert opsctl(*ASK, "-f", "csv", cwd=exports).out == "channel,spend\nB,90.0000\n抖音,100.0000\n"


def test_a_csv_that_was_written_can_be_read_again(exports: Path) -> None:
    opsctl(*ASK, "--by", "day,channel", "-o", "spend.csv", cwd=exports)
    again = opsctl("query", "spend", "spend.csv", "--by", "channel", "--json", cwd=exports)
    assert again.figure("spend", channel="抖音")["value"] == "100.0000"


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (("-o", "a.json", "-o", "a.exe"), "OPS001", "exe"),
        (("-o", "a.json", "-o", "a"), "OPS001", "asks for no format"),
        (("-o", "a.json", "-o", "./a.json"), "OPS005", "twice"),
        (("-o", "a.json", "-o", "a.md", "--json"), "OPS005", "one format, json, for 2 files"),
        (("-o", "a.json", "-o", "a.md", "-f", "md"), "OPS005", "one format, md, for 2 files"),
    ],
)
@pytest.mark.parametrize(
    "command", ["query spend missing", "report missing", "explain cpa missing", "validate missing"]
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    exports: Path, command: str, asked: tuple[str, ...], code: str, says: str
) -> None:
    if command.startswith("validate"):
        asked = tuple(one.replace(".md", ".xml").replace("md", "junit") for one in asked)
        says = says.replace("md", "junit")
    ran = opsctl(*command.split(), *asked, cwd=exports)
    assert (ran.code, ran.out) == (2, "")
    assert f"error[{code}]" in ran.err
    assert says in ran.err
    assert "missing" not in ran.err
    assert [path.name for path in exports.iterdir()] == ["good.csv"]


def test_one_file_may_have_the_format_that_is_named(exports: Path) -> None:
    assert opsctl(*ASK, "-o", "answer.dat", "-f", "csv", cwd=exports).code == 0
    assert (exports / "answer.dat").read_bytes().startswith(BOM)


@pytest.mark.parametrize("order", [("a.json", "missing/a.md"), ("missing/a.md", "a.json")])
def test_where_one_file_cannot_be_written_it_is_named_and_none_is_there(exports: Path, order: tuple[str, ...]) -> None:
    ran = opsctl(*ASK, *(part for name in order for part in ("-o", name)), cwd=exports)
    assert ran.code == 4
    assert f"'{Path('missing/a.md')}'" in ran.err
    assert [path.name for path in exports.iterdir()] == ["good.csv"]


def test_a_folder_in_the_place_of_one_leaves_the_others_as_they_were(exports: Path) -> None:
    (exports / "a.md").mkdir()
    (exports / "a.json").write_text("before")
    ran = opsctl(*ASK, "-o", "a.json", "-o", "a.md", cwd=exports)
    assert (ran.code, "'a.md'" in ran.err) == (4, True)
    assert (exports / "a.json").read_text() == "before"
    assert {path.name for path in exports.iterdir()} == {"good.csv", "a.json", "a.md"}


def test_a_file_that_cannot_take_its_place_sends_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, stuck = (tmp_path / name for name in ("old", "new", "stuck"))
    old.write_bytes(b"before")
    replace = Path.replace

    def refuse(part: Path, path: Path) -> Path:
        if path == stuck:
            raise OSError(13, "Permission denied")
        return replace(part, path)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(CannotWrite, match="stuck"):
        write_all({old: b"after", new: b"after", stuck: b"after"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"old": b"before"}


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path, exists: bool) -> None:  # noqa: FBT001
    real, link = tmp_path / "real", tmp_path / "link"
    if exists:
        real.write_bytes(b"before")
    link.symlink_to(real)
    write_all({link: b"after"})
    assert link.is_symlink()
    assert real.read_bytes() == b"after"


@pytest.mark.skipif(sys.platform == "win32", reason="devices of POSIX")
def test_a_device_beside_a_file_stays_a_device(tmp_path: Path) -> None:
    write_all({Path(os.devnull): b"gone", tmp_path / "kept": b"kept"})
    assert Path(os.devnull).is_char_device()
    assert (tmp_path / "kept").read_bytes() == b"kept"


def test_validate_and_explain_write_several_files_too(exports: Path) -> None:
    assert opsctl("validate", "good.csv", "-o", "v.json", "-o", "v.xml", "-o", "v.txt", cwd=exports).code == 0
    assert content(exports / "v.xml").startswith("<?xml")
    assert opsctl("explain", "spend", "good.csv", "-o", "e.json", "-o", "e.md", cwd=exports).code == 0
    assert content(exports / "e.md").startswith("# ")
    assert opsctl("explain", "cpa", "-o", "n.json", "-o", "n.txt", cwd=exports).code == 0
    assert content(exports / "n.json").startswith("{")
