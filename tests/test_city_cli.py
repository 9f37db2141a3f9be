"""`cockpit city serve` and `city fault` as processes."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from cockpit.city.cli import main
from tests import leaks

COMMAND = [sys.executable, "-m", "cockpit.city.cli"]
SERVE = [*COMMAND, "serve", "--port", "0", "--units", "5", "--events-per-day", "50"]


@pytest.fixture
def serving() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(SERVE, stdout=subprocess.PIPE, text=True) as city:
        assert city.stdout is not None
        yield city, json.loads(city.stdout.readline())["url"]
        city.terminate()
        city.wait(10)


@pytest.mark.system
def test_serve_says_its_address_in_one_line_and_ends_cleanly(
    serving: tuple[subprocess.Popen[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    city, url = serving
    assert httpx.get(url + "/health").json()["units"] == 5
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # of the desktop: the city is here
    assert main(["fault", "slow", "--seconds", "2", "--url", url]) == 0
    city.send_signal(signal.SIGTERM)
    assert city.wait(10) == 0


@pytest.mark.system
def test_serve_ends_when_its_parent_is_killed() -> None:
    parent = (
        "import subprocess, os\n"
        "from cockpit.processes import environment_of_child\n"
        f"city = subprocess.Popen({SERVE!r}, stdout=subprocess.PIPE, text=True, env=environment_of_child())\n"
        "print(city.pid, city.stdout.readline(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=False)
    pid = int(done.stdout.split()[0])
    assert not leaks.wait_until_empty(lambda: {pid} if _lives(pid) else set())


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_a_taken_port_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert str(port) in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--city", "atlantis"], "atlantis"),
        (["--start", "yesterday"], "yesterday"),
        (["--start", "2026-07-14T17:42:00"], "2026-07-14T17:42:00"),
        (["--speed", "500"], "240"),
        (["--speed", "nan"], "240"),
        (["--port", "99999"], "99999"),
        (["--units", "-1"], "--units"),
        (["--events-per-day", "-5"], "--events-per-day"),
        (["--seed", "-1"], "--seed"),
        (["--field", ""], "--field"),
        (["--field", "/"], "--field"),
        (["--field", "x" * 300], "--field"),
    ],
)
def test_wrong_input_is_said_in_one_sentence(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "0", *arguments]) == 2
    said = capsys.readouterr()
    assert word in said.err
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


def test_a_fault_without_a_city_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fault", "down", "--url", "http://127.0.0.1:9"]) == 2
    assert "http://127.0.0.1:9" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["serve"], ["fault"]])
def test_help_has_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert f"cockpit city {command[0]}" in capsys.readouterr().out.rsplit("\n\n", 1)[-1]
