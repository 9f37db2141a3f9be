"""Keys at a machine of the wall: a keyboard, or a presenter's remote, which is one with five keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from cockpit.model.messages import Message
from cockpit.model.wallstate import ActDone, WallAct
from cockpit.seat import Seat
from cockpit.wall.node import WallSeat

VOLUME_STEP = 5


class WallKeys:
    """What each key has the hub do. A key with a number on it is meant for all screens, like every other."""

    def __init__(
        self, seat: Seat, line: WallSeat, say: Callable[[Message | None], None], end: Callable[[], None]
    ) -> None:
        """
        Args:
            say: shows why a key did nothing.
            end: Ctrl+Q at the machine.
        """
        self._seat = seat
        self._line = line
        self._say = say
        self._end = end

    def press(self, event: QKeyEvent) -> bool:
        """Whether it is a key of ours."""
        key, held = Qt.Key(event.key()), event.modifiers()
        if held & Qt.KeyboardModifier.ControlModifier:
            if key == Qt.Key.Key_Q:
                self._end()
                return True
            return False
        if event.isAutoRepeat() and key not in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            return True
        act = self._act(key)
        if act is not None:
            self._do(act)
        return act is not None

    def _act(self, key: Qt.Key) -> WallAct | None:
        shows, state = self._line.shows, self._line.state
        if shows is None or state is None:
            return None
        named = QKeySequence(key).toString()
        scene = next((id for id, _, of_scene in state.scenes if of_scene and of_scene == named), "")
        if scene:
            return WallAct(shows.wall, "scene", scene)
        K = Qt.Key
        match key:
            case K.Key_PageDown | K.Key_Right | K.Key_Down | K.Key_N:
                return WallAct(shows.wall, "next", "1")
            case K.Key_PageUp | K.Key_Left | K.Key_Up | K.Key_P:
                return WallAct(shows.wall, "next", "-1")
            case K.Key_B | K.Key_Period:
                return WallAct(shows.wall, "blank", "" if shows.blank else "1")
            case K.Key_F:
                return WallAct(shows.wall, "freeze", "" if shows.frozen else "1")
            case K.Key_I:
                return WallAct(shows.wall, "identify", "" if shows.identify else "1")
            case K.Key_Space:
                return WallAct(shows.wall, "pause", "" if shows.paused else "1")
            case K.Key_M:
                return WallAct(shows.wall, "mute", "" if shows.muted else "1")
            case K.Key_Plus | K.Key_Equal:
                return WallAct(shows.wall, "volume", str(min(100, shows.volume + VOLUME_STEP)))
            case K.Key_Minus:
                return WallAct(shows.wall, "volume", str(max(0, shows.volume - VOLUME_STEP)))
            case K.Key_Escape:
                return WallAct(shows.wall, "live")
            case _:
                return None

    def _do(self, act: WallAct) -> None:
        if not self._line.joined:
            self._say(Message("wallnode.no_hub"))
            return
        self._seat.ask("wall.act", act, ActDone, self._done)

    def _done(self, reply: ActDone | Message) -> None:
        self._say(reply if isinstance(reply, Message) else None)
