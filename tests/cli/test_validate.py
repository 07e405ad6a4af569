"""What is right and wrong with files, said alike to people, programs and CI systems; never what a row holds."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from opsctl.config.words import Words
from opsctl.core.errors import RefusedFile, every_error
from opsctl.core.rules import RULES
from opsctl.render.validation import formats
from opsctl.reports.validation import SHOWN, Check, check_of
from tests.cli.inside import opsctl
from tests.command import Ran

GOOD = "day,channel,spend,currency\n2025-03-01,A,100,CNY\n2025-03-02,B,90,CNY\n"
BAD = (
    "day,channel,spend,currency,impressions\n2025-04-01,A,100,CNY,5\n"
    + "".join(f"2025-04-{day:02},C,0,CNY,x\n" for day in range(2, 10))
    + "2025-13-01,A,1,CNY,5\n2025-04-10,A\n合计,,101,,\n"
)
LOGIN = "<!DOCTYPE html><html><body>please log in"

every_format = pytest.mark.parametrize("name", formats())


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A good file, one with ten broken rows and a total that differs, and two that are refused."""
    (tmp_path / "in").mkdir()
    for name, content in {"good.csv": GOOD, "bad.csv": BAD, "login.csv": LOGIN, "人.csv": "姓名\n甲\n"}.items():
        (tmp_path / "in" / name).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(f"{GOOD}合计,,190,\n", encoding="utf-8")
    return tmp_path


def validated(folder: Path, *arguments: str | Path) -> Ran:
    return opsctl("validate", "in", *arguments, cwd=folder)


# --- exit codes -----------------------------------------------------------------------------------------------


@every_format
def test_what_is_right_leaves_with_0_and_what_is_wrong_with_1(clean: Path, name: str) -> None:
    assert opsctl("validate", "good.csv", "-f", name, cwd=clean).code == 0
    (clean / "good.csv").write_text(f"{GOOD}合计,,191,\n", encoding="utf-8")
    assert opsctl("validate", "good.csv", "-f", name, cwd=clean).code == 1


@every_format
def test_under_strict_what_is_wrong_leaves_with_3_and_is_told_all_the_same(mixed: Path, name: str) -> None:
    ran = validated(mixed, "-f", name, "--strict")
    assert (ran.code, ran.out) == (3, validated(mixed, "-f", name).out)


@every_format
def test_where_nothing_could_be_loaded_it_says_why_and_leaves_with_3(mixed: Path, name: str) -> None:
    ran = opsctl("validate", "in/login.csv", "-f", name, cwd=mixed)
    assert ran.code == 3
    assert "OPS101" in ran.out


def test_a_folder_without_a_table_leaves_with_3(tmp_path: Path) -> None:
    ran = opsctl("validate", tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert "OPS401" in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("in -f jnit", "did you mean 'junit'?"),
        ("in -f table", "known: github, gitlab, json, junit, text"),
        ("in --json -f text", "leave one of them out"),
        ("in -o checked.md", "--format"),
        ("nowhere", "check the spelling"),
        ("", "no path was given"),
    ],
)
def test_asked_wrongly_leaves_with_2(mixed: Path, arguments: str, says: str) -> None:
    ran = opsctl("validate", *arguments.split(), cwd=mixed)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


# --- for people -----------------------------------------------------------------------------------------------


def test_it_tells_a_line_per_file_then_the_first_places_of_each_problem_then_the_sums(mixed: Path) -> None:
    assert validated(mixed, "--locale", "en").out.splitlines() == [
        "File          Read by    Table  Days                    Read  Loaded  Rejected  Left out  Totals",
        "in/bad.csv    canonical  spend  2025-04-01..2025-04-01    12       1        10         1  differ",
        "in/good.csv   canonical  spend  2025-03-01..2025-03-02     2       2         0         0  -",
        "in/login.csv  refused    -      -                          -       -         -         -  -",
        "in/人.csv     refused    -      -                          -       -         -         -  -",
        "",
        "OPS201  in/bad.csv  rows with another number of cells than the header: 1",
        "  line 12  2 cells where the header has 5",
        "OPS202  in/bad.csv  cells that are no number or amount: 8",
        *(f"  line {line}  impressions  not a whole number" for line in range(3, 3 + SHOWN)),
        "  and 3 more: --rejects FILE lists them all",
        "OPS203  in/bad.csv  cells that are no date or time, or several: 1",
        "  line 11  day  no such day in the calendar",
        "OPS111  in/bad.csv  rows that do not add up to the file's own total: 1",
        (
            "  spend  the rows add up to 100.0000, the file's own total says 101.0000"
            " (difference -1.0000, tolerance 0.0000)"
        ),
        "OPS101  in/login.csv",
        "  this is a web page (HTML)",
        "  hint: a login or error page is often saved so: download it again as CSV",
        "OPS102  in/人.csv:1",
        "  no mapping and no table knows these columns",
        "  the file has: 姓名",
        "  hint: opsctl init --from FILE drafts a mapping for it; or leave the file out",
        "",
        "Files: 2 loaded, 2 not loaded. Rows: 14 read, 3 loaded, 10 rejected, 1 left out. Problems: 6",
    ]


