"""How fast and how small opsctl wants to be; printed beside what was measured, never asserted as a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.results import Taken


@dataclass(frozen=True)
class Bar:
    """The most that a way may take on a scale: times the fastest script in DuckDB, or MB."""

    scale: str
    way: str
    most: float
    memory: bool = False

    def told(self, ways: Mapping[str, Taken]) -> str:
        """What was measured, and whether that is enough."""
        asked = f"{self.scale} {self.way:<20} <= {self._shown(self.most):<9}"
        if self.way not in ways:
            return f"{asked} not available"
        taken = ways[self.way]
        value = taken.rss if self.memory else taken.ratio.middle
        verdict = "met" if value <= self.most else "not met"
        return f"{asked} {self._shown(value):>8}  {verdict}{self._to_others(taken)}"

    def _shown(self, value: float) -> str:
        return f"{value:.0f} MB" if self.memory else f"{value:.2f} x"

    def _to_others(self, taken: Taken) -> str:
        """The other scripts in DuckDB, since a bar is as high as its yardstick is fast."""
        others = {} if self.memory else {name: one for name, one in taken.times.items() if name != taken.yardstick}
        told = ", ".join(f"{spread.middle:.2f} x {name}" for name, spread in others.items())
        return f"  ({told})" if told else ""


BARS = (
    Bar("L", "opsctl parquet", 0.60),
    Bar("M", "opsctl parquet", 0.80),
    Bar("S", "opsctl parquet", 2.0),
    Bar("M", "opsctl csv", 0.95),
    Bar("L", "opsctl store", 0.08),
    Bar("M", "opsctl store", 0.30),
    Bar("L", "opsctl one more day", 0.20),
    Bar("L", "opsctl build", 1.8),
    Bar("L", "opsctl parquet", 700, memory=True),
    Bar("L", "opsctl store", 250, memory=True),
    Bar("L", "opsctl build", 1200, memory=True),
)


def verdicts(scale: str, ways: Mapping[str, Taken]) -> list[str]:
    """Every bar of a scale."""
    return [bar.told(ways) for bar in BARS if bar.scale == scale]


def imports(scale: str, heavy: Sequence[str]) -> str:
    """Whether the unchanged question was answered without what computes."""
    verdict = "not met" if "polars" in heavy else "met"
    return f"{scale} opsctl unchanged     no polars    imports {', '.join(heavy) or 'nothing heavy'}  {verdict}"
