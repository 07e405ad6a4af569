"""A project's first steps: a commented opsctl.yaml, and mappings drafted from the very files that nobody knows."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from opsctl.config import settings
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files
from tests.cli.inside import opsctl
from tests.ingest.books import book, rows
from tests.ingest.exports import account, values, write

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "configs" / "opsctl.example.yaml").read_text("utf-8")
HAND_KEPT = "日期,投手,花费\n2025-01-06,甲,12.50\n2025-01-07,乙,20.00\n"
MOST_EDITS = 5


def drafted(folder: Path, source: Path | str, *arguments: str) -> Path:
    """Draft from one file, and the one mapping that came of it."""
    ran = opsctl("init", folder, "--from", source, *arguments, cwd=folder)
    assert (ran.code, ran.out) == (0, "")
    (mapping,) = (folder / "mappings").glob("*.yaml")
    return mapping


def edited(mapping: Path, edits: Mapping[str, str]) -> None:
    """Replace lines, each named by how it starts."""
    assert len(edits) <= MOST_EDITS
    lines = mapping.read_text("utf-8").splitlines()
    for start, line in edits.items():
        (at,) = (at for at, found in enumerate(lines) if found.strip().startswith(start))
        lines[at] = line
    mapping.write_text("\n".join(lines) + "\n", "utf-8")


def loaded(folder: Path) -> Loaded:
    """What the drafted project reads from its own sources."""
    chosen = settings.load(folder, {}, {}, None)
    found = load(files([], chosen), chosen)
    assert not found.refused
    return found


# --- a commented file -----------------------------------------------------------------------------------


def test_it_writes_the_commented_example_and_says_what_to_do_next(tmp_path: Path) -> None:
    ran = opsctl("init", "shop", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / "shop" / "opsctl.yaml").read_text("utf-8") == EXAMPLE
    assert "wrote shop/opsctl.yaml" in ran.err
    assert "opsctl config check -C shop" in ran.err
    assert opsctl("config", "check", "-C", "shop", cwd=tmp_path).code == 0


def test_without_a_folder_it_is_here(tmp_path: Path) -> None:
    assert opsctl("init", cwd=tmp_path).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["opsctl.yaml"]


def test_what_would_be_written_is_printed_and_nothing_written(tmp_path: Path) -> None:
    ran = opsctl("init", "shop", "-n", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, EXAMPLE, "")
    assert list(tmp_path.iterdir()) == []


def test_an_opsctl_yaml_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text("version: 1\n")
    ran = opsctl("init", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[OPS005]: there is an opsctl.yaml already\n")
    assert (tmp_path / "opsctl.yaml").read_text() == "version: 1\n"


def test_a_file_is_no_folder_for_a_project(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("")
    assert opsctl("init", "shop", cwd=tmp_path).code == 2


# --- drafts ---------------------------------------------------------------------------------------------


def test_a_file_that_a_mapping_knows_only_gets_a_source(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "w.csv").write_text("day,channel,spend\n2025-03-01,a,1\n")
    ran = opsctl("init", "--from", "in/w.csv", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "")
    assert "in/w.csv: read by the table spend already" in ran.err
    assert not (tmp_path / "mappings").exists()
    assert (tmp_path / "opsctl.yaml").read_text("utf-8").endswith("sources:\n  - path: in/w.csv\n")


def test_files_of_one_header_share_a_mapping_and_a_pattern(tmp_path: Path) -> None:
    write(tmp_path, {"in/投放_202501.csv": HAND_KEPT, "in/投放_202502.csv": HAND_KEPT.replace("2025-01", "2025-02")})
    mapping = drafted(tmp_path, "in")
    assert mapping.name == "投放.yaml"
    assert "  - path: in/*.csv\n    mapping: 投放\n" in (tmp_path / "opsctl.yaml").read_text("utf-8")
    assert [one.accepted for one in loaded(tmp_path).inputs] == [2, 2]


def test_a_pattern_that_the_shell_spells_out_is_as_good_as_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": HAND_KEPT, "b.csv": HAND_KEPT.replace("2025-01", "2025-02")})
    assert opsctl("init", "--from", "a.csv", "b.csv", "shop", cwd=tmp_path).code == 0
    assert '  - path: "../*.csv"\n' in (tmp_path / "shop" / "opsctl.yaml").read_text("utf-8")
    assert len(loaded(tmp_path / "shop").inputs) == 2


@pytest.mark.parametrize("words", [["gone.csv"], ["one", "two"]])
def test_a_misspelt_file_is_no_folder_for_a_project(tmp_path: Path, words: list[str]) -> None:
    write(tmp_path, {"a.csv": HAND_KEPT})
    assert opsctl("init", "--from", "a.csv", *words, cwd=tmp_path).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_an_opsctl_yaml_that_is_there_is_told_what_to_add(tmp_path: Path) -> None:
    write(tmp_path, {"opsctl.yaml": "version: 1\n", "w.csv": HAND_KEPT})
    ran = opsctl("init", "--from", "w.csv", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "")
    added = "mappings: [mappings/*.yaml]\nsources:\n  - path: w.csv\n    mapping: w\n"
    assert added in ran.err
    assert (tmp_path / "opsctl.yaml").read_text() == "version: 1\n"
    (tmp_path / "opsctl.yaml").write_text(f"version: 1\n{added}")
    assert account(loaded(tmp_path)).accepted == 2


def test_a_draft_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    write(tmp_path, {"mappings/w.yaml": "mine", "w.csv": HAND_KEPT})
    assert opsctl("init", "--from", "w.csv", cwd=tmp_path).code == 0
    assert (tmp_path / "mappings" / "w.yaml").read_text() == "mine"
    assert (tmp_path / "mappings" / "w-2.yaml").is_file()


def test_a_draft_can_be_looked_at_first(tmp_path: Path) -> None:
    write(tmp_path, {"w.csv": HAND_KEPT})
    ran = opsctl("init", "--from", "w.csv", "-n", cwd=tmp_path)
    assert [line for line in ran.out.splitlines() if line.startswith("# ==>")] == [
        "# ==> opsctl.yaml",
        "# ==> mappings/w.yaml",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["w.csv"]


def test_no_value_of_a_row_gets_into_a_draft(tmp_path: Path) -> None:
    write(tmp_path, {"w.csv": "手机号,注册时间,渠道,城市\n" + "13800138000,2025-01-06 10:00:00,抖店,深圳\n" * 20})
    ran = opsctl("init", "--from", "w.csv", "-n", cwd=tmp_path)
    assert ran.code == 0
    assert not any(value in ran.out + ran.err for value in ("13800138000", "2025-01-06", "抖店", "深圳"))


@pytest.mark.parametrize(("locale", "comment"), [("zh-CN", "没有列写明渠道"), ("en", "no column names the channel")])
def test_comments_are_in_the_language_that_was_asked_for(tmp_path: Path, locale: str, comment: str) -> None:
    write(tmp_path, {"w.csv": HAND_KEPT})
    assert f"  # ? {comment}" in opsctl("init", "--from", "w.csv", "-n", "--locale", locale, cwd=tmp_path).out


def test_a_file_of_which_nothing_can_be_made_is_refused_and_the_others_are_drafted(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"in/a.csv": "姓名,城市\n甲,乙\n", "in/b.csv": HAND_KEPT, "in/c.csv": "2025-01-01,A,3\n2025-01-02,B,4\n"},
    )
    ran = opsctl("init", "--from", "in", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "error[OPS102]: no mapping was drafted" in ran.err
    assert "error[OPS106]" in ran.err
    assert [path.name for path in (tmp_path / "mappings").iterdir()] == ["b.yaml"]


def test_where_nothing_can_be_drafted_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "姓名,城市\n甲,乙\n"})
    assert opsctl("init", "--from", "a.csv", cwd=tmp_path).code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


# --- look-alikes of real files, and the real files: at most five lines to edit -----------------------------


def test_users_of_a_day_are_a_cohort_on_its_first_day(tmp_path: Path) -> None:
    lines = ["Date,cohort_number,installs", "", "1/1/2017,3001,620", "1/30/2017,3002,380"]
    write(tmp_path, {"installs.csv": "\n".join(lines)})
    edited(drafted(tmp_path, "installs.csv"), {"channel:": "  channel: {const: game}"})
    assert values(loaded(tmp_path), "cohort", "day", "channel", "offset", "users") == [
        (date(2017, 1, 1), "game", 0, 620),
        (date(2017, 1, 30), "game", 0, 380),
    ]


def matrix() -> str:
    """Thirty days by ten cohorts: a cohort's k-th day brings 100 / (k + 1), nothing before it began."""
    days = [date(2017, 1, 1) + timedelta(days=day) for day in range(30)]
    rows = [
        [f"{day.month}/{day.day}/17", *(f"{100 / (at - first + 1):.2f}" if at >= first else "0" for first in range(10))]
        for at, day in enumerate(days)
    ]
    return "\r".join(",".join(row) for row in [["Date", *(str(3001 + cohort) for cohort in range(10))], *rows])


