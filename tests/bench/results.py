"""What a run of the benchmark found, kept beside the programs so that the tables can be written from it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Self

from tests.bench.timing import Usage, fastest, ratios

KEPT = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Spread:
    """The median of some runs, and between what they lie."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Of the values of all rounds."""
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.middle:.2f} [{self.least:.2f}..{self.most:.2f}]"


@dataclass(frozen=True)
class Taken:
    """What one way took: seconds, seconds of all cores, MB at most, and times the seconds of each script in DuckDB."""

    wall: Spread
    cpu: Spread
    rss: float
    times: Mapping[str, Spread]
    yardstick: str

    @property
    def ratio(self) -> Spread:
        """To the fastest script in DuckDB that reads the same files."""
        return self.times[self.yardstick]


@dataclass(frozen=True)
class Scale:
    """All ways on the data of one scale, in one run, and why some could not run.

    `others` is the share of the machine that other programs used meanwhile.
    """

    rows: Mapping[str, int]
    rounds: int
    machine: str
    versions: Mapping[str, str]
    others: float | None
    ways: Mapping[str, Taken]
    unable: Mapping[str, str]


def summed_up(found: Mapping[str, Sequence[Usage]], rivals: Mapping[str, Sequence[str]]) -> dict[str, Taken]:
    """What every way took; `rivals` names, for each, the scripts in DuckDB that read the same files."""
    taken = {}
    for name, runs in found.items():
        there = [rival for rival in rivals[name] if rival in found]
        taken[name] = Taken(
            wall=Spread.of([run.wall for run in runs]),
            cpu=Spread.of([run.cpu for run in runs]),
            rss=max(run.rss for run in runs),
            times={rival: Spread.of(ratios(runs, found[rival])) for rival in there},
            yardstick=fastest(found, there),
        )
    return taken


def kept() -> dict[str, Scale]:
    """The last results of every scale."""
    if not KEPT.is_file():
        return {}
    return {name: _scale(told) for name, told in json.loads(KEPT.read_text(encoding="utf-8")).items()}


def keep(results: Mapping[str, Scale]) -> None:
    """Put results in the place of those kept."""
    told = {name: asdict(results[name]) for name in sorted(results, key="SML".index)}
    KEPT.write_text(json.dumps(told, indent=1, default=float) + "\n", encoding="utf-8")


def _scale(told: Mapping[str, Any]) -> Scale:
    return Scale(**{**told, "ways": {name: _taken(way) for name, way in told["ways"].items()}})


def _taken(told: Mapping[str, Any]) -> Taken:
    spreads = {name: Spread(**told[name]) for name in ("wall", "cpu")}
    return Taken(**{**told, **spreads, "times": {name: Spread(**spread) for name, spread in told["times"].items()}})
