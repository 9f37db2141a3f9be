"""The catalogue of panels: found by name or group, seen alive, dragged onto a screen or into a place."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.messages import Message, texts
from cockpit.model.tables import TABLES
from widgets.kit.buttons import button, dress_icon_button, icon_button
from widgets.kit.fuzzy import score
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import Panel, PanelContext, guarded
from widgets.kit.scrolling import hold, scrolled
from widgets.walldesk.editing import Editing
from widgets.walldesk.flow import Flow
from widgets.walldesk.kind_grid import KindGrid
from widgets.walldesk.kinds import GROUPS, Kind, kinds, name_id
from widgets.walldesk.preview import Preview
from widgets.walldesk.search import SearchField

TALL, LOW, ROOMY = 214, 140, 800
"""Height of the preview, in a pane from which height on it is tall, px."""


class CataloguePane(Panel):
    """
    Attributes:
        field: what is typed here finds panels. grid: the panels. preview: the chosen one, alive.
    """

    panel_id: ClassVar[str] = "deskcatalogue"
    title_id: ClassVar[str] = "walldesk.catalogue"
    topics: ClassVar[frozenset[str]] = frozenset({*TABLES, "case", "outbox"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._edit = Editing(ctx)
        self._hand = self._edit.hand
        self._group = "all"
        column = QVBoxLayout(self.content)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        self.field = SearchField(ctx, self)
        self.field.textChanged.connect(self._tell)
        column.addWidget(self.field)
        self._flow = Flow(self)
        self._exclusive = QButtonGroup(self)
        self.groups = {
            group: button("", lambda group=group: self._turn(group), "chip", parent=self._flow) for group in GROUPS
        }
        for made in self.groups.values():
            self._exclusive.addButton(made)
        self.groups["all"].setChecked(True)
        self._flow.show_widgets(list(self.groups.values()))
        column.addWidget(self._flow)
        self.grid = KindGrid(self._hand, self)
        self.grid.picked.connect(self._pick)
        self.grid.wanted.connect(self._put)
        self._area = scrolled(self)
        holder = QWidget()
        held = QVBoxLayout(holder)
        held.setContentsMargins(0, 0, 4, 0)
        held.addWidget(self.grid)
        held.addStretch(1)
        hold(self._area, holder)
        column.addWidget(self._area, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._title, self._age = ElidedLabel(parent=self), ElidedLabel(parent=self)
        row.addWidget(self._title)
        row.addWidget(self._age)
        row.addStretch(1)
        self.put = icon_button("panel", "", ctx.theme, lambda: self._act("put"))
        self.cast = icon_button("cast", "", ctx.theme, lambda: self._act("cast"))
        row.addWidget(self.put)
        row.addWidget(self.cast)
        column.addLayout(row)
        self.preview = Preview(self._hand, self._aged, self)
        self.preview.setFixedHeight(TALL)
        column.addWidget(self.preview)
        charts = [kind.panel for kind in kinds(ctx.walling.panels) if kind.group == "chart"]
        ctx.walling.tell(panel=ctx.walling.panel or next(iter(charts), ""))
        ctx.walling.changed.connect(self._looked)
        if ctx.walls is not None:
            ctx.walls.listen(self._heard)
        self.retheme()
        self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.setFixedHeight(TALL if self.height() >= ROOMY else LOW)

    # -- what it is told -------------------------------------------------------------------------------------------

    def refresh(self, topics: frozenset[str]) -> None:
        self.preview.refresh(topics)

    def age_tick(self) -> None:
        self.preview.age_tick()
        self._aged()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.field.setPlaceholderText(t("walldesk.find_panel"))
        self.field.setAccessibleName(t("walldesk.find_panel"))
        self.grid.setAccessibleName(t("walldesk.catalogue"))
        self.preview.again()
        self._tell()

    def retheme(self) -> None:
        super().retheme()
        theme = self.ctx.theme
        self._title.setFont(theme.font("body", 700))
        self._title.set_color(theme.t1)
        self._age.setFont(theme.font("small"))
        self._age.set_color(theme.t3)
        self.preview.again()
        self._tell()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.preview.end()
        super().closeEvent(event)

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        for name in ("put", "cast"):
            action = self.ctx.actions.get(f"walldesk.{name}")
            if action is not None:
                made = menu.addAction(t(action.title))
                made.triggered.connect(lambda _checked=False, name=name: self._act(name))

    def _act(self, name: str) -> None:
        reason = self.ctx.actions.trigger(f"walldesk.{name}")
        if reason is not None:
            self.ctx.notify(reason, 0)

    @guarded
    def _heard(self, what: str) -> None:
        if what == "scenes" or not self.grid.kinds:
            self._tell()
        self.preview.come_alive()

    @guarded
    def _looked(self, what: str) -> None:
        if what in ("panel", "places", "editing", "wall"):
            self._tell()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        t, walling = self.ctx.t, self.ctx.walling
        there = kinds(walling.panels)
        counted = {
            group: len(there) if group == "all" else sum(kind.group == group for kind in there) for group in GROUPS
        }
        for group, made in self.groups.items():
            words = t(f"walldesk.group_{group}")
            made.setText(f"{words} {counted[group]}" if group == "all" else words)
            made.setVisible(bool(counted[group]))
        self._flow.show_widgets([made for group, made in self.groups.items() if counted[group]])
        self.header.set_age(Message("walldesk.n_panels", {"n": len(there)}))
        self.grid.show_kinds([kind for kind in there if self._fits(kind)])
        panel = walling.panel
        place = self._edit.place() if walling.editing else None
        options = place.options if place is not None and place.panel == panel else {}
        self.preview.show_panel(panel, options)
        named = name_id(panel)
        self._title.setText(t(named) if named else panel)
        for made, drawn, words in ((self.put, "panel", "walldesk.put"), (self.cast, "cast", "walldesk.cast")):
            dress_icon_button(made, drawn, t(words), self.ctx.theme)

    def _fits(self, kind: Kind) -> bool:
        typed = self.field.text().strip()
        if self._group not in ("all", kind.group):
            return False
        names = [texts(lang)(kind.name) for lang in ("zh", "en")] if kind.name else []
        return not typed or score(typed, kind.panel, *names) > 0

    def _aged(self) -> None:
        now = self.ctx.clock.wall()
        words = Message("walldesk.preview_age", {"age": age(self.preview.drawn, now)}) if self.preview.drawn else None
        self._age.setText(self.ctx.t(words) if words is not None else "")

    def _turn(self, group: str) -> None:
        self._group = group
        self._tell()

    def _pick(self, panel: str) -> None:
        self.ctx.walling.tell(panel=panel)
        ids = [kind.panel for kind in self.grid.kinds]
        if panel in ids:
            rect = self.grid.rect_of(ids.index(panel)).toRect()
            self._area.ensureVisible(rect.center().x(), rect.center().y(), 0, rect.height() // 2 + 4)

    def _put(self, panel: str) -> None:
        self._pick(panel)
        self._act("put")


PANELS = {"deskcatalogue": CataloguePane}