def test_a_matrix_of_dates_and_numbered_cohorts_is_melted_along_its_diagonal(tmp_path: Path) -> None:
    write(tmp_path, {"revenue.csv": matrix()})
    mapping = drafted(tmp_path, "revenue.csv")
    edited(mapping, {"channel:": "  channel: {const: game}"})
    assert "offset: {days_to: [Date]}" in mapping.read_text("utf-8")
    found = loaded(tmp_path)
    assert account(found).accepted == sum(30 - first for first in range(10))
    rows = values(found, "cohort", "day", "offset", "net_paid")
    first_week = round(sum(round(100 / (day + 1), 2) for day in range(7)) * 10_000)
    assert {amount for _, offset, amount in rows if offset == 6} == {first_week}
    assert {day for day, *_ in rows} == {date(2017, 1, 1) + timedelta(days=first) for first in range(10)}


def test_ads_without_a_day_are_spend_with_the_conversions_that_are_chosen(tmp_path: Path) -> None:
    header = "ad_id,xyz_campaign_id,age,gender,Impressions,Clicks,Spent,Total_Conversion,Approved_Conversion"
    rows = [f"{700 + at},{916 + at % 2},30-34,{'MF'[at % 2]},100,5,1.25,3,1" for at in range(40)]
    write(tmp_path, {"ads.csv": "\r".join([header, *rows])})
    mapping = drafted(tmp_path, "ads.csv")
    edited(
        mapping,
        {"channel:": "  channel: {const: meta}", "conversions:": "  conversions: [Approved_Conversion]"},
    )
    found = loaded(tmp_path)
    assert account(found).sums == {"clicks": 200, "conversions": 40, "impressions": 4000, "spend": "50.0000"}
    assert {campaign for (campaign,) in values(found, "spend", "campaign")} == {"916", "917"}


