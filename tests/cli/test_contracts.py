"""What a source promises is held against every file: its columns, how many rows may be lost, its keys, totals, caps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.cli.inside import opsctl
from tests.command import Ran

GOOD = "day,channel,spend,currency\n2025-03-01,A,100,CNY\n2025-03-02,B,90,CNY\n2025-03-03,C,10,CNY\n"
UNREADABLE = GOOD + "2025-03-04,A,x,CNY\n"
UNDATED = GOOD + "2025-13-01,A,5,CNY\n"
OWN = (
    "mappings:\n  - {platform: p, table: spend, file: {cap: [9, 3]},"
    " columns: {day: 日, channel: {const: a}, spend: 钱}}\n"
)


def project(folder: Path, text: str, **files: str) -> Path:
    """A folder with an `opsctl.yaml` and CSV files by their name."""
    (folder / "opsctl.yaml").write_text(f"version: 1\n{text}", encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def in_store(folder: Path, *arguments: str) -> Ran:
    """A command about the project's store, whose key lies in a home folder."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return opsctl(*arguments, cwd=folder, environ={"HOME": str(home)})


def validated(folder: Path, *arguments: str) -> Ran:
    return opsctl("validate", *(arguments or (".",)), "--json", cwd=folder)


def codes(ran: Ran) -> list[str]:
    return [problem["code"] for problem in ran.json["problems"]]


def notes(ran: Ran) -> dict[str, str]:
    return {note["code"]: note["text"] for note in ran.json["notes"]}


def account(ran: Ran) -> dict[str, Any]:
    (found,) = ran.json["inputs"]
    return dict(found)


# --- rows that are rejected -----------------------------------------------------------------------------------


def test_one_amount_of_money_that_cannot_be_read_refuses_the_file_and_loads_nothing(tmp_path: Path) -> None:
    project(tmp_path, "", w=UNREADABLE)
    (tmp_path / "home").mkdir()
    ran = command.opsctl("validate", "w.csv", "--locale", "en", cwd=tmp_path)
    assert ran.code == 3
    assert "OPS122  w.csv:5\n  1 of 4 rows is rejected, and none may be lost for its money\n" in ran.out
    assert "OPS202 spend: not an amount of money (line 5)" in ran.out
    assert "contract: {rejects: 1}" in ran.out
    assert command.opsctl("query", "spend", "w.csv", cwd=tmp_path).code == 3
    assert command.opsctl("ingest", "w.csv", cwd=tmp_path, environ={"HOME": str(tmp_path / "home")}).code == 3


def test_every_row_for_which_a_file_is_refused_is_written_aside(tmp_path: Path) -> None:
    project(tmp_path, "", w=f"{UNREADABLE}2025-03-05,A\n")
    for command_ in ("validate", "ingest"):
        in_store(tmp_path, command_, "w.csv", "--rejects", "rejects.csv")
        assert (tmp_path / "rejects.csv").read_text().splitlines()[1:] == [
            "w.csv,5,spend,OPS202,not an amount of money",
            "w.csv,6,,OPS201,2 cells where the header has 4",
        ]
        (tmp_path / "rejects.csv").unlink()


def test_other_files_still_load(tmp_path: Path) -> None:
    project(tmp_path, "", bad=UNREADABLE, good=GOOD)
    ran = validated(tmp_path)
    assert (ran.code, codes(ran), account(ran)["file"]) == (1, ["OPS122", "OPS202"], "good.csv")


def test_a_row_without_any_amount_loses_none_and_is_rejected_alone(tmp_path: Path) -> None:
    project(tmp_path, "", w=GOOD + "2025-03-04,A,,CNY\n")
    ran = validated(tmp_path)
    assert (ran.code, codes(ran), account(ran)["accepted"]) == (1, ["OPS204"], 3)


def test_where_nothing_is_said_rows_may_be_lost_for_anything_but_money(tmp_path: Path) -> None:
    project(tmp_path, "", w=UNDATED)
    ran = validated(tmp_path)
    assert (ran.code, codes(ran), account(ran)["accepted"], account(ran)["may_reject"]) == (1, ["OPS203"], 3, None)


