"""Sound by a child player: a script on PATH that notes what it was asked to play stands for the real program."""

from __future__ import annotations

import io
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from cockpit.model.clock import ManualClock
from cockpit.model.messages import texts
from cockpit.ui.sound import AT_ONCE, PAUSE_SECONDS, Player
from cockpit.ui.soundfile import playable, seconds_of
from tests import leaks

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a player on PATH, which holds nothing else; gives the file where it notes its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, then: str = "") -> Path:
        noted = tmp_path / f"{name}.txt"
        script = folder / name
        script.write_text(
            # a shell calls this Python, since a #! line takes no path with a space in it; to Python it is a string
            f"#!/bin/sh\n'''exec' '{sys.executable}' -S \"$0\" \"$@\"\n' '''\nimport sys\n"
            f"open({str(noted)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n{then}\n",
            "utf-8",
        )
        script.chmod(0o755)
        return noted

    return put


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def players(qapp: object) -> Iterator[list[Player]]:
    made: list[Player] = []
    yield made
    for player in made:
        player.close()
        player.deleteLater()


def playing() -> list[psutil.Process]:
    """Players that run: children of ours but for what the session keeps, such as a virtual screen."""
    return [child for child in psutil.Process().children() if child.pid not in leaks.kept_processes]


def lines(noted: Path) -> list[str]:
    return noted.read_text("utf-8").splitlines() if noted.exists() else []


def test_a_sound_is_played_by_the_best_player_on_the_machine(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot
) -> None:
    paplay, aplay = install("paplay"), install("aplay")
    player = Player(clock)
    players.append(player)
    assert player.player == "paplay"
    assert player.play("alert_1")
    qtbot.waitUntil(lambda: len(lines(paplay)) == 1)
    assert lines(paplay)[0].endswith("alert_1.wav")
    assert Path(lines(paplay)[0]).is_file()
    assert lines(aplay) == []
    qtbot.waitUntil(lambda: not playing())


def test_aplay_is_asked_to_be_quiet_about_it(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot
) -> None:
    aplay = install("aplay")
    player = Player(clock)
    players.append(player)
    player.play("alert_2")
    qtbot.waitUntil(lambda: len(lines(aplay)) == 1)
    assert lines(aplay)[0].startswith("-q ")


def test_no_player_is_said_with_what_to_install(install: Install, clock: ManualClock, players: list[Player]) -> None:
    player = Player(clock)
    players.append(player)
    assert not player.play("alert_1")
    assert player.problem is not None
    for lang in ("zh", "en"):
        assert "pw-play" in texts(lang)(player.problem)


def test_a_muted_player_plays_nothing(install: Install, clock: ManualClock, players: list[Player]) -> None:
    install("pw-play")
    player = Player(clock, muted=True)
    players.append(player)
    assert not player.play("alert_1")
    player.muted = False
    assert player.play("alert_1")


def test_muting_ends_what_is_playing(install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot) -> None:
    noted = install("pw-play", "import time; time.sleep(60)")
    player = Player(clock)
    players.append(player)
    player.play("alert_1")
    qtbot.waitUntil(lambda: len(lines(noted)) == 1)
    player.muted = True
    assert playing() == []
    assert player.problem is None


def test_ten_alerts_at_once_are_one_sound(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot
) -> None:
    noted = install("pw-play")
    player = Player(clock)
    players.append(player)
    assert [player.play("alert_1") for _ in range(10)] == [True] + [False] * 9
    qtbot.waitUntil(lambda: len(lines(noted)) == 1)
    clock.advance(PAUSE_SECONDS)
    assert player.play("alert_1")
    qtbot.waitUntil(lambda: len(lines(noted)) == 2)


def test_players_that_hang_do_not_pile_up(install: Install, clock: ManualClock, players: list[Player]) -> None:
    install("pw-play", "import time; time.sleep(60)")
    player = Player(clock)
    players.append(player)
    started = 0
    for _ in range(5):
        started += player.play("alert_2")
        clock.advance(PAUSE_SECONDS)
    assert started == AT_ONCE
    assert len(playing()) == AT_ONCE


