"""The dialog before the site's own scene goes: what was published of it last, by whom, and what is there after."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.wall_diff import changes, marked
from cockpit.model.wall_shipped import shipped_scenes
from widgets.kit.label import label
from widgets.walldesk.board_paint import BoardPainter
from widgets.walldesk.dialog import ScenesDialog
from widgets.walldesk.editing import Editing
from widgets.walldesk.hand import published_at
from widgets.walldesk.plan_view import PlanView

MOST_LINES = 12


class TakeAwayDialog(ScenesDialog):
    """
    Attributes:
        last: who published the scene last, and as which version. words: what becomes another.
        now, then: the scene as it is published, and as it is after.
    """

    def __init__(self, edit: Editing, id: str, parent: QWidget | None) -> None:
        t = edit.hand.ctx.t
        after = next((one for one in shipped_scenes() if one.id == id), None)
        shipped = after is not None
        title = t("walldesk.back_to_shipped" if shipped else "walldesk.remove_scene")
        why = t("walldesk.back_to_shipped_why" if shipped else "walldesk.remove_scene_why")
        super().__init__(edit, title, title, why, parent)
        self._id, self._after = id, after
        self.last = label("", self, role="t1")
        self.column.addWidget(self.last)
        painter = BoardPainter(edit, large=False)
        plans = QHBoxLayout()
        plans.setSpacing(12)
        self.now, self.then = PlanView(edit.hand, painter.name, self), PlanView(edit.hand, painter.name, self)
        for words, plan in (("walldesk.plan_now", self.now), ("walldesk.plan_after", self.then)):
            plan.setFixedHeight(130)
            one = QVBoxLayout()
            one.addWidget(label(t(words), self, style="small", wrap=False))
            one.addWidget(plan)
            plans.addLayout(one)
        self.column.addLayout(plans)
        self.words = label("", self)
        self.column.addWidget(self.words)
        self.column.addStretch(1)
        self.foot(self.take_away)

    def fill(self) -> None:
        """The scene as it is published now."""
        t, published = self._ctx.t, self._edit.hand.published(self._id)
        self.seen = self._edit.seen
        self.now.show_scene(published)
        self.then.show_scene(self._after, marked(published, self._after) if self._after is not None else frozenset())
        found = [t(change.words) for change in changes(published, self._after)]
        lines = ["· " + words for words in found[:MOST_LINES]]
        if len(found) > MOST_LINES:
            lines.append(t("walldesk.more_changes", n=len(found) - MOST_LINES))
        self.words.setText("\n".join(lines))
        self.say_versions()
        self.ask_versions()

    def say_versions(self) -> None:
        scene = self._edit.hand.published(self._id)
        version = next((one for one in self.versions if scene is not None and one.number == scene.version), None)
        if scene is None or version is None:
            self.last.setText(self._ctx.t.pack(scene.name) if scene is not None else "–")
            return
        when = published_at(self._ctx, version)
        words = {"scene": scene.name, "n": version.number, "by": version.by or "–", "at": when}
        self.last.setText(self._ctx.t("walldesk.last_by", **words))

    def take_away(self) -> None:
        """Has the scene go; the dialog stays while the hub says why not."""
        if self.confirm.isEnabled():
            self.wait()
            self._edit.take_away(self._id, self.seen, self.answered)