def test_users_with_a_time_are_acquisitions_and_their_events_activity(tmp_path: Path) -> None:
    users = "USR_ID,PLATFORM,INSTALL_TIME,INSTALL_COUNTRY\n" + "".join(
        f"u9{at:09},{('iOS', 'Google Play')[at % 2]},2024-04-07T01:{at:02}:25Z,BR\n" for at in range(40)
    )
    events = "USR_ID,CLIENT_TIME,SESSION_ID,UNLOCK_CAUSE\n" + "".join(
        f"u9{at % 20:09},2024-04-08T11:{at:02}:24Z,3,{('Gift', 'Scan')[at % 2]}\n" for at in range(40)
    )
    write(tmp_path, {"in/users.csv": users, "in/events.csv": events})
    assert opsctl("init", "--from", "in", cwd=tmp_path).code == 0
    found = loaded(tmp_path)
    assert {one.table: one.accepted for one in found.inputs} == {"acquisition": 40, "activity": 40}
    assert set(values(found, "acquisition", "channel", "attribute_install_country")) == {
        ("iOS", "BR"),
        ("Google Play", "BR"),
    }
    assert set(values(found, "activity", "event")) == {("events",)}


RETENTION = (
    "日期,渠道,新增,次日留存率,3日留存率,7日留存率\n2025-01-06,抖音,200,45.5%,30%,20%\n2025-01-07,抖音,100,40%,25%,\n"
)


