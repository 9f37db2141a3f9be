"""A replay at the desk: its bar over everything, the frame around the window, its keys, and the way back to live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cockpit.model.messages import Message
from cockpit.model.replay import ReplayState, TapeState
from cockpit.ui.part import Part
from widgets.kit.actions import Action
from widgets.map.panel import MapPanel
from widgets.replay.bar import BACK_KEY, LEAP, ReplayBar, ReplayFrame
from widgets.replay.opening import ReplayDialog
from widgets.replay.rail import clock_words
from widgets.replay.when import wall_of

if TYPE_CHECKING:
    from cockpit.ui.shell import Shell

SLOT = "replay"
TAPE_SECONDS = 30


class ReplayDesk(Part):
    """Shows the replay that the seat is in.

    Attributes:
        bar, frame: hidden while what is shown is live.
        dialog: that begins a replay; None while it is closed.
    """

    def __init__(self, desk: Shell) -> None:
        self._desk = desk
        self._ctx = desk.context
        self.bar = ReplayBar(desk.context, self.leave, desk)
        self.bar.hide()
        self.frame = ReplayFrame(desk.context, desk)
        self.dialog: ReplayDialog | None = None
        self._shown = ""
        self._live_rate = 1.0
        self._asked = 0
        panel = desk.engine.panel("map")
        if isinstance(panel, MapPanel):
            panel.timebar.scrubbed.connect(self.go_to)

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        bar, shown = self.bar, self._is_shown
        yield Action("replay.toggle", "replay.toggle", self.toggle, (BACK_KEY,), self._has_tape, icon="skip-back")
        yield Action("replay.play", "replay.play_action", bar.toggle, ("Ctrl+Space",), shown, icon="play")
        yield Action(
            "replay.back", "replay.back_action", lambda: bar.leap(-LEAP), ("Ctrl+Shift+Left",), shown, icon="skip-back"
        )
        yield Action("replay.forth", "replay.forth_action", lambda: bar.leap(LEAP), ("Ctrl+Shift+Right",), shown)
        yield Action("replay.slower", "replay.slower_action", lambda: bar.shift_rate(-1), ("Ctrl+Shift+Down",), shown)
        yield Action("replay.faster", "replay.faster_action", lambda: bar.shift_rate(1), ("Ctrl+Shift+Up",), shown)
        yield Action("replay.mode", "replay.mode_action", bar.other_mode, (), shown)

    def _has_tape(self) -> bool | Message:
        return self._ctx.tape is not None or Message("replay.no_tape")

    def _is_shown(self) -> bool | Message:
        return bool(self.state.id) or Message("replay.not_shown")

    @property
    def state(self) -> ReplayState:
        tape = self._ctx.tape
        return tape.replay if tape is not None else ReplayState()

    # -- begin and end ---------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Opens the dialog; out of a replay it goes back to live."""
        if self.state.id:
            self.leave()
        else:
            self.ask()

    def ask(self) -> None:
        """The dialog; what is picked in the map's bar of time is offered."""
        if self.dialog is not None:
            self.dialog.activateWindow()
            return
        panel = self._desk.engine.panel("map")
        picked = panel.timebar.span[0] if isinstance(panel, MapPanel) else 0
        self.dialog = ReplayDialog(self._ctx, self._desk, picked)
        self.dialog.chosen.connect(self.begin)
        self.dialog.imported.connect(self.begin)
        self.dialog.finished.connect(self._asked_it)
        self.dialog.open()
        self.dialog.field.setFocus()

    def _asked_it(self) -> None:
        self.dialog = None

    def begin(self, at: int, mode: str, imported: str = "") -> None:
        """From an instant of the hub's clock, UTC us; of the hub's own tape, or of an imported one."""
        tape = self._ctx.tape
        if tape is not None:
            self._live_rate = self._ctx.clock.city.rate
            tape.start(at, 1.0, mode, self._told(at, imported), imported)

    def go_to(self, city: int) -> None:
        """To an instant of the city's clock, UTC us: a replay begins there, or goes there."""
        if self._ctx.tape is None:
            self._ctx.notify(Message("replay.no_tape"), 0)
        elif self.state.id:
            self.bar.go(self.bar.times.wall(city))
        else:
            self.begin(wall_of(city, self._ctx.clock.city), self.state.mode)

    def leave(self) -> None:
        """Back to what is live."""
        if self._ctx.tape is not None and self.state.id:
            self._ctx.tape.stop()
            self.look()

    def _told(self, at: int, imported: str = "") -> Callable[[Message | None], None]:
        words = clock_words(at if imported else self._ctx.clock.city.at(at))

        def done(problem: Message | None) -> None:
            self._ctx.notify(problem or Message("replay.began", {"at": words}), 0)

        return done

    # -- what the desk is told -------------------------------------------------------------------------------------

    def look(self) -> None:
        """Brings bar and frame up to date; called each tick and each second."""
        state = self.state
        if state.id != self._shown:
            self._turn(state.id)
        if state.id:
            self.bar.tell(state, self._live_rate)
            self.frame.raise_()

    def ticked(self) -> None:
        self.look()

    def second(self) -> None:
        """Asks now and then how far the tape reaches."""
        self.look()
        tape = self._ctx.tape
        if tape is None or not self._shown:
            return
        self._asked += 1
        if self._asked % TAPE_SECONDS == 1:
            tape.state(self._tape_told)

    def _tape_told(self, tape: TapeState | Message) -> None:
        if isinstance(tape, TapeState):
            self.bar.tell_tape(tape)

    def _turn(self, id: str) -> None:
        was, self._shown = self._shown, id
        self._asked = 0
        self._desk.engine.show_slot(SLOT, self.bar if id else None)
        self.bar.setVisible(bool(id))
        self.frame.setVisible(bool(id))
        self.place()
        if was and not id:
            self._ctx.notify(Message("replay.live_again"), 0)

    def place(self) -> None:
        """Over the whole window, above all else."""
        self.frame.setGeometry(self._desk.rect())
        self.frame.raise_()

    def retheme(self) -> None:
        self.bar.retheme()
        self.frame.update()

    def retranslate(self) -> None:
        self.bar.retranslate()
