"""One money, once: whatever exports of it lie in a folder, and whichever of them know more than the others."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import opsctl

DAY = "day,channel,currency,"
ACCOUNT = "时间-天,消耗,展示数\n"
PROJECT = "时间-天,项目ID,项目名称,消耗,展示数\n"
UNIT = "时间-天,项目ID,项目名称,单元名称,消耗,展示数\n"


def days(first: str, count: int) -> list[date]:
    return [date.fromisoformat(first) + timedelta(days=at) for at in range(count)]


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def split(folder: Path, dimension: str) -> dict[str | None, str]:
    rows = opsctl("query", "spend", folder, "--by", dimension, "--json").rows
    return {row[dimension]: row["spend"]["value"].removesuffix(".0000") for row in rows}


ONCE: dict[str, tuple[dict[str, str], int]] = {
    "days of one week beside four weeks": (
        {
            "w.csv": "day,through,channel,spend\n"
            + "".join(f"{day},{day + timedelta(days=6)},a,700\n" for day in days("2025-01-06", 28)[::7]),
            "d.csv": "day,channel,spend\n" + "".join(f"{day},a,100\n" for day in days("2025-01-27", 7)),
        },
        2800,
    ),
    "days, weeks and a month that agree": (
        {
            "d.csv": "day,channel,spend\n" + "".join(f"{day},a,100\n" for day in days("2025-02-03", 28)),
            "w.csv": "day,through,channel,spend\n"
            + "".join(f"{day},{day + timedelta(days=6)},a,700\n" for day in days("2025-02-03", 28)[::7]),
            "m.csv": "day,through,channel,spend\n2025-02-03,2025-03-02,a,2800\n",
        },
        2800,
    ),
    "an account by its id, and not named": (
        {
            "a.csv": "日期,账户ID,广告名称,花费,曝光次数,点击次数\n2025-01-06,25001001,x,100,1000,10\n",
            "c.csv": "日期,广告名称,花费,曝光次数,点击次数\n2025-01-06,x,100,1000,10\n",
        },
        100,
    ),
    "two products at two breakdowns": (
        {
            "a.csv": f"{DAY}product,spend\n2025-01-06,a,CNY,A,100\n",
            "b.csv": f"{DAY}product,campaign,spend\n2025-01-06,a,CNY,B,c,80\n",
        },
        180,
    ),
    "a campaign that was renamed between two exports": (
        {
            "p.csv": PROJECT + "2025-01-06,1,甲,60,100\n2025-01-06,2,乙,40,100\n",
            "u.csv": UNIT + "2025-01-06,1,甲-新,u1,60,100\n2025-01-06,2,乙,u2,40,100\n",
        },
        100,
    ),
    "an id here and a name there": (
        {
            "p.csv": "时间-天,项目ID,消耗,展示数\n2025-01-06,1,60,100\n2025-01-06,2,40,100\n",
            "u.csv": "时间-天,项目名称,单元名称,消耗,展示数\n2025-01-06,甲,u1,60,100\n2025-01-06,乙,u2,40,100\n",
        },
        100,
    ),
    "by the account for longer than by the project": (
        {
            "a.csv": ACCOUNT + "".join(f"{day},100,1000\n" for day in days("2025-01-01", 36)),
            "p.csv": PROJECT + "".join(f"{day},1,甲,60,600\n{day},2,乙,40,400\n" for day in days("2025-01-01", 35)),
        },
        3600,
    ),
    "an account that is named by the day and not by the week": (
        {
            "tencent.csv": "日期,账户ID,广告名称,花费,曝光次数,点击次数\n"
            + "".join(f"{day},25001001,x,100,1000,10\n" for day in days("2025-01-06", 7)),
            "创意_20250106-20250112.csv": "创意名称,花费,曝光次数,点击次数\nA,400,4000,40\nB,300,3000,30\n",
        },
        700,
    ),
    "days by one breakdown and then by another, beside a week": (
        {
            "a.csv": ACCOUNT + "".join(f"{day},100,1000\n" for day in days("2025-01-06", 4)),
            "p.csv": PROJECT + "".join(f"{day},1,甲,100,600\n" for day in days("2025-01-10", 3)),
            "素材_20250106-20250112.csv": "素材名称,消耗,展示数\nA,400,4000\nB,300,3000\n",
        },
        700,
    ),
    "days by two breakdowns beside a week by a third": (
        {
            "a.csv": ACCOUNT + "".join(f"{day},100,1000\n" for day in days("2025-01-06", 7)),
            "p.csv": PROJECT + "".join(f"{day},1,甲,60,600\n{day},2,乙,40,400\n" for day in days("2025-01-06", 7)),
            "素材_20250106-20250112.csv": "素材名称,消耗,展示数\nA,400,4000\nB,300,3000\n",
        },
        700,
    ),
}


@pytest.mark.parametrize("case", ONCE)
def test_the_same_money_counts_once_whatever_the_files_are_called(tmp_path: Path, case: str) -> None:
    files, spend = ONCE[case]
    for at, order in enumerate(permutations("123"[: len(files)])):
        named = {f"{place}_{name}": text for place, (name, text) in zip(order, files.items(), strict=True)}
        ran = opsctl("query", "spend", write(tmp_path / str(at), named), "--json")
        assert (ran.code, ran.figure("spend")["value"]) == (0, f"{spend}.0000"), order


def test_what_a_finer_report_does_not_tell_stands_under_no_name(tmp_path: Path) -> None:
    campaigns = f"{DAY}campaign,spend\n2025-01-06,a,CNY,A,60\n2025-01-06,a,CNY,B,40\n"
    keywords = f"{DAY}campaign,keyword,spend\n2025-01-06,a,CNY,A,w,30\n"
    regions = f"{DAY}region,spend\n2025-01-06,a,CNY,BJ,50\n2025-01-06,a,CNY,SH,30\n"
    folder = write(tmp_path, {"c.csv": campaigns, "k.csv": keywords, "r.csv": regions})
    assert opsctl("query", "spend", folder, "--json").figure("spend")["value"] == "100.0000"
    assert split(folder, "campaign") == {"A": "60", "B": "40"}
    assert split(folder, "keyword") == {"w": "30", None: "70"}
    assert split(folder, "region") == {"BJ": "50", "SH": "30", None: "20"}


def test_breakdowns_that_no_file_tells_together_have_no_answer(tmp_path: Path) -> None:
    hours = f"{DAY}hour,spend\n2025-01-06,a,CNY,08,50\n2025-01-06,a,CNY,09,50\n"
    regions = f"{DAY}region,spend\n2025-01-06,a,CNY,BJ,70\n2025-01-06,a,CNY,SH,30\n"
    folder = write(tmp_path, {"h.csv": hours, "r.csv": regions})
    both = opsctl("query", "spend", folder, "--where", "hour=08", "--where", "region=BJ", "--json")
    assert both.figure("spend")["reason"] == "not_supplied"
    assert opsctl("query", "spend", folder, "--where", "hour=08", "--json").figure("spend")["value"] == "50.0000"


def test_an_export_that_names_no_day_is_refused_beside_one_that_does(tmp_path: Path) -> None:
    undated, dated = "素材名称,消耗,展示数\nA,400,100\n", ACCOUNT + "2025-01-06,100,1000\n"
    for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
        folder = write(tmp_path / names[0][0], dict(zip(names, (undated, dated), strict=True)))
        ran = opsctl("query", "spend", folder, "--json")
        assert (ran.code, ran.figure("spend")["value"]) == (1, "100.0000")
        assert f"{names[0]}\n" in ran.err


def test_many_contradictions_are_one_error_for_each_file(tmp_path: Path) -> None:
    accounts = {f"a{day}.csv": f"{ACCOUNT}{day},100,1000\n" for day in days("2025-01-01", 5)}
    projects = {f"p{day}.csv": f"{PROJECT}{day},1,甲,20,100\n" for day in days("2025-01-01", 5)}
    ran = opsctl("query", "spend", write(tmp_path, accounts | projects), "--json")
    assert ran.err.count("error[OPS109]") == 5
    assert ran.figure("spend")["value"] == "500.0000"


SOURCES = "version: 1\nsources:\n  - {path: a/*.csv, account: A}\n  - {path: b/*.csv, account: B}\n"


def test_the_same_bytes_of_two_accounts_are_two_moneys(tmp_path: Path) -> None:
    same = ACCOUNT + "2025-01-06,300,1000\n"
    ran = opsctl(
        "query", "spend", write(tmp_path, {"opsctl.yaml": SOURCES, "a/x.csv": same, "b/x.csv": same}), "--json"
    )
    assert ran.figure("spend")["value"] == "600.0000"


def test_the_same_bytes_of_two_weeks_are_two_moneys(tmp_path: Path) -> None:
    same = "素材名称,消耗,展示数\nA,700,1000\n"
    names = ("素材_20250106-20250112.csv", "素材_20250113-20250119.csv")
    ran = opsctl("query", "spend", write(tmp_path, dict.fromkeys(names, same)), "--json")
    assert ran.figure("spend")["value"] == "1400.0000"


def test_an_export_with_clicks_and_one_with_conversions_tell_both(tmp_path: Path) -> None:
    clicks = "时间-天,单元名称,消耗,展示数,点击数\n2025-01-06,A,10,100,7\n"
    conversions = "时间-天,单元名称,消耗,展示数,转化数\n2025-01-06,A,10,100,3\n"
    ran = opsctl(
        "query", "spend,clicks,conversions", write(tmp_path, {"a.csv": clicks, "b.csv": conversions}), "--json"
    )
    values = [ran.figure(name)["value"] for name in ("spend", "clicks", "conversions")]
    assert values == ["10.0000", 7, 3]


def test_of_two_complete_breakdowns_the_one_that_tells_conversions_counts(tmp_path: Path) -> None:
    campaigns = "时间-天,项目ID,项目名称,消耗,展示数,转化数\n2025-01-06,1,甲,60,600,3\n2025-01-06,2,乙,40,400,2\n"
    folder = write(tmp_path, {"a.csv": ACCOUNT + "2025-01-06,100,1000\n", "p.csv": campaigns})
    ran = opsctl("query", "spend,conversions", folder, "--json")
    assert (ran.figure("spend")["value"], ran.figure("conversions")["value"]) == ("100.0000", 5)


# --- money and users over the same days -------------------------------------------------------------------


def users(first: str, count: int, each: int, channel: str = "a") -> str:
    rows = [f"{channel}{day}{at},{day},{channel}\n" for day in days(first, count) for at in range(each)]
    return "user,acquired_at,channel\n" + "".join(rows)


def figure(folder: Path, metric: str, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = opsctl("query", metric, folder, *arguments, "--json").figure(metric)
    return found


def test_a_last_day_that_was_not_over_is_left_out_on_both_sides(tmp_path: Path) -> None:
    spend = "".join(f"{day},a,100\n" for day in days("2025-01-01", 35)) + "2025-02-05,a,30\n"
    folder = write(tmp_path, {"s.csv": "day,channel,spend\n" + spend, "u.csv": users("2025-01-01", 36, 1)})
    assert figure(folder, "cpa")["value"] == 100
    assert figure(folder, "spend", "--period", "2025-02-05")["reason"] == "not_supplied"


def test_a_gap_takes_with_it_the_days_of_every_row_that_spans_it(tmp_path: Path) -> None:
    project = "version: 1\naccounts:\n  - {source: canonical, account: A}\n  - {source: canonical, account: B}\n"
    weekly = "2025-01-06,2025-01-12,a,A,700\n2025-01-13,2025-01-19,a,A,700\n"
    daily = "".join(f"{day},,a,B,100\n" for day in days("2025-01-06", 14) if day != date(2025, 1, 15))
    text = "day,through,channel,account,spend\n" + weekly + daily
    folder = write(tmp_path, {"opsctl.yaml": project, "s.csv": text, "u.csv": users("2025-01-06", 14, 2)})
    found = figure(folder, "cpa")
    assert (found["numerator"], found["denominator"], found["left_out"]) == ("1400.0000", 14, 7)


def test_weeks_that_cross_a_month_s_end_leave_its_price_unknown(tmp_path: Path) -> None:
    weeks = "".join(f"{day},{day + timedelta(days=6)},a,70\n" for day in days("2025-01-06", 28)[::7])
    folder = write(tmp_path, {"s.csv": "day,through,channel,spend\n" + weeks, "u.csv": users("2025-01-06", 28, 1)})
    rows = opsctl("query", "cpa", folder, "--by", "month", "--json").rows
    assert {row["month"]: row["cpa"]["reason"] for row in rows if row["month"]} == dict.fromkeys(
        ("2025-01", "2025-02"), "spans_days"
    )
    assert figure(folder, "spend", "--where", "day=2025-01-08")["reason"] == "spans_days"
    assert figure(folder, "spend", "--as-of", "2025-01-10")["reason"] == "spans_days"
    assert figure(folder, "cpa")["value"] == 10


def test_the_cost_of_kept_users_is_unknown_where_a_week_is_half_old_enough(tmp_path: Path) -> None:
    active = (
        "user,at,event\n" + "".join(f"a2025-01-06{at},2025-01-13,open\n" for at in range(5)) + "x,2025-01-15,open\n"
    )
    spend = "day,through,channel,spend\n2025-01-06,2025-01-12,a,700\n"
    folder = write(tmp_path, {"s.csv": spend, "u.csv": users("2025-01-06", 7, 5), "a.csv": active})
    assert figure(folder, "cost_per_retained_d7")["reason"] == "spans_days"


def test_agencies_have_the_days_that_accounts_give_them(tmp_path: Path) -> None:
    project = """version: 1