@pytest.mark.parametrize("rejects", ["1", "25%", "26%", "100%"])
def test_as_many_rows_as_its_source_allows_may_be_lost_and_are_told_without_a_finding(
    tmp_path: Path, rejects: str
) -> None:
    project(tmp_path, f"sources: [{{path: w.csv, rejects: {rejects}}}]\n", w=UNREADABLE)
    ran = validated(tmp_path, "--strict")
    assert (ran.code, codes(ran), account(ran)["rejected"]) == (0, [], 1)
    assert notes(ran)["rejects_allowed"] == (
        "w.csv: 1 rejected, as allowed: OPS202 spend: not an amount of money (line 5)"
    )
    assert in_store(tmp_path, "ingest").code == 0


@pytest.mark.parametrize("rejects", ["0", "0%", "24.9%"])
def test_one_row_more_refuses_the_file(tmp_path: Path, rejects: str) -> None:
    project(tmp_path, f"sources: [{{path: w.csv, rejects: {rejects}}}]\n", w=UNDATED)
    ran = validated(tmp_path)
    assert (ran.code, codes(ran)) == (3, ["OPS122", "OPS203"])
    assert f"no more than {rejects} may be" in ran.json["problems"][0]["message"]


def test_what_a_source_says_comes_before_what_is_said_for_all(tmp_path: Path) -> None:
    text = "contract: {rejects: 0}\nsources: [{path: may.csv, rejects: 1}]\n"
    ran = validated(project(tmp_path, text, may=UNDATED, must=UNDATED.replace("A", "D")))
    assert (codes(ran), account(ran)["file"]) == (["OPS122", "OPS203"], "may.csv")


def test_no_value_of_a_row_is_told(tmp_path: Path) -> None:
    project(tmp_path, "", w=GOOD + "2025-03-04,A,13800001111x,CNY\n")
    for arguments in (("validate", "."), ("inspect", "w.csv"), ("query", "spend", "w.csv")):
        ran = opsctl(*arguments, cwd=tmp_path)
        assert "13800001111" not in ran.err + (ran.out if arguments[0] != "inspect" else "")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("many", "sources.0.rejects: 'many' is no limit"),
        ("101%", "is no limit"),
        ("1.5", "is no limit"),
        ("-1", "is no limit"),
    ],
)
def test_a_limit_that_is_none_is_a_fault_of_the_configuration(tmp_path: Path, value: str, says: str) -> None:
    ran = validated(project(tmp_path, f"sources: [{{path: w.csv, rejects: {value}}}]\n", w=GOOD))
    assert ran.code == 2
    assert says in ran.err
    assert "such as 20, or a share such as 0.5%" in ran.err


# --- columns that are new -------------------------------------------------------------------------------------

NEW = "日,钱,钱包余额,备注\n2025-03-01,1,5,甲\n"


def test_a_frozen_source_refuses_a_file_with_a_new_column_and_names_the_nearest_known(tmp_path: Path) -> None:
    own = OWN.replace("spend: 钱}", "spend: [钱, 钱包金额]}")
    project(tmp_path, f"{own}sources: [{{path: '*.csv', columns: freeze, unread: [备注]}}]\n", w=f"说明\n{NEW}")
    ran = opsctl("validate", cwd=tmp_path, environ={"OPSCTL_LOCALE": "en"})
    assert ran.code == 3
    assert "OPS121  w.csv:2\n  a column is new, and the columns of this source are frozen: 钱包余额\n" in ran.out
    assert "'钱包余额': the nearest known name is '钱包金额'" in ran.out
    assert "`unread: [钱包余额]`" in ran.out


def test_a_frozen_source_takes_a_file_of_which_every_column_is_known(tmp_path: Path) -> None:
    project(
        tmp_path, f"{OWN}contract: {{columns: freeze, unread: [钱包余额]}}\nsources: [{{path: w.csv, unread: 备注}}]\n"
    )
    assert "'备注' stands where a list should" in validated(tmp_path).err
    project(
        tmp_path,
        f"{OWN}contract: {{columns: freeze, unread: [钱包余额]}}\nsources: [{{path: w.csv, unread: [备注]}}]\n",
        w=NEW,
    )
    assert (validated(tmp_path).code, account(validated(tmp_path))["unread_columns"]) == (0, 2)


