"""The frame that every panel of a wall has: title, age and one line of facts in sizes that the last row reads, and
its states in words. Nobody touches a wall: there is no menu, and a panel that failed begins anew by itself.

A panel of a wall paints itself in `paint`, or lays a widget of its own into its body by `hold`:

    class Ring(WallPanel):
        panel_id, title_id, topics = "wallring", "wallkit.ring", frozenset({"sign"})
        options = {"sign": "", "columns": 2}

        def begin(self) -> None: ...           # what `__init__` is elsewhere
        def look(self) -> None: ...            # data, language or the wall's sight changed: read again
        def paint(self, painter, box) -> None: ...  # type sizes: self.type
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message
from cockpit.model.wallabout import About
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import topic_age
from widgets.kit.panel import Pane
from widgets.kit.states import PanelState
from widgets.kit.theme import WALL, Theme
from widgets.lists.areas import AreaTree
from widgets.lists.words import joined
from widgets.wall.cover import Cover
from widgets.wall.options import settled
from widgets.wall.paint import HeadWords, draw_frame, paint_head, paint_state
from widgets.wall.sizes import WallType, font, sizes, sizes_at
from widgets.wall.wanted import Wanted, about_words, wanted

__all__ = ["PanelState", "WallPanel", "WallType", "font", "sizes", "sizes_at", "wall_theme"]

STIR_SECONDS = 10.0
"""A calm panel looks so often though no table changed: days end, feeds fall silent, what failed is asked for again."""
AGAIN_SECONDS = (30, 60, 120, 300, 600)
"""After how long a panel that failed begins anew, the first time, the second, …"""
_GROWN = 2.2
"""How many times larger than it must be the type of a panel with much room becomes at the most."""
_LARGE, _LARGE_BY = (50, 28), 1.4
"""From how many rows of type across and down a panel has a larger title line, and how much larger."""
_ICONS = {PanelState.DEAD: "plug-broken", PanelState.ERROR: "close"}


def wall_theme() -> Theme:
    """The colours of walls, whatever the desk's are."""
    return Theme.load(WALL)


