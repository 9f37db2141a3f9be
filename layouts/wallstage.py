"""The panels of one screen of a wall: built behind what is shown, drawn in advance, shown at one stroke, and kept.

stage.prepare(pieces)      # builds what is not there yet; the screen goes on showing what it shows
stage.settled              # whether every panel has what it draws
stage.draw_ahead()         # each new panel as a still
stage.reveal()             # the stills in one frame, over all that is shown
stage.flip()               # the stills in the places of what is shown; the living panels follow in the frames after it
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.layout import Rect
from cockpit.model.wall import Place
from cockpit.model.wall_panels import withheld
from layouts.wallholder import Cover, FirstFrame, Holder
from layouts.wallpieces import Piece
from layouts.wallunbuilt import UnbuiltOnWall, WithheldOnWall
from widgets.kit.context import PanelContext
from widgets.kit.panel import Pane
from widgets.kit.wallsight import Part, WallSight

_Key = tuple[str, str, Rect, Rect, str, int]
"""What makes two pieces the same panel: its id and options, where it lies, for whose eyes, which of several alike."""


class ScreenStage(QWidget):
    """What one screen of a wall shows, and what it can show at once.

    Attributes:
        scale: pixels of the output for one of the canvas.
    """

    def __init__(
        self, ctx: PanelContext, classes: Mapping[str, type], scale: float = 1.0, parent: QWidget | None = None
    ) -> None:
        """
        Args:
            ctx: what panels are handed, but for `wall`.
            classes: panels by id.
        """
        super().__init__(parent)
        self.scale = scale
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.ctx = ctx
        self._classes = classes
        self._ground = Cover(ctx.theme.bg, self)
        self._first = FirstFrame(ctx.theme.bg, self)
        self._kept: dict[_Key, Holder] = {}
        self._shown: list[Holder] = []
        self._next: list[tuple[Holder, dict[str, Any]]] = []
        self._flips = 0
        self._unveiling = QTimer(self, interval=0)
        self._unveiling.timeout.connect(self._unveil_one)
        self._veiled: list[Holder] = []

    # -- what is shown next --------------------------------------------------------------------------------------

    def prepare(self, wanted: Sequence[tuple[Piece, dict[str, Any]]], screen: Rect) -> None:
        """Builds what is shown next, out of sight.

        Args:
            wanted: pieces, and what the panel of each is told of its wall.
            screen: where it is on the canvas, px of the output like the parts that panels are told.
        """
        before, self._next = self.new, []
        for key, piece, told in _keyed(wanted):
            holder = self._kept.get(key)
            if holder is None:
                holder = self._kept[key] = self._build(piece, told, screen)
            elif holder not in self._shown:
                holder.sight.tell(**told)
            self._next.append((holder, told))
            if holder not in self._shown:
                holder.go_behind(self._ground)
                holder.show()
                self._catch_up(holder)
        for holder in before:
            if holder not in self.new:
                holder.hide()
                holder.unveil()

    def build_ahead(self, wanted: Sequence[tuple[Piece, dict[str, Any]]], screen: Rect) -> bool:
        """Builds one panel of what may be shown later, and keeps it; whether there was one to build."""
        for key, piece, told in _keyed(wanted):
            if key not in self._kept:
                self._kept[key] = self._build(piece, told, screen)
                self._kept[key].used = self._flips
                return True
        return False

    @property
    def new(self) -> list[Holder]:
        """What is shown next and is not shown now."""
        return [holder for holder, _ in self._next if holder not in self._shown]

    @property
    def settled(self) -> bool:
        """Whether all that is shown next has what it draws."""
        return all(holder.settled for holder in self.new)

    def draw_ahead(self) -> None:
        """Draws what is shown next and is not shown now as stills."""
        for holder in self.new:
            if holder not in self._veiled:
                holder.draw_ahead()

    def reveal(self, painted: Callable[[], None]) -> bool:
        """Shows what was drawn ahead in the next frame, which has nothing else to paint; whether there is anything new.

        `flip` is to follow soon: only then what is shown lives.

        Args:
            painted: called when that frame is painted, before the screen gets it: it may wait.
        """
        new = self.new
        if new:
            self._first.show_ahead(new, (holder for holder, _ in self._next if holder in self._shown), painted)
        return bool(new)

    def flip(self) -> None:
        """Shows what was prepared, in the next frame; what it has in common with what is shown stays as it is."""
        self._flips += 1
        new = self.new
        staying = {id(holder) for holder, _ in self._next}
        for holder in self._shown:
            if id(holder) not in staying:
                holder.hide()
                holder.unveil()
                holder.go_behind(self._ground)
        for holder, told in self._next:
            holder.used = self._flips
            holder.sight.tell(**told)
            holder.show()
            holder.come_before()
        self._shown = [holder for holder, _ in self._next]
        self._veiled = [holder for holder in self._veiled if id(holder) in staying] + new
        self._first.clear()
        self._unveiling.start()

    def _unveil_one(self) -> None:
        """One a round of the loop: a frame does not wait for all of them."""
        if self._veiled:
            holder = self._veiled.pop(0)
            holder.unveil()
            self._catch_up(holder)
        else:
            self._unveiling.stop()

    # -- what is kept --------------------------------------------------------------------------------------------

    @property
    def pixels(self) -> int:
        """Of the panels that are kept and not shown."""
        return sum(holder.pixels for holder in self._aside())

    def forget_oldest(self) -> bool:
        """Closes the panel that was out of sight for longest; False where there is none."""
        oldest = min(self._aside(), key=lambda holder: holder.used, default=None)
        if oldest is None:
            return False
        self._drop(oldest)
        return True

    @property
    def oldest(self) -> int:
        """Number of the flip that last showed a panel that is not shown now; a large one where there is none."""
        return min((holder.used for holder in self._aside()), default=1 << 62)

    def forget_broken(self) -> None:
        """Closes panels out of sight that failed or could not be built: the next time they are built anew."""
        for holder in self._aside():
            if getattr(holder.panel, "failed", False):
                self._drop(holder)

    def _aside(self) -> list[Holder]:
        needed = {id(holder) for holder in self._shown} | {id(holder) for holder, _ in self._next}
        return [holder for holder in self._kept.values() if id(holder) not in needed]

    def _drop(self, holder: Holder) -> None:
        self._kept = {key: one for key, one in self._kept.items() if one is not holder}
        holder.panel.close()
        holder.hide()
        holder.deleteLater()

    # -- what panels are told ------------------------------------------------------------------------------------

    def panels(self) -> list[QWidget]:
        """The panels shown, in the order of the scene."""
        return [holder.panel for holder in self._shown]

    def refresh(self, topics: frozenset[str]) -> None:
        """Tables changed: panels that show them redraw; the others hear of it when they are shown."""
        shown = {id(holder) for holder in self._shown} - {id(holder) for holder in self._veiled}
        for holder in self._kept.values():
            if id(holder) in shown:
                _refresh(holder.panel, topics)
            else:
                holder.missed |= topics

    def age_tick(self) -> None:
        """A second passed."""
        _tell("age_tick", self.panels())

    def retranslate(self) -> None:
        _tell("retranslate", (holder.panel for holder in self._kept.values()))

    def close_panels(self) -> None:
        """The screen goes: every panel ends its threads."""
        self._unveiling.stop()
        for holder in [*self._kept.values()]:
            holder.panel.close()

    # -- inside --------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground.setGeometry(self.rect())

    def _catch_up(self, holder: Holder) -> None:
        missed, holder.missed = holder.missed, frozenset()
        if missed:
            _refresh(holder.panel, missed)
            _tell("age_tick", (holder.panel,))

    def _build(self, piece: Piece, told: dict[str, Any], screen: Rect) -> Holder:
        holder = Holder(WallSight(**told), self.ctx.theme.bg, self)
        cut = holder.part.cut
        holder.setGeometry(cut.x - screen.x, cut.y - screen.y, cut.w, cut.h)
        holder.missed = self._fill(holder, piece)
        return holder

    def _fill(self, holder: Holder, piece: Piece) -> frozenset[str]:
        """Builds the panel of a holder; the tables that it has not read yet."""
        ctx = dataclasses.replace(self.ctx, wall=holder.sight)
        try:
            panel: QWidget = self._made(ctx, piece.place, holder)
        except Exception as error:  # a bug of ours, or what the machine lacks, costs this panel and no other
            holder.clear()
            unbuilt = panel = UnbuiltOnWall(ctx, piece.place.panel, error, holder)
            unbuilt.reopened.connect(lambda: self._try_again(holder, piece))
        holder.take(panel, holder.part)
        _tell("age_tick", (panel,))
        return frozenset(getattr(panel, "topics", ()))

    def _made(self, ctx: PanelContext, place: Place, holder: Holder) -> QWidget:
        """The panel, or a sentence in its place where the scene's privacy keeps it from the wall."""
        privacy = holder.sight.privacy
        why = withheld(place.panel, privacy)
        if why is None:
            kind = self._classes[place.panel]
            why = withheld(place.panel, privacy, bool(getattr(kind, "for_visitors", False)))
        if why is not None:
            return WithheldOnWall(ctx, place.panel, why, holder)
        made: QWidget = kind(ctx, parent=holder, **place.options)
        return made

    def _try_again(self, holder: Holder, piece: Piece) -> None:
        broken = holder.panel
        holder.missed = self._fill(holder, piece)
        broken.hide()
        broken.deleteLater()
        if holder in self._shown:
            self._catch_up(holder)


def _keyed(
    wanted: Sequence[tuple[Piece, dict[str, Any]]],
) -> Iterator[tuple[_Key, Piece, dict[str, Any]]]:
    counts: dict[tuple[str, str, Rect, Rect, str], int] = {}
    for piece, told in wanted:
        part: Part = told["part"]
        options = repr(sorted(piece.place.options.items()))
        alike = (piece.place.panel, options, part.panel, part.cut, str(told["privacy"]))
        counts[alike] = counts.get(alike, -1) + 1
        yield (*alike, counts[alike]), piece, told


def _refresh(panel: QWidget, topics: frozenset[str]) -> None:
    wanted: frozenset[str] = getattr(panel, "topics", frozenset()) & topics
    if wanted and isinstance(panel, Pane) and not panel.failed:
        panel.refresh(wanted)


def _tell(what: str, panels: Iterable[QWidget]) -> None:
    for panel in panels:
        say = getattr(panel, what, None)
        if say is not None:
            say()
