"""Texts and paths of the command line, taken as they stand: typer would import pydantic to find that a text is one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.models import OptionInfo

_KINDS: dict[Any, type] = {str: str, Path: Path, list[str]: str, list[Path]: Path}
_ASKS = ("parser", "exists", "file_okay", "dir_okay", "writable", "readable", "resolve_path", "allow_dash", "path_type")


class _Plain:
    """Makes the value of an option or argument, as typer asks for it; what is not plain is left to typer's own."""

    def __init__(self, kind: type | None, typers: Callable[[], Any]) -> None:
        self._kind = kind
        self._typers = typers

    def itself(self) -> _Plain:
        """What typer asks a parameter for."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command takes it."""
        many = param.nargs == -1 or getattr(param, "multiple", False)
        if value is None:
            return () if many else None
        texts = list(value) if many else [value]
        if self._kind is None or not all(map(self._is_plain, texts)):
            return self._typers().coerce(value, param=param, ctx=ctx)
        made = [self._kind(text) for text in texts]
        return made if many else made[0]

    def _is_plain(self, text: Any) -> bool:
        """Is it a text, and as a path none that is there and cannot be read?"""
        return isinstance(text, str) and (self._kind is str or os.access(text, os.R_OK) or not Path(text).exists())


def taken_plainly(command: Any) -> Any:
    """The command; its options that are not given, and those that are texts or paths, need no pydantic."""
    usual, unknown = OptionInfo(), object()
    for param in command.params:
        of = getattr(param, "type_descriptor", None)
        asked = getattr(of, "parameter_info", None)
        if asked is None or not hasattr(param, "get_runtime_param"):
            continue  # another typer does it in another way
        asks = any(getattr(asked, name, unknown) != getattr(usual, name, None) for name in _ASKS)
        kind = None if asks else _KINDS.get(getattr(of, "annotation", None))
        param.get_runtime_param = _Plain(kind, param.get_runtime_param).itself
    return command
