"""How fast opsctl answers, against scripts that do the same; run with `make bench`, the largest with `make bench-L`.

    python -m tests.bench.job SCALE… [--data FOLDER] [--rounds N]

The job is that of JOB.md beside the generator: a year of channels, by channel and by week. Everybody runs as whole
processes of two threads, one after the other in rounds, over files that are in memory by then, and is told in times
of the fastest script in DuckDB of the same round. On the smallest scale the bytes of many answers are compared, too.
The run ends with 1 where answers, or bytes of opsctl's, are not the same.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import bars, data, machine, results, same_bytes, startup, table
from tests.bench.contenders import CACHED, SCALES, Ways, WrongAnswer, question, taking_part
from tests.bench.timing import rounds

ROUNDS = 5


def run(scale: str, within: Path, count: int) -> results.Scale:
    """Measure every way on one scale, and print it."""
    of = data.ready(scale, within)
    data.split(of)
    with TemporaryDirectory(dir=within) as work:
        ways, unable = taking_part(Ways(of, Path(work)).all())
        before = machine.now()
        found = rounds([way.contender for way in ways], count)
        others = machine.others(before, machine.now())
        heavy = [] if "opsctl unchanged" in unable else startup.imported(question([], Path(work) / "store")[1:], CACHED)
    rivals = {way.name: [one.name for one in ways if one.duckdb and one.form == way.form] for way in ways}
    taken = results.summed_up(found, rivals)
    told = results.Scale(of.rows, count, machine.told(), machine.versions(), others, taken)
    lines = [*table.console(scale, told, unable), "", *bars.verdicts(scale, told.ways)]
    if "opsctl unchanged" in told.ways:
        lines.append(bars.imports(scale, heavy))
    print("\n".join([*lines, ""]), flush=True)
    return told


def main(arguments: Sequence[str]) -> int:
    """Every scale asked for; the tables of the READMEs are written anew."""
    parser = ArgumentParser(prog="tests.bench.job")
    parser.add_argument("scales", nargs="+", choices=SCALES)
    parser.add_argument("--data", type=Path, help=f"the folder of the data; else {data.FOLDER}, else a cache")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    if not data.GENERATOR.is_file():
        print(f"no generator of data beside this checkout ({data.GENERATOR.name}): the job is not measured")
        return 0
    within = data.home(asked.data)
    try:
        found = {scale: run(scale, within, asked.rounds) for scale in asked.scales}
    except WrongAnswer as error:
        print(f"the answers are not the same: {error}")
        return 1
    results.keep({**results.kept(), **found})
    table.write(results.kept())
    print("\n".join([*table.growth(results.kept()), ""]))
    if "S" not in found:
        return 0
    lines, same = same_bytes.compared(data.ready("S", within), within)
    print("\n".join(lines))
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
