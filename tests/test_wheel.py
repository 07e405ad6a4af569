"""What is installed is what was checked out: configuration and sample data travel in the wheel and are found there."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.ingest.books import book, rows

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked into a folder of its own as an installer would."""
    built = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    target = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the unpacked package from a folder where no checkout can be found."""
    start = f"import sys; sys.path.insert(0, {str(installed)!r}); from opsctl.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments], cwd=installed, capture_output=True, text=True, check=False
    )


def test_configuration_is_found_from_a_wheel(installed: Path) -> None:
    done = run(installed, "config", "show", "--origin")
    assert done.returncode == 0, done.stderr
    shipped = {path.stem for path in (ROOT / "configs" / "platforms").glob("*.yaml")}
    assert all(f"mapping {name}/" in done.stdout for name in shipped)
    assert (installed / "opsctl" / "shipped" / "configs" / "policy.yaml").is_file()


def test_the_sample_data_of_a_wheel_answers_as_that_of_the_checkout(installed: Path) -> None:
    from_wheel = run(installed, "report", str(installed / "opsctl" / "shipped" / "sample_data"), "--locale", "en", "-q")
    from_checkout = run(installed, "report", str(ROOT / "sample_data"), "--locale", "en", "-q")
    assert from_wheel.returncode == 0, from_wheel.stderr
    assert from_wheel.stdout == from_checkout.stdout


def test_the_demo_of_a_wheel_answers_as_that_of_the_checkout(installed: Path) -> None:
    from_wheel = run(installed, "demo", "--locale", "en")
    assert from_wheel.returncode == 0, from_wheel.stderr
    command = [sys.executable, "-m", "opsctl", "demo", "--locale", "en"]
    from_checkout = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert from_wheel.stdout == from_checkout.stdout


def test_the_process_that_reads_workbooks_is_found_from_a_wheel(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "week.xlsx").write_bytes(book({"S": rows("day,channel,spend", "2025-01-06,A,1.5")}))
    done = run(installed, "query", "spend", str(tmp_path / "week.xlsx"), "-q")
    assert (done.returncode, done.stdout.split()[-1]) == (0, "1.50"), done.stderr
