"""What the store knows as files for other tools: every table, what each column means, and views that DuckDB reads.

People are numbers, the same in every export of a store; nobody can be found by them. Money is DECIMAL(18, 4).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from opsctl import __version__
from opsctl.config.words import Words
from opsctl.core.errors import MissingExtra
from opsctl.core.money import TEN_THOUSANDTHS
from opsctl.ingest.account import Input
from opsctl.ingest.convert import ATTRIBUTE
from opsctl.schemas import tables
from opsctl.schemas.kinds import SCALED
from opsctl.schemas.table import Merge, columns, physical_schema
from opsctl.store import handover, views
from opsctl.store.segments import PEOPLE

FORMATS = ("parquet", "csv", "delta")
MONTH = "month"  # by which a large table is cut into folders
_VIEWS = "views.sql"
_AMOUNT = pl.Decimal(18, 4)
_NUMBER = pl.Int64()
_LOCALES = {"zh": "zh-CN", "en": "en"}
_MOMENT = "%Y-%m-%dT%H:%M:%S%.6fZ"


@dataclass(frozen=True)
class Wanted:
    """What is to be handed on.

    Args:
        tables: By name, the rows as they are known; `counted` and `breakdown` beside those of spend.
        inputs: The account of every file; `source_file` of a row is a position in it.
        as_of: The last day that is known.
        zone: The zone of all days.
        currency: That of money without one.
    """

    tables: Mapping[str, pl.LazyFrame]
    inputs: Sequence[Input]
    as_of: date | None
    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Exported:
    """One table as it was handed on."""

    name: str
    rows: int
    sent_again: int  # rows of a large table that another row repeats
    left_out: tuple[str, ...]  # attributes that would tell people apart
    schema: Mapping[str, pl.DataType] = field(default_factory=dict)


def export(folder: Path, wanted: Wanted, format_: str) -> list[Exported]:
    """Write tables, views and a manifest into a folder: all of it, or nothing.

    Raises:
        BadOption: The folder holds something else.
        CannotWrite: The disk is full, or the folder cannot be written to.
        MissingExtra: Delta tables are asked for and what writes them is not installed.
    """
    write = _writer(format_)
    with handover.whole(folder) as beside:
        made = [_table(beside, name, rows, wanted, write) for name, rows in sorted(wanted.tables.items())]
        schemas = {one.name: one.schema for one in made}
        meanings = {one.name: _meanings(one, wanted) for one in made}
        sql = views.written(format_, schemas, meanings, {name for name in schemas if _is_large(name)})
        (beside / _VIEWS).write_bytes(sql.encode())
        told = {**_manifest(made, meanings, wanted, format_), "files": handover.contents(beside)}
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        (beside / handover.MANIFEST).write_bytes(text.encode())
    return made


# --- rows -----------------------------------------------------------------------------------------------


def _table(folder: Path, name: str, rows: pl.LazyFrame, wanted: Wanted, write: Write) -> Exported:
    left_out = _telling(rows)
    told = _outward(name, rows.drop(left_out), wanted.inputs)
    if not _is_large(name):
        frame = told.collect()
        write(frame, folder / name, None)
        return Exported(name, frame.height, 0, left_out, dict(frame.schema))
    count = again = 0
    days = told.select(pl.col("day").unique().sort()).collect(engine="streaming").to_series()
    for month in days.dt.truncate("1mo").unique(maintain_order=True):
        within = pl.col("day").is_between(month, pl.lit(month).dt.month_end())
        of_month = told.filter(within).collect(engine="streaming")
        once = _once(of_month, list(physical_schema(tables()[name])))
        write(once, folder / name, f"{month:%Y-%m}")
        count, again = count + once.height, again + of_month.height - once.height
    return Exported(name, count, again, left_out, dict(told.collect_schema()))


def _once(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows without those that repeat another. Few ever do, and only those that may are compared in full."""
    at = pl.int_range(pl.len(), dtype=pl.UInt32)
    maybe = rows.select(*key, _at=at).filter(rows.select(pl.struct(key).hash()).to_series().is_duplicated())
    again = maybe.filter(~pl.struct(key).is_first_distinct())["_at"]
    return rows.filter(~at.is_in(again.implode())) if again.len() else rows


def _is_large(name: str) -> bool:
    """Is it a table of rows that change nothing when they are sent again? It comes in folders by month."""
    return tables()[name].MERGE is Merge.APPEND


def _telling(rows: pl.LazyFrame) -> tuple[str, ...]:
    """The attributes with so many values that they tell more than half of the people apart: they could name them."""
    names = sorted(name for name in rows.collect_schema() if name.startswith(ATTRIBUTE))
    if not names:
        return ()
    counted = rows.select(
        *(pl.col(name).drop_nulls().n_unique().alias(name) for name in names),
        *(pl.col(name).count().alias(f"{name} rows") for name in names),
    ).collect()
    found = counted.row(0, named=True)
    return tuple(name for name in names if found[f"{name} rows"] > 1 and found[name] * 2 > found[f"{name} rows"])


