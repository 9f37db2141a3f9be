"""Which alerts and alarms the walls have seen: one that is away for a look or two is none that comes anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.model.clock import MINUTE
from cockpit.wall.turning import Standing

AWAY = 3 * MINUTE
"""So long what went is remembered: a feed that is read anew, or a platform that answers nothing once, is no news."""
MOST = 5_000
"""Of those that went, the newest are remembered."""


class Seen:
    """To be used on one thread."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        """Args: keys: of the run before; they count as here until the first look."""
        self._before = tuple(keys)
        self._at: dict[str, int] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(sorted({*self._before, *self._at}))

    def new(self, standing: Sequence[Standing], mono: int) -> list[Standing]:
        """Those that have come.

        Args:
            standing: all that stand. mono: us of a clock that is never set.
        """
        self._at |= dict.fromkeys(self._before, mono)
        self._before = ()
        new = [one for one in standing if one.key not in self._at]
        here = dict.fromkeys((one.key for one in standing), mono)
        went = {key: at for key, at in self._at.items() if key not in here and mono - at < AWAY}
        newest = sorted(went.items(), key=lambda one: one[1])[-MOST:]
        self._at = {**dict(newest), **here}
        return new