def test_a_wide_table_of_rates_becomes_active_users_by_day_since(tmp_path: Path) -> None:
    write(tmp_path, {"留存.csv": RETENTION})
    mapping = drafted(tmp_path, "留存.csv")
    assert "  day_base: 0  # ?" in mapping.read_text("utf-8")
    rows = values(loaded(tmp_path), "cohort", "day", "offset", "users", "active")
    first, second = date(2025, 1, 6), date(2025, 1, 7)
    assert sorted(rows, key=lambda row: row[:2]) == [
        (first, 1, 200, 91),
        (first, 3, 200, 60),
        (first, 7, 200, 40),
        (second, 1, 100, 40),
        (second, 3, 100, 25),
        (second, 7, 100, None),
    ]


def test_a_sheet_in_the_encoding_of_an_old_spreadsheet_is_drafted_too(tmp_path: Path) -> None:
    (tmp_path / "hand.csv").write_bytes(HAND_KEPT.encode("gb18030"))
    edited(drafted(tmp_path, "hand.csv"), {"channel:": "  channel: {const: douyin}"})
    assert account(loaded(tmp_path)).sums == {"spend": "32.5000"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("日期,抖音,快手\n2025-01-06,100.5,200\n2025-01-07,110,210\n", [("douyin", 2105000), ("kuaishou", 4100000)]),
        ("渠道,2025-01-06,2025-01-07,2025-01-08\na,1,2,3.5\nb,4,5,6\n", [("a", 65000), ("b", 150000)]),
        ("日期,平台,花费\n2025/1/6,a,12.5\n2025/1/7,b,20\n2025/1/8,a,1\n", [("a", 135000), ("b", 200000)]),
        ("日期,渠道,花费(万元),备注\n2025/1/6,a,1.25,x\n2025/1/7,b,2,\n", [("a", 125000000), ("b", 200000000)]),
    ],
)
def test_sheets_of_spend_kept_by_hand_load_as_they_are(
    tmp_path: Path, content: str, expected: list[tuple[str, int]]
) -> None:
    write(tmp_path, {"sheet.csv": content})
    drafted(tmp_path, "sheet.csv")
    sums: dict[str, int] = {}
    for channel, spend in values(loaded(tmp_path), "spend", "channel", "spend"):
        sums[channel] = sums.get(channel, 0) + spend
    assert sorted(sums.items()) == expected


def test_a_ledger_is_orders(tmp_path: Path) -> None:
    content = "订单号,下单时间,客户,金额,来源\nA1,2025-01-06 10:00,u1,12.5,抖音\nA2,2025-01-07 11:00,u2,30,快手\n"
    write(tmp_path, {"ledger.csv": content})
    drafted(tmp_path, "ledger.csv")
    assert values(loaded(tmp_path), "order", "order", "user", "channel", "paid", "paid_day") == [
        ("A1", "u1", "抖音", 125000, date(2025, 1, 6)),
        ("A2", "u2", "快手", 300000, date(2025, 1, 7)),
    ]


def test_an_order_of_day_and_month_that_nothing_tells_is_a_line_to_decide(tmp_path: Path) -> None:
    write(tmp_path, {"w.csv": "Date,Buyer,Cost\n01/02/2025,a,1.5\n03/02/2025,b,2.5\n"})
    mapping = drafted(tmp_path, "w.csv", "--locale", "en")
    edited(mapping, {"dates: dmy  # ? or mdy": "dates: dmy"})
    assert [day for (day,) in values(loaded(tmp_path), "spend", "day")] == [date(2025, 2, 1), date(2025, 2, 3)]


# --- the real files ---------------------------------------------------------------------------------------


@pytest.fixture
def data(shared: Path) -> Path:
    return shared / "exports" / "data"


def read(path: Path) -> list[dict[str, str]]:
    """A real file's rows, read by the simplest means."""
    return list(csv.DictReader(line for line in path.read_text("utf-8-sig").splitlines() if line.strip()))


