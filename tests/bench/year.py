"""A year of daily exports, some late, again or wrong first: does it end in the truth, and can every day be asked again?

python tests/bench/year.py [DAYS] [SEED]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.store.deliveries import deliver, project, simulated
from tests.store.test_year import answered, at_once, said

EVERY = 30


def main(days: int, seed: int) -> int:
    """Live through the days, then compare; the number of answers that differ."""
    with tempfile.TemporaryDirectory() as folder:
        return _lived(days, seed, Path(folder))


def _lived(days: int, seed: int, folder: Path) -> int:
    truth = simulated(days, seed)
    mine = project(folder / "daily")
    answers: dict[str, Any] = {}
    spent = 0.0
    for at, day in enumerate(sorted(truth.deliveries), 1):
        paths = [deliver(one, mine) for one in truth.deliveries[day]]
        start = time.perf_counter()
        ran = said(mine, folder, "ingest", "-q", *map(str, paths))
        spent = time.perf_counter() - start
        if ran.code:
            sys.exit(f"ingest of {day} ended with {ran.code}: {ran.err}")
        as_of, rows = answered(mine, folder)
        answers[as_of] = rows
        if at % EVERY == 0:
            print(f"{day}: {at} days, the last ingest took {spent:.2f} s", flush=True)
    wrong = sum(answered(mine, folder, "--as-of", as_of) != [as_of, rows] for as_of, rows in answers.items())
    same = answered(mine, folder) == at_once(truth, project(folder / "once"), folder)
    print(f"equal to one ingest of the truth: {'yes' if same else 'NO'}")
    print(f"answers of earlier days that are reproduced: {len(answers) - wrong} of {len(answers)}")
    return wrong + (not same)


if __name__ == "__main__":
    sys.exit(bool(main(int((*sys.argv, "365")[1]), int((*sys.argv, "365", "1")[2]))))
