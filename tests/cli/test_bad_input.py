"""Whatever is wrong is one error that says what was found and what to do; it never shows a row, nor a traceback."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tests.cli.inside import opsctl
from tests.command import Ran

GOOD = "day,channel,spend\n2025-03-01,A,100\n2025-03-02,B,90\n"
UNITS = "时间-天,单元名称,消耗,展示数,点击数,转化数\n2025-01-06,拉新-A,100.50,1200,240,48\n"
TWO_MAPPINGS = """mappings:
  - {platform: one, table: spend, columns: {day: 日, channel: {const: a}, spend: 钱}}
  - {platform: two, table: spend, columns: {day: 日, channel: {const: b}, spend: 钱}}
"""


def errors(ran: Ran) -> list[str]:
    """The heads of all errors that were told, ours and those of the command line's parser."""
    return [line for line in ran.err.splitlines() if line.startswith(("error[", "Error:"))]


def lines_of(text: str) -> str:
    return "".join(f"2025-03-01,{text}{at},1\n" for at in range(500))


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


def parquet() -> bytes:
    content = io.BytesIO()
    pl.DataFrame({"day": ["2025-03-01"] * 99, "channel": ["A"] * 99, "spend": ["1"] * 99}).write_parquet(content)
    return content.getvalue()


@dataclass(frozen=True)
class Bad:
    """A file that is refused: its name and content, the code, and words that the message must have."""

    name: str
    content: str | bytes
    code: str
    says: tuple[str, ...]
    opsctl_yaml: str = ""


BAD_FILES = {
    "unknown": Bad("x.csv", "姓名,城市\n甲,乙\n", "OPS102", ("姓名, 城市", "opsctl init --from")),
    "renamed": Bad("x.csv", UNITS.replace("消耗", "总消耗"), "OPS102", ("'总消耗' may be '消耗'", "oceanengine.yaml:")),
    "no header": Bad("x.csv", "2025-03-01,A,1\n2025-03-02,B,2\n", "OPS106", ("values, not names", "above it")),
    "login page": Bad(
        "x.csv", "<!DOCTYPE html><html><body>please log in</body></html>", "OPS101", ("web page", "again")
    ),
    "api error": Bad("x.csv", '{"code": 40001, "message": "no permission"}', "OPS101", ("JSON", "again")),
    "workbook": Bad("x.csv", workbook(), "OPS101", ("Excel workbook", "save it as CSV")),
    "empty": Bad("x.csv", "", "OPS104", ("is empty", "again")),
    "blank": Bad("x.csv", "\n \n\n", "OPS104", ("no text", "again")),
    "nothing but NUL": Bad("x.csv", b"\0" * 64, "OPS107", ("NUL", "again")),
    "two mappings": Bad("x.csv", "日,钱\n2025-03-01,5\n", "OPS103", ("one and two", "sources:"), TWO_MAPPINGS),
    "two columns": Bad(
        "x.csv",
        "时间-天,单元名称,展示数,消耗(元),消耗(USD)\n2025-01-06,A,7,100,15\n",
        "OPS114",
        ("column 4", "exact name"),
    ),
    "cut gzip": Bad(
        "x.csv.gz",
        gzip.compress(f"day,channel,spend\n{lines_of('A')}".encode())[:-20],
        "OPS107",
        ("ends early", "again"),
    ),
    "cut zip": Bad("x.zip", workbook()[:40], "OPS107", ("zip archive is broken", "again")),
    "cut parquet": Bad("x.parquet", parquet()[:-20], "OPS107", ("Parquet", "again")),
    "damaged parquet": Bad("x.parquet", parquet()[:30] + b"\xff" * 30 + parquet()[60:], "OPS107", ("Parquet", "again")),
    "day or month": Bad(
        "x.csv", "day,channel,spend\n01/02/2025,A,1\n03/04/2025,B,2\n", "OPS108", ("01/05/2025", "dates:")
    ),
    "no row left": Bad(
        "x.csv", "day,channel,spend\nx,A,1\ny,B,2\n", "OPS112", ("none of the 2 rows", "opsctl inspect")
    ),
    "two moneys": Bad("x.csv", GOOD.replace("100", "101"), "OPS109", ("good.csv and ", "older one")),
}
bad_file = pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES.keys())


