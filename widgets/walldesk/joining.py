"""The dialog by which others come to the wall: a remote by a code that it reads, a machine by a code that is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import countdown, stamp
from cockpit.model.messages import Message
from cockpit.model.wallasks import Paired, RemotesKnown
from cockpit.model.walljoin import CodeMade, Forgotten, Machines, Member
from widgets.calls.enrol import QrCode, only_here
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, Segments, button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.walldesk.forgetting import ForgetDialog

ROLES = ("presenter", "operator")
DAYS = 1
LOOK_SECONDS = 3
FORGET = "Del"


class JoinDialog(QDialog):
    """
    Attributes:
        which: `remotes` or `machines`. codes: makes a code. code: the code as it is typed, in words how.
        qr: the code as a remote reads it, once there is one. known: who is there; nobody: that nobody is.
        away: sends the chosen one away. forget: has the hub forget the chosen machine, asked once more by `asking`.
    """

    def __init__(self, ctx: PanelContext, which: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx = ctx
        self._until = self._asked = 0
        self._ids: list[str] = []
        self._members: dict[str, Member] = {}
        self.asking: ForgetDialog | None = None
        self._role = ROLES[0]
        t = ctx.t
        self.which = which
        self.setWindowTitle(t("walldesk.join_title"))
        self.setMinimumWidth(640)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t("walldesk.join_title"), self, role="", style="title", wrap=False))
        tabs = [("remotes", t("walldesk.join_remotes")), ("machines", t("walldesk.join_machines"))]
        self.tabs = Segments(tabs, which, self)
        self.tabs.chosen.connect(self.turn)
        row = QHBoxLayout()
        row.addWidget(self.tabs)
        row.addStretch(1)
        column.addLayout(row)
        self._why = label("", self)
        column.addWidget(self._why)
        column.addLayout(self._middle())
        self.known = QListWidget(self)
        self.known.setFixedHeight(132)
        self.known.currentRowChanged.connect(lambda _row: self._can())
        column.addWidget(self.known)
        self.nobody = label("", self.known)
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QVBoxLayout(self.known)
        inside.addWidget(self.nobody)
        self.problem = label("", self)
        column.addWidget(self.problem)
        foot = QHBoxLayout()
        self.away = button("", self._send_away, parent=self)
        foot.addWidget(self.away)
        self.forget = KeyButton(t("walldesk.forget"), key_words(FORGET), ctx.theme, parent=self)
        self.forget.clicked.connect(lambda _checked=False: self._forget())
        foot.addWidget(self.forget)
        shortcut = QShortcut(QKeySequence(FORGET), self.known, context=Qt.ShortcutContext.WidgetShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self._forget)
        foot.addStretch(1)
        close = button(t("walldesk.close"), self.accept, parent=self)
        foot.addWidget(close)
        column.addLayout(foot)
        for made in (self.away, self.forget, close, self.codes):
            made.setAutoDefault(False)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._tick)
        self._seconds.start()
        self.finished.connect(lambda _how: self._seconds.stop())
        self.turn(which)

    def _middle(self) -> QHBoxLayout:
        t = self._ctx.t
        row = QHBoxLayout()
        row.setSpacing(20)
        left = QVBoxLayout()
        left.setSpacing(8)
        self._how = QStackedWidget(self)
        roles = [(role, t(f"walldesk.role_{role}")) for role in ROLES]
        self.role = Segments(roles, self._role, self)
        self.role.chosen.connect(self._set_role)
        self.name = LineEdit(self)
        self.name.setMaxLength(40)
        self.name.setPlaceholderText(t("walldesk.machine_name"))
        self.name.setAccessibleName(t("walldesk.machine_name"))
        for widget in (self.role, self.name):
            page = QWidget(self)
            inner = QHBoxLayout(page)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.addWidget(widget)
            if widget is self.role:
                inner.addStretch(1)
            self._how.addWidget(page)
        self._how.setFixedHeight(32)
        left.addWidget(self._how)
        self.codes = button("", self._make, "primary", parent=self)
        left.addWidget(self.codes, 0, Qt.AlignmentFlag.AlignLeft)
        self.code = label("", self, role="", style="title", wrap=True)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        left.addWidget(self.code)
        self.says = label("", self)
        left.addWidget(self.says)
        left.addStretch(1)
        row.addLayout(left, 1)
        self.qr = QrCode(self)
        row.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def turn(self, which: str) -> None:
        """Remotes, or machines."""
        t = self._ctx.t
        self.which = which
        remotes = which == "remotes"
        self._why.setText(t("walldesk.join_remotes_why" if remotes else "walldesk.join_machines_why"))
        self._how.setCurrentIndex(0 if remotes else 1)
        self.codes.setText(t("walldesk.make_code"))
        self.away.setText(t("walldesk.unpair" if remotes else "walldesk.revoke"))
        self.forget.setVisible(not remotes)
        self.away.setEnabled(False)
        self._show("", "", 0)
        self.problem.setText("")
        self._list([], [])
        self._answered(False)
        self._look()

    def _set_role(self, role: str) -> None:
        self._role = role

    def _make(self) -> None:
        walls = self._ctx.walls
        if walls is None:
            self.problem.setText(self._ctx.t("walldesk.no_wall"))
        elif self.which == "remotes":
            walls.pair(self._role, DAYS, self._paired)
        else:
            walls.code(self.name.text().strip(), self._coded)

    def _paired(self, answer: Paired | Message) -> None:
        if isinstance(answer, Message):
            self.problem.setText(self._ctx.t(answer))
            return
        self.problem.setText(self._ctx.t("walldesk.only_here") if only_here(answer.url) else "")
        self._show(answer.code, answer.url, answer.until)
        self._look()

    def _coded(self, answer: CodeMade | Message) -> None:
        if isinstance(answer, Message):
            self.problem.setText(self._ctx.t(answer))
            return
        self.problem.setText("")
        self._show(f"cockpit wall join {answer.host} {answer.code}", "", answer.until)

    def _show(self, code: str, url: str, until: int) -> None:
        self._until = until
        self.code.setText(code)
        self.qr.tell(url)
        self.qr.setVisible(bool(url))
        self._tick(look=False)

    def _tick(self, look: bool = True) -> None:
        left = self._until - (self._ctx.clock.now() if self.which == "remotes" else self._ctx.clock.wall())
        if self._until and left <= 0:
            self._show("", "", 0)
            self.says.setText(self._ctx.t("walldesk.code_over"))
        elif self._until:
            self.says.setText(self._ctx.t("walldesk.code_left", left=countdown(left)))
        elif look is False:
            self.says.setText("")
        self._asked += 1
        if look and self._asked % LOOK_SECONDS == 0:
            self._look()

    def _look(self) -> None:
        walls = self._ctx.walls
        if walls is not None and self.which == "remotes":
            walls.remotes(self._remotes)
        elif walls is not None:
            walls.machines(self._machines)

    def _remotes(self, answer: RemotesKnown | Message) -> None:
        if self.which != "remotes":
            return
        if isinstance(answer, Message):
            self.problem.setText(self._ctx.t(answer))
            self.nobody.setText("")
            return
        t = self._ctx.t
        lines = [
            t(
                "walldesk.remote_line",
                name=one.name or one.id,
                role=Message(f"walldesk.role_{one.role}") if one.role in ROLES else one.role,
                until=stamp(one.until),
                on=Message("walldesk.is_on" if one.on else "walldesk.is_off"),
            )
            for one in answer.remotes
        ]
        self._list(lines, [one.id for one in answer.remotes])
        self._answered(True)

    def _machines(self, answer: Machines | Message) -> None:
        if self.which != "machines":
            return
        if isinstance(answer, Message):
            self.problem.setText(self._ctx.t(answer))
            self.nobody.setText("")
            return
        self._members = {one.machine: one for one in answer.machines}
        self._list([self._ctx.t(_line(one)) for one in answer.machines], list(self._members))
        self._answered(True)

    def _answered(self, on: bool) -> None:
        """Whether the hub told who is there; an empty list then says that nobody is."""
        remotes, nobody = self.which == "remotes", not self.known.count()
        words = "walldesk.no_remotes" if remotes else "walldesk.no_machines"
        self.nobody.setText(self._ctx.t(words if on else "walldesk.reading") if nobody else "")

    def _list(self, lines: list[str], ids: list[str]) -> None:
        if lines == [self.known.item(i).text() for i in range(self.known.count())]:
            self._can()
            return
        row = self.known.currentRow()
        kept = self._ids[row] if 0 <= row < len(self._ids) else ""
        self._ids = ids
        self.known.clear()
        self.known.addItems(lines)
        if kept in ids:
            self.known.setCurrentRow(ids.index(kept))
        self._can()

    def _can(self) -> None:
        """The buttons of the chosen one; a machine without a key has none that could be taken away."""
        row = self.known.currentRow()
        id = self._ids[row] if 0 <= row < len(self._ids) else ""
        member = self._members.get(id) if self.which == "machines" else None
        self.away.setEnabled(bool(id) and (member is None or member.since > 0))
        self.forget.setEnabled(member is not None)

    def _forget(self) -> None:
        """Asks once more; one that is alive says so at once."""
        row = self.known.currentRow()
        if self.which != "machines" or not 0 <= row < len(self._ids):
            return
        machine = self._ids[row]
        if self._members[machine].here:
            self.problem.setText(self._ctx.t("walljoin.machine_alive", name=machine))
            return
        self.problem.setText("")
        self.asking = ForgetDialog(self._ctx, machine, self.known.item(row).text(), self._forgotten, self)
        self.asking.open()

    def _forgotten(self, done: Forgotten) -> None:
        self.problem.setText(self._ctx.t("walljoin.still_in_hall", machine=done.machine) if done.hall else "")
        self._look()

    def _send_away(self) -> None:
        walls, row = self._ctx.walls, self.known.currentRow()
        if walls is None or not 0 <= row < len(self._ids):
            return
        if self.which == "remotes":
            walls.unpair(self._ids[row], self._sent)
        else:
            walls.revoke(self._ids[row], self._sent)

    def _sent(self, problem: Message | None) -> None:
        self.problem.setText(self._ctx.t(problem) if problem is not None else "")
        self._look()


def _line(one: Member) -> Message:
    """What is known of a machine."""
    on = Message("walldesk.is_on" if one.here else "walldesk.is_off")
    if one.heard and not one.here:
        on = Message("walldesk.is_off_since", {"at": stamp(one.heard)})
    if not one.since:
        return Message("walldesk.machine_keyless", {"name": one.machine, "on": on})
    return Message("walldesk.machine_line", {"name": one.machine, "since": stamp(one.since), "on": on})
