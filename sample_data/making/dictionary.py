"""渠道字典: what each 渠道号 stands for, as the department keeps it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from making.calendar import LAST
from making.story import ACCOUNTS, BURST, CHANNELS, Channel
from making.world import World
from making.writing import table

HEADER = ("渠道号", "渠道", "产品", "账户", "代理", "负责人", "生效日", "失效日")
PRODUCT = "橙子生活App"
RUN_BY_ITSELF = "许澄"  # who answers for channels that need no platform's account


def files(world: World) -> dict[str, bytes]:  # noqa: ARG001 - it is kept beside the world, not made from it
    """The dictionary by its name."""
    rows = sorted({row for channel in CHANNELS for row in _rows(channel)})
    return {"channels.csv": table([HEADER, *rows], end="\n").encode()}


def _rows(channel: Channel) -> Iterator[tuple[str, ...]]:
    for unit in channel.units:
        for code in unit.codes:
            yield _row(code, channel.zh, unit.account, unit.first, unit.last)
    if channel.id == BURST.channel:
        yield _row(BURST.code, channel.zh, BURST.account, BURST.first, BURST.last)


def _row(code: str, channel: str, account: str | None, first: date, last: date) -> tuple[str, ...]:
    run = next((one for one in ACCOUNTS if one.account == account), None)
    agency, owner = (run.agency or "", run.owner) if run else ("", RUN_BY_ITSELF)
    return (code, channel, PRODUCT, account or "", agency, owner, f"{first}", "" if last == LAST else f"{last}")