def inbox(folder: Path, bad: Bad, *, with_good: bool) -> Path:
    (folder / "in").mkdir()
    (folder / "in" / bad.name).write_bytes(bad.content if isinstance(bad.content, bytes) else bad.content.encode())
    if with_good:
        (folder / "in" / "good.csv").write_text(GOOD)
        (folder / "in" / "more.csv").write_text("day,channel,spend\n2025-03-03,C,7\n")
    if bad.opsctl_yaml:
        (folder / "opsctl.yaml").write_text(f"version: 1\n{bad.opsctl_yaml}")
    return folder


def check(ran: Ran, bad: Bad) -> None:
    """One error, with its code, the file, what was found and what to do."""
    first, *others = errors(ran)
    assert first.startswith(f"error[{bad.code}]: ")
    assert [line for line in others if not line.startswith("error[OPS402]")] == []
    told = ran.err.split("error[OPS402]")[0]
    assert f" --> in/{bad.name}" in told
    for words in bad.says:
        assert words in told
    assert "\n  hint: " in told
    assert "Traceback" not in ran.err


@bad_file
def test_a_file_that_is_refused_is_told_and_the_others_still_answer(tmp_path: Path, bad: Bad) -> None:
    ran = opsctl("query", "spend", "in", "--json", cwd=inbox(tmp_path, bad, with_good=True))
    check(ran, bad)
    assert ran.code == 1
    left = "7.0000" if bad.code == "OPS109" else "197.0000"
    assert ran.figure("spend")["value"] == left
    assert bad.code in {note["code"] for note in ran.json["notes"]}


@bad_file
def test_under_strict_a_refused_file_means_no_answer(tmp_path: Path, bad: Bad) -> None:
    ran = opsctl("query", "spend", "in", "--json", "--strict", cwd=inbox(tmp_path, bad, with_good=True))
    check(ran, bad)
    assert (ran.code, ran.out) == (3, "")
    assert errors(ran)[-1].startswith("error[OPS402]")


@pytest.mark.parametrize("bad", [bad for bad in BAD_FILES.values() if bad.code != "OPS109"], ids=lambda bad: bad.code)
def test_a_refused_file_alone_is_one_error_and_no_answer(tmp_path: Path, bad: Bad) -> None:
    ran = opsctl("query", "spend", f"in/{bad.name}", cwd=inbox(tmp_path, bad, with_good=False))
    check(ran, bad)
    assert (ran.code, ran.out, len(errors(ran))) == (3, "", 1)


# --- rows ---------------------------------------------------------------------------------------------------


