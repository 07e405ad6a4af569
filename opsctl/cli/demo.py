"""`opsctl demo`: the report over sample data, to see what opsctl does before trusting it with own files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Optional

import typer

from opsctl.cli import options, report
from opsctl.core.errors import BadOption, CannotWrite, ExitCode
from opsctl.core.paths import shipped

SAMPLE = "sample_data"
MAKING = ("making", "make.py", "README.md", "__pycache__")  # what stands beside the sample's files and is none

Keep = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation
    typer.Option("--keep", metavar="DIR", help="Keep the sample data there.", show_default=False),
]


def demo(locale: options.Locale = None, keep: Keep = None, quiet: options.Quiet = False) -> None:
    """Report on the last week of a made-up company. Nothing is set up, sent or left behind.

    \b
    opsctl demo
    opsctl demo --locale zh-CN
    opsctl demo --keep orange-life
    """
    from opsctl.cli.session import Voice

    voice = Voice(quiet)
    with _sample(keep) as folder:
        where = f"copied to {keep}" if keep else "in a temporary folder, removed at the end"
        voice.say(f"a made-up company's data, {where}; now: opsctl report -C {_typed(keep) if keep else 'FOLDER'}\n")
        code = _reported(folder, locale)
    voice.say("\n".join(["", "try next:", *(f"  {command}" for command in _next(keep))]))
    raise typer.Exit(code)


@contextmanager
def _sample(keep: Path | None) -> Iterator[Path]:
    """A copy of the sample project: in a folder of its own that is gone afterwards, or in the one named.

    Raises:
        BadOption: The folder named holds something.
        CannotWrite: It cannot be written to.
    """
    import tempfile

    if keep is None:
        with tempfile.TemporaryDirectory(prefix="opsctl-demo-", ignore_cleanup_errors=True) as folder:
            yield _copied(Path(folder))
        return
    if keep.exists() and not (keep.is_dir() and not any(keep.iterdir())):
        raise BadOption(f"--keep '{keep}' is there already and not an empty folder", hint="name a new folder")
    yield _copied(keep)


def _copied(folder: Path) -> Path:
    """Contents only: an installation may be read-only, a copy must not be."""
    import shutil

    sample = shipped(SAMPLE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(sample.rglob("*")):
            inner = path.relative_to(sample)
            if path.is_file() and not any(part in MAKING or part.startswith(".") for part in inner.parts):
                (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / inner)
    except OSError as error:
        raise CannotWrite(
            f"cannot write the sample data to '{folder}': {error.strerror}", hint="check the folder and the disk"
        ) from error
    return folder


def _reported(folder: Path, locale: str | None) -> int:
    """The exit code of `opsctl report` on the folder, whose own opsctl.yaml it takes and no other."""
    try:
        report.report(project=folder, locale=locale, quiet=True)
    except typer.Exit as left:
        return left.exit_code
    return ExitCode.OK


def _next(keep: Path | None) -> tuple[str, str, str]:
    if keep is None:
        return (
            "opsctl demo --keep orange-life   keep the data, to ask it more",
            "opsctl report your/exports/      the same for your own files",
            "opsctl explain prune             how a verdict is reached",
        )
    folder = _typed(keep)
    return (
        f"opsctl prune -C {folder} --as-of 2025-06-30",
        f"opsctl why cpa -C {folder} --period 2025-12",
        f"opsctl year-end 2025 -C {folder} -o 2025.html",
    )


def _typed(folder: Path) -> str:
    """A folder as one types it into a shell."""
    import shlex

    return shlex.quote(folder.as_posix())
