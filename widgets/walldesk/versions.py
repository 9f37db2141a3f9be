"""The versions of what was published: when, by whom, what was another; and the way back to one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.wall import Scene
from cockpit.model.wall_diff import changes, marked
from cockpit.model.wall_read import read_scene
from cockpit.model.wall_shipped import shipped_scenes
from cockpit.model.wallasks import Version, Versions, VersionTexts
from widgets.kit.buttons import button
from widgets.kit.label import label
from widgets.walldesk.board_paint import BoardPainter
from widgets.walldesk.editing import Editing
from widgets.walldesk.hand import published_at
from widgets.walldesk.plan_view import PlanView


class VersionsDialog(QDialog):
    """
    Attributes:
        view: the versions, the newest first. words: what was another then, in words. back: the way back.
        told: the version that is shown, None before it came.
    """

    def __init__(self, edit: Editing, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._edit, self._ctx = edit, edit.hand.ctx
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        t = self._ctx.t
        self.told: VersionTexts | None = None
        self._versions: tuple[Version, ...] = ()
        self._seen = 0
        self.setWindowTitle(t("walldesk.versions"))
        self.resize(980, 620)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        scene, self._id = edit.scene, edit.hand.looked
        name = scene.name if scene is not None else "–"
        column.addWidget(label(t("walldesk.versions_of", scene=name), self, role="", style="title", wrap=False))
        body = QHBoxLayout()
        body.setSpacing(16)
        self.view = QListWidget(self)
        self.view.setFixedWidth(320)
        self.view.setAccessibleName(t("walldesk.versions"))
        self.view.currentRowChanged.connect(self._chosen)
        body.addWidget(self.view)
        right = QVBoxLayout()
        right.setSpacing(8)
        painter = BoardPainter(edit, large=False)
        plans = QHBoxLayout()
        plans.setSpacing(12)
        self.then, self.now = PlanView(edit.hand, painter.name, self), PlanView(edit.hand, painter.name, self)
        for words, plan in (("walldesk.plan_then", self.then), ("walldesk.plan_now", self.now)):
            one = QVBoxLayout()
            one.addWidget(label(t(words), self, style="small", wrap=False))
            one.addWidget(plan, 1)
            plans.addLayout(one)
        right.addLayout(plans, 2)
        self.words = QPlainTextEdit(self)
        self.words.setReadOnly(True)
        self.words.setAccessibleName(t("walldesk.what_changed"))
        right.addWidget(self.words, 3)
        body.addLayout(right, 1)
        column.addLayout(body, 1)
        foot = QHBoxLayout()
        self.problem = label("", self, wrap=True)
        foot.addWidget(self.problem, 1)
        self.edit = button(t("walldesk.edit_from"), self._edit_from, parent=self)
        self.back = button(t("walldesk.back"), self._go_back, parent=self)
        foot.addWidget(self.edit)
        foot.addWidget(self.back)
        foot.addWidget(button(t("walldesk.close"), self.accept, parent=self))
        column.addLayout(foot)
        self._ready(False)
        self._ask()

    def _line(self, version: Version) -> str:
        t = self._ctx.t
        when = published_at(self._ctx, version)
        return t("walldesk.version_line", n=version.number, when=when, by=version.by or "–", note=version.note or "–")

    def _ask(self) -> None:
        if self._ctx.walls is not None:
            self.problem.setText(self._ctx.t("walldesk.reading"))
            self._ctx.walls.versions(self._listed)

    def _listed(self, answer: Versions | Message) -> None:
        if isinstance(answer, Message):
            self.problem.setText(self._ctx.t(answer))
            return
        self.problem.setText("" if answer.versions else self._ctx.t("walldesk.no_versions"))
        self._take(answer)
        if answer.versions:
            self.view.setCurrentRow(0)
            self.view.setFocus()

    def _listed_again(self, answer: Versions | Message) -> None:
        """What was published meanwhile is in the list; the version that is shown stays, and so does what was said."""
        if isinstance(answer, Message):
            return
        shown = self.told.version.number if self.told is not None else 0
        self._take(answer)
        at = next((row for row, one in enumerate(answer.versions) if one.number == shown), 0)
        self.view.setCurrentRow(at)
        self.view.setFocus()

    def _take(self, answer: Versions) -> None:
        newest = max((one.number for one in answer.versions), default=0)
        # of a version that can not be read the hub lists the number and holds the one before it
        self._seen = min(newest, self._edit.seen) or newest
        self._versions = answer.versions
        self.view.clear()
        self.view.addItems([self._line(version) for version in answer.versions])

    def _chosen(self, row: int) -> None:
        self._ready(False)
        if 0 <= row < len(self._versions) and self._ctx.walls is not None:
            self._ctx.walls.version(self._versions[row].number, 0, self._came)

    def _came(self, answer: VersionTexts | Message) -> None:
        row = self.view.currentRow()
        if isinstance(answer, Message):
            self.problem.setText(self._ctx.t(answer))
            return
        if not 0 <= row < len(self._versions) or self._versions[row].number != answer.version.number:
            return
        self.told = answer
        then, now = self._scene_then(), self._edit.hand.scene(self._id)
        self.then.show_scene(then)
        self.now.show_scene(now, marked(then, now) if now is not None else frozenset())
        t = self._ctx.t
        found = changes(then, now)
        lines = [t("walldesk.against_now", n=answer.version.number)]
        lines += ["· " + t(change.words) for change in found] or ["· " + t("walldesk.no_difference")]
        if answer.diff:
            lines += ["", t("walldesk.in_file", n=answer.version.number), answer.diff]
        self.words.setPlainText("\n".join(lines))
        self._ready(True)

    def _scene_then(self) -> Scene | None:
        """The scene that was looked at when this opened, as it was in the version that is shown."""
        id = self._id
        text = self.told.texts.get(f"scenes/{id}.toml", "") if self.told is not None else ""
        if not text:
            return next((one for one in shipped_scenes() if one.id == id), None)
        try:
            return read_scene(text, f"{id}.toml")
        except CockpitError as error:
            self.problem.setText(self._ctx.t(error.message))
            return None

    def _ready(self, on: bool) -> None:
        self.back.setEnabled(on)
        self.edit.setEnabled(on and self._scene_then() is not None)

    def _edit_from(self) -> None:
        """The scene as it was then becomes the next step of the edit."""
        then = self._scene_then()
        if then is not None:
            fields: dict[str, Any] = {"arrangements": then.arrangements, "layers": then.layers, "privacy": then.privacy}
            self._edit.describe(self._id, **fields)
            self._ctx.walling.tell(editing=True, places=())
            self.accept()

    def _go_back(self) -> None:
        """Everything as it was in that version, published once more."""
        if self.told is not None and self._ctx.walls is not None:
            self._ready(False)
            self._ctx.walls.back(self.told.version.number, self._seen, self._went)

    def _went(self, answer: int | Message) -> None:
        if isinstance(answer, Message):
            meanwhile = answer.id == "wall.published_meanwhile" and self._ctx.walls is not None
            said = Message("walldesk.back_meanwhile", answer.params) if meanwhile else answer
            self.problem.setText(self._ctx.t(said))
            self._ready(True)
            if meanwhile:
                self._ctx.walls.versions(self._listed_again)
            return
        self._ctx.notify(Message("walldesk.published", {"version": answer}), 0)
        self._ask()