def test_rejected_rows_are_told_by_rule_and_line_and_the_rest_answers(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(f"{GOOD}2025-13-03,C,1\n2025-03-04,C,1,2\n2025-13-05,C,1\n")
    ran = opsctl("query", "spend", "w.csv", "--json", "--rejects", "rejects.csv", cwd=tmp_path)
    assert (ran.code, ran.figure("spend")["value"]) == (1, "190.0000")
    assert [line for line in ran.err.splitlines() if line.startswith("warning")] == [
        "warning[OPS201]: w.csv: 1 row rejected: 4 cells where the header has 3 (line 5)",
        "warning[OPS203]: w.csv: 2 rows rejected: column day: no such day in the calendar (line 4, 6)",
    ]
    assert (tmp_path / "rejects.csv").read_text().splitlines() == [
        "file,line,column,code,reason",
        "w.csv,4,day,OPS203,no such day in the calendar",
        "w.csv,5,,OPS201,4 cells where the header has 3",
        "w.csv,6,day,OPS203,no such day in the calendar",
    ]
    assert (tmp_path / "rejects.csv").stat().st_mode & 0o077 == 0


def test_under_strict_a_rejected_row_means_no_answer(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(f"{GOOD}2025-03-03,C,x\n")
    ran = opsctl("query", "spend", "w.csv", "--strict", cwd=tmp_path)
    assert (ran.code, ran.out) == (3, "")


@pytest.mark.parametrize(("stated", "code"), [("190", 0), ("191", 1)])
def test_a_total_that_does_not_agree_is_a_finding(tmp_path: Path, stated: str, code: int) -> None:
    (tmp_path / "w.csv").write_text(f"{GOOD}合计,,{stated}\n")
    ran = opsctl("query", "spend", "w.csv", "--json", cwd=tmp_path)
    assert (ran.code, ran.figure("spend")["value"]) == (code, "190.0000")
    (control,) = ran.json["inputs"][0]["control"]
    assert control["ok"] is (code == 0)
    assert ("warning[OPS111]" in ran.err) is (code == 1)


# --- what nobody may see --------------------------------------------------------------------------------------

CANARIES = ("13800138000", "wang.xiaoming@example.com", "王小明", "110101199003078515", "tok_9f8e7d6c5b4a")
PHONE, MAIL, NAME, CARD, TOKEN = CANARIES
PEOPLE = f"""user,acquired_at,channel,姓名,phone,mail,card
{TOKEN},2025-03-01 10:00,A,{NAME},{PHONE},{MAIL},{CARD}
u2,2025-03-02 10:00,B,甲,1,x@y,2
{PHONE},{NAME},A,{NAME},{PHONE},{MAIL},{CARD}
u3,2025-03-03,A,{NAME},{PHONE}
u4,2025-03-03,A,{NAME},{PHONE},{MAIL},{CARD},{TOKEN}
,2025-03-03,A,{NAME},{PHONE},{MAIL},{CARD}
u5,2025-13-45 {PHONE},A,{NAME},{PHONE},{MAIL},{CARD}
u6,2025-03-03,A,"{NAME},{PHONE},{MAIL},{CARD}
u2,2025-03-02 10:00,C,{NAME},{PHONE},{MAIL},{CARD}
"""
MONEY = f"""order,paid_at,paid,user,category
o1,2025-03-01,10,u2,{NAME}
o2,2025-03-01,{PHONE}x,u2,{MAIL}
o3,{CARD},10,u2,{NAME}
o4,2025-03-01,-5,{MAIL},{NAME}
o1,2025-03-01,11,{PHONE},{NAME}
合计,{NAME},{PHONE},{MAIL},{CARD}
"""
HEADLESS = f"{NAME},{PHONE},{MAIL}\n{NAME}二,{PHONE},{MAIL}\n"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    (folder / "in").mkdir()
    contents = {"users.csv": PEOPLE, "orders.csv": MONEY, "list.csv": HEADLESS, "spend.csv": GOOD}
    for name, content in contents.items():
        (folder / "in" / name).write_text(content, encoding="utf-8")
    broken = PEOPLE.replace("u2", "u\0002").encode("gb18030") + b"\xff\xfe"
    (folder / "in" / "broken.csv").write_bytes(broken)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "cpa,net_paid,orders,retention_d7", "in", "--by", "channel", "-v"],
        ["query", "cpa,net_paid", "in", "--json", "--rejects", "rejects.csv"],
        ["query", "cpa", "in", "--strict"],
        ["query", "acquisitions", "in", "--where", "phone=1"],
        ["query", "acquisitions", "in", "--where", "phone=999"],
        ["query", "acquisitions", "in", "--where", "姓名=王"],
        ["query", "acquisitions", "in", "--by", "nme"],
        ["query", "acquisitions", "in/list.csv"],
        ["query", "acquisitions", "in/broken.csv"],
        ["query", "orders", "in/orders.csv"],
        ["report", "in", "-v"],
        ["report", "in", "--json"],
        ["explain", "cpa", "in"],
        ["explain", "net_paid", "in", "--json"],
    ],
    ids=" ".join,
)
def test_no_cell_of_a_row_is_ever_told(people: Path, arguments: list[str]) -> None:
    ran = opsctl(*arguments, cwd=people)
    assert ran.code in (1, 2, 3)
    told = ran.out + ran.err
    if "rejects.csv" in arguments:
        told += (people / "rejects.csv").read_text(encoding="utf-8")
    assert [canary for canary in CANARIES if canary in told] == []
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", ["users.csv", "orders.csv", "broken.csv"])
def test_inspect_tells_why_rows_are_rejected_without_what_they_hold(people: Path, name: str) -> None:
    seen = opsctl("inspect", f"in/{name}", "--json", cwd=people).json
    told = str([seen["rejected"], seen["dropped"], seen["warnings"], seen["refused"]])
    assert [canary for canary in CANARIES if canary in told] == []