def test_it_speaks_the_projects_language(mixed: Path) -> None:
    (mixed / "opsctl.yaml").write_text("version: 1\nlocale: zh-CN\n")
    said = validated(mixed).out
    assert said.splitlines()[0].split() == ["文件", "映射", "表", "日期", "读入", "入库", "未入库", "剔除", "合计核对"]
    assert "OPS202  in/bad.csv  不是数字或金额，8 处\n" in said
    assert "  还有 3 处：--rejects FILE 可全部写出\n" in said
    assert "OPS101  in/login.csv  内容不是表格\n" in said
    assert said.endswith("文件：读入 2 个，未读入 2 个。行数：读入 14，入库 3，未入库 10，剔除 1。问题：6 个\n")


@pytest.mark.parametrize(("locale", "says"), [("en", "Nothing is wrong"), ("zh-CN", "没有发现问题")])
def test_when_nothing_is_wrong_it_says_so_last(clean: Path, locale: str, says: str) -> None:
    lines = opsctl("validate", "good.csv", "--locale", locale, cwd=clean).out.splitlines()
    assert len(lines) == 4
    assert lines[-1].endswith(says)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_page_and_no_number_is_lost(mixed: Path, locale: str, width: int) -> None:
    out = validated(mixed, "--locale", locale, "--width", str(width)).out
    assert max(map(cell_len, out.splitlines())) <= width
    wide = validated(mixed, "--locale", locale).out
    assert sorted(re.findall(r"\d+", out)) == sorted(re.findall(r"\d+", wide))


def test_a_file_that_another_contradicts_or_repeats_is_listed_too(tmp_path: Path) -> None:
    """Neither is in an answer's account, and no file may vanish in silence."""
    units = "时间-天,单元名称,消耗,展示数,点击数,转化数\n2025-01-06,A,{spend},7,1,1\n"
    for name, spend in {"a.csv": 1, "b.csv": 2, "c.csv": 1}.items():
        (tmp_path / name).write_text(units.format(spend=spend), encoding="utf-8")
    ran = opsctl("validate", ".", "--locale", "en", cwd=tmp_path)
    assert ran.code == 3
    assert [line.split("  ")[:2] for line in ran.out.splitlines()[1:4]] == [
        ["a.csv", "not counted"], ["b.csv", "refused"], ["c.csv", "not counted"],
    ]  # fmt: skip
    assert "OPS109  b.csv\n  a.csv and b.csv" in ran.out
    assert "c.csv holds the same bytes as a.csv" in ran.out
    suites = ET.fromstring(opsctl("validate", ".", "-f", "junit", cwd=tmp_path).out)  # noqa: S314
    assert [(suite.attrib["failures"], suite.attrib["skipped"]) for suite in suites] == [
        ("0", "4"),
        ("1", "1"),
        ("0", "4"),
    ]


def test_refusals_of_a_file_by_one_code_are_told_like_rows_the_first_five_and_one_way_out(tmp_path: Path) -> None:
    lines = [f"2025-01-{day:02},A,{day},7,1,1\n" for day in range(1, 9)]
    head = "时间-天,单元名称,消耗,展示数,点击数,转化数\n"
    for at, line in enumerate(lines):
        (tmp_path / f"day{at}.csv").write_text(head + line, encoding="utf-8")
    whole = head + "".join(line.replace(",7,", ",8,") for line in lines)
    (tmp_path / "month.csv").write_text(whole, encoding="utf-8")
    out = opsctl("validate", ".", "--locale", "en", cwd=tmp_path).out
    _, told = out.split("OPS109  ")
    assert told.count(" tell differently ") == SHOWN
    assert "\n  and 3 more\n" in told
    assert told.count("hint: ") == 1


@pytest.mark.shared
def test_every_real_file_has_a_line(shared: Path) -> None:
    out = opsctl("validate", "exports", "--width", "0", cwd=shared).out
    files = list((shared / "exports").rglob("*.csv"))
    listed = {line.split("  ")[0] for line in out.split("\n\n")[0].splitlines()[1:]}
    assert {path.relative_to(shared).as_posix() for path in files} <= listed


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_rule_of_a_row_has_its_words(locale: str) -> None:
    assert [code for code in (*RULES, "OPS111") if not Words(locale).get(f"problem.{code}", "")] == []


