"""What processes take is measured whole, round by round, and told by the same round of another."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.timing import Contender, Failed, Step, Usage, fastest, measured, ratios, rounds, used

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="what a child took is asked of POSIX")
MB = 2**20


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def runs(*walls: float) -> Sequence[Usage]:
    return [Usage(wall, 2 * wall, 10) for wall in walls]


def test_a_round_is_compared_with_the_same_round_of_the_other() -> None:
    assert ratios(runs(1, 6, 3), runs(2, 3, 3)) == [0.5, 2, 1]


def test_the_yardstick_is_who_is_fastest_in_the_median() -> None:
    found = {"a": runs(1, 5, 9), "b": runs(4, 4, 4), "c": runs(1, 1, 1)}
    assert fastest(found, ["a", "b", "absent"]) == "b"


def test_two_steps_take_their_seconds_together_and_the_memory_of_the_larger() -> None:
    assert Usage(1, 2, 30).then(Usage(4, 5, 20)) == Usage(5, 7, 30)


def test_memory_and_time_of_a_child_are_those_of_its_parent() -> None:
    child = f"b = bytearray({200 * MB}); sum(range(3_000_000))"
    usage = used(Step(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")))
    assert usage.rss > 200
    assert usage.cpu > 0.02


def test_what_a_command_prints_and_finds_in_its_environment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    used(Step(python("import os; print(os.environ['SAID'])"), {"SAID": "7"}, out))
    assert out.read_text().strip() == "7"


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(Failed, match=r"-c: exit code 2: error: no$"):
        used(Step(python("import sys; print('note\\nerror: no\\n  hint: x', file=sys.stderr); sys.exit(2)")))
    with pytest.raises(Failed, match="exit code 1: ValueError: 8"):
        used(Step(python("raise ValueError(8)")))


def test_contenders_take_turns_and_preparing_is_not_timed() -> None:
    order: list[str] = []

    def contender(name: str) -> Contender:
        return Contender(name, [Step(python("pass"))], lambda: order.append(name), lambda: order.append(name.upper()))

    found = rounds([contender("a"), contender("b")], 2)
    assert "".join(order) == "aAbBaAbB"
    assert [len(each) for each in found.values()] == [2, 2]


def test_an_answer_that_is_refused_ends_the_run() -> None:
    def refuse() -> None:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        measured(Contender("a", [Step(python("pass"))], lambda: None, refuse))
