"""The advice is held against worlds whose truth is known: real files in, the real command, its JSON scored."""

from __future__ import annotations

import json
import math
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.cli.inside import opsctl

SEEDS = range(70_001, 70_007)
SCENARIO = "small"  # budgets of 500 to 1,200 a day: the hardest to judge, and the quickest to read


@pytest.fixture(scope="module")
def simulator(shared: Path) -> ModuleType:
    file = shared / "tools" / "prune_sim.py"
    if not file.is_file():
        pytest.skip("no simulator of worlds beside this checkout")
    spec = spec_from_file_location("prune_sim", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scores(simulator: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    found = []
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp(f"world{seed}")
        truth = simulator.write_world(seed, folder, SCENARIO, "parquet")
        (folder / "data" / "task.json").unlink()  # the simulator's own, and none of a command's business
        ran = opsctl("prune", folder / "data", "--json", "-q")
        assert ran.code == 0, ran.err
        found.append(simulator.score(truth, json.loads(json.dumps(simulator.adapt(ran.json)))))
    return found


def test_every_channel_is_advised_within_its_ceiling(scores: list[dict[str, Any]]) -> None:
    assert [one["missing"] for one in scores] == [0] * len(scores)
    assert [one["over_cap"] for one in scores] == [0] * len(scores)


def test_regret_is_a_number_and_every_campaign_is_judged(scores: list[dict[str, Any]]) -> None:
    assert all(math.isfinite(one["regret"]) for one in scores)
    assert all(one["camp_good"] + one["camp_bad"] > 0 for one in scores)


def test_together_they_gain_most_of_what_knowing_the_truth_would(
    simulator: ModuleType, scores: list[dict[str, Any]]
) -> None:
    """Six worlds are a lottery: the bar over 120 of them is held by `make bench-prune`."""
    together = simulator.pool(scores)
    assert together["gain_captured"] > 0.5
    assert together["false_cut_rate"] < 0.15
