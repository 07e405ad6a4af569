"""All that happened, before anybody exports it."""

from __future__ import annotations

from dataclasses import dataclass

from making.arrivals import Spending, User, spending_and_users
from making.life import Event, Order, lives


@dataclass(frozen=True)
class World:
    """All that happened; users, events and orders in the order of time."""

    spending: list[Spending]
    users: list[User]
    events: list[Event]
    orders: list[Order]

    def spent_on(self, channel: str) -> list[Spending]:
        """The units' days of one channel."""
        return [row for row in self.spending if row.channel.id == channel]


def world() -> World:
    """The whole sample."""
    spending, users = spending_and_users()
    lived = lives(users)
    return World(spending, users, lived.events, lived.orders)