# --- the rows that are not shown ------------------------------------------------------------------------------


def test_the_rejects_file_has_every_row(mixed: Path) -> None:
    ran = validated(mixed, "--rejects", "rejects.csv")
    with (mixed / "rejects.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert ran.code == 1
    assert [int(row["line"]) for row in rows] == [*range(3, 13)]
    assert [row["code"] for row in rows] == [*["OPS202"] * 8, "OPS203", "OPS201"]


# --- for programs ---------------------------------------------------------------------------------------------


def test_json_has_every_problem_once_with_its_first_line_and_how_many_rows_have_it(mixed: Path) -> None:
    said = validated(mixed, "--json").json
    assert list(said) == ["schema_version", "inputs", "problems", "notes"]
    fields = ["code", "file", "line", "column", "level", "message", "count"]
    assert all(list(one) == fields for one in said["problems"])
    assert [(one["code"], one["file"], one["line"], one["column"], one["count"]) for one in said["problems"]] == [
        ("OPS201", "in/bad.csv", 12, None, 1),
        ("OPS202", "in/bad.csv", 3, "impressions", 8),
        ("OPS203", "in/bad.csv", 11, "day", 1),
        ("OPS111", "in/bad.csv", None, "spend", 1),
        ("OPS101", "in/login.csv", None, None, 1),
        ("OPS102", "in/人.csv", 1, None, 1),
    ]


def test_json_gives_the_same_account_of_the_files_as_an_answer(mixed: Path) -> None:
    answer = opsctl("query", "spend", "in", "--json", cwd=mixed).json
    said = validated(mixed, "--json").json
    assert (said["inputs"], said["notes"]) == (
        answer["inputs"],
        [one for one in answer["notes"] if one in said["notes"]],
    )


def test_the_language_changes_nothing_for_programs(mixed: Path) -> None:
    for name in set(formats()) - {"text"}:
        assert validated(mixed, "-f", name, "--locale", "zh-CN").out == validated(mixed, "-f", name).out


# --- for CI systems -------------------------------------------------------------------------------------------


def commands(out: str) -> list[tuple[str, dict[str, str], str]]:
    """GitHub's workflow commands: their kind, properties and text, as GitHub reads them."""

    def read(text: str) -> str:
        for escape, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(escape, letter)
        return text

    found: list[tuple[str, dict[str, str], str]] = []
    for line in out.splitlines():
        _, head, text = line.split("::", 2)
        kind, properties = head.split(" ", 1)
        pairs = (pair.partition("=") for pair in properties.split(","))
        found.append((kind, {key: read(value) for key, _, value in pairs}, read(text)))
    return found


def test_github_is_told_the_file_line_and_code_of_each_place(mixed: Path) -> None:
    said = commands(validated(mixed, "-f", "github").out)
    assert [(kind, at["title"], at["file"], at.get("line")) for kind, at, _ in said] == [
        ("error", "OPS201", "in/bad.csv", "12"),
        *(("error", "OPS202", "in/bad.csv", str(line)) for line in range(3, 3 + SHOWN)),
        ("error", "OPS203", "in/bad.csv", "11"),
        ("error", "OPS111", "in/bad.csv", None),
        ("error", "OPS101", "in/login.csv", None),
        ("error", "OPS102", "in/人.csv", "1"),
    ]
    assert said[SHOWN][2] == "impressions: not a whole number (and 3 more of OPS202 in this file)"


def test_github_is_told_nothing_when_nothing_is_wrong(clean: Path) -> None:
    assert opsctl("validate", "good.csv", "-f", "github", cwd=clean).out == ""


HOSTILE = ["a%0Ab.csv", "a,title=x.csv", "a::error::b.csv", "a\nb.csv", "a\x1b[31mb.csv", '<b "&.csv', "]]>\ufffe.csv"]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name in HOSTILE:
        try:
            (tmp_path / "in" / name).write_text(BAD, encoding="utf-8")
        except OSError:
            pytest.skip("names that this file system does not know")
        (tmp_path / "in" / name).write_text(f"{BAD}{name!r}", encoding="utf-8")
    return tmp_path


def test_what_a_file_is_called_ends_no_annotation_and_begins_none(hostile: Path) -> None:
    out = validated(hostile, "-f", "github").out
    said = [one for one in commands(out) if one[0] == "error"]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", out)
    assert len(said) == len(commands(out))
    harmless = {name.replace("\x1b", "\\u001b") for name in HOSTILE}
    assert {at["file"].removeprefix("in/") for _, at, _ in said} == harmless


def test_junit_stays_well_formed_whatever_a_file_is_called(hostile: Path) -> None:
    suites = ET.fromstring(validated(hostile, "-f", "junit").out)  # noqa: S314 - our own output
    assert len(suites) == len(HOSTILE)


def test_junit_has_every_check_of_every_file_and_counts_them(mixed: Path) -> None:
    root = ET.fromstring(validated(mixed, "-f", "junit").out)  # noqa: S314
    told = {
        suite.attrib["name"]: [case[0].tag if len(case) else "passed" for case in suite.findall("testcase")]
        for suite in root
    }
    assert told == {
        "in/bad.csv": ["passed", "passed", "failure", "failure"],
        "in/good.csv": ["passed", "passed", "passed", "skipped"],
        "in/login.csv": ["failure", "skipped", "skipped", "skipped"],
        "in/人.csv": ["passed", "failure", "skipped", "skipped"],
    }
    assert [case.attrib["name"] for case in root[0]] == [check.value for check in Check]
    for suites in ([root], list(root)):
        for kind, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            counted = sum(int(one.attrib[kind]) for one in suites)
            assert counted == len(root.findall(f".//{tag}"))


def test_gitlab_knows_each_place_again(mixed: Path) -> None:
    before = json.loads(validated(mixed, "-f", "gitlab").out)
    assert all(entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"} for entry in before)
    assert [entry["location"]["lines"]["begin"] for entry in before] == [12, 3, 4, 5, 6, 7, 11, 1, 1, 1]
    prints = [entry["fingerprint"] for entry in before]
    assert len(set(prints)) == len(prints)
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in prints)
    (mixed / "in" / "login.csv").unlink()
    (mixed / "in" / "new.csv").write_bytes(b"")
    after = [entry["fingerprint"] for entry in json.loads(validated(mixed, "-f", "gitlab").out)]
    assert len(set(prints) & set(after)) == len(prints) - 1


def test_gitlab_is_told_an_empty_list_when_nothing_is_wrong(clean: Path) -> None:
    assert opsctl("validate", "good.csv", "-f", "gitlab", cwd=clean).out == "[]\n"


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_files_of_a_project_are_named_from_where_the_command_runs(mixed: Path, name: str) -> None:
    (mixed / "in" / "opsctl.yaml").write_text("version: 1\nsources: [{path: bad.csv}]\n")
    out = opsctl("validate", "-C", "in", "-f", name, cwd=mixed).out
    assert "in/bad.csv" in out
    assert opsctl("validate", "--json", cwd=mixed / "in").json["inputs"][0]["file"] == "bad.csv"
    assert "in/bad.csv" not in opsctl("validate", "-f", name, cwd=mixed / "in").out


# --- every format ---------------------------------------------------------------------------------------------


@every_format
def test_it_writes_the_same_each_time_and_to_a_file_what_it_writes_to_a_pipe(mixed: Path, name: str) -> None:
    out = validated(mixed, "-f", name).out
    assert out.endswith("\n")
    assert validated(mixed, "-f", name, "-o", "checked", "-q").out == ""
    assert (mixed / "checked").read_text(encoding="utf-8") == out


@pytest.mark.parametrize(("name", "format_"), [("a.txt", "text"), ("a.json", "json"), ("a.XML", "junit")])
def test_the_extension_of_a_file_names_its_format(mixed: Path, name: str, format_: str) -> None:
    validated(mixed, "-o", name)
    assert (mixed / name).read_text(encoding="utf-8") == validated(mixed, "-f", format_).out


CANARIES = ("13800138000", "wang@example.com", "王小明")
PEOPLE = """user,acquired_at,channel,姓名,phone,mail
u1,2025-03-01 10:00,A,王小明,13800138000,wang@example.com
13800138000,王小明,A,王小明,13800138000,wang@example.com
,2025-03-03,A,王小明,13800138000,wang@example.com
u3,2025-03-03,A,王小明
u1,2025-03-01 10:00,B,王小明,13800138000,wang@example.com
"""


@every_format
def test_no_cell_of_a_row_is_ever_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "users.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "in" / "list.csv").write_text("王小明,13800138000\n甲,13800138000\n", encoding="utf-8")
    ran = validated(tmp_path, "-f", name)
    assert ran.code == 1
    assert [one for one in CANARIES if one in ran.out + ran.err] == []


def test_every_refusal_of_a_file_fails_one_check() -> None:
    codes = {code for code, kind in every_error().items() if issubclass(kind, RefusedFile)}
    failed = {check: {code for code in codes | RULES.keys() if check_of(code) is check} for check in Check}
    assert failed[Check.READABLE] == {"OPS101", "OPS104", "OPS105", "OPS107", "OPS110"}
    assert failed[Check.RECOGNISED] == {"OPS102", "OPS103", "OPS106", "OPS114", "OPS121", "OPS123"}
    assert failed[Check.TOTALS] == {"OPS111"}
    assert failed[Check.ROWS] >= RULES.keys()
