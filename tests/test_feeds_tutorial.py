"""The tutorial of docs/feeds.md is followed to the letter: its format is installed as an entry point and read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.packs.feeds import INSTALLED_FORMATS, INSTALLED_SOURCES

PAGE = Path(__file__).parent.parent / "docs" / "feeds.md"


def blocks(language: str) -> list[str]:
    """Code of the page, after the heading of the tutorial."""
    tutorial = PAGE.read_text(encoding="utf-8").partition("## One more format")[2]
    return re.findall(rf"```{language}\n(.*?)```", tutorial, re.DOTALL)


def install(folder: Path) -> None:
    """As pip leaves a package: its module, and what it says of itself."""
    (code,), (project, _) = blocks("python"), blocks("toml")
    group, line = re.search(r'entry-points\."(.*?)"\]\n(.*)', project).groups()
    (folder / "stations.py").write_text(code, encoding="utf-8")
    about = folder / "our_stations-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: our-stations\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{line.replace(chr(34), '')}\n")


@pytest.mark.slow
def test_the_format_of_the_tutorial_fills_the_picture_and_names_its_bad_line(tmp_path):
    install(tmp_path)
    (tmp_path / "feeds.toml").write_text(blocks("toml")[1], encoding="utf-8")
    (tmp_path / "stations.txt").write_text("s1;120.2;30.2;21.5\ns2;120.21;30.21;22\nnonsense\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COCKPIT_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", "feeds", "check", str(tmp_path / "feeds.toml"), "--json", "--seconds", "30"],
        capture_output=True, text=True, env=environment, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = json.loads(done.stdout)
    assert told["things"] == {"sensor": 2}
    assert told["refused"] == 1
    assert "id;lon;lat" in told["reason"]
    listed = subprocess.run(
        [sys.executable, "-m", "cockpit", "feeds", "list", "--json"],
        capture_output=True, text=True, env=environment, timeout=100, check=True,
    )  # fmt: skip
    assert "stations" in json.loads(listed.stdout)["formats"]


def test_both_pages_name_every_source():
    for page in (PAGE, PAGE.with_name("feeds.zh.md")):
        text = page.read_text(encoding="utf-8")
        for name in INSTALLED_SOURCES:
            assert f"| `{name}` |" in text, (page, name)
    assert "stations" not in INSTALLED_FORMATS
