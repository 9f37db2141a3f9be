"""The dialog before a scene is published: what becomes another on the wall, in words and side by side; a note on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.wall_diff import changes, marked
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, button
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.walldesk.board_paint import BoardPainter
from widgets.walldesk.editing import Editing
from widgets.walldesk.plan_view import PlanView

MOST_LINES = 40
KEY = "Ctrl+Return"


class PublishDialog(QDialog):
    """
    Attributes:
        picks: by id of the scene, whether it is published. note: words for the list of versions.
        bring: whether the scene that is looked at goes on the wall at once.
        confirm: the button. problem: why it was not published, in words.
    """

    def __init__(self, edit: Editing, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._edit, self._ctx = edit, edit.hand.ctx
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        t, hand = self._ctx.t, edit.hand
        told = self._ctx.walls.scenes if self._ctx.walls is not None else None
        self._seen = told.version if told is not None else 0
        self._looked = hand.looked
        self.setWindowTitle(t("walldesk.publish"))
        self.setMinimumWidth(720)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t("walldesk.publish_title"), self, role="", style="title", wrap=False))
        column.addWidget(label(t("walldesk.publish_why"), self))
        self.picks: dict[str, QCheckBox] = {}
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        for id in sorted(edit.unpublished(), key=lambda id: id != self._looked):
            inner.addWidget(self._scene(id, page))
        inner.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(page)
        page.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        area.setMinimumHeight(260)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(area, 1)
        self.note = LineEdit(self)
        self.note.setMaxLength(120)
        self.note.setPlaceholderText(t("walldesk.note"))
        self.note.setAccessibleName(t("walldesk.note"))
        column.addWidget(self.note)
        shows = hand.shows
        self.bring = QCheckBox(t("walldesk.bring"), self)
        self.bring.setChecked(True)
        self.bring.setVisible(shows is None or shows.scene.id != self._looked)
        column.addWidget(self.bring)
        self.problem = label("", self, role="", wrap=True)
        self.problem.setStyleSheet(f"color: {self._ctx.theme.hex('orange_text')}")
        self.problem.hide()
        column.addWidget(self.problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(t("walldesk.cancel"), self.reject, parent=self))
        self.confirm = KeyButton(t("walldesk.publish"), key_words(KEY), self._ctx.theme, "primary", self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(lambda _checked=False: self.publish())
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        for key in (KEY, "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.publish)
        self.note.setFocus()

    def _scene(self, id: str, parent: QWidget) -> QWidget:
        t, hand = self._ctx.t, self._edit.hand
        draft, before = self._ctx.walling.drafts[id], hand.published(id)
        box = QWidget(parent)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        pick = self.picks[id] = QCheckBox(t.pack(draft.scene.name), box)
        pick.setChecked(id == self._looked or len(self._edit.unpublished()) == 1)
        pick.setFont(self._ctx.theme.font("row_title"))
        column.addWidget(pick)
        painter = BoardPainter(self._edit, large=False)
        row = QHBoxLayout()
        row.setSpacing(12)
        for scene, marks in ((before, frozenset()), (draft.scene, marked(before, draft.scene))):
            plan = PlanView(hand, painter.name, box)
            plan.setFixedHeight(130)
            plan.show_scene(scene, marks)
            row.addWidget(plan)
        column.addLayout(row)
        found = changes(before, draft.scene)
        for change in found[:MOST_LINES]:
            column.addWidget(label("· " + t(change.words), box, wrap=True))
        if len(found) > MOST_LINES:
            column.addWidget(label(t("walldesk.more_changes", n=len(found) - MOST_LINES), box))
        return box

    def publish(self) -> None:
        """Publishes what is ticked; the dialog stays while the hub says why not."""
        if self.note.composing or not self.confirm.isEnabled():
            return
        ids = [id for id, pick in self.picks.items() if pick.isChecked()]
        self.confirm.setEnabled(False)
        self._edit.publish(ids, self.note.text().strip(), self._seen, self._told)

    def _told(self, problem: Message | None) -> None:
        self.confirm.setEnabled(True)
        if problem is not None:
            self.problem.setText(self._ctx.t(problem))
            self.problem.show()
            return
        if self.bring.isChecked() and not self.bring.isHidden() and self.picks[self._looked].isChecked():
            self._edit.hand.act("scene", self._looked)
        self.accept()
