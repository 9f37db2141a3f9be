"""What every panel of a wall is: it looks where something changed, follows what the wall is narrowed to, and is drawn
in its frame. Nobody touches a wall: there is no menu, and a panel that failed begins anew by itself.

A panel of a wall paints itself in `paint`, or lays a widget of its own into its body by `hold`:

    class Ring(WallPanel):
        panel_id, title_id, topics = "wallring", "wallkit.ring", frozenset({"sign"})
        options = {"sign": "", "columns": 2}

        def begin(self) -> None: ...           # what `__init__` is elsewhere
        def look(self) -> None: ...            # data, language or the wall's sight changed: read again
        def paint(self, painter, box) -> None: ...  # type sizes: self.type
"""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message
from cockpit.model.wallabout import About
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import topic_age
from widgets.kit.states import PanelState
from widgets.lists.areas import AreaTree
from widgets.lists.words import joined
from widgets.wall.cover import Cover
from widgets.wall.frame import WallFrame, wall_theme
from widgets.wall.sizes import WallType, font, sizes, sizes_at
from widgets.wall.wanted import Wanted, about_words, wanted

__all__ = ["PanelState", "WallPanel", "WallType", "font", "sizes", "sizes_at", "wall_theme"]

STIR_SECONDS = 10.0
"""A calm panel looks so often though no table changed: days end, feeds fall silent, what failed is asked for again."""
AGAIN_SECONDS = (30, 60, 120, 300, 600)
"""After how long a panel that failed begins anew, the first time, the second, …"""


class WallPanel(WallFrame):
    """One panel of a wall.

    Attributes:
        title_id: of its title; the option `title` (words, or `{zh, en}`) says another.
        age_topic: the table whose feeds' age stands beside the title; "" when the panel says its age itself.
        narrowed: what of the selection that it follows its title says: `area`, `about`, `time`.
        calm: seconds that lie between two looks at the least, where tables change many times a second.
    """

    title_id: ClassVar[str] = ""
    age_topic: ClassVar[str] = ""
    calm: ClassVar[float] = 0.0
    narrowed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, **options: Any) -> None:
        super().__init__(ctx, parent, **options)
        self._failures = 0
        self._looked, self._due = -1e9, False
        self._cover: Cover | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.reopen)
        sight = ctx.wall
        if sight is not None:
            sight.changed.connect(self._sight_changed)
        self.begin()
        self.restart()

    # -- what a panel does; a subclass takes what it needs

    def begin(self) -> None:
        """Make what it keeps; called once, before anything else of these."""

    def look(self) -> None:
        """Read again what is shown: data, language or what the wall follows changed. Painting follows by itself."""

    def seen(self) -> object:
        """What the content shows, to be compared: painted anew when it is another. None: painted at every look."""
        return None

    def sight_changed(self, names: frozenset[str]) -> None:
        """The wall's sight is another in these; `look` follows."""

    def title(self) -> str:
        """What stands over it."""
        own = self.chosen["title"]
        return self.ctx.t.pack(own) if own else self.ctx.t(self.title_id) if self.title_id else ""

    @property
    def area(self) -> str:
        """Code of the area that it shows: the option's, else the one that it follows, else the city."""
        sight = self.ctx.wall
        return self.chosen["area"] or (sight.area if sight is not None else "") or self.ctx.pack.code

    @property
    def about(self) -> About | None:
        """Kinds and time that it follows."""
        sight = self.ctx.wall
        return sight.about if sight is not None else None

    def taken_in(self, timed: bool = True) -> Wanted:
        """What of events or cases it takes in, beside the area; `timed`: whether a period that it follows counts."""
        return wanted(self.chosen, self.about, self.ctx.clock.now(), timed)

    def narrowing(self) -> frozenset[str]:
        """What of the selection holds for what is shown now."""
        return self.narrowed

    def narrowed_words(self, of: frozenset[str] | None = None) -> str:
        """Area, kinds and time that it follows, as far as `of` (else `narrowing`) has them; "" nothing of them."""
        of, sight, t = self.narrowing() if of is None else of, self.ctx.wall, self.ctx.t
        if not of or sight is None:
            return ""
        what, when = about_words(sight.about, t, self.ctx.clock.now())
        area = ""
        if "area" in of and sight.area not in ("", self.ctx.pack.code) and not self.chosen["area"]:
            known = AreaTree(self.ctx.picture["area"]).get(sight.area)
            area = known.name if known is not None else sight.area
        return joined(area, what if "about" in of else "", when if "time" in of else "")

    def headline(self) -> str:
        """The title as it is painted: with what of the selection the panel is narrowed to."""
        return joined(self.title(), self.narrowed_words())

    # -- what it is told

    def refresh(self, topics: frozenset[str]) -> None:
        mono = self.ctx.clock.mono()
        if 0 <= mono - self._looked < self.calm:
            self._due = True
            return
        self._looked, self._due = mono, False
        before = self.seen()
        self.look()
        if before is None or before != self.seen():
            self.update()

    def look_now(self) -> None:
        """Look and paint, however lately it did."""
        self._looked = -1e9
        self.refresh(self.topics)
        self.update()

    def age_tick(self) -> None:
        """A second passed; a subclass calls this."""
        if self._due or (self.calm and self.ctx.clock.mono() - self._looked >= STIR_SECONDS):
            self.refresh(self.topics)
        if self.age_topic:
            self.set_age(*topic_age(self.ctx, self.age_topic))

    def retranslate(self) -> None:
        self.look_now()
        self.setAccessibleName(self.headline())

    def retheme(self) -> None:
        self.update()

    def restart(self) -> None:
        self.setAccessibleName(self.headline())
        self.look_now()
        self.age_tick()

    def _sight_changed(self, names: frozenset[str]) -> None:
        if self.failed:
            return
        try:
            if names & {"pitch_mm", "distance_m"}:
                self._fit()
            self.sight_changed(names)
            self.look_now()
            if names & {"area", "about"}:
                self.setAccessibleName(self.headline())
                self._fit()  # there may be a title line now
        except Exception as error:
            self.fail(error)
        self.update()

    # -- when it fails

    def show_failure(self, number: str) -> None:
        kept = Message("kit.error_kept", {"number": number}) if number else Message("kit.error_logged")
        again = AGAIN_SECONDS[min(self._failures, len(AGAIN_SECONDS) - 1)]
        self._failures += 1
        self.set_age(Message("kit.panel_off"))
        self.show_state(
            PanelState.ERROR, Message("kit.error_title"), (kept, Message("wallkit.begins_again", {"n": again}))
        )
        self._cover = Cover(self, self._paint_all)
        self._again.start(again * 1000)

    def reopen(self) -> None:
        self._error = None
        if self._cover is not None:
            self._cover.hide()
            self._cover.deleteLater()
            self._cover = None
        self.set_age(None)
        self.show_content()
        super().reopen()
