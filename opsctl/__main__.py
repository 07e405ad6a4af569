"""The `opsctl` command: answers `--version` at once and hands the rest to `opsctl.cli`."""

import sys


def main() -> None:
    """Run the command line; exits with the code that `opsctl.core.errors.ExitCode` names."""
    if sys.argv[1:] in (["--version"], ["-V"]) and _told_version():
        return
    from opsctl.cli import run

    run()


def _told_version() -> bool:
    from opsctl import __version__

    try:
        print(f"opsctl {__version__}", flush=True)
    except OSError:  # the command line knows what to do about a full disk and a reader that went away
        return False
    return True


if __name__ == "__main__":
    main()
