"""A thousand damages to a store's files, one at a time: how many does `opsctl verify` find?"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from opsctl.store.verify import verify
from tests.store import damage, project

TRIES = 1_000


def main(tries: int) -> int:
    """Print how many of each kind were found; the exit code tells whether all were."""
    draw = damage.drawn(20)
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        kept = project.made(Path(folder), days=3)
        kept.ingest(3)
        kept.run(*project.QUESTION)
        for number in range(tries):
            how = damage.KINDS[number % len(damage.KINDS)]
            files = damage.files(kept.store, how)
            weights = [path.stat().st_size for path in files]
            # every second one by size, as a disk would; the others by file, so that small ones have their turn
            path = draw.choices(files, weights)[0] if number // len(damage.KINDS) % 2 else draw.choice(files)
            with damage.damaged(path, how, draw):
                sound = verify(kept.folder).is_sound
            tried[how.__name__] += 1
            found[how.__name__] += not sound
        if not verify(kept.folder).is_sound:
            print("the undamaged store is called damaged")
            return 1
        print(f"damage to {len(damage.files(kept.store, damage.flipped))} files of a store, found by opsctl verify")
    for kind in tried:
        print(f"  {kind:<10}{found[kind]:>6} of {tried[kind]}")
    return int(tried != found)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TRIES))
