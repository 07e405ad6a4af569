"""What users did, and when: the table `activity`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from opsctl.schemas.kinds import Moment, Number
from opsctl.schemas.table import Merge, Table

Text = Annotated[str, Field(min_length=1)]


class Activity(Table):
    """One row per event. Rows that are sent again change nothing: a day counts once per user."""

    MERGE: ClassVar[Merge] = Merge.APPEND
    KEY: ClassVar[tuple[str, ...]] = ("user", "at", "event")

    user: Text = Field(title="用户")
    at: Moment = Field(title="时间")
    event: Text = Field(title="事件")
    value: Number | None = Field(None, title="数值")
