"""通知: one text to many, read by their phones, or spoken to everyone who picks up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from cockpit.model.calls import Contact
from cockpit.model.letters import LetterKind
from cockpit.model.messages import Message
from widgets.calls import acts
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label

MOST = 4000


class AnnounceDialog(QDialog):
    """
    Attributes:
        field: what is said. by_phone, by_call: how; letters go to units with a phone page only.
        confirm: the button.
    """

    def __init__(
        self,
        ctx: PanelContext,
        people: Sequence[Contact],
        parent: QWidget,
        *,
        written: bool = True,
        spoken: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx, self._people = ctx, list(people)
        self._units = [one.unit for one in people if one.unit]
        t = ctx.t
        self.setWindowTitle(t("callsui.announce"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t("callsui.announce"), self, role="", style="title"))
        names = "、".join(one.name for one in self._people[:4])
        more = t("callsui.to_more", names=names, n=len(self._people))
        column.addWidget(label(t("callsui.to", names=names) if len(self._people) <= 4 else more, self))
        self.field = QPlainTextEdit(self)
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(96)
        self.field.setPlaceholderText(t("callsui.announce_place"))
        self.field.setAccessibleName(t("callsui.announce_place"))
        self.field.textChanged.connect(self._look)
        column.addWidget(self.field)
        self.by_phone = QCheckBox(t("callsui.by_phone", n=len(self._units)), self)
        self.by_phone.setChecked(bool(self._units) and written)
        self.by_phone.setEnabled(bool(self._units))
        self.by_call = QCheckBox(t("callsui.by_call"), self)
        self.by_call.setChecked(spoken and not self._units)
        why = acts.refusal(ctx)
        disable(self.by_call, t(why) if why is not None else "")
        for one in (self.by_phone, self.by_call):
            one.toggled.connect(lambda _on: self._look())
            column.addWidget(one)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(button(t("callsui.cancel"), self.reject, parent=self))
        self.confirm = button(t("callsui.send"), self._send, "primary", parent=self)
        foot.addWidget(self.confirm)
        column.addSpacing(6)
        column.addLayout(foot)
        self._look()
        self.field.setFocus()

    @property
    def words(self) -> str:
        return self.field.toPlainText().strip()[:MOST]

    def _look(self) -> None:
        ways = self.by_phone.isChecked() or self.by_call.isChecked()
        t = self._ctx.t
        disable(self.confirm, "" if self.words and ways else t("callsui.say_something"))

    def _send(self) -> None:
        ctx, port = self._ctx, self._ctx.calls
        if port is None or not self.confirm.isEnabled():
            return
        case = acts.case_now(ctx)
        about = case.id if case is not None else ""
        if self.by_phone.isChecked():
            port.write(self._units, self.words, kind=LetterKind.ANNOUNCE, case=about)
        if self.by_call.isChecked():
            ctx.calling.look_at(port.announce(self._people, self.words, case=about))
        ctx.notify(Message("callsui.announced", {"n": len(self._people)}), 0)
        self.accept()
