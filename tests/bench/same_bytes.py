"""Whether the same data give the same bytes: other runs, threads, time zones, and from CSV, Parquet and a store.

The whole answer as JSON is compared but for `inputs`, which names the files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import data
from tests.bench.contenders import ENVIRONMENT, ingest, question
from tests.bench.timing import Step, used

RUNS = 5
THREADS = ("1", "2")
ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles")
INPUTS = '"inputs": '
Command = list[str]


def digest(answer: str) -> str:
    """Of an answer without what it says of its files."""
    before, found, rest = answer.partition(INPUTS)
    if not found:
        return sha256(answer.encode()).hexdigest()
    _, end = json.JSONDecoder().raw_decode(rest)
    return sha256((before + rest[end:]).encode()).hexdigest()


def forms(of: data.Data, work: Path) -> dict[str, Callable[[], Command]]:
    """The question to each form of the data; a store is built when it is asked for."""
    bare = data.project(work / "bare")

    def stored() -> Command:
        store = data.project(work / "store")
        used(Step(ingest(data.paths(of.parquet), store), ENVIRONMENT))
        return question([], store)

    return {
        "parquet": lambda: question(data.paths(of.parquet), bare),
        "csv": lambda: question(data.paths(of.csv), bare),
        "store": stored,
    }


def digests(command: Command, out: Path) -> list[str]:
    """Of every run under every circumstance."""
    found = []
    for threads, zone, _ in product(THREADS, ZONES, range(RUNS)):
        circumstance = {**ENVIRONMENT, "POLARS_MAX_THREADS": threads, "TZ": zone}
        used(Step(command, circumstance, out))
        found.append(digest(out.read_text(encoding="utf-8")))
    return found


def told(of: data.Data, within: Path) -> bool:
    """Print how many different answers each form gave; whether all of them are one.

    Raises:
        Failed: The question, or the way to the store, is not there.
    """
    seen: Counter[str] = Counter()
    with TemporaryDirectory(dir=within) as work:
        for form, command in forms(of, Path(work)).items():
            found = digests(command(), Path(work) / "answer.json")
            print(f"bytes from {form}: {len(found)} answers, {len(set(found))} distinct", flush=True)
            seen.update(found)
    print(f"bytes in all: {seen.total()} answers, {len(seen)} distinct")
    return len(seen) == 1
