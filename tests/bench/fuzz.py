"""Mutated exports, mappings and configurations: whatever comes, the answer is a table or one clear error.

`make fuzz` runs it for so many seconds of processor time: a traceback, more than five seconds or more than a gigabyte
for one input is a find, which is kept beside the tests as a regression (`tests/found/`). With atheris installed,
`python -m tests.bench.fuzz --atheris TARGET` looks for new paths instead of mutating blindly.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from opsctl.config import settings
from opsctl.config.library import shipped_mappings
from opsctl.core.errors import OpsctlError
from opsctl.ingest.inspection import Look, see
from opsctl.ingest.load import load
from opsctl.ingest.reading import read_text, unpack
from opsctl.ingest.sources import files
from tests.bench.polluter import COLUMNS, case
from tests.ingest.reading.reader import header_of

FOUND = Path(__file__).parents[1] / "found"
LONGEST = 5.0  # seconds for one input
LARGEST = 1024**3  # bytes of memory for all
PROJECT = Path(__file__).parents[2] / "configs" / "opsctl.example.yaml"
TOKENS = (
    *(
        b"\n",
        b"\r",
        b"\r\n",
        b",",
        b";",
        b"\t",
        b"|",
        b"\x01",
        b'"',
        b'""',
        b"'",
        b"\\",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
    ),
    *(b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"sep=;\n", b"# ", b"<html>", b'{"a":', b"[" * 50),
    *(
        b"2025-01-06",
        b"31/12/2025",
        b"45658",
        b"0000-00-00",
        b"9999-12-31",
        b"24:00:00",
        b"1,234.50",
        b"1.234,50",
        b"1e400",
    ),
    *(
        b"NaN",
        b"-0",
        b"<5",
        b"9" * 40,
        b"0x10",
        b"\xe5\x90\x88\xe8\xae\xa1",
        b"\xe4\xb8\x87",
        b"%",
        b"\xef\xbf\xa5",
        b"(",
        b")",
    ),
    *(
        b": ",
        b"- ",
        b"{",
        b"}",
        b"&a ",
        b"*a",
        b"!!python/object:os.system ",
        b"| ",
        b"> ",
        b"?",
        b"~",
        b"null",
        b"yes",
    ),
)

Target = Callable[[bytes], None]


# --- what is fuzzed -------------------------------------------------------------------------------------


def reader(data: bytes) -> None:
    """Bytes as a file in which the columns of the polluter are expected."""
    recognise, names = header_of(COLUMNS)
    for content in _unpacked(data):
        read_text(content, recognise, names=names)


def mapping(data: bytes) -> None:
    """Bytes as an export that any of the shipped mappings may claim, up to its tables."""
    path = _written(data, "export.csv")
    found = load(files([path], _PLAIN), _PLAIN)
    for name, table in found.tables.items():
        height = table.collect().height
        accepted = sum(one.accepted for one in found.inputs if one.table == name)
        assert height == accepted or name == "cohort", "rows that no account tells of"  # counts are added up
    for one in found.inputs:
        assert one.read == one.accepted + len(one.rejected) + sum(one.dropped.values()), (
            "an account that does not add up"
        )


def inspection(data: bytes) -> None:
    """Bytes as `opsctl inspect` looks at them."""
    path = _written(data, "export.csv")
    see(path, Look(_PLAIN, typed=True))


def configuration(data: bytes) -> None:
    """Bytes as a project's opsctl.yaml."""
    found = settings.load(_written(data, "opsctl.yaml").parent, {}, {}, None)
    list(found.origins())


_PLAIN = settings.load(None, {}, {}, None)
_FOLDER = Path(tempfile.mkdtemp(prefix="opsctl-fuzz-"))
TARGETS: dict[str, Target] = {each.__name__: each for each in (reader, mapping, inspection, configuration)}


def _written(data: bytes, name: str) -> Path:
    path = _FOLDER / name
    path.write_bytes(data)
    return path


def _unpacked(data: bytes) -> Sequence[Any]:
    return unpack(_written(data, "export.csv"))