def _outward(name: str, rows: pl.LazyFrame, inputs: Sequence[Input]) -> pl.LazyFrame:
    """A table's columns in the order of its schema, then its attributes and the line of the file each row is from."""
    table = tables()[name]
    scaled = {column.name for column in columns(table).values() if column.kind in SCALED}
    dtypes = rows.collect_schema()
    there = dtypes.names()
    schema = [column for column in physical_schema(table) if column in there]
    more = sorted(column for column in there if column not in (*schema, "source_file", "source_line"))
    files = {at: account.file for at, account in enumerate(inputs)}
    source = pl.col("source_file").replace_strict(files, return_dtype=pl.String)
    told = [_told(column, scaled, dtypes[column]) for column in (*schema, *more)]
    return rows.select(*told, source, pl.col("source_line"))


def _told(column: str, scaled: set[str], dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Binary:
        return pl.col(column).bin.encode("hex")
    if column in scaled:
        return (pl.col(column).cast(pl.Decimal(38, 4)) / TEN_THOUSANDTHS).cast(_AMOUNT)
    return pl.col(column).cast(_NUMBER) if column in PEOPLE else pl.col(column)


# --- formats --------------------------------------------------------------------------------------------

Write = Callable[[pl.DataFrame, Path, str | None], None]


def _writer(format_: str) -> Write:
    if format_ == "delta":
        _ask_for_delta()
    return {"parquet": _write_parquet, "csv": _write_csv, "delta": _write_delta}[format_]


def _ask_for_delta() -> None:
    try:
        import deltalake  # noqa: F401, PLC0415 - an extra; polars would name its own way to install it
    except ImportError:
        raise MissingExtra(
            "writing Delta tables needs the extra [delta]",
            hint="install channel-opsctl[delta], or leave --format out: Parquet is read by all that read Delta",
        ) from None


def _write_parquet(frame: pl.DataFrame, path: Path, month: str | None) -> None:
    try:
        frame.write_parquet(_placed(path, month, "parquet"), compression="zstd")
    except pl.exceptions.ComputeError as error:  # what polars makes of a full disk
        raise OSError from error


def _write_csv(frame: pl.DataFrame, path: Path, month: str | None) -> None:
    frame.write_csv(_placed(path, month, "csv"), datetime_format=_MOMENT)


def _placed(path: Path, month: str | None, ending: str) -> Path:
    """The file of a table, or of one of its months in a folder of its own, as Hive names them."""
    if month is None:
        return path.with_name(f"{path.name}.{ending}")
    folder = path / f"{MONTH}={month}"
    folder.mkdir(parents=True)
    return folder / f"part.{ending}"


def _write_delta(frame: pl.DataFrame, path: Path, month: str | None) -> None:
    if month is None:
        frame.write_delta(path)
        return
    frame = frame.with_columns(pl.lit(month).alias(MONTH))
    frame.write_delta(path, mode="append", delta_write_options={"partition_by": [MONTH]})


# --- what it means --------------------------------------------------------------------------------------


def _meanings(one: Exported, wanted: Wanted) -> dict[str, dict[str, str]]:
    """What each column of a table means, in each language."""
    told: dict[str, dict[str, str]] = {"": {}, **{name: {} for name in one.schema}}
    for language, locale in _LOCALES.items():
        words = Words(locale)
        told[""][language] = words[f"export.table.{one.name}"]
        for name in one.schema:
            told[name][language] = _meaning(one.name, name, words, wanted.zone)
    return told


def _meaning(table: str, name: str, words: Words, zone: str) -> str:
    known = columns(tables()[table])
    moment = next((column for column in known.values() if column.day_name == name != column.name), None)
    if name in known:
        title = _title(known[name].field.title, name, words)
        return words.say("export.person", title=title) if name in PEOPLE else title
    if moment is not None:
        return words.say("export.day_of", title=_title(moment.field.title, moment.name, words), zone=zone)
    if name.startswith(ATTRIBUTE):
        return words.say("export.attribute", name=name.removeprefix(ATTRIBUTE))
    return words[f"export.column.{name}"]


def _title(zh: str | None, name: str, words: Words) -> str:
    """A schema says its columns in Chinese; in English a column is called what it is called."""
    return zh if zh and words.locale == "zh-CN" else name.replace("_", " ")


def _manifest(
    made: Sequence[Exported], meanings: Mapping[str, Mapping[str, Mapping[str, str]]], wanted: Wanted, format_: str
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "kind": handover.KIND,
        "opsctl": __version__,
        "format": format_,
        "as_of": wanted.as_of and wanted.as_of.isoformat(),
        "timezone": wanted.zone,
        "currency": wanted.currency,
        "tables": {one.name: _described(one, meanings[one.name]) for one in made},
        "inputs": [
            {"file": one.file, "sha256": one.sha256, "mapping": one.mapping, "table": one.table, "rows": one.accepted}
            for one in wanted.inputs
            if one.table in wanted.tables
        ],
    }


def _described(one: Exported, meanings: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    table = tables()[one.name]
    return {
        **meanings[""],
        "text": inspect.getdoc(table) or "",
        "key": list(table.KEY),
        "rows": one.rows,
        "sent_again": one.sent_again,
        "left_out": list(one.left_out),
        "columns": [
            {"name": name, "type": views.sql_type(of), **meanings[name]} for name, of in one.schema.items()
        ],
    }  # fmt: skip
