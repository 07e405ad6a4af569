"""No byte of a person leaves: canaries in every column, header and file name come out of no command.

Five kinds are planted: a mobile number, an id card with a valid check digit, an e-mail address, a person's name, a
token. Two things are shown by design and looked at apart: `inspect` shows a file to the person who has it, and a
person's name cannot be told from others where it is the name of a campaign, a channel, a column or a file.
"""

from __future__ import annotations

import csv
import io
import itertools
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from opsctl.ingest.people import PERSONAL_IDS
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns
from tests.cli.inside import opsctl
from tests.command import Ran

CANARIES = {
    "phone": "13912345678",
    "card": "11010519491231002X",
    "email": "li.na@example.com",
    "name": "欧阳晓岚",
    "token": "oQz7_bKjrP4lm6x2sgVt7hMZOPfL",
}
SHAPED = [kind for kind in CANARIES if kind != "name"]
GOOD = {
    "spend": {"day": "2025-03-{at:02}", "channel": "A", "spend": "70", "currency": "CNY", "impressions": "900"},
    "acquisition": {"user": "u{at}", "acquired_at": "2025-03-{at:02} 10:00:00", "channel": "A"},
    "activity": {"user": "u{at}", "at": "2025-03-{at:02} 12:00:00", "event": "open"},
    "order": {"order": "o{at}", "paid_at": "2025-03-{at:02} 12:00:00", "paid": "20", "user": "u{at}"},
    "cohort": {"day": "2025-04-{at:02}", "channel": "A", "offset": "0", "users": "9", "active": "9"},
}  # fmt: skip
NUMBERS = (Kind.MONEY, Kind.QUANTITY, Kind.COUNT, Kind.NUMBER)  # there, a number is what it says
DAYS = range(1, 29)
PERIOD = ("--period", "2025-03-10..2025-03-16", "--as-of", "2025-03-28")
COMMANDS = {
    "report": ("report", "in", *PERIOD),
    "report-en": ("report", "in", *PERIOD, "--locale", "en", "--width", "200", "-v"),
    "report-json": ("report", "in", *PERIOD, "--json"),
    "report-files": ("report", "in", *PERIOD, "-o", "r.html", "-o", "r.md", "-o", "r.csv", "-o", "r.json"),
    "report-rejects": ("report", "in", *PERIOD, "--rejects", "rejects.csv"),
    "report-strict": ("report", "in", *PERIOD, "--strict"),
    "query": ("query", "cpa,retention_d1,roas,net_paid", "in", "--by", "channel,campaign", "--json"),
    "query-csv": ("query", "acquisitions", "in", "--by", "sub_channel,landing", "-f", "csv"),
    "query-attribute": ("query", "acquisitions", "in", "--by", "slogan,level"),
    "query-user": ("query", "acquisitions", "in", "--by", "user"),
    "query-personal": ("query", "acquisitions", "in", "--by", "手机"),
    "query-where": ("query", "acquisitions", "in", "--where", f"campaign={CANARIES['phone']}"),
    "query-unknown": ("query", "acquisitions", "in", "--where", f"level={CANARIES['email']}"),
    "prune": ("prune", "in"),
    "prune-json": ("prune", "in", "--json", "--channel", "A"),
    "why": ("why", "cpa", "in", *PERIOD),
    "year-end": ("year-end", "2025", "in"),
    "year-end-html": ("year-end", "2025", "in", "-o", "year.html"),
    "explain": ("explain", "cpa", "in", "--channel", "A"),
    "validate": ("validate", "in"),
    "validate-json": ("validate", "in", "-f", "json"),
    "validate-github": ("validate", "in", "-f", "github"),
    "validate-gitlab": ("validate", "in", "-f", "gitlab"),
    "validate-junit": ("validate", "in", "-f", "junit"),
    "init": ("init", "drafted", "--from", "in"),
    "init-dry": ("init", "drafted", "--from", "in", "-n"),
    "doctor": ("doctor",),
    "config": ("config", "show", "--origin"),
    "config-check": ("config", "check"),
    "nowhere": ("report", f"{CANARIES['phone']}.csv"),
}  # fmt: skip


def told(ran: Ran, folder: Path, planted: Iterable[Path]) -> str:
    """All that a command printed and left behind, names of files included."""
    known = set(planted)
    left = [path for path in folder.rglob("*") if path.is_file() and path not in known]
    return "\n".join([ran.out, ran.err, *map(str, left), *(path.read_text("utf-8", "replace") for path in left)])


def leaks(text: str, kinds: Iterable[str] = CANARIES) -> list[str]:
    return [kind for kind in kinds if CANARIES[kind].lower() in text.lower()]


def run(name: str, folder: Path) -> str:
    planted = [path for path in folder.rglob("*") if path.is_file()]
    environ = {"HOME": str(folder / "home"), "TMPDIR": str(folder)}
    ran = opsctl(*COMMANDS[name], cwd=folder, environ=environ)
    assert ran.code != 5, ran.err
    assert "Traceback" not in ran.err
    return told(ran, folder, planted)


