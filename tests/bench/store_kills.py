"""`opsctl ingest` killed at random moments, by one and by two workers: rows lost, doubled, half taken in.

Each run takes in one day's four files. After every kill the store must hold all four of a day or none, and answer; in
the end its answer must be, byte for byte, that of a store that took in the same days in one clean run each.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from opsctl.store.verify import verify
from tests.store import damage, dying, project
from tests.store.project import Project

KILLS = 200
DAYS = 12
DRAW = damage.drawn(9)


@dataclass
class Tally:
    """What happened."""

    kills: int = 0
    finished: int = 0
    locked: int = 0
    partial: int = 0
    inconsistent: int = 0
    unsound: int = 0
    codes: Counter[int] = field(default_factory=Counter)


def days_in(kept: Project) -> Counter[str]:
    """How many files of each day the store holds."""
    catalog = kept.store / "catalog.sqlite"
    if not catalog.exists():
        return Counter()
    connection = sqlite3.connect(catalog)
    try:
        return Counter(name.split("/")[0] for (name,) in connection.execute("SELECT name FROM file"))
    except sqlite3.OperationalError:  # killed before it had tables
        return Counter()
    finally:
        connection.close()


def started(kept: Project, day: int) -> subprocess.Popen[bytes]:
    """A run in the background."""
    words = [
        sys.executable,
        "-m",
        "opsctl",
        "ingest",
        "-q",
        "--wait",
        "60",
        kept.folder / f"day{day}",
        "-C",
        kept.folder,
    ]
    return subprocess.Popen(
        [str(word) for word in words],
        env=kept.environ,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def checked(kept: Project, tally: Tally) -> None:
    """After a kill."""
    tally.partial += any(count != len(project.HEADS) for count in days_in(kept).values())
    if days_in(kept):
        ran = kept.run("query", "spend", "--by", "day", "--json", "-q")
        told = {row["day"] for row in ran.rows} if ran.code == 0 else set()
        tally.inconsistent += len(told) != len(days_in(kept))
    tally.unsound += (kept.store / "catalog.sqlite").exists() and not verify(kept.folder).is_sound


def killed_somewhere(kept: Project, day: int, takes: float, workers: int, tally: Tally) -> None:
    """Run one or two workers and kill each at a moment of its own; with one, every second time at an operation."""
    if workers == 1 and tally.kills % 2:
        ran, _ = dying.run(
            "kill", DRAW.randrange(1, 130), "ingest", "-q", kept.folder / f"day{day}", "-C", kept.folder,
            environ=kept.environ,
        )  # fmt: skip
        codes = [ran.code]
    else:
        others = [one for one in range(DAYS) if one != day]
        running = [started(kept, one) for one in [day, *DRAW.sample(others, workers - 1)]]
        start = time.monotonic()
        for one, moment in zip(
            running, sorted(DRAW.uniform(0.2, 1.05) * takes * workers for _ in running), strict=True
        ):
            time.sleep(max(0.0, start + moment - time.monotonic()))
            one.kill()
        codes = [one.wait() for one in running]
    tally.codes.update(codes)
    tally.kills += sum(code < 0 for code in codes)
    tally.finished += codes.count(0)


def campaign(folder: Path, kills: int, workers: int) -> tuple[Tally, str]:
    """Kill until it was often enough; what happened, and how the store ended."""
    tally, round_ = Tally(), 0
    lost = "0 lost, 0 doubled"
    while tally.kills < kills:
        round_ += 1
        inside = folder / f"{workers}-{round_}"
        kept = project.made(inside, DAYS)
        takes = _seconds(kept)
        shutil.rmtree(kept.store)
        for day in range(DAYS):
            for _ in range(3):
                killed_somewhere(kept, day, takes, workers, tally)
                checked(kept, tally)
            kept.run("ingest", "-q", kept.folder / f"day{day}")
            if tally.kills >= kills:
                break
        for day in range(DAYS):
            kept.run("ingest", "-q", kept.folder / f"day{day}")
        clean = project.made(inside / "clean", DAYS)
        for name in _order(kept):
            clean.run("ingest", "-q", clean.folder / name)
        if kept.answer() != clean.answer() or verify(kept.folder).findings:
            lost = f"round {round_} DIFFERS from a clean store"
    return tally, lost


def _order(kept: Project) -> list[str]:
    """The days in the order in which they came."""
    connection = sqlite3.connect(kept.store / "catalog.sqlite")
    names = [name for (name,) in connection.execute("SELECT name FROM file ORDER BY id")]
    connection.close()
    return list(dict.fromkeys(name.split("/")[0] for name in names))


def _seconds(kept: Project) -> float:
    start = time.monotonic()
    started(kept, 0).wait()
    return time.monotonic() - start


def at_once(folder: Path, times: int) -> Counter[tuple[int, ...]]:
    """Two runs that want the same files at once, without waiting: the exit codes, and -1 where rows were doubled."""
    found: Counter[tuple[int, ...]] = Counter()
    kept = project.made(folder, times)
    for day in range(times):
        words = [sys.executable, "-m", "opsctl", "ingest", "-q", str(kept.folder / f"day{day}"), "-C", str(kept.folder)]
        running = [
            subprocess.Popen(words, env=kept.environ, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]
        codes = sorted(one.wait() for one in running)
        whole = days_in(kept)[f"day{day}"] == len(project.HEADS)
        found[(*codes,) if whole else (*codes, -1)] += 1
    return found


def main(kills: int) -> int:
    """Print what happened; the exit code tells whether anything was lost, doubled or half there."""
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            tally, lost = campaign(Path(folder), kills // 2, workers)
            print(
                f"{workers} worker{'s'[: workers - 1]}: {tally.kills} killed, {tally.finished} finished; {lost}; "
                f"{tally.partial} partial, {tally.inconsistent} inconsistent answers, {tally.unsound} called damaged",
                flush=True,
            )
            wrong |= lost.endswith("clean store") or bool(tally.partial + tally.inconsistent + tally.unsound)
        codes = at_once(Path(folder) / "both", 20)
        print("two at once:", json.dumps({"+".join(map(str, one)): count for one, count in codes.items()}))
        wrong |= not codes.keys() <= {(0, 75), (0, 0)}
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS))