def test_a_mapped_file_leaves_new_columns_out_and_counts_them_unless_they_are_to_be_told(tmp_path: Path) -> None:
    ran = validated(project(tmp_path, OWN, w=NEW))
    assert (account(ran)["unread_columns"], "unused_columns" in notes(ran)) == (2, False)
    ran = validated(project(tmp_path, f"{OWN}contract: {{columns: evolve}}\n", w=NEW))
    assert (ran.code, notes(ran)["unused_columns"]) == (0, "w.csv: nothing reads 钱包余额, 备注")


USERS = "user,acquired_at,channel,档位,手机\nu1,2025-03-01,A,金,13800001111\nu2,2025-03-01,A,银,13800002222\n"
MAPPED = (
    "mappings:\n  - {platform: p, table: acquisition, file: {header_has: [档位]},"
    " columns: {user: user, acquired_at: acquired_at, channel: channel}}\n"
)


@pytest.mark.parametrize(
    ("text", "taken"),
    [("", True), ("contract: {columns: discard}\n", False), (MAPPED.replace("档位", "手机"), False)],
)
def test_a_new_column_of_new_users_is_their_attribute_where_the_source_evolves(
    tmp_path: Path, text: str, *, taken: bool
) -> None:
    project(tmp_path, text, u=USERS)
    ran = opsctl("query", "acquisitions", "u.csv", "--by", "档位", "--json", cwd=tmp_path)
    assert (ran.code == 0) == taken


def test_a_mapped_export_of_users_takes_new_columns_along_where_it_is_told_to_but_nothing_personal(
    tmp_path: Path,
) -> None:
    project(tmp_path, f"{MAPPED.replace('档位', 'user')}sources: [{{path: u.csv, columns: evolve}}]\n", u=USERS)
    rows = opsctl("query", "acquisitions", "u.csv", "--by", "档位", "--json", cwd=tmp_path).rows
    assert [(row["档位"], row["acquisitions"]["value"]) for row in rows] == [("金", 1), ("银", 1)]
    assert opsctl("query", "acquisitions", "u.csv", "--by", "手机", cwd=tmp_path).code != 0


# --- keys -----------------------------------------------------------------------------------------------------

TWICE = "日,位置,钱\n2025-03-01,x,5\n2025-03-01,y,5\n2025-03-01,x,5\n2025-03-02,x,7\n"


def test_rows_of_money_that_nothing_tells_apart_all_count_and_are_told_with_their_lines(tmp_path: Path) -> None:
    ran = validated(project(tmp_path, OWN, w=TWICE))
    assert (account(ran)["accepted"], account(ran)["sums"]["spend"]) == (4, "22.0000")
    assert notes(ran)["values"].startswith(
        "w.csv: 1 row is of the same day, channel and names as another, 1 of them exact copies (line 4); all count"
    )


def test_with_a_key_a_copy_counts_once(tmp_path: Path) -> None:
    ran = validated(project(tmp_path, f"{OWN}sources: [{{path: w.csv, key: [日, 位置]}}]\n", w=TWICE))
    assert (ran.code, account(ran)["dropped"], account(ran)["sums"]["spend"]) == (0, {"sent twice": 1}, "17.0000")


def test_rows_of_one_key_that_differ_are_not_guessed_at(tmp_path: Path) -> None:
    text = f"{OWN}sources: [{{path: w.csv, key: [日, 位置], rejects: LIMIT}}]\n"
    content = f"{TWICE}2025-03-02,x,8\n"
    assert codes(validated(project(tmp_path, text.replace(", rejects: LIMIT", ""), w=content))) == ["OPS122", "OPS209"]
    ran = validated(project(tmp_path, text.replace("LIMIT", "2"), w=content))
    assert (ran.code, account(ran)["rejected"], account(ran)["sums"]["spend"]) == (0, 2, "10.0000")
    assert (
        "the same 日 + 位置 stands elsewhere in the file with other values (line 5, 6)" in notes(ran)["rejects_allowed"]
    )


def test_items_of_one_order_are_added_up_where_the_key_tells_them_apart(tmp_path: Path) -> None:
    items = (
        "order,item,user,paid_at,paid,refunded,currency\n"
        "o1,1,u,2025-03-01,10,,CNY\no1,2,u,2025-03-01,5,1,CNY\no2,1,u,2025-03-02,7,,CNY\no2,1,u,2025-03-02,7,,CNY\n"
    )
    ran = validated(project(tmp_path, "", w=items))
    assert (codes(ran), account(ran)["rejected"]) == (["OPS209"], 2)
    ran = validated(project(tmp_path, "sources: [{path: w.csv, key: [order, item]}]\n", w=items))
    assert (ran.code, account(ran)["accepted"]) == (0, 2)
    assert account(ran)["dropped"] == {"further item of an order": 1, "sent twice": 1}
    assert account(ran)["sums"] == {"paid": "22.0000", "refunded": "1.0000"}


