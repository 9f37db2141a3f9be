"""The dialog before a scene is published: what becomes another on the wall, in words and side by side; a note on it.

A scene that somebody else published since the edit began says so, and is published only where that is ticked as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.messages import Message
from cockpit.model.wall_diff import Change, changes, marked
from widgets.kit.buttons import button
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.walldesk.board_paint import BoardPainter
from widgets.walldesk.dialog import ScenesDialog
from widgets.walldesk.editing import Editing
from widgets.walldesk.hand import published_at
from widgets.walldesk.plan_view import PlanView
from widgets.walldesk.unfit import unfit

MOST_LINES = 40
HEIGHT, HEIGHT_MEANWHILE = 260, 376
PAGES = {
    Qt.Key.Key_PageDown: QScrollBar.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QScrollBar.SliderAction.SliderPageStepSub,
}


class PublishDialog(ScenesDialog):
    """
    Attributes:
        picks: by id of the scene, whether it is published. note: words for the list of versions.
        overwrites: of those that somebody else published meanwhile, whether that is overwritten; theirs: the buttons
            that begin from that instead.
        bring: whether the scene that is looked at goes on the wall at once.
    """

    def __init__(self, edit: Editing, parent: QWidget | None) -> None:
        t, hand = edit.hand.ctx.t, edit.hand
        super().__init__(edit, t("walldesk.publish"), t("walldesk.publish_title"), t("walldesk.publish_why"), parent)
        self._looked = hand.looked
        self.picks: dict[str, QCheckBox] = {}
        self.overwrites: dict[str, QCheckBox] = {}
        self.theirs: dict[str, QPushButton] = {}
        self._whose: dict[str, QLabel] = {}
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(self._area, 1)
        self.note = LineEdit(self)
        self.note.setMaxLength(120)
        self.note.setPlaceholderText(t("walldesk.note"))
        self.note.setAccessibleName(t("walldesk.note"))
        self.column.addWidget(self.note)
        shows = hand.shows
        self.bring = QCheckBox(t("walldesk.bring"), self)
        self.bring.setChecked(True)
        self.bring.setVisible(shows is None or shows.scene.id != self._looked)
        self.column.addWidget(self.bring)
        self.foot(self.publish)
        self.note.setFocus()

    def fill(self) -> None:
        """The scenes with what is published now; ticks stay, but for what is overwritten: that is another now."""
        unpublished = self._edit.unpublished()
        ticked = {id: pick.isChecked() for id, pick in self.picks.items()}
        held = self._area.widget()
        inside = held is not None and held.isAncestorOf(self.focusWidget() or self)
        self.seen = self._edit.seen
        self.picks, self.overwrites, self.theirs, self._whose = {}, {}, {}, {}
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        for id in sorted(unpublished, key=lambda id: id != self._looked):
            inner.addWidget(self._scene(id, page))
            self.picks[id].setChecked(ticked.get(id, id == self._looked or len(unpublished) == 1))
        inner.addStretch(1)
        self._area.setWidget(page)
        self._area.setMinimumHeight(HEIGHT_MEANWHILE if self.overwrites else HEIGHT)
        page.setAutoFillBackground(False)
        if inside:
            self.note.setFocus()
        if self.overwrites:
            self.ask_versions()

    def say_versions(self) -> None:
        for id, words in self._whose.items():
            words.setText(self._ctx.t(self._who(id)))

    def _who(self, id: str) -> Message:
        """Who published a scene meanwhile, and as which version."""
        text = self._edit.hand.text(id)
        if text is None:
            return Message("walldesk.theirs_gone")
        if text.shipped:
            return Message("walldesk.theirs_shipped")
        n = text.scene.version
        version = next((one for one in self.versions if one.number == n), None)
        if version is None:
            return Message("walldesk.theirs_version", {"n": n})
        when = published_at(self._ctx, version)
        return Message("walldesk.theirs_by", {"n": n, "by": version.by or "–", "at": when})

    def _scene(self, id: str, parent: QWidget) -> QWidget:
        t, hand = self._ctx.t, self._edit.hand
        draft, before = self._ctx.walling.drafts[id], hand.published(id)
        box = QWidget(parent)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        pick = self.picks[id] = QCheckBox(t.pack(draft.scene.name), box)
        pick.setFont(self._ctx.theme.font("row_title"))
        column.addWidget(pick)
        meanwhile = self._edit.overtaken(id)
        if meanwhile:
            column.addWidget(self._meanwhile(id, box))
        painter = BoardPainter(self._edit, large=False)
        row = QHBoxLayout()
        row.setSpacing(12)
        sides = (("plan_now", before, frozenset[str]()), ("plan_after", draft.scene, marked(before, draft.scene)))
        for words, scene, marks in sides:
            plan = PlanView(hand, painter.name, box)
            plan.setFixedHeight(130)
            plan.show_scene(scene, marks)
            side = QVBoxLayout()
            side.setSpacing(2)
            side.addWidget(label(t(f"walldesk.{words}"), box, style="small", wrap=False))
            side.addWidget(plan)
            row.addLayout(side)
        column.addLayout(row)
        for said in unfit(hand, draft.scene, before, painter.name)[:MOST_LINES]:
            made = label(t(said), box, role="")
            made.setStyleSheet(f"color: {self._ctx.theme.hex('yellow_text')}")
            column.addWidget(made)
        if meanwhile and not draft.new:
            self._lines(column, box, changes(draft.base, before), "walldesk.theirs_changed")
            self._lines(column, box, changes(before, draft.scene), "walldesk.mine_changes")
        else:
            self._lines(column, box, changes(before, draft.scene))
        return box

    def _lines(self, column: QVBoxLayout, box: QWidget, found: Sequence[Change], title: str = "") -> None:
        t = self._ctx.t
        if title:
            column.addWidget(label(t(title), box, role="t1", wrap=False))
        for change in found[:MOST_LINES]:
            column.addWidget(label("· " + t(change.words), box, wrap=True))
        if len(found) > MOST_LINES:
            column.addWidget(label(t("walldesk.more_changes", n=len(found) - MOST_LINES), box))

    def _meanwhile(self, id: str, parent: QWidget) -> QWidget:
        """That somebody else published it, and the two ways on."""
        t, theme = self._ctx.t, self._ctx.theme
        box = QWidget(parent)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 2, 0, 6)
        column.setSpacing(6)
        words = self._whose[id] = label(t(self._who(id)), box, role="", wrap=True)
        words.setStyleSheet(f"color: {theme.hex('orange_text')}")
        column.addWidget(words)
        row = QHBoxLayout()
        row.setSpacing(12)
        gone = self._edit.hand.published(id) is None
        tick = self.overwrites[id] = QCheckBox(t("walldesk.make_again" if gone else "walldesk.overwrite"), box)
        row.addWidget(tick)
        row.addStretch(1)
        if not gone:
            theirs = self.theirs[id] = button(t("walldesk.from_theirs"), lambda: self._from_theirs(id), parent=box)
            theirs.setAutoDefault(False)
            row.addWidget(theirs)
        column.addLayout(row)
        return box

    def _from_theirs(self, id: str) -> None:
        self._edit.from_theirs(id)
        self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page up and down read on, wherever the keyboard is."""
        page = PAGES.get(Qt.Key(event.key()))
        if page is not None:
            self._area.verticalScrollBar().triggerAction(page)
        else:
            super().keyPressEvent(event)

    def publish(self) -> None:
        """Publishes what is ticked; the dialog stays while the hub says why not."""
        if self.note.composing or not self.confirm.isEnabled():
            return
        ids = [id for id, pick in self.picks.items() if pick.isChecked()]
        unseen = next((id for id in ids if id in self.overwrites and not self.overwrites[id].isChecked()), None)
        if unseen is not None:
            scene = self._ctx.walling.drafts[unseen].scene.name
            self.answered(Message("walldesk.overtaken", {"scene": scene}))
            self.overwrites[unseen].setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(self.overwrites[unseen])
            return
        self.problem.hide()
        self.wait()
        self._edit.publish(ids, self.note.text().strip(), self.seen, self.answered)

    def done_as_asked(self) -> None:
        pick = self.picks.get(self._looked)
        if self.bring.isChecked() and not self.bring.isHidden() and pick is not None and pick.isChecked():
            self._edit.hand.act("scene", self._looked)
