"""A project whose exports hold people who leave, in every way in which somebody is written; and one without them."""

from __future__ import annotations

import gzip
import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tests.command import Ran
from tests.store.project import Project

LEAVING = {"phone": "13912345678", "email": "li.na@example.com", "card": "11010519491231002X"}
WRITTEN = {"13912345678": "+86 139-1234-5678", "li.na@example.com": "Li.Na@Example.com"}  # elsewhere
STAYING = tuple(f"stay-{at:04d}" for at in range(6))
OPSCTL_YAML = """version: 1
locale: en
currency: CNY
sources: [{path: in/*events-01.csv, encoding: gb18030}, {path: in/*}]
privacy: {columns: {手机: keep, 暗号: hash}}
"""
QUESTION = "acquisitions,cpa,retention_d1,orders,net_paid,roas"


def made(folder: Path, *, without: Sequence[str] = ()) -> Project:
    """A project with exports of four tables, of which nobody is in the store yet; `without` some of the people."""
    found = Project(folder / "project", folder / "home")
    (found.folder / "in").mkdir(parents=True)
    found.home.mkdir()
    (found.folder / "opsctl.yaml").write_text(OPSCTL_YAML, encoding="utf-8")
    for name, content in _exports(without):
        (found.folder / "in" / name).write_bytes(content)
    return found


def _exports(without: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    people = [one for one in (*LEAVING.values(), *STAYING) if one not in without]
    yield "spend.csv", _csv("day,channel,spend", _spend())
    yield "users.csv", _csv("user,acquired_at,channel,inviter,手机,暗号,城市", _users(people, without))
    yield "events-01.csv", _csv("user,at,event", _events(people, "2025-01-31"), "gb18030")
    yield "events-02.csv.gz", gzip.compress(_csv("user,at,event", _events(people, "2025-02-01", written=True)))
    yield "orders.zip", _zip("orders.csv", _csv("order,paid_at,paid,user,category", _orders(people), "utf-16"))
    yield "again.parquet", _parquet(people)


def _csv(head: str, lines: Sequence[str], encoding: str = "utf-8") -> bytes:
    return ("\n".join([head, *lines]) + "\n").encode(encoding)


def _spend() -> list[str]:
    return [f"{day},{channel},1{at}.50" for at, day in enumerate(_DAYS) for channel in "AB"]


_DAYS = ("2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02")


def _users(people: Sequence[str], without: Sequence[str]) -> list[str]:
    """One of those who stay was invited by somebody who leaves, and has their number in two attributes."""
    lines = []
    for at, one in enumerate((*LEAVING.values(), *STAYING)):
        friend = list(LEAVING.values())[at % 3] if at in {3, 4} else ""
        friend = "" if friend in without else friend
        if one in people:
            phone = friend if at == 3 else "" if one in LEAVING.values() else f"1370000000{at}"
            day = _DAYS[at % 2]
            lines.append(f"{one},{day} 10:0{at}:00,{'AB'[at % 2]},{friend},{phone},{friend or 'none'},北京")
    return lines


def _events(people: Sequence[str], day: str, *, written: bool = False) -> list[str]:
    names = [WRITTEN.get(one, one) if written else one for one in people]
    return [f"{one},{day} 1{at}:30:00,打开" for at, one in enumerate(names)]


def _orders(people: Sequence[str]) -> list[str]:
    return [
        f"o{STAYING.index(one) if one in STAYING else one[:3]},2025-02-0{1 + at % 2} 20:00:00,{20 + at}.00,{one},鞋"
        for at, one in _numbered(people)
    ]


def _numbered(people: Sequence[str]) -> list[tuple[int, str]]:
    everybody = (*LEAVING.values(), *STAYING)
    return [(everybody.index(one), one) for one in people]


def _zip(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _parquet(people: Sequence[str]) -> bytes:
    """Orders of January as a shop's database writes them; telephone numbers are text."""
    rows = [(f"j{at}", "2025-01-31 08:00:00", "5.00", WRITTEN.get(one, one)) for at, one in _numbered(people)]
    packed = io.BytesIO()
    frame = pl.DataFrame(rows, schema=["order", "paid_at", "paid", "user"], orient="row")
    frame.write_parquet(packed, compression="zstd")
    return packed.getvalue()


# --- the project at work --------------------------------------------------------------------------------


def taken_in(folder: Path, *, without: Sequence[str] = ()) -> Project:
    """The project with its exports in the store, and answers that were kept."""
    found = made(folder / "here", without=without)
    assert found.run("ingest", "-q").code == 0
    assert answers(found)
    shutil.move(folder / "here", folder / "there")  # so that no copy of it deletes originals of another
    return Project(folder / "there" / "project", folder / "there" / "home")


def copied(of: Project, to: Path) -> Project:
    """The same project elsewhere, and beside it a file of those who leave."""
    shutil.copytree(of.folder, to / "project")
    shutil.copytree(of.home, to / "home")
    (to / "leaving.txt").write_text("\n".join(LEAVING.values()) + "\n", encoding="utf-8")
    return Project(to / "project", to / "home")


def answers(of: Project) -> list[Any]:
    """What a store says, but for the accounts of its files."""
    asked = [of.run("query", QUESTION, "--by", by, "--json", "-q") for by in ("channel,day", "城市", "channel")]
    found = [ran.json for ran in (*asked, of.run("report", "--period", "2025-01-30..2025-02-02", "--json", "-q"))]
    return [{name: told for name, told in one.items() if name != "inputs"} for one in found]


def erase(of: Project, *arguments: str) -> Ran:
    """Erase all who leave."""
    return of.run("erase", "--users", of.folder.parent / "leaving.txt", *arguments)


# --- what is left of them -------------------------------------------------------------------------------


def left_in(folder: Path, people: Sequence[str] = tuple(LEAVING.values())) -> list[str]:
    """The files in a folder that still hold one of the people: raw, unpacked or decoded, in every encoding."""
    wanted = [
        text.lower() for one in people for text in {one, WRITTEN.get(one, one), f"{one[:3]} {one[3:7]} {one[7:]}"}
    ]
    forms = {text.encode(encoding) for text in wanted for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        path.relative_to(folder).as_posix()
        for path in files
        if any(form in content.lower() for content in _contents(path) for form in forms)
    ]


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    yield str(path).encode()
    if path.suffix == ".gz":
        yield gzip.decompress(content)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if path.suffix == ".parquet":
        yield from (str(row).encode() for row in pl.read_parquet(path).iter_rows())