@pytest.mark.shared
def test_real_installs_of_a_game(tmp_path: Path, data: Path) -> None:
    edited(drafted(tmp_path, data / "ltv_game" / "installs.csv"), {"channel:": "  channel: {const: game}"})
    stated = [int(row["installs"]) for row in read(data / "ltv_game" / "installs.csv")]
    found = loaded(tmp_path)
    assert [users for (users,) in values(found, "cohort", "users")] == stated
    assert {offset for (offset,) in values(found, "cohort", "offset")} == {0}


@pytest.mark.shared
def test_real_revenue_of_its_cohorts(tmp_path: Path, data: Path) -> None:
    """Thirty cohorts paid a little on the eve of their day: those cells lie before the cohort, and are rejected."""
    source = data / "ltv_game" / "in_game_purchases_revenue.csv"
    edited(drafted(tmp_path, source), {"channel:": "  channel: {const: game}"})
    rows = read(source)
    first = date(2017, 1, 1)
    paid = {cohort: [round(float(row[str(3001 + cohort)]) * 10_000) for row in rows[cohort:]] for cohort in range(31)}
    found = loaded(tmp_path)
    last = {
        (day - first).days: amount
        for day, offset, amount in values(found, "cohort", "day", "offset", "net_paid")
        if offset == 60 - (day - first).days
    }
    assert last == {cohort: sum(amounts) for cohort, amounts in paid.items()}
    assert account(found).accepted == sum(map(len, paid.values()))


@pytest.mark.shared
def test_real_ads_without_a_day(tmp_path: Path, data: Path) -> None:
    mapping = drafted(tmp_path, data / "KAG_conversion_canonical_CR_line_ends.csv")
    edited(
        mapping,
        {"channel:": "  channel: {const: meta}", "conversions:": "  conversions: [Approved_Conversion]"},
    )
    found = loaded(tmp_path)
    assert account(found).accepted == 1143
    assert account(found).sums["conversions"] == 1079
    assert round(float(account(found).sums["spend"]), 2) == 58705.23
    ran = opsctl("query", "cpa_platform", "--by", "campaign", "--json", cwd=tmp_path)
    assert [round(ran.figure("cpa_platform", campaign=name)["value"], 2) for name in ("916", "936", "1178")] == [
        *(6.24, 15.81, 63.83)
    ]


@pytest.mark.shared
def test_real_users_and_events_of_a_game(tmp_path: Path, data: Path) -> None:
    sources = [data / "game_installs_2024.csv", data / "game_toy_unlock_2024.csv"]
    ran = opsctl("init", "--from", sources[0], "--from", sources[1], cwd=tmp_path)
    assert ran.code == 0
    edited(tmp_path / "mappings" / "game_toy_unlock.yaml", {"event:": "  event: [UNLOCK_CAUSE]"})
    found = loaded(tmp_path)
    assert {one.table: one.accepted for one in found.inputs} == {"acquisition": 10_499, "activity": 43_032}
    causes = {row["UNLOCK_CAUSE"] for row in read(sources[1])}
    assert {event for (event,) in values(found, "activity", "event")} == causes


def test_a_draft_is_made_of_a_workbook_and_its_helper_sheets_are_left_out(tmp_path: Path) -> None:
    head = "统计日,投放渠道,花掉的钱,曝光"
    days = [f"2025-01-{day:02},抖音,{100.5 * day},{1000 * day}" for day in range(1, 20)]
    (tmp_path / "渠道日报_202501.xlsx").write_bytes(book({"Sheet1": rows(head, *days), "说明": rows("口径说明")}))
    ran = opsctl("init", "--from", "渠道日报_202501.xlsx", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "说明: a sheet beside the data" in ran.err
    assert (tmp_path / "mappings" / "渠道日报.yaml").is_file()
    assert opsctl("query", "spend", "--json", cwd=tmp_path).figure("spend")["value"] == "19095.0000"
    home = {"HOME": str(tmp_path / "home")}
    assert opsctl("ingest", cwd=tmp_path, environ=home).code == 0
    assert "not taken in" not in opsctl("status", cwd=tmp_path, environ=home).out
    assert "1 there already" in opsctl("ingest", cwd=tmp_path, environ=home).out
