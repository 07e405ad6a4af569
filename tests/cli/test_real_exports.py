"""Real exports, where a folder of them lies beside the checkout: totals known in advance, days in two zones."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.command import opsctl

GAME = """version: 1
timezone: {zone}
mappings:
  - platform: game
    exports:
      - table: acquisition
        columns: {{user: USR_ID, acquired_at: INSTALL_TIME, channel: {{const: game}}}}
        attributes: {{platform: PLATFORM}}
      - table: activity
        columns: {{user: USR_ID, at: CLIENT_TIME, event: UNLOCK_CAUSE}}
"""


def test_a_month_of_tmall_orders_adds_up(shared: Path) -> None:
    metrics = "orders,paid_orders,gross_paid,refunded,net_paid,refunded_orders"
    ran = opsctl("query", metrics, shared / "exports" / "tmall", "--json")
    assert ran.code == 0
    assert {name: figure["value"] for name, figure in ran.rows[0].items()} == {
        "orders": 28_010,
        "paid_orders": 24_087,
        "gross_paid": "2474823.0700",
        "refunded": "572335.9200",
        "net_paid": "1902487.1500",
        "refunded_orders": 5_646,
    }


def test_the_same_orders_as_gb18030_are_the_same_orders(shared: Path, tmp_path: Path) -> None:
    text = (shared / "exports" / "tmall" / "tmall_order_report.csv").read_text(encoding="utf-8")
    (tmp_path / "orders.csv").write_bytes(text.encode("gb18030"))
    ran = opsctl("query", "orders,net_paid", tmp_path, "--json")
    assert (ran.figure("orders")["value"], ran.figure("net_paid")["value"]) == (28_010, "1902487.1500")


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC"])
def test_retention_of_a_game_by_platform_equals_an_independent_count(shared: Path, tmp_path: Path, zone: str) -> None:
    data = shared / "exports" / "data"
    files = [data / "game_installs_2024.csv", data / "game_toy_unlock_2024.csv"]
    (tmp_path / "opsctl.yaml").write_text(GAME.format(zone=zone))
    ran = opsctl("query", "retention_d1,retention_d7", *files, "-C", tmp_path, "--by", "platform", "--json")
    assert ran.code == 0, ran.err
    for days in (1, 7):
        for platform, (back, mature) in counted(files[0], files[1], zone, days).items():
            figure = ran.figure(f"retention_d{days}", platform=platform)
            assert (figure["numerator"], figure["denominator"]) == (back, mature)


def counted(installs: Path, events: Path, zone: str, days: int) -> dict[str, tuple[int, int]]:
    """D-N by platform with nothing but the standard library."""

    def local(text: str) -> date:
        return datetime.fromisoformat(text).astimezone(UTC).astimezone(ZoneInfo(zone)).date()

    active = {(row["USR_ID"], local(row["CLIENT_TIME"])) for row in rows(events)}
    seen = max(day for _, day in active)
    mature: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for row in rows(installs):
        day = local(row["INSTALL_TIME"]) + timedelta(days=days)
        if day <= seen:
            mature[row["PLATFORM"]] += 1
            back[row["PLATFORM"]] += (row["USR_ID"], day) in active
    return {platform: (back[platform], mature[platform]) for platform in mature}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