def table(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as a CSV file with every column that one of them has."""
    kept = list(rows)
    names = list(dict.fromkeys(itertools.chain.from_iterable(kept)))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    return text.getvalue()


def good(name: str) -> Iterator[dict[str, str]]:
    for at in DAYS:
        yield {column: cell.format(at=at) for column, cell in GOOD[name].items()}


def planted(name: str) -> Iterator[dict[str, str]]:
    """Good rows, then for every column one row with each canary in it, whatever the column should hold."""
    rows = list(good(name))
    yield from rows
    for at, (column, kind) in enumerate(itertools.product(columns(tables()[name]).values(), CANARIES)):
        is_name = column.kind is Kind.TEXT and column.name not in PERSONAL_IDS.get(name, ())
        if (kind == "name" and is_name) or (kind == "phone" and column.kind in NUMBERS):
            continue
        row = {**rows[at % len(rows)], column.name: CANARIES[kind]}
        own = {key: f"{row[key]}-{at}" for key in {"user", "order"} & row.keys() - {column.name}}
        yield {**row, **own}


ATTRIBUTES = {"手机": "phone", "身份证": "card", "contact": "email", "姓名": "name", "备注": "phone", "openid": "token"}


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with canaries in every column of every table, in attributes, repeated rows and the name of a person."""
    folder = tmp_path_factory.mktemp("everywhere")
    (folder / "in").mkdir()
    (folder / "opsctl.yaml").write_text("version: 1\nlocale: en\nsources: [{path: in/*.csv}]\n")
    for name in tables():
        rows = list(planted(name))
        if name == "acquisition":
            for at, row in enumerate(rows):
                row |= {key: CANARIES[kind] for key, kind in ATTRIBUTES.items()}
                row |= {"level": "ABC"[at % 3], "slogan": f"call {CANARIES['phone']}" if at == 7 else "none"}
        (folder / "in" / f"{name}.csv").write_text(table([*rows, *rows[-3:]]), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_no_canary_of_any_column_comes_out_of_any_command(everywhere: Path, name: str) -> None:
    assert not leaks(run(name, everywhere))


def test_a_store_holds_no_canary(everywhere: Path, tmp_path: Path) -> None:
    shutil.copytree(everywhere / "in", tmp_path / "in")
    (tmp_path / "opsctl.yaml").write_text("version: 1\nlocale: en\nsources: [{path: in/*.csv}]\n")
    environ = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)}
    assert opsctl("ingest", cwd=tmp_path, environ=environ).code == 1
    for words in REMEMBERED:
        ran = opsctl(*words, cwd=tmp_path, environ=environ)
        assert ran.code in (0, 1), ran.err
        assert not leaks(ran.out + ran.err)
    assert not leaks("\n".join(kept_in(tmp_path / ".opsctl")))
    assert not leaks("\n".join(kept_in(tmp_path / "handed")))


REMEMBERED = (
    ("report", "-v", *PERIOD),
    ("query", "acquisitions,net_paid", "--by", "campaign,landing", "--json"),
    ("status",),
    ("status", "--json"),
    ("verify", "--json"),
    ("export", "handed"),
    ("ingest", "--remap", "--json"),
    ("doctor", "--json"),
)


def kept_in(folder: Path) -> Iterator[str]:
    """Everything in a folder as text: names, bytes, the cells of Parquet files, the rows of databases."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield str(path)
        yield path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            yield from (str(row) for row in pl.read_parquet(path).iter_rows())
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as database:
                yield from database.iterdump()


# --- headers and file names ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose files and columns are named after people, archives and their members too."""
    folder = tmp_path_factory.mktemp("named")
    home = folder / "in"
    home.mkdir()
    (folder / "opsctl.yaml").write_text("version: 1\nlocale: en\nsources: [{path: in/*}]\n")
    for name, kind in zip(tables(), itertools.cycle(SHAPED), strict=False):
        more = {CANARIES[each]: "x" for each in SHAPED}
        rows = [{**row, **more} for row in good(name)]
        (home / f"{name}_{CANARIES[kind]}.csv").write_text(table(rows))
    (home / f"unknown-{CANARIES['phone']}.csv").write_text(f"甲,{CANARIES['email']},{CANARIES['token']}\n1,2,3\n")
    (home / f"gone-{CANARIES['card']}.csv").write_text("")
    (home / f"page {CANARIES['email']}.csv").write_text(f"<html>{CANARIES['name']}</html>")
    (home / f"{CANARIES['token']}.doc").write_text("passed over")
    with zipfile.ZipFile(home / f"more-{CANARIES['phone']}.zip", "w") as archive:
        for kind, canary in CANARIES.items():
            archive.writestr(f"{canary if kind in SHAPED else kind}.csv", f"day,channel,spend\n2025-03-01,{kind},1\n")
    return folder


@pytest.mark.parametrize("name", [name for name in COMMANDS if not name.startswith(("prune", "why", "report-en"))])
def test_no_canary_in_a_header_or_a_file_name_comes_out(named: Path, name: str) -> None:
    assert not leaks(run(name, named), SHAPED)


