"""New users: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="acquisitions@1",
    shape=Shape.COUNT,
    better="higher",
    zh="新增",
    en="New users",
    says="新增用户数。每人只算一次，按新增当天（本地日期）、带来他的渠道。",
)
def acquisitions(acquisitions: int) -> int:
    """New users, each counted once, on the local day of acquisition and under the channel that brought them.

    Examples:
        >>> acquisitions.of(acquisitions=[5])
        [5]
    """
    return acquisitions