def test_items_that_contradict_each_other_about_their_order_refuse_their_file(tmp_path: Path) -> None:
    items = "order,item,user,paid_at,paid,currency\no1,1,u,2025-03-01,10,CNY\no1,2,v,2025-03-01,5,CNY\no2,1,v,2025-03-01,5,CNY\n"
    ran = validated(project(tmp_path, "sources: [{path: w.csv, key: [order, item]}]\n", w=items))
    assert codes(ran) == ["OPS122", "OPS209"]


def test_a_key_that_the_file_does_not_have_refuses_it(tmp_path: Path) -> None:
    ran = opsctl(
        "validate", cwd=project(tmp_path, "sources: [{path: w.csv, key: [order, chanel]}]\n", w=GOOD), environ={}
    )
    assert ran.code == 3
    assert "OPS123  w.csv:1" in ran.out


# --- totals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tolerance", "total", "agrees"),
    [
        ("", "200", True),
        ("", "200.01", True),
        ("", "200.02", False),
        ("0.01", "200.01", True),
        ("0.01", "200.02", False),
        ("1%", "202", True),
        ("1%", "203", False),
        ("0", "200", True),
    ],
)
def test_a_total_may_be_as_far_off_as_its_source_says(
    tmp_path: Path, tolerance: str, total: str, *, agrees: bool
) -> None:
    text = f"sources: [{{path: w.csv, tolerance: {tolerance}}}]\n" if tolerance else ""
    ran = validated(project(tmp_path, text, w=f"{GOOD}合计,,{total},\n"))
    (control,) = account(ran)["control"]
    assert (control["ok"], ran.code, codes(ran)) == (agrees, 0 if agrees else 1, [] if agrees else ["OPS111"])
    assert (control["stated"], control["computed"]) == (f"{float(total):.4f}", "200.0000")
    assert control["difference"] == f"{200 - float(total):.4f}"


@pytest.mark.parametrize(("locale", "says"), [("en", "tolerance 0.5000"), ("zh-CN", "容差 0.5000")])
def test_how_near_a_total_is_and_what_it_was_held_to_is_printed(tmp_path: Path, locale: str, says: str) -> None:
    project(tmp_path, "contract: {tolerance: 0.5}\n", w=f"{GOOD}合计,,200.3,\n")
    out = opsctl("validate", ".", "--locale", locale, cwd=tmp_path).out
    (line,) = (line for line in out.splitlines() if "200.3000" in line)
    assert "-0.3000" in line
    assert says in line
    seen = opsctl("inspect", "w.csv", cwd=tmp_path).out
    assert "total      spend agrees: the rows add up to 200.0000" in seen
    assert opsctl("inspect", "w.csv", "--json", cwd=tmp_path).json["control"][0]["tolerance"] == "0.5000"


def test_a_total_beyond_its_tolerance_is_a_finding_everywhere_and_refuses_nothing(tmp_path: Path) -> None:
    project(tmp_path, "", w=f"{GOOD}合计,,201,\n")
    asked = opsctl("query", "spend", "w.csv", cwd=tmp_path)
    assert (asked.code, "OPS111" in asked.err, "difference -1.0000, tolerance 0" in asked.err) == (1, True, True)
    assert opsctl("query", "spend", "w.csv", "--strict", cwd=tmp_path).code == 3
    taken = in_store(tmp_path, "ingest", "w.csv")
    assert (taken.code, "OPS111" in taken.err) == (1, True)


# --- files that are not whole ---------------------------------------------------------------------------------