class WallPanel(Pane):
    """One panel of a wall.

    Attributes:
        title_id: of its title; the option `title` (words, or `{zh, en}`) says another.
        age_topic: the table whose feeds' age stands beside the title; "" when the panel says its age itself.
        options: what a scene may set, each with what it is where the scene says nothing; a value is of its kind.
            `title`, `area` (code) and `frame` every panel has.
        headed: whether it has a title line.
        ample: width and height, in rows of type, from which on its type grows with it; (0, 0) never.
        narrowed: what of the selection that it follows its title says: `area`, `about`, `time`.
        calm: seconds that lie between two looks at the least, where tables change many times a second.
        type: the sizes of now, for the panel as large as it is. theme: the wall's.
        chosen: the options as they hold. exposed: what is to be painted anew, while it is.
    """

    title_id: ClassVar[str] = ""
    age_topic: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {}
    headed: ClassVar[bool] = True
    ample: ClassVar[tuple[float, float]] = (0, 0)
    calm: ClassVar[float] = 0.0
    narrowed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, **options: Any) -> None:
        super().__init__(ctx, parent)
        self.theme = wall_theme()
        known = {"title": "", "area": "", "frame": True, **self.options}
        self.chosen, self._wrong = settled(known, options)
        self._age: tuple[Message | None, bool] = (None, False)
        self._facts: Message | str | None = None
        self._state: tuple[PanelState, Message, tuple[Message | str, ...]] | None = None
        self._held: QWidget | None = None
        self._failures = 0
        self._looked, self._due = -1e9, False
        self.exposed = QRectF()
        self._cover: Cover | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.reopen)
        self.type = sizes(ctx)
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

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """Paint the content into `box`."""

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

    # -- what it says

    def set_age(self, age: Message | None, stale: bool = False) -> None:
        """The age beside the title, in words."""
        if (age, stale) != self._age:
            self._age = (age, stale)
            self.update(self.head().toAlignedRect())

    def set_facts(self, facts: Message | str | None) -> None:
        """The one line of facts at the right of the title."""
        if facts != self._facts:
            self._facts = facts
            self.update(self.head().toAlignedRect())

    def show_state(self, state: PanelState, title: Message, lines: Sequence[Message | str] = ()) -> None:
        """Say a state in place of the content."""
        told = (state, title, tuple(lines))
        if told != self._state and (not self.failed or state is PanelState.ERROR):
            self._state = told
            if self._held is not None:
                self._held.hide()
            self.update()

    def show_content(self) -> None:
        """Show the content again; does nothing after an error."""
        if self._state is not None and not self.failed:
            self._state = None
            if self._held is not None:
                self._held.show()
            self.update()

    @property
    def state(self) -> PanelState | None:
        """The state shown in place of the content, None when the content is."""
        return self._state[0] if self._state else None

    @property
    def said(self) -> str:
        """The sentences of the state, "" when the content is shown."""
        if self._state is None:
            return ""
        return "\n".join(self.ctx.t(one) for one in (self._state[1], *self._state[2]))

    @property
    def wrong(self) -> Message | None:
        """What is wrong with the options that the scene has for it, in a sentence."""
        return self._wrong

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

    # -- where things lie

    def hold(self, widget: QWidget) -> None:
        """Lay a widget into the body; it is hidden while a state is said."""
        self._held = widget
        widget.setParent(self)
        widget.setGeometry(self.body().toAlignedRect())
        widget.setVisible(self._state is None)

    @property
    def edge(self) -> int:
        """How thick the frame is, px."""
        return self.base.hair if self.chosen["frame"] else 0

    @property
    def base(self) -> WallType:
        """The sizes that the wall asks for at the least: of titles, and so alike in all its panels."""
        return sizes(self.ctx)

    def _titled(self) -> WallType:
        """The sizes of the title line: larger in a panel that is as large as a screen."""
        base = self.base
        large = self.width() >= _LARGE[0] * base.row and self.height() >= _LARGE[1] * base.row
        return base.grown(_LARGE_BY) if large else base

    def head(self) -> QRectF:
        """The title line; of no height where there is none."""
        high = round(self._titled().panel * 1.56) if self.headed and self.headline() else 0
        return QRectF(self.edge, self.edge, self.width() - 2 * self.edge, high)

    def body(self) -> QRectF:
        """What is under the title line, within the frame."""
        head = self.head()
        return QRectF(head.left(), head.bottom(), head.width(), max(self.height() - self.edge - head.bottom(), 0))

    def content(self) -> QRectF:
        """The body without its padding."""
        pad = self.base.pad if self.chosen["frame"] else 0
        above = pad * 0.25 if self.head().height() else pad
        box = self.body().adjusted(pad, above, -pad, -pad * 0.8)
        return QRectF(box.left(), box.top(), max(box.width(), 0), max(box.height(), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        base = self.base
        across, down = self.ample
        by = 1.0
        if across and down and self.width() and self.height():
            by = min(self.width() / (across * base.row), self.height() / (down * base.row), _GROWN)
        self.type = base.grown(round(max(by, 1.0) * 8) / 8)
        if self._held is not None:
            self._held.setGeometry(self.body().toAlignedRect())

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint_all(painter, QRectF(event.rect()))
        finally:  # the report of an error keeps this frame: a painter left open would end the program
            painter.end()

    def _paint_all(self, painter: QPainter, exposed: QRectF) -> None:
        theme, base = self.theme, self.base
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.exposed = exposed
        painter.fillRect(exposed, theme.bg)
        if self.chosen["frame"]:
            draw_frame(painter, QRectF(self.rect()), theme.s1, theme.line, base.hair, base.radius)
        head = self.head()
        if head.height() and exposed.intersects(head):
            self._paint_head(painter, head)
        body = self.body()
        if not exposed.intersects(body):
            return
        painter.setClipRect(body)
        if self._state is not None:
            paint_state(painter, self.content(), base, theme, _ICONS.get(self._state[0], ""), self.said.split("\n"))
        elif self._wrong is not None:
            said = [self.ctx.t("wallkit.wrong_scene"), self.ctx.t(self._wrong)]
            paint_state(painter, self.content(), base, theme, "warning", said)
        else:
            self.paint(painter, self.content())

    def _paint_head(self, painter: QPainter, head: QRectF) -> None:
        t, (age, stale) = self.ctx.t, self._age
        pad = self.base.pad if self.chosen["frame"] else 0
        facts = t(self._facts) if isinstance(self._facts, Message) else self._facts or ""
        short = age.params.get("stopped") if age else None  # that some feeds stopped, without the age of the others
        words = HeadWords(
            self.headline(), t(age) if age else "", stale, facts, t(short) if isinstance(short, Message) else ""
        )
        paint_head(painter, head.adjusted(pad, 0, -pad, 0), self._titled(), self.theme, words)
