"""What fails beside others is tried once more alone, and is named; what fails otherwise fails the run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUN = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
BARE = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""What pytest is run with: loading the plugins of the house takes longer than these tests."""
CHANCE = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("word", ["a - b"])
def test_of_chance(word):
    before = Path("before")
    first = not before.exists()
    before.touch()
    assert not first
"""
BUG = "def test_of_a_bug():\n    assert False\n"
CRASH = "import os\ndef test_of_a_crash():\n    os._exit(3)\n"

spec = importlib.util.spec_from_file_location("again", ROOT / "packaging/again.py")
assert spec is not None
assert spec.loader is not None
again = importlib.util.module_from_spec(spec)
spec.loader.exec_module(again)


def run(leg: str, files: dict[str, str], home: Path) -> subprocess.CompletedProcess[str]:
    """Runs tests as a leg, and what is done about it."""
    for name, text in files.items():
        (home / name).write_text(text)
    pytest_of_leg = " ".join([*RUN, *files])
    legs = [ROOT / "packaging/legs.sh", "1", leg, pytest_of_leg]
    subprocess.run(legs, cwd=home, env=BARE, capture_output=True, check=False)
    command = [sys.executable, str(ROOT / "packaging/again.py"), leg, "--", *RUN]
    return subprocess.run(command, cwd=home, env=BARE, capture_output=True, text=True, check=False)


FOUND = CHANCE.replace("assert not first", "assert not first, 'Falsifying example'")


def test_a_test_that_passes_alone_passes_and_is_named(tmp_path: Path) -> None:
    done = run("test-parts-a", {"test_one.py": CHANCE, "test_two.py": "def test_fine(): pass\n"}, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "build/failed-once.txt").read_text() == "test_one.py::test_of_chance[a - b]\n"
    assert "FAILED ONCE, PASSED ALONE" in done.stdout
    assert "1 passed" in done.stdout, "only the file that failed is run again"


@pytest.mark.parametrize(
    ("leg", "text"),
    [
        ("test-system-a", BUG),
        ("test-system-a", CRASH),
        ("test-parts-a", FOUND),
        ("test-system-a", "import nothing_there\n"),
    ],
)
def test_what_fails_again_or_crashes_or_was_found_fails_the_run(leg: str, text: str, tmp_path: Path) -> None:
    done = run(leg, {"test_one.py": text}, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not (tmp_path / "build/failed-once.txt").exists()


def test_what_failed_and_why_is_said_at_the_end(tmp_path: Path) -> None:
    text = "def test_of_a_sum():\n    assert 1 + 1 == 3, 'Falsifying example'\n"
    done = run("test-without-qt-a", {"test_one.py": text}, tmp_path)
    said = ["E       AssertionError: Falsifying example", "E       assert (1 + 1) == 3"]
    assert done.stderr.splitlines()[1:] == ["test_one.py::test_of_a_sum", *said]


def test_many_failures_are_no_chance(tmp_path: Path) -> None:
    files = {f"test_{n}.py": CHANCE.replace('"before"', f'"before{n}"') for n in range(again.MOST_FILES + 1)}
    done = run("test-system-a", files, tmp_path)
    assert done.returncode == 1
    assert "that is no chance" in done.stderr


def test_a_leg_that_did_not_run_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    assert again.main(["test-system-a", "--", "true"], tmp_path / "build") == 1