def test_a_file_with_exactly_as_many_rows_as_its_platform_exports_was_cut_off(tmp_path: Path) -> None:
    days = "".join(f"2025-03-0{day},1\n" for day in range(1, 4))
    project(tmp_path, OWN, w=f"日,钱\n{days}")
    ran = command.opsctl("validate", "w.csv", "--locale", "zh-CN", cwd=tmp_path)
    assert ran.code == 1
    assert "OPS214  w.csv  行数正好等于平台导出上限" in ran.out
    asked = opsctl("query", "spend", "w.csv", "--json", cwd=tmp_path)
    assert (asked.code, account(asked)["cap"]) == (1, 3)
    assert "exactly 3 rows" in asked.err
    assert opsctl("report", "w.csv", "--locale", "en", cwd=tmp_path).out.count("OPS214") == 1
    assert any("exactly 3 rows" in one for one in opsctl("inspect", "w.csv", "--json", cwd=tmp_path).json["warnings"])


@pytest.mark.parametrize("rows", [2, 4])
def test_with_a_row_less_or_more_it_was_not(tmp_path: Path, rows: int) -> None:
    days = "".join(f"2025-03-0{day},1\n" for day in range(1, rows + 1))
    ran = validated(project(tmp_path, OWN, w=f"日,钱\n{days}合计,{rows}\n"))
    assert (ran.code, account(ran)["cap"]) == (0, None)


def test_a_store_remembers_what_was_cut_off_until_it_is_replaced(tmp_path: Path) -> None:
    project(tmp_path, OWN, w="日,钱\n2025-03-01,1\n2025-03-02,1\n2025-03-03,1\n")
    assert in_store(tmp_path, "ingest", "w.csv").code == 1
    status = in_store(tmp_path, "status", "--locale", "en")
    assert "so the rest is missing: w.csv" in status.out
    assert in_store(tmp_path, "status", "--json").json["cut_off"] == ["w.csv"]
    (tmp_path / "w.csv").write_text("日,钱\n" + "".join(f"2025-03-0{day},1\n" for day in range(1, 5)))
    assert in_store(tmp_path, "ingest", "w.csv").code == 0
    assert in_store(tmp_path, "status", "--json").json["cut_off"] == []


MICROSOFT = (
    '"Report Name: Campaigns"\n"Report Time: 2/7/2026,2/8/2026"\n"Time Zone: (GMT+08:00) Beijing"\n'
    '"Potential Incomplete Data: {told}"\n"Rows: 1"\n\n'
    '"Gregorian date","Account number","Campaign name","Currency code","Impressions","Clicks","Spend","Conversions"\n'
    '"2/7/2026","X1","Red shoes","CNY","1250","35","42.00","3"\n'
)


@pytest.mark.parametrize(("told", "whole"), [("true", False), ("false", True)])
def test_what_the_platform_itself_says_of_missing_data_reaches_every_answer(
    tmp_path: Path, told: str, *, whole: bool
) -> None:
    project(tmp_path, "", w=MICROSOFT.format(told=told))
    ran = validated(tmp_path)
    assert (ran.code, account(ran)["incomplete"], "incomplete_data" in notes(ran)) == (0, not whole, not whole)
    assert ("may lack data" in opsctl("report", "w.csv", "--locale", "en", cwd=tmp_path).out) != whole
    assert ("data may be missing" in opsctl("query", "spend", "w.csv", cwd=tmp_path).err) != whole
    assert in_store(tmp_path, "ingest", "w.csv").code == 0
    assert in_store(tmp_path, "status", "--json").json["incomplete"] == ([] if whole else ["w.csv"])


# --- looking and explaining -----------------------------------------------------------------------------------


def test_inspect_looks_and_says_that_loading_would_refuse(tmp_path: Path) -> None:
    project(tmp_path, "", w=UNREADABLE)
    ran = opsctl("inspect", "w.csv", "--json", cwd=tmp_path)
    assert (ran.code, ran.json["refused"], len(ran.json["rows"])) == (1, None, 3)
    assert any(one.startswith("loading refuses the file: OPS122") for one in ran.json["warnings"])


@pytest.mark.parametrize("code", ["OPS121", "OPS122", "OPS123", "OPS214"])
def test_every_code_is_explained(code: str) -> None:
    assert code in opsctl("explain", code).out


def test_a_store_reads_anew_what_another_contract_would_read_otherwise(tmp_path: Path) -> None:
    project(tmp_path, "", u=USERS)
    in_store(tmp_path, "ingest", "u.csv")
    project(tmp_path, "contract: {columns: discard}\n")
    assert [one["file"] for one in in_store(tmp_path, "status", "--json").json["remap"]] == ["u.csv"]
