"""The job's answers (JOB.md beside the generator) in one shape, whoever gave them, and where two of them differ."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Answers = Mapping[str, Sequence[Row]]

KEYS = {"channels": ("channel",), "weekly": ("channel", "week")}
CLOSE = 1e-6
# What opsctl is asked for, once by channel and once by channel and week.
METRICS = (
    "spend",
    "acquisitions",
    "cpa",
    "retention_d7",
    "retention_d30",
    "gross_paid",
    "paid_orders",
    "repeat_share_shop",
    "high_value_share",
    "no_return_share_d30",
)
SPLITS = ("channel", "week,channel")


def of_peer(file: Path) -> Answers:
    """What a script wrote."""
    return sorted_rows(json.loads(file.read_text(encoding="utf-8")))


def of_opsctl(file: Path) -> Answers:
    """What `opsctl query METRICS --by … --by … --json` wrote, in the words of the job."""
    answer = json.loads(file.read_text(encoding="utf-8"))
    splits = {",".join(split["by"]): split["rows"] for split in answer["splits"]}
    weeks = [row for row in splits["week,channel"] if row["acquisitions"]["value"]]  # the job leaves out the others
    return sorted_rows(
        {"channels": [_channel(row) for row in splits["channel"]], "weekly": [_week(row) for row in weeks]}
    )


def sorted_rows(answers: Answers) -> Answers:
    """The same rows in the order of their keys."""
    return {part: sorted(answers[part], key=lambda row: [row[key] for key in keys]) for part, keys in KEYS.items()}


def _channel(row: Row) -> Row:
    users = row["acquisitions"]["value"]
    rich = row["high_value_share"]["numerator"] or 0
    return {
        "channel": row["channel"],
        **_acquired(row),
        **_rate(row["retention_d30"], "mature30", "ret30", "d30"),
        "revenue": _money(row["gross_paid"]),
        "orders": row["paid_orders"]["value"],
        **_rate(row["repeat_share_shop"], "buyers", "repeat_buyers", "repurchase"),
        "hv_users": rich,
        "hv_share": rich / users,  # the job divides by the new users, opsctl by the buyers
        "low_users": row["no_return_share_d30"]["numerator"] or 0,
        "low_share": row["no_return_share_d30"]["value"],
    }


def _week(row: Row) -> Row:
    return {"channel": row["channel"], "week": _monday(row["week"]), **_acquired(row)}


def _acquired(row: Row) -> Row:
    known = {"cost": _money(row["spend"]), "new_users": row["acquisitions"]["value"], "cpa": row["cpa"]["value"]}
    return {**known, **_rate(row["retention_d7"], "mature7", "ret7", "d7")}


def _rate(figure: Row, base: str, hits: str, share: str) -> Row:
    """Both sides of a rate; nobody, where none of the cohort is old enough."""
    return {base: figure["denominator"] or 0, hits: figure["numerator"] or 0, share: figure["value"]}


def _money(figure: Row) -> float:
    return float(figure["value"])


def _monday(week: str) -> str:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1).isoformat()


def differences(reference: Answers, other: Answers) -> list[str]:
    """Where an answer is another than the reference: integers exactly, other numbers to a millionth."""
    found = []
    for part, keys in KEYS.items():
        ours, theirs = ({tuple(row[key] for key in keys): row for row in side[part]} for side in (reference, other))
        found += [f"{part}: {' '.join(key)} is in one of them only" for key in sorted(ours.keys() ^ theirs.keys())]
        for key in sorted(ours.keys() & theirs.keys()):
            pairs = [(name, value, theirs[key].get(name)) for name, value in ours[key].items()]
            found += [f"{' '.join(key)} {name}: {one}, {two}" for name, one, two in pairs if not _same(one, two)]
    return found


def _same(one: object, two: object) -> bool:
    if isinstance(one, float) and isinstance(two, int | float):
        return math.isclose(one, two, rel_tol=CLOSE, abs_tol=CLOSE)
    return one == two
