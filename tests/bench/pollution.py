"""How readers do on polluted files of known truth: right, honest, or silently wrong; run with `make bench`.

The random polluter's files are read by opsctl and by today's readers as they come. Files that lie beside the checkout
go through the command itself.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from opsctl.core.errors import OpsctlError
from opsctl.ingest.reading import read_text, unpack
from tests.bench.polluter import COLUMNS, Case, case, verdict
from tests.ingest.reading.reader import header_of

FILES = 5_000
VERDICTS = ("right", "named", "refused", "wrong")
BESIDE = Path(__file__).parents[3] / "shared" / "polluted"
COMMAND = str(Path(sys.executable).with_name("opsctl"))

Rows = Sequence[Sequence[str]]


def by_opsctl(path: Path) -> tuple[Rows, bool]:
    """The rows, and whether anything was named that is missing."""
    recognise, names = header_of(COLUMNS)
    (content,) = unpack(path)
    table = read_text(content, recognise, names=names)
    return table.cells.rows(), bool(table.rejected)


def by_polars(path: Path) -> tuple[Rows, bool]:
    """All as text, as it comes."""
    frame = pl.read_csv(path, infer_schema=False)
    return frame.fill_null("").rows(), False


def by_duckdb(path: Path) -> tuple[Rows, bool]:
    """All as text, as it comes."""
    with duckdb.connect() as database:
        found = database.execute("SELECT * FROM read_csv(?, all_varchar = true)", [str(path)]).fetchall()
    return [[cell or "" for cell in row] for row in found], False


def by_standard_library(path: Path) -> tuple[Rows, bool]:
    """What `csv` makes of UTF-8."""
    _, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")))
    return rows, False


READERS: dict[str, Callable[[Path], tuple[Rows, bool]]] = {
    "opsctl": by_opsctl,
    "polars read_csv": by_polars,
    "duckdb read_csv": by_duckdb,
    "python csv": by_standard_library,
}


def judged(reader: Callable[[Path], tuple[Rows, bool]], made: Case, path: Path) -> str:
    """The verdict on a reader; an error of any kind is a refusal, but opsctl's must be one of its own."""
    path.write_bytes(made.data)
    try:
        rows, named = reader(path)
    except OpsctlError:
        return "refused"
    except Exception:
        if reader is by_opsctl:
            raise
        return "refused"
    return verdict(made, rows, named=named)


def beside() -> Iterator[tuple[str, str]]:
    """Of every file beside the checkout, its name and what `opsctl inspect` makes of it: right, refused or wrong."""
    for folder in sorted(BESIDE.glob("*/expected.json")):
        for expected in json.loads(folder.read_text(encoding="utf-8")):
            columns = expected["header"] or ["日期", "渠道", "消耗", "激活数"]
            yield expected["file"], _judged_by_command(folder.parent / expected["file"], columns, expected)


def _judged_by_command(path: Path, columns: Sequence[str], expected: dict[str, Any]) -> str:
    header = io.StringIO()
    csv.writer(header).writerow(columns)
    program = [COMMAND, "inspect", str(path), "--expect", header.getvalue().strip(), "--json"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    if expected["kind"] == "table":
        same = (found["header"], found["rows"]) == (expected["header"], expected["rows"])
        return "right" if same and not found["rejected"] else "refused" if found["refused"] else "wrong"
    return "right" if found["refused"] or found["rejected"] else "wrong"


def main() -> int:
    """Print the tables; fail when opsctl is silently wrong anywhere."""
    found: dict[str, Counter[str]] = {name: Counter() for name in READERS}
    wrong = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "polluted.csv"
        for seed in range(FILES):
            made = case(str(seed))
            for name, reader in READERS.items():
                said = judged(reader, made, path)
                found[name][said] += 1
                if name == "opsctl" and said == "wrong":
                    wrong.append(made.name)
    print(f"{FILES} randomly polluted files   {'  '.join(f'{said:>8}' for said in VERDICTS)}   (wrong: silently)")
    for name, counts in found.items():
        print(f"{name:<30}{'  '.join(f'{counts[said]:>8}' for said in VERDICTS)}")
    files = [*beside()]
    if files:
        counts = Counter(said for _, said in files)
        print(f"{len(files)} polluted exports through opsctl inspect: {dict(counts)}")
        wrong += [name for name, said in files if said == "wrong"]
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