def outcome(target: Target, data: bytes) -> str:
    """What became of one input: "" where all is well, else what is wrong."""
    begun, before = time.process_time(), _peak()
    try:
        target(data)
    except OpsctlError:
        pass
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"
    taken, more = time.process_time() - begun, _peak() - before
    if taken > LONGEST:
        return f"{taken:.1f} s"
    return f"{more // 1024**2} MB" if more > LARGEST else ""


# --- mutating -------------------------------------------------------------------------------------------


def seeds(name: str) -> list[bytes]:
    """Inputs that are mostly good."""
    if name == "configuration":
        return [PROJECT.read_bytes(), *(path.read_bytes() for path in sorted(PROJECT.parent.glob("platforms/*.yaml")))]
    polluted = [case(str(seed)).data for seed in range(200)]
    examples = [one.export.example.export.encode() for one in shipped_mappings() if one.export.example]
    return polluted if name == "reader" else [*examples, *examples, *polluted[:50]]


def mutated(dice: random.Random, inputs: Sequence[bytes]) -> bytes:
    """One input with a few changes."""
    data = bytearray(dice.choice(inputs))
    for _ in range(dice.choice([1, 1, 2, 3, 8, 30])):
        place, length = dice.randrange(len(data) + 1), dice.choice([1, 1, 2, 5, 40])
        change = dice.randrange(6)
        if change == 0 and data:
            data[min(place, len(data) - 1)] ^= 1 << dice.randrange(8)
        elif change == 1:
            data[place:place] = dice.choice(TOKENS)
        elif change == 2:
            del data[place : place + length]
        elif change == 3:
            data[place:place] = data[place : place + length] * dice.choice([1, 2, 50])
        elif change == 4:
            data[place : place + length] = dice.choice(TOKENS)
        else:
            other = dice.choice(inputs)
            at = dice.randrange(len(other) + 1)
            data[place:place] = other[at : at + dice.choice([5, 50, 500])]
    return bytes(data[:200_000])


def run(name: str, seconds: float, seed: int) -> list[tuple[str, bytes]]:
    """Try mutated inputs for so many seconds of processor time; what was found, each kind of it once."""
    dice, inputs, target = random.Random(f"{name} {seed}"), seeds(name), TARGETS[name]  # noqa: S311
    found: dict[str, bytes] = {}
    end, tried = time.process_time() + seconds, 0
    while time.process_time() < end:
        data = mutated(dice, inputs)
        wrong = outcome(target, data)
        tried += 1
        if wrong:
            found.setdefault(wrong.split("\n")[0][:120], data)
    print(f"{name:<14} {tried:>8} inputs in {seconds:.0f} s, {len(found)} found")
    return [*found.items()]


def _peak() -> int:
    """The most memory that this process ever held, in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _kept(name: str, data: bytes) -> Path:
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


def _with_atheris(name: str, options: list[str]) -> None:
    import atheris  # noqa: PLC0415 - not among the packages that tests need

    for module in [
        module for called, module in sys.modules.items() if called.startswith(("opsctl.ingest", "opsctl.config"))
    ]:
        for called, function in [*vars(module).items()]:
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                setattr(module, called, atheris.instrument_func(function))

    def one_input(data: bytes) -> None:
        wrong = outcome(TARGETS[name], data)
        if wrong:
            raise AssertionError(wrong)

    corpus = _FOLDER / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input)
    atheris.Fuzz()


def main() -> int:
    """Fuzz all targets, or one; fail where anything was found."""
    parser = argparse.ArgumentParser(description="mutated inputs, for so many seconds of processor time")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", metavar="TARGET", choices=TARGETS)
    said, options = parser.parse_known_args()
    if said.atheris:
        _with_atheris(said.atheris, options)
    found = [(name, *each) for name in TARGETS for each in run(name, said.seconds / len(TARGETS), said.seed)]
    for name, wrong, data in found:
        print(f"{_kept(name, data)}: {wrong}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
