"""The options that every command has, whatever it does: a command's own function need not mention them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from inspect import Parameter

from opsctl.cli import options

_OPTIONS = {"quiet": (options.Quiet, False), "log_file": (options.LogFile, None), "help_": (options.Help, False)}


def everywhere(command: Callable[..., None]) -> Callable[..., None]:
    """The command, which also takes `--help`, `--log-file`, and `--quiet` where it has nothing to be quiet about.

    `run` has opened the log before, so that it has what went wrong with the words of the command too.
    """
    signature = inspect.signature(command, eval_str=True)
    further = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _OPTIONS.items()
        if name not in signature.parameters
    ]

    @wraps(command)
    def with_options(**values: object) -> None:
        command(**{name: value for name, value in values.items() if name in signature.parameters})

    vars(with_options)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), *further])
    return with_options
