"""Nobody stays who must not: erased people leave every table, every file and every answer, and do not come back."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from opsctl.config.settings import Settings
from opsctl.ingest.loaded import Loaded
from opsctl.store import memory
from opsctl.store.erase import Wanted
from opsctl.store.erase import erase as take_out
from opsctl.store.traces import Traces
from opsctl.store.verify import verify
from tests.store import leaving
from tests.store.leaving import LEAVING, answers, copied, erase
from tests.store.project import Project


@pytest.fixture
def kept(complete: Project, tmp_path: Path) -> Project:
    return copied(complete, tmp_path)


def bytes_of(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def people_in(of: Project) -> int:
    return sum(pl.read_parquet(path).height for path in (of.store / "people").glob("*.parquet"))


# --- nothing is left ------------------------------------------------------------------------------------


def test_the_canaries_are_there_before(kept: Project) -> None:
    assert {Path(name).name for name in leaving.left_in(kept.folder / "in")} == {
        "users.csv", "events-01.csv", "events-02.csv.gz", "orders.zip", "again.parquet",
    }  # fmt: skip
    assert leaving.left_in(kept.store)  # an attribute that the project wants kept


def test_no_byte_is_left_in_the_store_and_with_originals_in_the_project(kept: Project) -> None:
    ran = erase(kept, "--json")
    assert ran.code == 1
    assert leaving.left_in(kept.store) == []
    held = {one["file"] for one in ran.json["files"]}
    assert held == {f"in/{name}" for name in ("users.csv", "events-01.csv", "events-02.csv.gz", "orders.zip")} | {
        "in/again.parquet"
    }
    assert erase(kept, "--originals", "-q").code == 0
    assert leaving.left_in(kept.folder) == []
    assert (kept.folder / "in" / "spend.csv").exists()


def test_answers_are_those_of_exports_without_them(kept: Project, without: list[Any]) -> None:
    before = answers(kept)
    erase(kept)
    assert answers(kept) == without
    assert before != without
    assert verify(kept.folder).findings == []


def test_rows_are_counted_by_table_and_moved_in_the_accounts(kept: Project) -> None:
    ran = erase(kept, "--json", "-q")
    assert ran.json["people"] == {"asked": 3, "known": 3, "unsought": 0}
    rows = {row["table"]: (row["files"], row["rows"], row["cells"]) for row in ran.json["rows"]}
    # 3 people; two inviters and three attributes; two files of events; the orders of two months.
    assert rows == {"acquisition": (1, 3, 5), "activity": (2, 6, 0), "order": (2, 6, 0)}
    told = kept.run("query", "orders", "--json", "-q").json["inputs"]
    assert {one["file"]: one["dropped"].get("of an erased person") for one in told if one["table"] == "order"} == {
        "in/orders.zip/orders.csv": 3,
        "in/again.parquet": 3,
    }
    assert all(one["read"] == one["accepted"] + one["rejected"] + sum(one["dropped"].values()) for one in told)


def test_the_index_of_people_forgets_them_and_nothing_brings_them_back(kept: Project, without: list[Any]) -> None:
    before = people_in(kept)
    erase(kept)
    assert people_in(kept) == before - 3
    inside = kept.folder / "in"
    for path in list(inside.iterdir()):  # the same rows, as other files
        shutil.copyfile(path, inside / f"again-{path.name}")
    (inside / "users.csv").write_bytes((inside / "users.csv").read_bytes() + b"stay-0000,2025-01-30 10:03:00,B,,,,\n")
    assert kept.run("ingest", "-q").code == 0
    assert people_in(kept) == before - 3
    assert leaving.left_in(kept.store) == []
    assert [one["rows"] for one in answers(kept)][2] == [one["rows"] for one in without][2]


def test_files_read_anew_do_not_bring_them_back(tmp_path: Path) -> None:
    found = leaving.made(tmp_path)
    assert found.run("ingest", "-q").code == 0
    found.run("erase", "--user", LEAVING["phone"], "-q")
    config = found.folder / "opsctl.yaml"
    config.write_text(config.read_text("utf-8").replace("currency: CNY", "currency: USD"), encoding="utf-8")
    before = people_in(found)
    ran = found.run("ingest", "--remap", "--json", "-q")
    assert {row["file"] for row in ran.json["rows"]} >= {"in/users.csv", "in/events-01.csv"}
    assert people_in(found) == before
    assert leaving.left_in(found.store, [LEAVING["phone"]]) == []


def test_originals_elsewhere_are_found_where_they_were(tmp_path: Path) -> None:
    found = leaving.made(tmp_path)
    (found.folder / "in").rename(tmp_path / "in")
    assert found.run("ingest", "-q", tmp_path / "in" / "users.csv").code == 0
    ran = found.run("erase", "--user", LEAVING["phone"], "--originals", "--json", "-q")
    assert [(one["file"], one["deleted"]) for one in ran.json["files"]] == [("in/users.csv", True)]
    assert ran.code == 0
    assert "events-01.csv" in {path.name for path in (tmp_path / "in").iterdir()}


def test_a_new_key_still_knows_who_left(kept: Project) -> None:
    assert kept.run("key", "rotate", "-q").code == 0
    assert erase(kept, "--json", "-q").json["people"]["known"] == 3
    assert kept.run("key", "rotate", "-q").code == 0
    before = people_in(kept)
    (kept.folder / "in" / "more.csv").write_text("user,at,event\n+8613912345678,2025-02-02 10:00:00,x\n")
    assert kept.run("ingest", "-q").code == 0
    assert people_in(kept) == before
    assert leaving.left_in(kept.store) == []
    assert verify(kept.folder).findings == []


def test_an_order_that_another_export_has_without_its_buyer_leaves_with_them(tmp_path: Path) -> None:
    found = leaving.made(tmp_path)
    inside = found.folder / "in"
    (inside / "shop.csv").write_text("order,paid_at,paid\no139,2025-02-01,20\nfree,2025-02-01,7\n", encoding="utf-8")
    assert found.run("ingest", "-q").code == 0
    found.run("erase", "--user", LEAVING["phone"], "-q")
    kept = pl.concat(
        (pl.read_parquet(path) for path in (found.store / "data" / "order").rglob("*.parquet")), how="diagonal"
    )
    assert kept.filter(pl.col("paid") == 20_0000).is_empty()
    assert kept.filter(pl.col("paid") == 7_0000).height == 1


# --- what lies outside ----------------------------------------------------------------------------------


def test_notes_reports_logs_and_copies_are_named_and_only_originals_deleted(kept: Project) -> None:
    outside = kept.folder / "elsewhere"
    outside.mkdir()
    (outside / "copy.csv").write_bytes((kept.folder / "in" / "users.csv").read_bytes())  # a copy of what is known
    (outside / "newer.csv").write_text("user,at,event\n139 1234 5678,2025-02-05,x\n", encoding="utf-8")
    (outside / "note.md").write_text("问过 LI.NA@example.com 了", encoding="gb18030")
    (outside / "run.log").write_bytes("id=11010519491231002X;".encode("utf-16"))
    (outside / "13912345678.txt").write_text("nothing")
    (outside / "figures.parquet").write_bytes(b"")
    pl.DataFrame({"phone": [13912345678.0, None], "list": [1, 2]}).write_parquet(outside / "figures.parquet")
    (outside / "locked.7z").write_bytes(b"7z\xbc\xaf\x27\x1c")
    (outside / "innocent.txt").write_text("139123456789 li.na@example.community xli.na@example.com 2139-1234-5678")
    ran = erase(kept, "--originals", "--json")
    told = {one["file"]: (one["why"], one["original"], one["deleted"]) for one in ran.json["files"]}
    assert {name: of for name, of in told.items() if name.startswith("elsewhere")} == {
        "elsewhere/copy.csv": ("holds", True, True),
        "elsewhere/newer.csv": ("holds", False, False),
        "elsewhere/note.md": ("holds", False, False),
        "elsewhere/run.log": ("holds", False, False),
        "elsewhere/139****5678.txt": ("name", False, False),
        "elsewhere/figures.parquet": ("holds", False, False),
        "elsewhere/locked.7z": ("closed", False, False),
    }
    assert ran.code == 1
    assert sorted(path.name for path in outside.iterdir()) == sorted(
        ["13912345678.txt", "newer.csv", "note.md", "run.log", "figures.parquet", "locked.7z", "innocent.txt"]
    )


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_tables_handed_on_earlier_are_named_until_they_are_written_again(kept: Project, kind: str) -> None:
    handed_on = kept.folder / "handover"
    assert kept.run("export", handed_on, "--format", kind, "-q").code == 0
    named = [("handover/manifest.json", "number")]
    for ran in (erase(kept, "-n", "--json", "-q"), erase(kept, "--originals", "--json", "-q"), erase(kept, "--json")):
        told = [(one["file"], one["why"]) for one in ran.json["files"] if not one["original"]]
        assert (ran.code, [one for one in told if one[1] == "number"]) == (1, named)
    assert kept.run("export", handed_on, "--format", kind, "-q").code == 0
    assert erase(kept, "-q").code == 0


def test_no_id_is_in_any_message(kept: Project) -> None:
    log = kept.folder.parent / "erase.log"
    runs = [erase(kept, *more) for more in (("-n",), ("--json", "--log-file", str(log)), ("--originals",))]
    runs.append(kept.run("erase", "--user", "u-unknown-7", "--locale", "zh-CN"))
    told = "".join(ran.out + ran.err for ran in runs) + log.read_text("utf-8")
    assert not [one for one in (*LEAVING.values(), "u-unknown-7") if one.lower() in told.lower()]


def test_an_id_that_any_figure_could_be_is_not_looked_for(kept: Project) -> None:
    ran = kept.run("erase", "--user", "10", "--originals", "--json", "-q")
    assert (ran.code, ran.json["people"]) == (1, {"asked": 1, "known": 0, "unsought": 1})
    assert ran.json["files"] == []


# --- rows that are over ---------------------------------------------------------------------------------


def test_rows_past_their_days_leave_by_table(kept: Project) -> None:
    config = kept.folder / "opsctl.yaml"
    text = config.read_text("utf-8").replace("暗号: hash}", "暗号: hash}, retention_days: {activity: 2, spend: 1}")
    config.write_text(text, encoding="utf-8")
    ran = kept.run("erase", "--over-retention", "--as-of", "2025-02-02", "--json", "-q")
    # Two days as of 2 February are the 1st and the 2nd; one is the 2nd. 9 events of 31 January, 3 days of 2 channels.
    assert ran.json["retention"] == [
        {"table": "activity", "through": "2025-01-31"},
        {"table": "spend", "through": "2025-02-01"},
    ]
    assert {row["table"]: (row["rows"], row["over"]) for row in ran.json["rows"]} == {
        "activity": (0, 9),
        "spend": (0, 6),
    }
    assert kept.run("query", "spend", "--json", "-q").figure("spend")["value"] == "27.0000"
    assert verify(kept.folder).findings == []


# --- nothing happens by accident ------------------------------------------------------------------------


def test_a_dry_run_changes_no_byte_and_says_the_same(kept: Project) -> None:
    before = bytes_of(kept.folder.parent)
    tried = erase(kept, "-n", "--originals", "--json", "-q")
    assert bytes_of(kept.folder.parent) == before
    done = erase(kept, "--originals", "--json", "-q")
    assert (tried.code, done.code) == (0, 0)
    assert {**tried.json, "dry_run": False} == done.json


def test_another_key_is_refused_and_nothing_changes(kept: Project) -> None:
    key = next(path for path in kept.home.rglob("key"))
    key.write_text("ab" * 32 + "\n")
    before = bytes_of(kept.store)
    for more in ((), ("-n",)):
        ran = erase(kept, *more)
        assert (ran.code, "OPS322" in ran.err) == (2, True)
    key.unlink()
    assert "OPS321" in erase(kept).err
    assert bytes_of(kept.store) == before


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ((), 2, "OPS007"),
        (("--user", " "), 2, "OPS005"),
        (("--users", "nowhere.txt"), 2, "OPS004"),
        (("--user", "u-000001", "--as-of", "soon"), 2, "OPS005"),
    ],
)
def test_who_is_meant_must_be_said(kept: Project, arguments: tuple[str, ...], code: int, error: str) -> None:
    ran = kept.run("erase", *arguments)
    assert (ran.code, error in ran.err) == (code, True)


def test_without_a_store_there_is_nothing_to_erase(tmp_path: Path) -> None:
    ran = leaving.made(tmp_path).run("erase", "--user", "u-000001")
    assert (ran.code, "OPS601" in ran.err) == (3, True)


def test_ids_come_from_stdin_too(kept: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf 13912345678 \r\n\r\n")))
    assert kept.run("erase", "--users", "-", "--json", "-q").json["people"]["known"] == 1


def test_again_it_finds_nothing_and_writes_nothing(kept: Project) -> None:
    erase(kept)
    before = bytes_of(kept.store)
    ran = erase(kept, "--json", "-q")
    assert (ran.json["rows"], ran.json["people"]["known"]) == ([], 0)
    assert {name: of for name, of in bytes_of(kept.store).items() if not name.endswith("lock")} == {
        name: of for name, of in before.items() if not name.endswith("lock")
    }


# --- beside other runs ----------------------------------------------------------------------------------


def test_a_question_that_an_erasure_overtakes_is_asked_again(
    kept: Project, without: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = memory.known
    times: list[int] = []

    def overtaken(settings: Settings, as_of: date | None) -> Loaded:
        found = known(settings, as_of)
        times.append(len(take_out(settings, Wanted(Traces(LEAVING.values()))).numbers))
        return found

    monkeypatch.setattr(memory, "known", overtaken)
    ran = kept.run("query", leaving.QUESTION, "--by", "channel,day", "--json", "-q")
    assert (ran.code, times) == (0, [3, 0])
    assert {name: told for name, told in ran.json.items() if name != "inputs"} == without[0]
    assert leaving.left_in(kept.store) == []


def test_the_proof_is_json(kept: Project) -> None:
    erase(kept, "-q", "-o", str(kept.folder.parent / "proof.json"))
    told = json.loads((kept.folder.parent / "proof.json").read_text("utf-8"))
    assert {"people", "rows", "files", "retention", "dry_run", "in_git"} <= told.keys()
