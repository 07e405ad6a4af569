"""The `opsctl` command: answers `--version` at once and hands the rest to `opsctl.cli`."""

import atexit
import gc
import os
import sys

INTERRUPTED = 130  # as ExitCode has it, which is imported too late for who is quick with Ctrl-C
OBJECTS = 1_000_000  # between two looks for cycles: a run is short, and at the usual 700 a tenth of it were such looks


def main() -> None:
    """Run the command line; exits with the code that `opsctl.core.errors.ExitCode` names."""
    left: list[object] = []
    atexit.register(_end, left)
    try:
        if sys.argv[1:] not in (["--version"], ["-V"]) or not _told_version():
            gc.set_threshold(OBJECTS)
            from opsctl.cli import run

            run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        left.append(end.code)
        raise


def _end(left: list[object]) -> None:
    """End at once, after all else: to take apart all that was imported would be a twentieth of a small report."""
    code = left[0] if left else None
    if not isinstance(code, int) or sys.stdout is None or sys.stderr is None:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # the interpreter says what it says of streams that cannot be written
    os._exit(code)


def _told_version() -> bool:
    from opsctl import __version__

    try:
        print(f"opsctl {__version__}", flush=True)
    except OSError:  # the command line knows what to do about a full disk and a reader that went away
        return False
    return True


if __name__ == "__main__":
    main()
