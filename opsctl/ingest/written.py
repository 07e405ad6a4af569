"""What a claimed file says for one canonical column: its cells, or one value for all of its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import polars as pl

from opsctl.config.headers import header_currency, header_of
from opsctl.config.mapping import EMPTY, Column, Export, Summary
from opsctl.config.patterns import extract
from opsctl.config.project import Source
from opsctl.core.errors import AmbiguousValues
from opsctl.core.period import Grain, Period
from opsctl.ingest.claim import Claim
from opsctl.ingest.spans import day_after_start, day_within, days_in
from opsctl.ingest.values import Style
from opsctl.ingest.values.missing import without_tokens
from opsctl.ingest.values.native import as_text

_FIELD = re.compile(r"\{[^{}]+\}")
_SPELT = "[0-9]{4}"  # a year
_VAGUE = (Grain.DAY, Grain.YEAR)
TOTAL = "total"  # the reason for which a row of totals is dropped
_NOTHING_SAID = "-"
_PLAIN = Column.model_validate({"const": _NOTHING_SAID})  # a column that the mapping says nothing special of


@dataclass(frozen=True)
class Raw:
    """What a file holds, before anything is read into it.

    Args:
        name: The file, as the user named it.
        header: Its columns' names.
        cells: One column per name, called "0", "1", …; text, or what a Parquet file keeps.
        lines: The physical line (Parquet: the row) of each row of `cells`, from 1.
        preamble: The lines above the header.
        place: The file's own name below that of its folder, however the user came there.
        header_line: The physical line of the header, from 1; None where it stands on none.
        units: Rows of units below the header.
        has_points: Whether the file's numbers are known to have decimal points, as those of a workbook have.
    """

    name: str
    header: Sequence[str]
    cells: pl.DataFrame
    lines: pl.Series
    preamble: Sequence[str] = ()
    place: str = ""
    header_line: int | None = None
    has_points: bool = False
    units: Sequence[Sequence[str]] = ()

    def only(self, kept: pl.Series) -> Raw:
        """The same file with some of its rows."""
        return replace(self, cells=self.cells.filter(kept), lines=self.lines.filter(kept))

    def same(self, value: str) -> pl.Series:
        """One text in every row."""
        return pl.repeat(value, self.cells.height, dtype=pl.String, eager=True)


@dataclass(frozen=True)
class Written:
    """A file through its claim: where each canonical column's values stand, and how they are written."""

    raw: Raw
    claim: Claim
    source: Source | None
    zone: str

    @property
    def export(self) -> Export | None:
        """The mapping's entry for this file; None for a canonical file."""
        return self.claim.mapping.export if self.claim.mapping else None

    def column(self, name: str) -> Column:
        """What the mapping says of a canonical column."""
        if self.export is None:
            return _PLAIN
        melted = self.export.melt.columns.get(name) if self.export.melt else None
        if melted is not None:
            return _PLAIN.model_copy(update={"unit": melted.unit})
        return self.export.columns.get(name, _PLAIN)

    def parts(self, name: str) -> list[pl.Series]:
        """The columns whose values make up a canonical column: one, or those of a sum; none when not said."""
        positions = self.claim.positions.get(name)
        if positions is None:
            said = self.said(name)
            return [] if said is None else [self.raw.same(said)]
        cells = [self.raw.cells[str(at)] for at in positions]
        column = self.column(name)
        if column.text is not None:
            return [composed(column.text, cells)]
        if column.first_of is not None:
            return [first_filled(cells, self.style(name).nulls)]
        return [self._whole_days(one, column) for one in cells] if column.needs_period else cells

    def _whole_days(self, cells: pl.Series, column: Column) -> pl.Series:
        """Days that only the file's period makes whole, written out; what is none of it stays as it is.

        Raises:
            AmbiguousValues: The file does not say its period, or it has the same day twice.
        """
        period = self.period() if column.year else self.stated_period()
        if period is None:
            raise AmbiguousValues(
                "the days of its rows are days of a period that the file does not say",
                file=self.raw.name,
                hint="say where it stands: `file: {preamble: {period: …}}` in the mapping",
            )
        order = self.style("day").dates
        texts = cells.cast(pl.String)
        days = {
            text: day_within(text, period, order) if column.year else day_after_start(text, period)
            for text in texts.drop_nulls().unique().sort()
        }
        return texts.replace({text: day.isoformat() for text, day in days.items() if day})

    def said(self, name: str) -> str | None:
        """One value for all rows: a constant, the lines above the header, the file's name, or its source."""
        column = self.column(name)
        if column.const is not None and column.const != _NOTHING_SAID:
            return column.const
        if column.file is not None:
            return self._from_file(column.file.preamble, column.file.name)
        if self.export is not None:
            shape = self.export.file
            told = self._from_file(getattr(shape.preamble, name, None), getattr(shape.name, name, None))
            if told is not None:
                return told
        declared = (
            getattr(self.source, name, None) if self.source and name in ("account", "channel", "product") else None
        )
        return str(declared) if declared else None

    def period(self) -> Period | None:
        """The days that the file as a whole is of: where its mapping says, else as its own or its folder's name shows.

        A single day in a name that no mapping vouches for may well be the day of the download, and a year that of
        the folder: neither is taken.

        Raises:
            AmbiguousValues: A day such as 1/5/2026 that nothing tells from 5/1/2026.
        """
        if self._stated_days():
            return self.stated_period()
        order = self.style("day").dates
        parts = reversed(PurePosixPath(self.raw.place).parts)
        spelt = (days_in(part, order) for part in parts if re.search(_SPELT, part))
        return next((found for found in spelt if found is not None and found.grain not in _VAGUE), None)

    def stated_period(self) -> Period | None:
        """The same, only where its mapping says.

        Raises:
            AmbiguousValues: As for `period`.
        """
        return _joined(self._stated_days(), self.style("day").dates)

    def _stated_days(self) -> list[str]:
        shape = self.export.file if self.export else None
        if shape is None:
            return []
        named = extract(shape.name.period, self.raw.place) if shape.name.period else None
        return self._told(shape.preamble.period) or ([] if named is None else [named])

    @property
    def summary(self) -> Summary | None:
        """What the numbers of a table of cohorts mean."""
        return self.export.summary if self.export else None

    def _from_file(self, preamble: str | None, name: str | None) -> str | None:
        told = next(iter(self._told(preamble)), None)
        return told if told is not None or name is None else extract(name, self.raw.place)

    def _told(self, preamble: str | None) -> list[str]:
        """What a pattern finds in the lines above the header."""
        lines = self.raw.preamble if preamble else ()
        return [found for line in lines if (found := extract(preamble or "", line)) is not None]

    def basis(self, name: str) -> str | None:
        """The day on which a column's conversions are booked; the name that the file gives it may tell."""
        stated, at = self.column(name).basis, self.claim.positions.get(name)
        if not isinstance(stated, dict) or at is None:
            return None if isinstance(stated, dict) else stated
        here = header_of((self.raw.header[at[0]],))
        return next((basis for column, basis in stated.items() if here.find(column)), None)

    def style(self, name: str) -> Style:
        """How a column's values are written; what the project says of its files comes before what mappings say."""
        column, export, source = self.column(name), self.export, self.source
        return Style(
            nulls=frozenset(export.nulls) if export else frozenset(),
            zone=column.zone or (source and source.timezone) or (export.timezone if export else None) or self.zone,
            decimal="." if self.raw.has_points else (source and source.decimal) or (export.decimal if export else None),
            dates=(source and source.dates) or (export.dates if export else None),
            unit=column.unit,
        )

    def currency(self, seen: set[str], money: Sequence[str]) -> str | None:
        """The currency of the file's money, from the nearest to the farthest place that tells one alone."""
        units = {self.column(name).unit for name in money}
        heads = {header_currency(self.raw.header[at]) for name in money for at in self.claim.positions.get(name, ())}
        export, source = self.export, self.source
        told = self._from_file(export.file.preamble.currency, export.file.name.currency) if export else None
        places: list[set[str | None]] = [
            {*seen},
            heads,
            {unit for unit in units if unit and unit.isupper()},
            {told},
            {export.currency if export else None},
            {source.currency if source else None},
        ]
        named = [sorted(code for code in place if code) for place in places]
        return next((codes[0] for codes in named if len(codes) == 1), None)


