"""How long `opsctl` takes to say hello, as multiples of what any Python program takes; run with `make bench`.

Whole processes, one of each kind per round, ratios taken round by round: a busy machine slows all of them alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROUNDS = 21
BASE = "python -c pass"
ARGPARSE = "argparse --help"
ARGPARSE_PROGRAM = """
import argparse
parser = argparse.ArgumentParser(description="as small a program as argparse allows")
for name in ("report", "query", "explain", "inspect", "config"):
    parser.add_argument(f"--{name}", help=f"what {name} does")
parser.parse_args(["--help"])
"""
HEAVY = ("polars", "pydantic", "narwhals", "rich")

COMMAND = str(Path(sys.executable).with_name("opsctl"))
PROGRAMS = {
    BASE: [sys.executable, "-c", "pass"],
    ARGPARSE: [sys.executable, "-c", ARGPARSE_PROGRAM],
    "opsctl --version": [COMMAND, "--version"],
    "opsctl --help": [COMMAND, "--help"],
}


def seconds(program: list[str]) -> float:
    """The wall time of one whole process."""
    begin = time.perf_counter()
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def imported(arguments: list[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """Which of the heavy packages a command imports, with something more in its environment."""
    program = [sys.executable, "-X", "importtime", "-m", "opsctl", *arguments]
    around = {**os.environ, **(environment or {})}
    done = subprocess.run(program, check=True, capture_output=True, text=True, env=around)
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return [name for name in HEAVY if name in names]


def main() -> int:
    """Print the table; fail when `--help` or `--version` imports what only a report needs."""
    rounds = [{name: seconds(program) for name, program in PROGRAMS.items()} for _ in range(ROUNDS)]
    print(f"{'':<18} x {BASE:<16} x {ARGPARSE:<16}  median of {ROUNDS} rounds [fastest..slowest tenth]")
    for name in PROGRAMS:
        cells = []
        for base in (BASE, ARGPARSE):
            ratios = sorted(times[name] / times[base] for times in rounds)
            cells.append(f"{statistics.median(ratios):5.2f} [{ratios[ROUNDS // 10]:.2f}..{ratios[-ROUNDS // 10]:.2f}]")
        print(f"{name:<18} {cells[0]:<20} {cells[1]}")
    failed = False
    for arguments in (["--version"], ["--help"]):
        found = imported(arguments)
        failed |= "polars" in found or "pydantic" in found
        print(f"opsctl {arguments[0]} imports of {', '.join(HEAVY)}: {', '.join(found) or 'none'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
