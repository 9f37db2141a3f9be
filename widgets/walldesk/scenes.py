"""The list of scenes: which there are, which is on the wall, which is looked at; under it the carousel."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QMenu, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import button
from widgets.kit.lines import Lines
from widgets.kit.panel import Panel, PanelContext, PanelState, guarded
from widgets.walldesk.carousel import CarouselBox
from widgets.walldesk.editing import Editing
from widgets.walldesk.scene_rows import SceneDelegate, scene_rows
from widgets.walldesk.search import SearchField

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _View(QListView):
    """The list; Enter brings the scene that is looked at to the wall."""

    def __init__(self, pane: ScenesPane) -> None:
        super().__init__(pane)
        self._pane = pane

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.isAutoRepeat() and not event.modifiers():
            self._pane.show_looked()
        else:
            super().keyPressEvent(event)


class ScenesPane(Panel):
    """
    Attributes:
        field: what is typed here finds scenes.
        view: the list. carousel: under it.
    """

    panel_id: ClassVar[str] = "deskscenes"
    title_id: ClassVar[str] = "walldesk.scenes"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._edit = Editing(ctx)
        self._hand = self._edit.hand
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inset = QVBoxLayout()
        inset.setContentsMargins(12, 8, 12, 8)
        self.field = SearchField(ctx, self, "/")
        self.field.textChanged.connect(self._tell)
        self.field.returnPressed.connect(self.show_looked)
        inset.addWidget(self.field)
        column.addLayout(inset)
        self.model = Lines(lambda row: f"{row.name} {row.state}", self)
        self.view = _View(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(SceneDelegate(self._hand, self.model))
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(lambda index: self._hand.choose_scene(self.model.lines[index.row()].id))
        self.view.doubleClicked.connect(lambda index: self._show(index))
        selection = self.view.selectionModel()
        selection.currentChanged.connect(self._walked)
        column.addWidget(self.view, 1)
        self.carousel = CarouselBox(self._hand, self)
        column.addWidget(self.carousel)
        self._new = button("", lambda: self._act("walldesk.new"), parent=self)
        self.header.right.addWidget(self._new)
        self._telling = False
        ctx.walling.changed.connect(self._looked)
        if ctx.walls is not None:
            ctx.walls.listen(self._heard)
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.field.setPlaceholderText(t("walldesk.find_scene"))
        self.field.setAccessibleName(t("walldesk.find_scene"))
        self.view.setAccessibleName(t("walldesk.scenes"))
        self._new.setText(t("walldesk.new"))
        self._tell()

    def retheme(self) -> None:
        super().retheme()
        self._tell()
        self.view.viewport().update()

    def age_tick(self) -> None:
        self._tell()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        for id in ("walldesk.describe", "walldesk.copy", "walldesk.drop", "walldesk.take_away", "walldesk.versions"):
            action = self.ctx.actions.get(id)
            if action is not None:
                made = menu.addAction(t(action.title))
                made.setEnabled(action.reason is None)
                made.triggered.connect(lambda _checked=False, id=id: self._act(id))

    def _act(self, id: str) -> None:
        reason = self.ctx.actions.trigger(id)
        if reason is not None:
            self.ctx.notify(reason, 0)

    @guarded
    def _heard(self, what: str) -> None:
        if what in ("state", "scenes"):
            self._tell()

    @guarded
    def _looked(self, what: str) -> None:
        if what in ("scene", "drafts", "wall"):
            self._tell()

    def _tell(self) -> None:
        """Brings the list up to date; what is looked at stays looked at."""
        hand = self._hand
        if hand.state is None:
            self.show_state(PanelState.WAITING, Message("walldesk.waiting"))
            return
        waited = self.state is not None
        self.show_content()
        if waited:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        rows = scene_rows(hand, self.field.text().strip())
        self.header.set_age(Message("walldesk.n_scenes", {"n": len(hand.scenes())}))
        if rows != self.model.lines:
            self._telling = True
            if [row.id for row in rows] == [row.id for row in self.model.lines]:
                self.model.lines = rows
                self.view.viewport().update()
            else:
                self.model.show(rows)
            self._telling = False
        at = next((i for i, row in enumerate(rows) if row.id == hand.looked), -1)
        if at != self.view.currentIndex().row():
            self._telling = True
            self.view.setCurrentIndex(self.model.index(at, 0) if at >= 0 else QModelIndex())
            self._telling = False
        self.carousel.tell()

    def _walked(self, index: QModelIndex, before: QModelIndex) -> None:
        if not self._telling and index.isValid():
            self._hand.choose_scene(self.model.lines[index.row()].id)

    def _show(self, index: QModelIndex) -> None:
        self._hand.show(self.model.lines[index.row()].id)

    def show_looked(self) -> None:
        """The scene that is looked at, or the first that was found, goes on the wall."""
        at = max(self.view.currentIndex().row(), 0)
        if self.model.lines:
            self._hand.show(self.model.lines[at].id)
            self.field.clear()


PANELS = {"deskscenes": ScenesPane}