# --- asked wrongly --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "in").mkdir()
    (folder / "in" / "good.csv").write_text(GOOD)
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ("query spnd in", 2, ("OPS001", "did you mean 'spend'?")),
        ("query retention_7 in", 2, ("OPS001", "did you mean")),
        ("query , in", 2, ("OPS001", "no metric is named")),
        ("query", 2, ("Missing argument", "query -h")),
        ("qery spend in", 2, ("No such command 'qery'", "query")),
        ("query spend in --bye channel", 2, ("No such option: --bye", "--by")),
        ("query spend in --by chanel", 2, ("OPS001", "did you mean 'channel'?", "known: ")),
        ("query spend in --where channel=Z", 2, ("OPS001", "known: A, B")),
        ("query spend in --where chanel=A", 2, ("OPS001", "did you mean 'channel'?")),
        ("query spend in --where channel", 2, ("OPS005", "--where channel=douyin")),
        ("query spend in --period 2025-13", 2, ("OPS002", "2025-Q1")),
        ("query spend in --period 2025-W60", 2, ("OPS002", "2025-W07")),
        ("query spend in --period 2025-02-30", 2, ("OPS002", "2025-03-01")),
        ("query spend in --period 2025-03-05..2025-03-01", 2, ("OPS002", "ends before it starts")),
        ("query spend in --period lastweek", 2, ("OPS002", "last-week")),
        ("query spend in --as-of 2025-02-31", 2, ("OPS005", "2025-01-31")),
        ("query spend in --as-of 2024-01-01", 3, ("OPS401", "later --as-of")),
        ("query spend in --format jsn", 2, ("OPS001", "did you mean 'json'?")),
        ("query spend in --json --format table", 2, ("OPS005", "leave one")),
        ("query spend in -o spend.jsn", 2, ("OPS001", "did you mean 'json'?")),
        ("query spend in -o spend", 2, ("OPS001", "--format")),
        ("query spend in -o missing/spend.json", 4, ("OPS006", "missing/spend.json", "check the folder")),
        ("query spend in --locale fr", 2, ("OPS005", "'zh-CN'")),
        ("query spend in --width wide", 2, ("--width", "integer")),
        ("query spend nowhere", 2, ("OPS004", "'nowhere'", "check the spelling")),
        ("query spend", 2, ("OPS003", "opsctl.yaml", "opsctl report exports/")),
        ("query spend -C in", 2, ("OPS005", "-C")),
        ("report in --format odt", 2, ("OPS001", "known: csv, ", ", table")),
        ("explain retntion_d7", 2, ("OPS001", "did you mean 'retention_d7'?")),
        ("explain OPS109x", 2, ("OPS001", "did you mean 'OPS109'?")),
        ("inspect nowhere.csv", 2, ("OPS004", "nowhere.csv")),
        ("inspect in/good.csv --encoding klingon", 2, ("OPS005", "gb18030")),
        ("config shw", 2, ("No such command 'shw'", "show")),
    ],
)
def test_what_is_asked_wrongly_is_one_error_with_the_way_out(
    shop: Path, arguments: str, code: int, says: tuple[str, ...]
) -> None:
    ran = opsctl(*arguments.split(), cwd=shop)
    assert (ran.code, ran.out, len(errors(ran))) == (code, "", 1)
    for words in says:
        assert words in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("opsctl_yaml", "says"),
    [
        ("curency: USD\n", ("OPS303", "opsctl.yaml:2:1", "did you mean 'currency'?")),
        ("timezone: Asia/Shanghia\n", ("OPS303", "opsctl.yaml:2:", "Asia/Shanghai")),
        ("channels: {douyin: {nme: x}}\n", ("OPS303", "did you mean 'name'?")),
        ("sources: [{path: 'in/*.csv', mapping: oceanengin}]\n", ("OPS303", "did you mean 'oceanengine'?")),
        ("mappings: [{platform: p, table: spend, columns: {day: D, chanel: C, spend: S}}]\n", ("OPS303", "channel")),
        ("currency: USD\ncurrency: CNY\n", ("OPS302", "opsctl.yaml:3:1")),
        ("sources: [\n", ("OPS301", "opsctl.yaml:")),
        ("currency: ${NOPE}\n", ("OPS304", "set NOPE")),
        ("sources: [{path: /exports/*.csv}]\n", ("OPS303", "no pattern", "exports/*.csv")),
    ],
)
def test_what_is_configured_wrongly_is_one_error_with_its_place(
    tmp_path: Path, opsctl_yaml: str, says: tuple[str, ...]
) -> None:
    (tmp_path / "opsctl.yaml").write_text(f"version: 1\n{opsctl_yaml}")
    (tmp_path / "good.csv").write_text(GOOD)
    ran = opsctl("query", "spend", "good.csv", cwd=tmp_path)
    assert (ran.code, ran.out, len(errors(ran))) == (2, "", 1)
    for words in ("opsctl.yaml", *says):
        assert words in ran.err


def test_nothing_is_read_before_a_question_is_found_wrong(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\0" * 64)
    for wrong in (["spnd"], ["spend", "--period", "x"], ["spend", "--as-of", "x"], ["spend", "--format", "x"]):
        assert "OPS107" not in opsctl("query", *wrong, "x.csv", cwd=tmp_path).err
