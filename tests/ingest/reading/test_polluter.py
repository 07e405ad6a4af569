"""A clean table, one random pollution: every row that is kept is true, and every other is named.

The pollutions are those of broken exports: a delimiter or quote too few or too many, another delimiter or quote in
one row, bytes lost or added, lines added. Each table has an id, so a row can be compared with its truth.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from opsctl.core.errors import OpsctlError
from tests.ingest.reading.reader import read

COLUMNS = ["日期", "单号", "渠道", "备注", "消耗"]
REMARKS = ["", "正常", "a, b", 'the "new" one', '屏 12" 广告', "two\nlines", "three,\nlines, and\ncommas", "x;y|z"]
SEEDS = range(100)
Cells = list[list[str]]
Pollute = Callable[[random.Random, Cells, int], tuple[list[str], str]]


def dice(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same pollutions every time


def clean(rng: random.Random) -> list[tuple[str, ...]]:
    return [
        (
            f"2025-01-{at % 28 + 1:02d}",
            f"K{rng.randrange(10**6):06d}{at:02d}",
            rng.choice(["抖音", "小红书", "微信"]),
            rng.choice(REMARKS),
            f"{rng.randrange(10**6) / 100:.2f}",
        )
        for at in range(rng.randrange(6, 25))
    ]


def quoted(cell: str, quote: str = '"', delimiter: str = ",", *, always: bool = False) -> str:
    needed = always or any(mark in cell for mark in (quote, delimiter, "\n", '"'))
    return f"{quote}{cell.replace(quote, 2 * quote)}{quote}" if needed else cell


def joined(cells: Cells) -> list[str]:
    return [",".join(row) for row in cells]


def in_row(change: Callable[[random.Random, list[str]], str]) -> Pollute:
    def pollute(rng: random.Random, cells: Cells, row: int) -> tuple[list[str], str]:
        lines = joined(cells)
        lines[row] = change(rng, cells[row])
        return lines, lines[row]

    return pollute


def missing_delimiter(rng: random.Random, row: list[str]) -> str:
    at = rng.randrange(1, len(row))
    return ",".join(row[:at]) + ",".join(row[at:])


def extra_delimiter(rng: random.Random, row: list[str]) -> str:
    at = rng.randrange(len(row) + 1)
    return ",".join([*row[:at], "", *row[at:]])


def stray_quote(rng: random.Random, row: list[str]) -> str:
    at = rng.randrange(len(row))
    inside = row[at].removeprefix('"').removesuffix('"')
    place = rng.randrange(len(inside) + 1)
    astray = f'{inside[:place]}"{inside[place:]}'
    return ",".join([*row[:at], f'"{astray}"' if row[at].startswith('"') else astray, *row[at + 1 :]])


def other_delimiter(rng: random.Random, row: list[str]) -> str:
    return rng.choice([";", "\t", "|", " ", ", ", ":"]).join(row)


def other_quote(_: random.Random, row: list[str]) -> str:
    return ",".join("'" + cell.strip('"').replace('""', '"') + "'" for cell in row)


def added_line(rng: random.Random, cells: Cells, row: int) -> tuple[list[str], str]:
    lines = joined(cells)
    line = rng.choice(["", ",,,,", "# remark", lines[0], "合计,,,,99.00", "FOOTNOTE", "Total,9.00"])
    lines.insert(row, line)
    return lines, line


POLLUTIONS: dict[str, Pollute] = {
    change.__name__: in_row(change)
    for change in (missing_delimiter, extra_delimiter, stray_quote, other_delimiter, other_quote)
} | {"added_line": added_line}


@pytest.mark.parametrize("name", sorted(POLLUTIONS))
def test_every_kept_row_is_true_and_every_lost_one_is_named(name: str) -> None:
    lost_more = 0
    for seed in SEEDS:
        rng = dice(f"{name} {seed}")
        table = clean(rng)
        always = rng.random() < 0.3
        cells = [[quoted(cell, always=always) for cell in row] for row in [tuple(COLUMNS), *table]]
        lines, _ = POLLUTIONS[name](rng, cells, rng.randrange(1, len(cells)))
        found = read(rng.choice(["\n", "\r\n", "\r"]).join([*lines, ""]), COLUMNS)
        kept, truth = Counter(found.cells.rows()), Counter(table)
        assert kept <= truth, f"seed {seed}: {kept - truth}"
        assert kept == truth or found.rejected, f"seed {seed}: lost in silence"
        lost_more += sum((truth - kept).values()) > 1
    assert lost_more <= len(SEEDS) * 0.02


@pytest.mark.parametrize("name", ["missing_delimiter", "extra_delimiter"])
def test_the_broken_row_of_a_table_of_single_lines_is_named_by_its_line(name: str) -> None:
    for seed in SEEDS[:60]:
        rng = dice(f"{name} {seed}")
        table = [row for row in clean(rng) if "\n" not in row[3]]
        cells = [[quoted(cell) for cell in row] for row in [tuple(COLUMNS), *table]]
        broken = rng.randrange(1, len(cells))
        lines, _ = POLLUTIONS[name](rng, cells, broken)
        found = read("\n".join([*lines, ""]), COLUMNS)
        assert [fault.line for fault in found.rejected] == [broken + 1], f"seed {seed}"
        assert found.cells.rows() == [*table[: broken - 1], *table[broken:]], f"seed {seed}"


@pytest.mark.parametrize("bad", [b"\x00", b"\xff", b"\xe6"])
def test_bytes_that_are_no_text_cost_the_row_they_stand_in(bad: bytes) -> None:
    for seed in SEEDS[:60]:
        rng = dice(f"{bad!r} {seed}")
        table = clean(rng)
        data = "\n".join(",".join(map(quoted, row)) for row in [tuple(COLUMNS), *table]).encode()
        at = rng.randrange(data.index(b"\n") + 1, len(data))
        found = read(data[:at] + bad + data[at:], COLUMNS)
        kept, truth = Counter(found.cells.rows()), Counter(table)
        assert kept <= truth, f"seed {seed}: {kept - truth}"
        assert found.rejected, f"seed {seed}"


def test_a_file_cut_anywhere_keeps_only_whole_rows_but_for_the_last_cell() -> None:
    for seed in SEEDS[:60]:
        rng = dice(f"cut {seed}")
        table = clean(rng)
        data = "\n".join(",".join(map(quoted, row)) for row in [tuple(COLUMNS), *table]).encode()
        try:
            found = read(data[: rng.randrange(1, len(data))], COLUMNS)
        except OpsctlError:
            continue  # cut inside the header
        kept = found.cells.rows()
        wrong = [row for row in kept if row not in table]
        # a number that was cut is a number still: only the very last one can be
        assert not wrong or (wrong == kept[-1:] and wrong[0][:-1] in [row[:-1] for row in table]), f"seed {seed}"