def _joined(lines: Sequence[str], order: str | None) -> Period | None:
    """The period of the first line that names more than a day, or from the first to the last of two days."""
    found = list(dict.fromkeys(period for line in lines if (period := days_in(line, order)) is not None))
    longer = next((period for period in found if period.grain is not Grain.DAY), None)
    return longer if longer or not found else days_in(" ".join(period.label for period in found))


def melted(written: Written) -> Written:
    """A wide table made long: each row once per melted key that the file has, the key and its cells in new columns."""
    melt = written.export.melt if written.export else None
    match = written.claim.match
    if melt is None or match is None:
        return written
    raw = written.raw
    spread = {name: at + len(raw.header) + 1 for at, name in enumerate(melt.columns)}
    keys = [key for key in melt.keys if any((name, key) in match.melted for name in spread)]
    cells = [_of_key(raw, match.melted, key, spread) for key in keys]
    long = Raw(
        raw.name,
        [*raw.header, melt.into, *spread],
        pl.concat(cells),
        pl.concat([raw.lines] * len(keys)),
        raw.preamble,
        raw.place,
        has_points=raw.has_points,
        units=[[*cells, *[""] * (1 + len(spread))] for cells in raw.units],
    )
    positions = {**written.claim.positions, melt.into: (len(raw.header),), **{n: (at,) for n, at in spread.items()}}
    return replace(written, raw=long, claim=replace(written.claim, positions=positions))


