"""What the hall's mode (平时, 战时, 特殊时期) changes at a desk, as on the wall: layers of the map and sounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.model.messages import Message
from cockpit.model.wall import Mode
from cockpit.model.wallstate import WallState

if TYPE_CHECKING:
    from cockpit.model.ports.walls import Walls
    from widgets.kit.context import PanelContext


class ModeDesk:
    """Follows the mode of the first wall that some machine draws; a hall without machines changes nothing.

    Attributes:
        mode: of now, None where there is no wall.
    """

    def __init__(self, ctx: PanelContext, walls: Walls, map_panel: Callable[[], object]) -> None:
        """
        Args:
            map_panel: the map of this desk, where there is one.
        """
        self.mode: Mode | None = None
        self._ctx, self._walls, self._map = ctx, walls, map_panel
        self._brought: set[str] = set()
        walls.listen(self._told)

    def hears(self, sound: str) -> bool:
        """Whether a sound is heard in the mode of now; one that names none hears all."""
        return self.mode is None or not self.mode.sounds or sound in self.mode.sounds

    def _told(self, what: str) -> None:
        state = self._walls.state
        if what != "state" or state is None:
            return
        mode = _mode_of(state)
        before, self.mode = self.mode, mode
        if mode is None or before is None or mode.id == before.id:  # a desk that opens is told nothing new
            return
        self._bring_layers(mode)
        self._ctx.notify(Message("casting.mode_is", {"mode": mode.name}), mode.accent)

    def _bring_layers(self, mode: Mode) -> None:
        """Shows the mode's layers, and takes away those that only the one before had brought."""
        from widgets.map.panel import MapPanel  # a window without a map starts without it
        from widgets.map.scene import LAYERS

        panel = self._map()
        if not isinstance(panel, MapPanel):
            return
        wanted = {layer for layer in mode.layers if layer in LAYERS}
        for layer in self._brought - wanted:
            panel.layer_desk.set_state(layer, visible=False)
        missing = wanted - panel.visible
        for layer in missing:
            panel.layer_desk.set_state(layer, visible=True)
        self._brought = (self._brought & wanted) | missing


def _mode_of(state: WallState) -> Mode | None:
    drawn = {seen.report.wall for seen in state.nodes if seen.joined}
    shows = next((one for one in state.shows if one.wall in drawn), None)
    if shows is None:
        return None
    return next((mode for mode in state.hall.modes if mode.id == shows.mode), None)
