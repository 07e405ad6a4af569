"""What `make fuzz` does for minutes, for a moment: mutated inputs, the same every time, and whatever it ever found."""

from __future__ import annotations

import random

import pytest

from tests.bench import fuzz

INPUTS = 60


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_mutated_inputs_end_in_an_answer_or_one_error(name: str) -> None:
    dice, inputs = random.Random(name), fuzz.seeds(name)  # noqa: S311 - the same every time
    wrong = [fuzz.outcome(fuzz.TARGETS[name], fuzz.mutated(dice, inputs)) for _ in range(INPUTS)]
    assert [one for one in wrong if one] == []


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_good_inputs_are_good(name: str) -> None:
    for data in fuzz.seeds(name)[:10]:
        assert not fuzz.outcome(fuzz.TARGETS[name], data)


@pytest.mark.parametrize("path", sorted(fuzz.FOUND.glob("*-*")), ids=lambda path: path.name)
def test_what_was_found_once_is_mended(path: object) -> None:
    name = str(path).rpartition("/")[2].partition("-")[0]
    assert not fuzz.outcome(fuzz.TARGETS[name], (fuzz.FOUND / str(path)).read_bytes())
