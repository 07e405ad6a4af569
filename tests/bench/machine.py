"""What the figures were measured on, and how much of it others used meanwhile."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("polars", "duckdb")
_GB = 2**30
_STAT = Path("/proc/stat")
_IDLE = slice(3, 5)  # idle and waiting for the disk, among the times that the first line tells


def told() -> str:
    """Processor, cores, memory and system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}"


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.machine())


def versions() -> dict[str, str]:
    """Of Python, and of what does the work."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


@dataclass(frozen=True)
class Moment:
    """Seconds of all cores until now: all there were, those in use, and those used by this process and its children."""

    passed: float
    used: float
    own: float


def now() -> Moment | None:
    """What the system counts; None where it does not tell."""
    if not _STAT.is_file():
        return None
    first = _STAT.read_text(encoding="utf-8").splitlines()[0].split()[1:9]  # guests are counted among the users
    times = [int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in first]
    return Moment(sum(times), sum(times) - sum(times[_IDLE]), sum(os.times()[:4]))


def others(before: Moment | None, after: Moment | None) -> float | None:
    """The share of all cores that others used between two moments: on a busy machine ratios are rough."""
    if before is None or after is None:
        return None
    used = (after.used - before.used) - (after.own - before.own)
    return max(used, 0.0) / (after.passed - before.passed)
