"""Projects that several tests of the store begin with, each made once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store import leaving
from tests.store.project import Project


@pytest.fixture(scope="session")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with all people in its store, and answers that were kept."""
    return leaving.taken_in(tmp_path_factory.mktemp("complete"))


@pytest.fixture(scope="session")
def without(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The answers of a project that never heard of those who leave."""
    gone = list(leaving.LEAVING.values())
    return leaving.answers(leaving.taken_in(tmp_path_factory.mktemp("without"), without=gone))
