"""The `opsctl` command: answers `--version` at once and hands the rest to `opsctl.cli`."""

import sys


def main() -> None:
    """Run the command line; exits with the code that `opsctl.core.errors.ExitCode` names."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from opsctl import __version__

        print(f"opsctl {__version__}")
        return
    from opsctl.cli import run

    run()


if __name__ == "__main__":
    main()
