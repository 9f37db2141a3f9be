"""Sounds by a child player. A machine without one is silent and says so; nothing else depends on sound."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from cockpit.audio import PLAYERS, found_players
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.paths import assets_dir
from cockpit.ui.soundfile import playable, seconds_of

PAUSE_SECONDS = 3.0
"""The same sound is not played again sooner: ten alerts at once are one sound."""
AT_ONCE = 2
"""Players that run at the same time at the most."""
END_MS = 500
SPARE_SECONDS = 5.0
"""So much longer than its sound a player may run: one whose sound server hangs would run for ever."""


class Player(QObject):
    """Plays the shipped sounds (`assets/sounds/<name>.wav`).

    Attributes:
        muted: no sound; setting it ends what is playing.
        player: name of the program that plays, "" when there is none.
        problem: why there is no sound, None while there is no reason known.
        problem_changed: the problem is another one, or over.
    """

    problem_changed = Signal()

    def __init__(self, clock: Clock, muted: bool = False, folder: Path | None = None) -> None:
        super().__init__()
        self._clock = clock
        self._muted = muted
        self._folder = folder or assets_dir() / "sounds"
        self._players = found_players()
        self._last: dict[str, float] = {}
        self._playing: dict[QProcess, str] = {}
        self._heard: dict[QProcess, Path] = {}
        self.problem: Message | None = None
        if not self._players:
            self.problem = Message("sound.no_player", {"players": ", ".join(PLAYERS)})

    @property
    def muted(self) -> bool:
        return self._muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._muted = muted
        if muted:
            self._end_all()

    @property
    def player(self) -> str:
        return next(iter(self._players), "")

    def play(self, name: str) -> bool:
        """Begin to play a sound; whether it did. Not when muted, so soon after itself, or with too many at once."""
        now = self._clock.mono()
        if self._muted or not self._players or len(self._playing) >= AT_ONCE:
            return False
        if name in self._last and now - self._last[name] < PAUSE_SECONDS:
            return False
        self._last[name] = now
        return self._start(name)

    def hear(self, sound: bytes) -> Message | None:
        """Plays what somebody said, in place of what they said before; the answer is why it can not be heard."""
        if self._muted:
            return Message("sound.is_off")
        if not self._players:
            return self.problem
        try:
            data, ending = playable(sound)
        except OutsideError as error:
            return error.message
        for child in list(self._heard):
            self._end(child)
        with tempfile.NamedTemporaryFile(prefix="cockpit-heard-", suffix=ending, delete=False) as file:
            file.write(data)
        self._start(file.name, Path(file.name))
        return None

    def close(self) -> None:
        """End what is playing, and wait for it."""
        self._end_all()

    def _start(self, name: str, heard: Path | None = None) -> bool:
        """Begins one; `heard` is a file of somebody's words, removed when it was played."""
        file = heard or self._folder / f"{name}.wav"
        if not file.is_file():
            self._tell(Message("sound.no_file", {"file": str(file)}))
            return False
        player = self.player
        program, *options = self._players[player]
        child = QProcess(self)
        child.setStandardInputFile(QProcess.nullDevice())
        child.setStandardOutputFile(QProcess.nullDevice())
        self._playing[child] = player
        if heard is not None:
            self._heard[child] = heard
        child.finished.connect(lambda code, status: self._over(child, name, code == 0 and status.value == 0))
        child.errorOccurred.connect(lambda error: self._did_not_start(child, name, error))
        late = QTimer(child, singleShot=True, interval=round((seconds_of(file) + SPARE_SECONDS) * 1000))
        late.timeout.connect(lambda: self._hangs(child, name))
        child.start(program, [*options, str(file)])
        late.start()
        return True

    def _did_not_start(self, child: QProcess, name: str, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # then `finished` never comes
            self._over(child, name, False)

    def _hangs(self, child: QProcess, name: str) -> None:
        """It runs longer than its sound: it is ended, and another one may play."""
        player = self._playing.pop(child, None)
        heard = self._heard.pop(child, None)
        if player is None:
            return
        child.finished.connect(child.deleteLater)
        child.kill()
        self._not_played(player, name, heard, Message("sound.hangs", {"player": player}))

    def _over(self, child: QProcess, name: str, played: bool) -> None:
        player = self._playing.pop(child, None)
        heard = self._heard.pop(child, None)
        if player is None:
            return  # ended by us
        said = bytes(child.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
        child.deleteLater()
        if played:
            _forget(heard)
            self._tell(None)
            return
        why = said[-1][:120] if said else "–"
        self._not_played(player, name, heard, Message("sound.failed", {"player": player, "why": why}))

    def _not_played(self, player: str, name: str, heard: Path | None, problem: Message) -> None:
        """A player without its sound server is there and plays nothing: the next one may."""
        command = self._players.pop(player, None)
        if self._players:
            self._start(name, heard)
            return
        _forget(heard)
        if command is not None:
            self._players[player] = command  # the last one is tried again each time: the server may come back
        self._tell(problem)

    def _tell(self, problem: Message | None) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()

    def _end_all(self) -> None:
        for child in list(self._playing):
            self._end(child)

    def _end(self, child: QProcess) -> None:
        self._playing.pop(child, None)
        _forget(self._heard.pop(child, None))
        child.kill()
        child.waitForFinished(END_MS)
        child.deleteLater()


def _forget(heard: Path | None) -> None:
    """What somebody said does not stay on this machine."""
    if heard is not None:
        heard.unlink(missing_ok=True)