def test_a_file_named_after_a_person_is_read_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / f"spend_{CANARIES['phone']}.csv"
    path.write_text(table(good("spend")))
    ran = opsctl("query", "spend", path.name, "--json", cwd=tmp_path)
    assert [one["file"] for one in ran.json["inputs"]] == ["spend_139****5678.csv"]
    assert opsctl("report", path.name, "-o", path.name, cwd=tmp_path).code == 2  # an export is never written over


# --- files that are refused ----------------------------------------------------------------------------------------

HEAD = "日期,渠道,消耗"
ALL = ",".join(CANARIES.values())
REFUSED: dict[str, str | bytes] = {
    "no header": f"{ALL}\n{ALL}\n",
    "nothing but people": "\n".join(CANARIES.values()),
    "json": f'{{"error": "{ALL}"}}',
    "cut off": f'day,channel,spend\n2025-03-01,A,"{ALL}\n',
    "too many cells": f"day,channel,spend\n2025-03-01,A,1,{ALL}\n2025-03-02,A,1\n",
    "all bad": f"day,channel,spend\n{ALL.replace(',', '.')},A,1\n",
    "two readings": f"day,channel,spend\n01/02/2025,{CANARIES['token']},1\n02/01/2025,{CANARIES['phone']},1\n",
    "a column twice": f"day,channel,spend,channel\n2025-03-01,{CANARIES['phone']},1,{CANARIES['email']}\n",
    "not unicode": b"\xff\xfe\xfd" + ALL.encode("gb18030"),
    "a total that does not agree": f"{HEAD}\n2025-03-01,A,1\n合计,{ALL.replace(',', ' ')},9\n",
    "lines above the header": f"导出人：{ALL}\n{HEAD}\n2025-03-01,A,1\n",
    "an unknown export": f"统计日,投放渠道,花销,手机号,客户姓名,{CANARIES['email']}\n"
    + "".join(f"2025-03-0{at},A,{at}.5,{CANARIES['phone']},{CANARIES['name']},1\n" for at in range(1, 9)),
    "unknown users": f"注册时间,来源渠道,用户编号,手机号,联系人,城市,{CANARIES['token']}\n"
    + "".join(
        f"2025-03-0{at} 10:00,A,{one},{CANARIES['phone']},{CANARIES['name']},北京,1\n"
        for at in range(1, 9)
        for one in CANARIES.values()
    ),
    "garbled": f"day,channel,spend\n2025-03-01,{ALL.encode().decode('latin-1')},1\n",
    "users at odds": "user,acquired_at,channel\n"
    + "".join(f"{canary},2025-03-0{at} 1{at}:00,{'AB'[at % 2]}\n" for canary in CANARIES.values() for at in (1, 1, 2)),
    "orders at odds": "order,paid_at,paid\n"
    + "".join(f"{one},2025-03-01,{at}\n" for one in CANARIES.values() for at in (1, 2)),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("name", ["query-where", "report-rejects", "validate", "init-dry"])
def test_no_canary_comes_out_of_a_file_that_is_refused(tmp_path: Path, what: str, name: str) -> None:
    (tmp_path / "in").mkdir()
    content = REFUSED[what]
    (tmp_path / "in" / "a.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert not leaks(run(name, tmp_path))


# --- words of the user, and defects --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "cpa", "in", "--where", "level={}"),
        ("query", "cpa", "in", "--where", "{}"),
        ("query", "cpa", "in", "--by", "{}"),
        ("query", "{}", "in"),
        ("report", "in", "--period", "{}"),
        ("report", "{}"),
        ("report", "in", "-C", "{}"),
        ("prune", "in", "--what-if", "cut={}"),
        ("prune", "in", "--channel", "{}"),
        ("explain", "{}"),
        ("validate", "in", "-f", "{}"),
        ("inspect", "{}"),
    ],
)
def test_what_was_typed_is_not_repeated_with_a_person_in_it(everywhere: Path, arguments: tuple[str, ...]) -> None:
    whole = ",".join(CANARIES[kind] for kind in SHAPED)
    ran = opsctl(*(one.format(whole) for one in arguments), cwd=everywhere)
    assert ran.code in (2, 3)
    assert not leaks(ran.out + ran.err)


def test_the_log_of_a_defect_holds_no_values(everywhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **_named: object) -> None:
        raise TypeError(f"row {CANARIES['name']}") from ValueError(f"cannot read {ALL}: '{CANARIES['name']}'")

    monkeypatch.setattr("opsctl.ingest.load.load", fail)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ran = opsctl("query", "cpa", "in", cwd=everywhere)
    assert ran.code == 5
    (log,) = tmp_path.iterdir()
    assert not leaks(ran.err + log.read_text("utf-8"))
    assert "ValueError: cannot read … …" in log.read_text("utf-8")
    assert "TypeError: row …" in log.read_text("utf-8")


# --- shown by design -----------------------------------------------------------------------------------------------


def test_inspect_shows_a_file_to_the_person_who_has_it(everywhere: Path) -> None:
    ran = opsctl("inspect", "in/acquisition.csv", "--json", cwd=everywhere)
    assert leaks(ran.out) == list(CANARIES)
    assert not leaks(ran.err)
