"""Environment variables in a configuration: ${VAR}, ${VAR:-default}, ${VAR:?message}; $${ is a plain ${.

They are put in after parsing, so a variable's text is never read as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from opsctl.config.document import Document, Path, Value, excerpt
from opsctl.core.errors import BadConfiguration, MissingVariable, OpsctlError

_VARIABLE = re.compile(r"\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)([^}]*))?\}|\$\{")


def interpolated(document: Document, environ: Mapping[str, str], untouched: frozenset[str]) -> Document:
    """The document with variables put in, but for the top keys that are untouched.

    Raises:
        MissingVariable: A variable is not set, or is empty where `:?` asks for it.
        BadConfiguration: `${` opens no variable.
    """

    def filled(value: Value, path: Path) -> Value:
        match value:
            case str():
                return _VARIABLE.sub(lambda found: _replacement(found, path), value)
            case list():
                return [filled(item, (*path, index)) for index, item in enumerate(value)]
            case dict():
                return {
                    key: item if not path and key in untouched else filled(item, (*path, key))
                    for key, item in value.items()
                }
            case _:
                return value

    def _replacement(found: re.Match[str], path: Path) -> str:
        escaped, name, operator, argument = found.groups()
        if escaped:
            return str(escaped)
        if name is None:
            note = "write ${NAME}, ${NAME:-default} or ${NAME:?message}"
            raise _refusal(BadConfiguration, "'${' opens no variable", document, path, note)
        value = environ.get(name)
        if value or (value == "" and operator is None):
            return value
        if operator == ":-":
            return str(argument)
        raise _refusal(MissingVariable, f"{name} is not set", document, path, argument or f"set {name}")

    return replace(document, value=filled(document.value, ()))


def _refusal(kind: type[OpsctlError], words: str, document: Document, path: Path, note: str) -> OpsctlError:
    mark = document.positions[path].value
    return kind(
        f"{'.'.join(map(str, path))}: {words}",
        file=document.file,
        line=mark.line,
        column=mark.column,
        excerpt=excerpt(document.lines, mark, note),
    )
