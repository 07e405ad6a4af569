"""stdout and stderr as they really come: closed, full, without a reader, or of an encoding that lacks our letters."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from opsctl.cli import heard
from opsctl.core.errors import CannotWrite


class _Closed(io.StringIO):
    """In the place of a stream that was closed before the run: it takes nothing."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare() -> None:
    """A console of another encoding shows escapes instead of failing; one that was closed fails as a full disk does."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _Closed())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def put(text: str) -> None:
    """The answer to stdout; a terminal gets its own encoding, a file or pipe always UTF-8.

    Raises:
        CannotWrite: The disk that it goes to is full.
    """
    heard.hear(heard.OUT, text)
    try:
        _put(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        forget(sys.stdout)
        raise CannotWrite(f"cannot write the answer: {error.strerror}", hint="check the disk") from error


def _put(text: str) -> None:
    binary = None if sys.stdout.isatty() else getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    sys.stdout.flush()
    binary.write(text.encode())
    binary.flush()


def tell(text: str) -> None:
    """A text to stderr. Where nobody can hear it the run goes on: its answer is what counts."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        forget(sys.stderr)


def forget(stream: TextIO) -> None:
    """What could not be written is given up, or the interpreter would try again, and complain, when it ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
