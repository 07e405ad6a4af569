"""What tests share: the folder of real exports, where there is one."""

from pathlib import Path

import pytest
from hypothesis import settings

# No promise here is about time: how long an example takes says how busy the machine is.
settings.register_profile("opsctl", deadline=None)
settings.load_profile("opsctl")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real and polluted exports that may lie beside a checkout; without it the test is skipped."""
    if not (SHARED / "exports").is_dir():
        pytest.skip("no folder of real exports beside this checkout")
    return SHARED