def test_a_player_that_hangs_is_ended_and_the_next_one_plays(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.ui.sound.SPARE_SECONDS", 1.0)
    install("pw-play", "import time; time.sleep(60)")
    aplay = install("aplay")
    player = Player(clock)
    players.append(player)
    player.play("alert_2")
    qtbot.waitUntil(lambda: len(lines(aplay)) == 1, timeout=30_000)
    qtbot.waitUntil(lambda: not playing(), timeout=30_000)
    assert player.player == "aplay"
    assert player.problem is None


def test_players_that_hang_do_not_keep_later_sounds_away_and_it_is_said(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.ui.sound.SPARE_SECONDS", 0.5)
    install("paplay", "import time; time.sleep(60)")
    player = Player(clock)
    players.append(player)
    for _ in range(AT_ONCE):
        assert player.play("alert_2")
        clock.advance(PAUSE_SECONDS)
    assert not player.play("alert_2")
    qtbot.waitUntil(lambda: player.problem is not None and not playing(), timeout=30_000)
    assert player.problem is not None
    assert "paplay" in texts("zh")(player.problem)
    install("paplay")
    monkeypatch.setattr("cockpit.ui.sound.SPARE_SECONDS", 30.0)
    assert player.play("alert_2")
    qtbot.waitUntil(lambda: player.problem is None, timeout=30_000)


def test_how_long_a_sound_lasts_is_known_before_it_is_played(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wave_of(2.5))
    assert seconds_of(tmp_path / "a.wav") == pytest.approx(2.5)
    endless = bytearray(wave_of(2.5))
    endless[40:44] = b"\xff\xff\xff\x7f"
    (tmp_path / "endless.wav").write_bytes(endless)
    assert seconds_of(tmp_path / "endless.wav") < 120
    (tmp_path / "a.ogg").write_bytes(b"OggS" + bytes(5_000_000))
    assert seconds_of(tmp_path / "a.ogg") > 3600


def test_a_player_without_its_sound_server_gives_way_to_the_next(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot
) -> None:
    install("pw-play", "sys.exit('no server')")
    aplay = install("aplay")
    player = Player(clock)
    players.append(player)
    player.play("alert_1")
    qtbot.waitUntil(lambda: len(lines(aplay)) == 1)
    assert player.player == "aplay"
    assert player.problem is None


def test_when_no_player_plays_it_is_said_and_over_when_one_does(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot
) -> None:
    install("aplay", "sys.exit('no card found')")
    player = Player(clock)
    players.append(player)
    with qtbot.waitSignal(player.problem_changed):
        player.play("alert_1")
    assert player.problem is not None
    assert "no card found" in texts("en")(player.problem)
    install("aplay")
    clock.advance(PAUSE_SECONDS)
    with qtbot.waitSignal(player.problem_changed):
        player.play("alert_1")
    assert player.problem is None


def test_a_sound_that_is_not_shipped_is_said(install: Install, clock: ManualClock, players: list[Player]) -> None:
    install("aplay")
    player = Player(clock)
    players.append(player)
    assert not player.play("fanfare")
    assert player.problem is not None
    assert player.problem.id == "sound.no_file"


def test_what_somebody_said_is_played_and_does_not_stay_on_the_machine(
    install: Install, clock: ManualClock, players: list[Player], qtbot: QtBot
) -> None:
    paplay = install("paplay")
    player = Player(clock)
    players.append(player)
    assert player.hear(wave_of(0.2)) is None
    qtbot.waitUntil(lambda: bool(lines(paplay)) and not playing(), timeout=30_000)
    qtbot.waitUntil(lambda: not Path(lines(paplay)[0]).exists(), timeout=30_000)
    assert lines(paplay)[0].endswith(".wav")


def test_what_is_no_sound_and_a_desk_that_is_muted_are_said(
    install: Install, clock: ManualClock, players: list[Player]
) -> None:
    install("paplay")
    player = Player(clock)
    players.append(player)
    problem = player.hear(b"no sound at all" * 40)
    assert problem is not None
    assert problem.id in ("callsui.not_sound", "callsui.no_decoder")
    player.muted = True
    problem = player.hear(wave_of(0.2))
    assert problem is not None
    assert problem.id == "sound.is_off"


def test_a_voice_letter_of_a_phone_becomes_a_file_that_every_player_reads(qapp: object) -> None:
    av = pytest.importorskip("av")
    made = io.BytesIO()
    with av.open(made, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        samples = (np.sin(np.arange(48_000) / 48_000 * 2 * np.pi * 440) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    data, ending = playable(made.getvalue())
    assert ending == ".wav"
    with wave.open(io.BytesIO(data)) as file:
        assert file.getframerate() == 48_000
        heard = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert 0.9 <= len(heard) / 48_000 <= 1.1
    loudest = np.argmax(np.abs(np.fft.rfft(heard))) * 48_000 / len(heard)
    assert abs(loudest - 440) < 5


def wave_of(seconds: float) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(round(seconds * 8000) * 2))
    return made.getvalue()
