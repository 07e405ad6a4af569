"""What the project knows of the codes in its files: channels by name, agencies by account, channels by 渠道号."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsctl.config.settings import Settings
from opsctl.ingest.account import Part, filled
from opsctl.ingest.dictionary import Looked, dictionary_of
from opsctl.ingest.dictionary import notes as dictionary_notes
from opsctl.ingest.remarks import Note

_OF_ACCOUNTS = ("agency", "product")


class Codes:
    """Fills in, file by file, what the project says and the file does not.

    Raises:
        NoSuchPath, BadConfiguration: The project's 渠道字典 cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self._project = settings.project
        self._dictionary = dictionary_of(settings.project, settings.folder)
        self._looked = Looked()

    def filled_in(self, part: Part) -> Part:
        """A file's rows with the channel of their code, the agency and product of their account, and channels by id."""
        if part.frame.is_empty():
            return part
        if part.account.table in ("acquisition", "cohort") and self._dictionary is not None:
            frame = self._dictionary.apply(part.frame, self._project, self._looked)
            part = _given(part, frame)
        if part.account.table == "spend":
            part = _given(part, self._of_accounts(part))
        return replace(part, frame=self._with_channels(part.frame))

    def notes(self) -> tuple[list[Note], Note | None]:
        """What should be said of looking codes up, and what it left open where that is a finding."""
        return dictionary_notes(self._dictionary, self._looked) if self._dictionary else ([], None)

    def _of_accounts(self, part: Part) -> pl.DataFrame:
        """Agency and product as `accounts:` has them, where the rows do not say."""
        frame = part.frame
        for account in sorted(self._project.accounts, key=lambda one: one.account is None):  # the named ones first
            if not account.is_of(part.account.mapping):
                continue
            mine = pl.lit(value=True) if account.account is None else pl.col("account") == self._kept(account.account)
            for bound, within in ((account.start, pl.col("day").ge), (account.end, pl.col("day").le)):
                mine = mine & within(bound) if bound else mine
            said = {name: value for name in _OF_ACCOUNTS if (value := getattr(account, name))}
            frame = frame.with_columns(
                pl.when(mine & pl.col(name).is_null()).then(pl.lit(value)).otherwise(name).alias(name)
                for name, value in said.items()
            )
        return frame

    def _kept(self, account: str) -> str:
        return self._project.privacy.as_kept("account", account)

    def _with_channels(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Channels by their id: names and aliases are many, the channel is one."""
        if "channel" not in frame.columns:
            return frame
        spelled = frame["channel"].drop_nulls().unique()
        ids = {text: self._project.channel_of(text) for text in spelled}
        if all(text == channel for text, channel in ids.items()):
            return frame
        return frame.with_columns(pl.col("channel").replace_strict(ids, default=None, return_dtype=pl.String))


def _given(part: Part, frame: pl.DataFrame) -> Part:
    """The same file with more columns filled in."""
    more = filled(frame) & {*_OF_ACCOUNTS, "account", "attribute_agency", "attribute_owner"}
    return replace(part, frame=frame, supplied=part.supplied | more)
