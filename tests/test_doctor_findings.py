"""`cockpit doctor`: a line a thing, what is found and what to do; exit 1 only when a seat can not run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cockpit import doctor_checks
from cockpit.doctor import Finding, State, examine, line_of
from cockpit.doctor_screen import screen
from cockpit.model.graphics import is_gpu
from cockpit.model.messages import texts


def doctor(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cockpit", "doctor", *options],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def only(findings: Any) -> Finding:
    (finding,) = findings
    assert isinstance(finding, Finding)
    return finding


def in_both(finding: Finding) -> str:
    """The line in English; neither language leaves a placeholder or an id to be seen."""
    for lang in ("zh", "en"):
        line = line_of(finding, texts(lang))
        assert "{" not in line
        assert "doctor." not in line
    return line_of(finding, texts("en"))


def test_everything_is_examined_once_and_said_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    findings = list(examine(tmp_path))
    names = [finding.name for finding in findings]
    assert names == ["display", "python", "sqlite", "nats", "fonts", "input", "audio", "disk", "clock", "ports"]
    for finding in findings:
        in_both(finding)


def test_without_a_display_a_seat_can_not_run_and_the_doctor_says_so(tmp_path: Path) -> None:
    environment = {**os.environ}
    environment.pop("QT_QPA_PLATFORM")
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", "doctor", "--profile", str(tmp_path)],
        capture_output=True,
        text=True,
        env={**environment, "COCKPIT_LANG": "en"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("✗ Display: there is no display — ")
    assert done.stderr == ""


def test_json_holds_state_words_and_facts(tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    done = doctor("--json", "--profile", str(tmp_path), COCKPIT_LANG="en")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert done.returncode == (1 if any(row["state"] == "bad" for row in rows.values()) else 0)
    assert rows["display"]["facts"]["platform"] == "offscreen"
    assert rows["gpu"]["facts"]["backend"] == "raster"
    assert rows["sqlite"]["state"] == "ok"
    assert list(tmp_path.iterdir()) == []


def test_help_has_an_example() -> None:
    done = doctor("--help", COCKPIT_LANG="en")
    assert "Example: cockpit doctor --json" in done.stdout


def test_a_qt_that_aborts_is_a_finding_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonesuch")
    finding = only(screen())
    assert finding.state is State.BAD
    assert "can not open the display" in in_both(finding)


@pytest.mark.window
def test_a_renderer_on_the_processor_is_no_gpu_and_the_map_is_raster(
    xvfb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    display, gpu = screen()
    assert display.facts["screens"][0]["width"] == 1920
    assert display.state is State.OK
    assert "llvmpipe" in gpu.facts["renderer"]
    assert gpu.facts["backend"] == "raster"
    assert "drawn by the CPU" in in_both(gpu)


@pytest.mark.parametrize(
    ("renderer", "gpu"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", False),
        ("softpipe", False),
        ("Google SwiftShader", False),
        ("", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", True),
        ("NVIDIA GeForce RTX 3060/PCIe/SSE2", True),
    ],
)
def test_a_driver_that_computes_on_the_processor_is_no_gpu(renderer: str, gpu: bool) -> None:
    assert is_gpu(renderer) is gpu


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """PATH with these shell scripts and nothing else."""
    folder.mkdir()
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_the_player_that_will_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path / "bin", monkeypatch, aplay="", paplay="")
    finding = only(doctor_checks.audio())
    assert finding.state is State.OK
    assert "paplay" in in_both(finding)


def test_no_player_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path / "bin", monkeypatch)
    finding = only(doctor_checks.audio())
    assert finding.state is State.WARN
    assert "alsa-utils" in in_both(finding)


def test_no_input_method_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path / "bin", monkeypatch)
    finding = only(doctor_checks.input_method())
    assert finding.state is State.WARN
    assert "ibus-libpinyin" in in_both(finding)


@pytest.mark.parametrize(
    ("leap", "offset", "words"),
    [("Normal", "0.0012", "1.2 ms"), ("Normal", "-2.5", "set-ntp"), ("Not synchronised", "0.0", "not synchronized")],
)
def test_how_far_the_clock_is_off_comes_from_chrony_where_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leap: str, offset: str, words: str
) -> None:
    fields = ["C0A80001", "ntp", "3", "1782.1", offset, "0", "0", "0", "0", "0", "0.01", "0.001", "64", leap]
    on_path(tmp_path / "bin", monkeypatch, chronyc=f"echo {','.join(fields)!r}", timedatectl="echo no")
    assert words in in_both(only(doctor_checks.clock_sync()))


def test_a_clock_nobody_knows_about_is_called_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path / "bin", monkeypatch, timedatectl="exit 1")
    finding = only(doctor_checks.clock_sync())
    assert finding.state is State.WARN
    assert "not known" in in_both(finding)


def test_a_profile_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file is no folder", "utf-8")
    finding = only(doctor_checks.disk(tmp_path / "file" / "profile"))
    assert finding.state is State.BAD
    assert "--profile" in in_both(finding)


def test_a_taken_hub_port_is_no_obstacle_for_a_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setattr(doctor_checks, "HUB_PORT", other.getsockname()[1])
        finding = only(doctor_checks.ports())
    assert finding.state is State.WARN
    assert "--port" in in_both(finding)


def test_missing_fonts_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fonts").mkdir()
    monkeypatch.setattr(doctor_checks, "assets_dir", lambda: tmp_path)
    assert "NotoSansSC_400Regular.ttf" in in_both(only(doctor_checks.fonts()))


def test_a_check_that_breaks_is_a_line_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")

    def broken() -> Any:
        raise RuntimeError("odd machine")
        yield

    monkeypatch.setattr(doctor_checks, "audio", broken)
    findings = {finding.name: finding for finding in examine(tmp_path)}
    assert "odd machine" in in_both(findings["audio"])
    assert findings["ports"].state is not None
