"""Writes the sample data anew: a made-up company's exports, the same bytes on every run and every machine.

    python sample_data/make.py [FOLDER]

Without a FOLDER they go where this script stands.
"""

import sys
from pathlib import Path

from making import (
    baidu,
    bilibili,
    canonical,
    dictionary,
    google,
    kuaishou,
    oceanengine,
    project,
    tencent,
    tmall,
    xiaohongshu,
)
from making.world import world

PLATFORMS = (oceanengine, tencent, xiaohongshu, baidu, kuaishou, bilibili, google, tmall)
PARTS = (project, dictionary, canonical, *PLATFORMS)


def main(folder: Path) -> None:
    """Write every file of the sample under a folder."""
    whole = world()
    for part in PARTS:
        for name, content in part.files(whole).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
