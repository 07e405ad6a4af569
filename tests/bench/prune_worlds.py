"""What the advice of `opsctl prune` gains over worlds whose truth is known; run with `make bench-prune`.

    python tests/bench/prune_worlds.py [SEED] [WORLDS]

120 worlds each of three kinds are written as files, read by the real command in a process of its own, and its JSON is
scored against their truth. A figure that misses its bar makes it end with 1. The simulator lies beside the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

SIMULATOR = Path(__file__).resolve().parents[3] / "shared" / "tools" / "prune_sim.py"
SCENARIOS = ("random", "seed", "small")
SEED, WORLDS = 31_000, 120
BESIDE = ("worlds", "net_vs_now", "regret_p90", "budget_used", "camp_false_cut_rate", "camp_missed_cut_rate")


@dataclass(frozen=True)
class Scored:
    """All worlds of one kind: the simulator's figures, its bar, and the seconds that each took."""

    figures: Mapping[str, Any]
    bar: Mapping[str, tuple[str, Any]]
    seconds: Sequence[float]

    def missed(self, name: str) -> bool:
        """Whether a figure with a bar misses it."""
        sign, bound = self.bar[name]
        value = self.figures.get(name)
        if value is None:
            return True
        if sign == "in":
            return not bound[0] <= value <= bound[1]
        return bool(value < bound if sign == ">=" else value > bound)


def simulator() -> ModuleType:
    """The module that makes worlds and scores advice."""
    spec = spec_from_file_location("prune_sim", SIMULATOR)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{SIMULATOR.name} cannot be read")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scored(sim: ModuleType, scenario: str, first: int, worlds: int) -> Scored:
    """So many worlds of one kind, each through the command."""
    results, seconds = [], []
    for seed in range(first, first + worlds):
        with TemporaryDirectory() as folder:
            truth = sim.write_world(seed, folder, scenario, "parquet")
            (Path(folder) / "data" / "task.json").unlink()  # the simulator's own, and none of a command's business
            began = time.perf_counter()
            command = [sys.executable, "-m", "opsctl", "prune", f"{folder}/data", "--json", "-q"]
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode:
                raise SystemExit(f"{scenario} {seed}: exit code {done.returncode}\n{done.stderr.decode()}")
            seconds.append(time.perf_counter() - began)
        results.append(sim.score(truth, sim.adapt(json.loads(done.stdout))))
    return Scored(sim.pool(results), sim.BAR_SMALL if scenario == "small" else sim.BAR, seconds)


def table(found: Mapping[str, Scored]) -> list[str]:
    """Every figure of every kind, a miss starred, the bars behind."""
    names = list(dict.fromkeys([*next(iter(found.values())).bar, *BESIDE]))
    lines = [f"{'':22}" + "".join(f"{scenario:>10}" for scenario in found) + "   bar (small)"]
    for name in names:
        cells = "".join(f"{_cell(one, name):>10}" for one in found.values())
        bars = " ".join(dict.fromkeys(_bar(one, name) for one in found.values() if name in one.bar))
        lines.append(f"{name:22}{cells}   {bars}")
    return [*lines, f"{'seconds per world':22}" + "".join(f"{median(one.seconds):>10.2f}" for one in found.values())]


def _cell(of: Scored, name: str) -> str:
    value = of.figures.get(name)
    text = "-" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"
    return text + ("*" if name in of.bar and of.missed(name) else " ")


def _bar(of: Scored, name: str) -> str:
    sign, bound = of.bar[name]
    return f"{bound[0]}-{bound[1]}" if sign == "in" else f"{sign} {bound}"


def main(arguments: Sequence[str]) -> int:
    """Every kind of world from one seed on; 1 where a bar is missed, 2 where there is nothing to run."""
    if not SIMULATOR.is_file():
        print("no simulator of worlds beside this checkout (../shared/tools/prune_sim.py): nothing was run")
        return 2
    numbers = [int(text) for text in arguments]
    first, worlds = [*numbers, *(SEED, WORLDS)[len(numbers) :]]
    sim = simulator()
    found = {scenario: scored(sim, scenario, first, worlds) for scenario in SCENARIOS}
    print("\n".join(table(found)))
    missed = [f"{name} {figure}" for name, one in found.items() for figure in one.bar if one.missed(figure)]
    print(f"bar missed (*): {', '.join(missed)}" if missed else "bar met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