sources: [{path: '*.csv', mapping: oceanengine, account: A}]
accounts:
  - {source: oceanengine, account: A, agency: old, to: 2025-01-07}
  - {source: oceanengine, account: A, agency: new, from: 2025-01-08}
"""
    rows = "".join(f"{day},100,1000\n" for day in days("2025-01-06", 4))
    folder = write(tmp_path, {"opsctl.yaml": project, "x.csv": ACCOUNT + rows})
    assert split(folder, "agency") == {"old": "200", "new": "200"}


def test_a_single_account_need_not_be_named_in_its_files(tmp_path: Path) -> None:
    project = "version: 1\naccounts: [{source: oceanengine, account: main}]\n"
    rows = "".join(f"{day},100,1000\n" for day in days("2025-01-06", 4))
    folder = write(
        tmp_path, {"opsctl.yaml": project, "x.csv": ACCOUNT + rows, "u.csv": users("2025-01-06", 4, 2, "douyin")}
    )
    assert (figure(folder, "cpa")["value"], figure(folder, "cpa")["left_out"]) == (50, None)


# --- tables of cohorts ------------------------------------------------------------------------------------


def test_users_count_on_the_day_they_came_whatever_is_known_of_them_later(tmp_path: Path) -> None:
    rows = "".join(f"{day},a,7,100,{20 if day < date(2025, 1, 25) else ''}\n" for day in days("2025-01-01", 31))
    folder = write(tmp_path, {"r.csv": "day,channel,offset,users,active\n" + rows})
    assert figure(folder, "acquisitions")["value"] == 3100
    assert figure(folder, "acquisitions", "--as-of", "2025-01-20")["value"] == 2000


def test_rows_of_one_channel_and_day_are_added_up(tmp_path: Path) -> None:
    folder = write(tmp_path, {"u.csv": "日期,渠道,系统,新增用户数\n2025-01-06,a,iOS,1000\n2025-01-06,a,Android,500\n"})
    assert figure(folder, "acquisitions")["value"] == 1500


def test_a_table_by_channel_and_one_by_campaign_are_not_added(tmp_path: Path) -> None:
    whole = "day,channel,offset,users\n2025-01-06,a,0,100\n"
    finer = "day,channel,campaign,offset,users\n2025-01-06,a,A,0,60\n2025-01-06,a,B,0,40\n"
    ran = opsctl("query", "acquisitions", write(tmp_path, {"a.csv": whole, "b.csv": finer}), "--json")
    assert (ran.code, ran.out, "OPS109" in ran.err) == (3, "", True)


def test_today_s_table_knows_what_yesterday_s_did_not(tmp_path: Path) -> None:
    head = "day,channel,offset,users,active\n2025-01-06,a,0,100,\n2025-01-06,a,1,100,40\n"
    folder = write(tmp_path, {"1.csv": f"{head}2025-01-06,a,7,100,\n", "2.csv": f"{head}2025-01-06,a,7,100,20\n"})
    assert figure(folder, "retention_d7")["value"] == 0.2


def test_what_users_paid_keeps_the_currency_of_its_own_file(tmp_path: Path) -> None:
    kept = "day,channel,offset,users,active\n2025-01-06,a,0,100,100\n2025-01-06,a,7,100,30\n"
    paid = "day,channel,offset,users,net_paid,currency\n2025-01-06,a,7,100,500,USD\n"
    folder = write(tmp_path, {"1.csv": kept, "2.csv": paid})
    found = figure(folder, "ltv_revenue_7d")
    assert (found["value"], found["currency"]) == (5, "USD")
    sides = opsctl("explain", "ltv_revenue_7d", folder, "--channel", "a", "--json").json["sides"]
    assert [Path(source["file"]).name for source in sides[0]["sources"]] == ["2.csv"]


def test_users_of_another_channel_are_not_called_young_for_want_of_activity(tmp_path: Path) -> None:
    cohort = "day,channel,offset,users,active\n2025-01-06,a,0,100,100\n2025-01-06,a,7,100,20\n"
    folder = write(tmp_path, {"c.csv": cohort, "u.csv": users("2025-01-06", 1, 3, "b")})
    rows = opsctl("query", "retention_d7", folder, "--by", "channel", "--json").rows
    assert {row["channel"]: (row["retention_d7"]["value"], row["retention_d7"]["reason"]) for row in rows} == {
        "a": (0.2, None),
        "b": (None, "not_supplied"),
    }
