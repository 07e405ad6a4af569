"""Values from a document, or one refusal that lists everything wrong with it, each with its place.

The schema types what the loader left as text; nothing is coerced that the user could have meant otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from opsctl.config.document import Document, Mark, Path, Value, excerpt
from opsctl.config.secrecy import looks_secret
from opsctl.core.errors import BadConfiguration
from opsctl.core.naming import did_you_mean, nearest

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Model = TypeVar("Model", bound="Strict")

_LONGEST_SHOWN = 40
_QUOTED = re.compile(r"'[^']*'")

# What is wrong with a value, by pydantic's name for it; each follows the value as it was written.
_WORDS = {
    "string_type": "stands where a text should",
    "model_type": "stands where a mapping (key: value) should",
    "model_attributes_type": "stands where a mapping (key: value) should",
    "dict_type": "stands where a mapping (key: value) should",
    "mapping_type": "stands where a mapping (key: value) should",
    "list_type": "stands where a list should",
    "tuple_type": "stands where a list should",
    "string_too_short": "stands where a text should",
    "string_too_long": "is longer than {max_length} characters",
    "too_short": "has too few entries: at least {min_length}",
    "too_long": "has too many entries: at most {max_length}",
    "greater_than": "is not above {gt}",
    "greater_than_equal": "is below {ge}",
    "less_than": "is not below {lt}",
    "less_than_equal": "is above {le}",
    "literal_error": "is not one of {expected}",
}


class Strict(BaseModel):
    """The base of everything configured: frozen, no unknown keys; an empty key is as if not written."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_the_empty(cls, value: Any) -> Any:
        if value is None:
            return {}
        if isinstance(value, dict):
            return {key: entry for key, entry in value.items() if entry is not None}
        return value


def said(words: str, note: str = "", *, at: Path = ()) -> PydanticCustomError:
    """A refusal of a value, raised inside a validator: what follows the value as it was written.

    Args:
        words: Such as "is no time zone".
        note: What stands after the caret, such as "did you mean 'Asia/Shanghai'?".
        at: The place below the value that is validated.
    """
    return PydanticCustomError("said", "{words}", {"words": words, "note": note, "at": at})


def told(sentence: str, note: str = "", *, at: Path = ()) -> PydanticCustomError:
    """A refusal of how values stand together: a whole sentence; the value itself is not repeated."""
    return PydanticCustomError("told", "{words}", {"words": sentence, "note": note, "at": at})


class Fault(NamedTuple):
    """One thing that is wrong: where, what, and what to do about it."""

    mark: Mark
    sentence: str
    note: str


def validate(model: type[Model], document: Document, at: Path = ()) -> Model:
    """The value at a place of a document, typed.

    Raises:
        BadConfiguration: Something is wrong with it. The first fault is the sentence, with its line and a
            caret; the others are details, each with its line and column.
    """
    try:
        return model.model_validate(document.find(at))
    except ValidationError as error:
        errors = error.errors(include_url=False)
    raise refusal(document, sorted({_fault(model, document, at, one) for one in errors if not _follows(one, errors)}))


def _follows(error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """Whether a list only has too few entries because one of its entries is at fault."""
    place = error["loc"]
    return error["type"] == "too_short" and any(one["loc"][: len(place)] == place != one["loc"] for one in errors)


def refusal(document: Document, faults: list[Fault]) -> BadConfiguration:
    """All faults of a document as one error."""
    first, *others = faults
    return BadConfiguration(
        first.sentence,
        file=document.file,
        line=first.mark.line,
        column=first.mark.column,
        excerpt=excerpt(document.lines, first.mark, first.note),
        details=tuple(
            (
                f"{document.file}:{fault.mark.line}:{fault.mark.column}",
                f"{fault.sentence} ({fault.note})" if fault.note else fault.sentence,
            )
            for fault in others
        ),
    )


def fault_at(document: Document, path: Path, words: str, note: str = "", *, of_key: bool = False) -> Fault:
    """A fault of what stands at a path, found after the document was typed."""
    written = document.written(path)
    position = document.positions[written]
    name = ".".join(str(part) for part in written)
    return Fault(position.key if of_key else position.value, f"{name}: {words}" if name else words, note)


def complaint(error: ValidationError) -> tuple[str, str]:
    """The words and the note of a value that did not come from a document."""
    one = error.errors(include_url=False)[0]
    return f"'{one['input']}' {_words(one)}", _note(one)


def _fault(model: type[Strict], document: Document, at: Path, error: ErrorDetails) -> Fault:
    context = error.get("ctx", {})
    place = (*at, *error["loc"], *context.get("at", ()))
    match error["type"]:
        case "extra_forbidden":
            note = did_you_mean(str(place[-1]), _keys_at(model, error["loc"][:-1]))
            return fault_at(document, place[:-1], f"unknown key '{place[-1]}'", note)._replace(
                mark=document.positions[document.written(place)].key
            )
        case "missing":
            return fault_at(document, place[:-1], f"'{place[-1]}' is missing", of_key=True)
        case "told":
            return fault_at(document, place, context["words"], context["note"])
        case _:
            key = place[-1:] == ("[key]",)
            written = document.written(place)
            shown = f"'{written[-1]}'" if key else _shown(document, written)
            return fault_at(document, place, f"{shown} {_words(error)}", _note(error), of_key=key)


def _words(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        context = {"expected": ", ".join(_QUOTED.findall(context["expected"]))}
    return _WORDS.get(error["type"], "{words}").format_map({"words": "cannot be used here", **context})


def _note(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        close = nearest(str(error["input"]), [name.strip("'") for name in _QUOTED.findall(context["expected"])])
        return f"did you mean '{close}'?" if close else ""
    return str(context.get("note", ""))


def _shown(document: Document, path: Path) -> str:
    value = document.find(path)
    if isinstance(value, str) and any(looks_secret(part, value) for part in path or ("",)):
        return "the value"
    return _as_written(value)


def _as_written(value: Value) -> str:
    match value:
        case None:
            return "an empty value"
        case "":
            return "an empty text"
        case str():
            return f"'{value}'" if len(value) <= _LONGEST_SHOWN else f"'{value[:_LONGEST_SHOWN]}…'"
        case list():
            return "a list"
        case dict():
            return "a mapping"


# --- which keys are known at a place ------------------------------------------------------------------


def _keys_at(model: type[Strict], place: Path) -> set[str]:
    """The keys that may be written at a place; steps that are no key, such as a union's tag, are passed."""
    here: list[Any] = [model]
    for part in place:
        here = [kind for below in here for kind in _below(below, part)] or here
    return {name for kind in here if _is_strict(kind) for name in _fields(kind)}


def _is_strict(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Strict)


def _fields(kind: type[Strict]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _below(kind: Any, part: str | int) -> Iterator[Any]:
    if _is_strict(kind):
        field = _fields(kind).get(str(part))
        yield from _bare(field.annotation) if field else ()
    elif isinstance(get_origin(kind), type) and issubclass(get_origin(kind) or object, Mapping | tuple):
        arguments = get_args(kind)
        yield from _bare(arguments[1 if issubclass(get_origin(kind) or object, Mapping) else 0])


def _bare(kind: Any) -> Iterator[Any]:
    """A type without its annotations; of a union, each member."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _bare(get_args(kind)[0])
    elif origin is None or (isinstance(origin, type) and issubclass(origin, Mapping | tuple)):
        yield kind
    else:
        for member in get_args(kind):
            yield from _bare(member)
