"""How fast opsctl answers, against scripts that do the same; run with `make bench`, the largest with `make bench-L`.

    python -m tests.bench.job SCALE… [--data FOLDER] [--rounds N]

The job is that of JOB.md beside the generator: a year of channels, by channel and by week. Everybody runs as whole
processes of two threads, one after the other in rounds, over files that are in memory by then, and is told in times
of the fastest script in DuckDB of the same round. On the smallest scale the bytes of many answers are compared, too.
The run ends with 1 where answers, or bytes of opsctl's, are not the same, or a part of opsctl did not run at all.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import bars, data, machine, results, same_bytes, startup, table
from tests.bench.contenders import CACHED, SCALES, Ways, WrongAnswer, question, rivals, taking_part, with_build
from tests.bench.timing import Failed, rounds

ROUNDS = 5


def run(scale: str, within: Path, count: int) -> results.Scale:
    """Measure every way on one scale, and print it."""
    of = data.ready(scale, within)
    data.split(of)
    with TemporaryDirectory(dir=within) as work:
        ways, unable = taking_part(Ways(of, Path(work)).all())
        before = machine.now()
        found = with_build(rounds([way.contender for way in ways], count))
        others = machine.others(before, machine.now())
        heavy = [] if "opsctl unchanged" in unable else startup.imported(question([], Path(work) / "store")[1:], CACHED)
    taken = results.summed_up(found, rivals(ways))
    told = results.Scale(of.rows, count, machine.told(), machine.versions(), others, taken, unable)
    lines = [*table.console(scale, told), "", *bars.verdicts(scale, told.ways)]
    if "opsctl unchanged" in told.ways:
        lines.append(bars.imports(scale, heavy))
    print("\n".join([*lines, ""]), flush=True)
    return told


def everything(scales: Sequence[str], within: Path, count: int) -> bool:
    """Measure scales and write the tables; whether all of opsctl ran, and its bytes were the same.

    Raises:
        Failed: A process did that had not before.
        WrongAnswer: The answers are not the same.
    """
    found = {scale: run(scale, within, count) for scale in scales}
    results.keep({**results.kept(), **found})
    table.write(results.kept())
    print("\n".join([*table.growth(results.kept()), ""]))
    ran = not any(way.startswith("opsctl") for scale in found.values() for way in scale.unable)
    return ran and ("S" not in found or same_bytes.told(data.ready("S", within), within))


def main(arguments: Sequence[str]) -> int:
    """Every scale asked for."""
    parser = ArgumentParser(prog="tests.bench.job")
    parser.add_argument("scales", nargs="+", choices=SCALES)
    parser.add_argument("--data", type=Path, help=f"the folder of the data; else {data.FOLDER}, else a cache")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    if not data.GENERATOR.is_file():
        print(f"no generator of data beside this checkout ({data.GENERATOR.name}): the job is not measured")
        return 0
    try:
        return int(not everything(asked.scales, data.home(asked.data), asked.rounds))
    except (WrongAnswer, Failed) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
