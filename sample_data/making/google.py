"""Google Ads campaign report by day: UTF-16LE with BOM, tabs, two lines above the header, two totals below."""

from __future__ import annotations

from datetime import date

from making.arrivals import Spending
from making.world import World
from making.writing import divided, hundredths, percent, sums, table, years

HEADER = (
    "Campaign status", "Campaign", "Day", "Campaign type", "Currency code", "Impr.", "CTR", "Cost", "Clicks",
    "Conversions", "Cost / conv.",
)  # fmt: skip
MISSING = " --"


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    return years(world.spent_on("google"), "google", _export)


def _export(rows: list[Spending]) -> bytes:
    totals = [(f"Total: {what}", *[MISSING] * 3, "CNY", *_figures(*sums(rows))) for what in ("Campaigns", "Account")]
    above = f"Campaign report\n{_written(rows[0].day)} - {_written(rows[-1].day)}\n"
    lines = table([HEADER, *(_row(row) for row in rows), *totals], delimiter="\t", end="\n")
    return (above + lines).encode("utf-16")


def _row(row: Spending) -> tuple[object, ...]:
    status = "Enabled" if row.day <= row.unit.last else "Paused"
    kind = (row.unit.campaign or "").rpartition(" - ")[2]
    figures = _figures(row.cents, row.impressions, row.clicks, row.conversions)
    return (status, row.unit.campaign, row.day, kind, "CNY", *figures)


def _figures(cents: int, impressions: int, clicks: int, conversions: int) -> tuple[str, ...]:
    return (
        f"{impressions:,}",
        percent(clicks, impressions, missing=MISSING),
        hundredths(cents, thousands=False),
        f"{clicks:,}",
        f"{conversions:,}.00",
        divided(cents, conversions, thousands=False, missing=MISSING),
    )


def _written(day: date) -> str:
    months = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    return f"{months[day.month - 1]} {day.day}, {day.year}"
