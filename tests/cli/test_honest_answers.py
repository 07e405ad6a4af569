"""Answers that would look right and be wrong: each was once given, or nearly."""

from pathlib import Path

import pytest

from tests.cli.inside import opsctl


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_the_same_money_whole_and_by_campaign_counts_once(tmp_path: Path) -> None:
    whole = "day,channel,spend\n2025-01-01,A,10\n2025-01-02,A,20\n"
    finer = "day,channel,spend,campaign\n2025-01-02,A,15,x\n2025-01-02,A,5,y\n2025-01-03,A,30,x\n"
    folder = write(tmp_path, w1=whole, w2=finer)
    assert opsctl("query", "spend", folder, "--json").figure("spend")["value"] == "60.0000"
    by_campaign = opsctl("query", "spend", folder, "--by", "campaign", "--json").rows
    assert [(row["campaign"], row["spend"]["value"]) for row in by_campaign] == [
        ("x", "45.0000"),
        ("y", "5.0000"),
        (None, "10.0000"),
    ]


def test_money_of_two_currencies_is_shown_line_by_line(tmp_path: Path) -> None:
    rows = "2025-05-19,A,10,CNY\n2025-05-20,A,10,USD\n2025-05-25,B,7,USD\n2025-05-25,C,30,CNY\n"
    folder = write(tmp_path, spend="day,channel,spend,currency\n" + rows)
    ran = opsctl("report", folder, "--json")
    found = [(row["channel"], row.get("currency"), row["spend"]["value"]) for row in ran.rows]
    assert found == [
        ("A", "CNY", "10.0000"),
        ("A", "USD", "10.0000"),
        ("A", None, None),
        ("B", None, "7.0000"),
        ("C", None, "30.0000"),
    ]
    assert ran.json["total"]["spend"]["reason"] == "no_rate"
    shown = opsctl("report", folder).out
    assert {"A CNY", "A USD", "B USD"} <= {line[:5].strip() for line in shown.splitlines()}


def test_a_cell_is_judged_whole_whatever_part_of_it_is_asked_for(tmp_path: Path) -> None:
    users, events = ["user,acquired_at,channel,campaign,city"], ["user,at,event"]
    for city, count, back in (("BJ", 120, 5), ("SH", 120, 60)):
        for at in range(count):
            users.append(f"{city}{at},2025-01-01,A,c1,{city}")
            events += [f"{city}{at},2025-01-08,open"] if at < back else []
    folder = write(tmp_path, users="\n".join(users) + "\n", events="\n".join([*events, "z,2025-01-31,open"]) + "\n")
    by_city = opsctl("query", "low_efficiency_undecided_share", folder, "--by", "city", "--json")
    of_city = opsctl("query", "low_efficiency_undecided_share", folder, "--where", "city=BJ", "--json")
    assert by_city.figure("low_efficiency_undecided_share", city="BJ")["numerator"] == 0  # 65 of 240 is above the line
    assert of_city.figure("low_efficiency_undecided_share")["numerator"] == 0


def test_a_late_refund_does_not_move_the_week_that_is_reported(tmp_path: Path) -> None:
    order = "order,user,created_at,paid_at,paid,refunded,refunded_at\n1,u,2025-05-19,2025-05-19,9,9,2025-06-20\n"
    spend = "day,channel,spend\n2025-05-19,A,5\n2025-05-25,A,5\n"
    ran = opsctl("report", write(tmp_path, spend=spend, orders=order), "--json")
    assert ran.json["as_of"] == "2025-06-20"
    assert ran.json["period"] == {"from": "2025-05-19", "to": "2025-05-25"}
    assert ran.json["total"]["spend"]["value"] == "10.0000"


@pytest.mark.parametrize(
    "asked",
    [("retention_d30",), ("net_paid",), ("acquisitions", "--period", "2030-01"), ("acquisitions", "--period", "2020")],
)
def test_what_the_data_cannot_answer_is_exit_3(tmp_path: Path, asked: tuple[str, ...]) -> None:
    users = write(
        tmp_path, users="user,acquired_at,channel\nu,2025-01-01,A\n", events="user,at,event\nu,2025-01-02,o\n"
    )
    assert opsctl("query", *asked[:1], users, *asked[1:], "--json").code == 3
    assert opsctl("query", "acquisitions", users, "--json").code == 0


@pytest.mark.parametrize("asked", [("--as-of", "9999-12-31"), ("--period", "9999-W52"), ("--period", "0001")])
def test_a_year_that_is_a_slip_of_the_finger_is_asked_wrongly(tmp_path: Path, asked: tuple[str, str]) -> None:
    folder = write(tmp_path, spend="day,channel,spend\n2025-01-01,A,1\n")
    for command in (("query", "spend"), ("report",)):
        ran = opsctl(*command, folder, *asked)
        assert (ran.code, ran.err.count("error[")) == (2, 1)


def test_a_canonical_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", write(tmp_path, spend="day,channel,spend,spend\n2025-01-01,A,1,2\n"))
    assert ran.code == 3
    assert "error[OPS114]: the column spend stands more than once" in ran.err


def test_a_campaign_name_that_two_ids_had_means_both(tmp_path: Path) -> None:
    rows = "2025-01-01,A,50,2,Alpha\n2025-01-01,A,25,3,Alpha\n2025-01-01,A,100,1,Zeta\n"
    folder = write(tmp_path, spend="day,channel,spend,campaign_id,campaign\n" + rows)
    assert opsctl("query", "spend", folder, "--where", "campaign=Alpha", "--json").figure("spend")["value"] == "75.0000"


def test_the_title_of_a_week_over_new_year_has_both_years(tmp_path: Path) -> None:
    folder = write(tmp_path, spend="day,channel,spend\n2026-12-28,A,1\n2027-01-03,A,1\n")
    assert "2026年12月28日-2027年1月3日（第53周）" in opsctl("report", folder, "--locale", "zh-CN").out
    assert "28 Dec 2026-3 Jan 2027 (W53)" in opsctl("report", folder, "--locale", "en").out
