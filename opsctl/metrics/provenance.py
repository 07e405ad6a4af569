"""Where a figure comes from: for each side of its formula, the files and lines that were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from opsctl.measures import find
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.totals import made
from opsctl.metrics.metric import EVERYWHERE, Metric


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of one file: how many, and which lines, as ranges."""

    source_file: int
    table: str
    rows: int
    ranges: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        """The lines as one would write them: 3-114, 116.

        Examples:
            >>> Lines(0, "spend", 3, ((3, 4), (7, 7))).text
            '3-4, 7'
        """
        return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in self.ranges)


@dataclass(frozen=True, slots=True)
class Side:
    """One parameter of a formula with the rows behind it; none where the measure is unknown."""

    measure: str
    lines: tuple[Lines, ...]


def sides(evidence: Evidence, ask: Ask, metric: Metric) -> list[Side]:
    """The rows behind each measure of a metric, for one group: `ask` has no dimensions to split by."""
    named = [name.removeprefix(EVERYWHERE) for name in metric.parameters if name != "margin"]
    return [Side(name, _lines(evidence, ask, name)) for name in dict.fromkeys(named)]


def _lines(evidence: Evidence, ask: Ask, measure: str) -> tuple[Lines, ...]:
    family, request = find(measure)
    found: list[list[Lines]] = []
    for table, rows in made(evidence, ask, family, {measure: request}).items():
        counted = rows.filter(pl.col(measure).is_not_null() & (pl.col(measure) != 0))
        found.append(_of_table(counted.select("source_file", "source_line"), table))
        if family.proof is None or table != family.table:
            continue
        found += [_of_table(proof, table) for table, proof in family.proof(evidence, counted, request).items()]
    return tuple(line for lines in found for line in lines)


def _of_table(rows: pl.LazyFrame, table: str) -> list[Lines]:
    places = rows.drop_nulls().unique().sort("source_file", "source_line").collect(engine="streaming")
    return [
        Lines(int(file), table, group.height, ranges(group["source_line"].to_list()))
        for (file,), group in places.group_by("source_file", maintain_order=True)
    ]


def ranges(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Sorted numbers as runs of neighbours.

    Examples:
        >>> ranges([3, 4, 5, 7, 9, 10])
        ((3, 5), (7, 7), (9, 10))
    """
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