def _of_key(raw: Raw, places: Mapping[tuple[str, str], int], key: str, spread: Mapping[str, int]) -> pl.DataFrame:
    columns = [pl.lit(key).alias(str(len(raw.header)))]
    for name, at in spread.items():
        place = places.get((name, key))
        columns.append(
            (pl.lit(None, pl.String) if place is None else pl.col(str(place)).cast(pl.String)).alias(str(at))
        )
    return raw.cells.with_columns(columns)


def composed(template: str, parts: Sequence[pl.Series]) -> pl.Series:
    """Texts put together row by row: '{日期} {小时}:00' with the cells in place of the names."""
    pieces = _FIELD.split(template)
    ends = [pl.lit(piece) for piece in pieces]
    cells = [pl.col(str(at)).cast(pl.String).fill_null("") for at in range(len(parts))]
    inner = [each for pair in zip(cells, ends[1:], strict=True) for each in pair]
    frame = pl.DataFrame({str(at): part for at, part in enumerate(parts)})
    return frame.select(pl.concat_str(ends[0], *inner)).to_series()


def first_filled(parts: Sequence[pl.Series], nulls: frozenset[str]) -> pl.Series:
    """Row by row the first cell that holds something."""
    texts = [without_tokens(as_text(part), nulls | {""}) for part in parts]
    return pl.DataFrame({str(at): each for at, each in enumerate(texts)}).select(pl.coalesce(pl.all())).to_series()


def without_dropped(raw: Raw, export: Export | None) -> tuple[Raw, list[tuple[int, str]]]:
    """The rows without those that the mapping says are no data, and of each of these the line and the reason."""
    dropped: list[tuple[int, str]] = []
    for rule in export.rows.drop if export else ():
        meets = pl.repeat(value=True, n=raw.cells.height, eager=True)
        for name, value in rule.where.items():
            met = _equals(raw, name, value)
            if value == EMPTY and rule.reason == TOTAL and met.all():
                met = ~met  # a column that no row fills tells no total from a row
            meets = meets & met
        if meets.any():
            dropped += [(line, rule.reason) for line in raw.lines.filter(meets)]
            raw = raw.only(~meets)
    return raw, dropped


def _equals(raw: Raw, name: str, value: str) -> pl.Series:
    found = header_of(tuple(raw.header)).find(name)
    if not found:
        return pl.repeat(value=False, n=raw.cells.height, eager=True)
    cells = raw.cells[str(found[0])]
    text = cells.cast(pl.String).fill_null("").str.strip_chars()
    return text == ("" if value == EMPTY else value)
