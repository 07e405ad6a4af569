"""Whole processes, measured one after the other in rounds, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

_MAXRSS_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


class Failed(Exception):
    """A process ended with another exit code than 0."""

    def __init__(self, command: Sequence[str], code: int, said: str) -> None:
        super().__init__(f"{Path(command[0]).name} {Path(command[1]).name}: exit code {code}: {said}")


@dataclass(frozen=True)
class Usage:
    """What one run took: seconds of wall time, seconds of all cores, MB at the peak of its largest process."""

    wall: float
    cpu: float
    rss: float

    def then(self, later: Usage) -> Usage:
        """Of two runs, one after the other."""
        return Usage(self.wall + later.wall, self.cpu + later.cpu, max(self.rss, later.rss))


@dataclass(frozen=True)
class Step:
    """One process: its command, what it finds in its environment, and the file that takes its stdout."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    out: Path | None = None


@dataclass(frozen=True)
class Contender:
    """One way to the answers. `prepare` comes before every run and is not timed; `check` looks at what came of it."""

    name: str
    steps: Sequence[Step]
    prepare: Callable[[], object]
    check: Callable[[], object]


def used(step: Step) -> Usage:
    """What one process took, the children that it waited for included.

    The peak cannot be below that of this process, whose memory a child has until it becomes the command; so nothing
    large may be imported here.

    Raises:
        Failed: The process did.
    """
    with Path(step.out or os.devnull).open("wb") as out, TemporaryFile() as err:
        begin = time.perf_counter()
        environment = {**os.environ, **step.environment}
        process = subprocess.Popen(step.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)  # or it would be waited for once more
        if process.returncode:
            err.seek(0)
            raise Failed(step.command, process.returncode, _told(err.read().decode(errors="replace")))
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MAXRSS_PER_MB)


def _told(err: str) -> str:
    """The line of stderr that tells most: the first of a refusal, the last of a traceback."""
    lines = [line for line in err.splitlines() if line.strip()] or ["it said nothing"]
    refusals = [line for line in lines if line.lower().startswith("error")]
    return (refusals or lines[-1:])[0]


def measured(contender: Contender) -> Usage:
    """What one run of a contender took; what ran before it has reached the disk, and is no burden to it.

    Raises:
        Failed: One of its processes did.
    """
    contender.prepare()
    os.sync()
    total = Usage(0, 0, 0)
    for step in contender.steps:
        total = total.then(used(step))
    contender.check()
    print(f"  {contender.name}: {total.wall:.2f} s", file=sys.stderr, flush=True)
    return total


def rounds(contenders: Sequence[Contender], count: int) -> dict[str, list[Usage]]:
    """Every contender once per round, A B C A B C …

    Raises:
        Failed: One of them did.
    """
    found: dict[str, list[Usage]] = {contender.name: [] for contender in contenders}
    for _ in range(count):
        for contender in contenders:
            found[contender.name].append(measured(contender))
    return found


def ratios(ours: Sequence[Usage], theirs: Sequence[Usage]) -> list[float]:
    """How many times the wall time of another, round by round."""
    return [our.wall / their.wall for our, their in zip(ours, theirs, strict=True)]


def fastest(found: Mapping[str, Sequence[Usage]], among: Sequence[str]) -> str:
    """Who of those that ran took the least, by the median."""
    return min((name for name in among if name in found), key=lambda name: median(run.wall for run in found[name]))
