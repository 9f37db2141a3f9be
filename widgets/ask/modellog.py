"""请求记录: every request that left the machine for a model, to the byte, what came back and what was shown of it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.askmodel import ModelRecord, ModelState
from cockpit.model.clock import local
from cockpit.model.errors import CockpitError
from cockpit.model.ports.askmodel import AskModel
from widgets.kit.buttons import KeyButton, button
from widgets.kit.context import PanelContext
from widgets.kit.label import label


class ModelLogDialog(QDialog):
    """
    Attributes:
        records: the newest first. list: one line each. whole: all of the one that is chosen.
        withdraw: takes the consent back, that to the wording of briefings too.
    """

    def __init__(self, ctx: PanelContext, port: AskModel, state: ModelState, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._port, t = ctx, port, ctx.t
        self.setWindowTitle(t("ask.log"))
        self.resize(1040, 640)
        self.records = port.log()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(label(t("ask.log"), self, role="", style="title", wrap=False))
        self._said = label("", self)
        column.addWidget(self._said)
        self.list = QListWidget(self)
        self.list.setAccessibleName(t("ask.log"))
        self.list.setFixedWidth(380)
        for record in self.records:
            QListWidgetItem(self._line(record), self.list)
        self.whole = QPlainTextEdit(self)
        self.whole.setReadOnly(True)
        self.whole.setTabChangesFocus(True)
        self.whole.setAccessibleName(t("ask.log_whole"))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.list)
        row.addWidget(self.whole, 1)
        column.addLayout(row, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.withdraw = button(t("ask.withdraw"), self._withdraw, parent=self)
        self.withdraw.setAutoDefault(False)
        foot.addWidget(self.withdraw)
        foot.addStretch(1)
        close = KeyButton(t("ask.close"), "Esc", ctx.theme, parent=self)
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        column.addLayout(foot)
        self.list.currentRowChanged.connect(self._chosen)
        self._say(state)
        if self.records:
            self.list.setCurrentRow(0)
        self.list.setFocus()

    def _say(self, state: ModelState) -> None:
        t = self._ctx.t
        id = "ask.log_agreed" if state.consented else "ask.log_not_agreed"
        said = t(id, host=state.host, model=state.model) if state.on else t("ask.no_model")
        none = "" if self.records else t("ask.log_none")
        self._said.setText(" ".join(one for one in (said, none) if one))
        self.withdraw.setEnabled(state.consented or self._is_worded)

    @property
    def _is_worded(self) -> bool:
        """Whether the wording of briefings is agreed to."""
        wording = self._ctx.wording
        return wording is not None and wording.state().consented

    def _line(self, record: ModelRecord) -> str:
        t = self._ctx.t
        size = sum(len(one.body.encode()) for one in record.sent)
        parts = [f"{local(record.at):%m-%d %H:%M:%S}", t(f"ask.log_{record.use}"), t(f"model.outcome_{record.outcome}"),
                 t("ask.log_size", n=len(record.sent), kb=f"{size / 1000:,.1f}")]  # fmt: skip
        if record.judged:
            parts.append(t(f"model.judged_{record.judged}"))
        return " · ".join(parts)

    def _chosen(self, row: int) -> None:
        self.whole.setPlainText("\n".join(self._told(self.records[row])) if 0 <= row < len(self.records) else "")

    def _told(self, record: ModelRecord) -> Iterator[str]:
        t = self._ctx.t
        yield f"{record.model} @ {record.host} · {record.id}"
        for why in record.blocked:
            yield f"! {t(why)}"
        if record.shown:
            yield f"\n{t('ask.log_shown')}\n{record.shown}"
        for n, sent in enumerate(record.sent, 1):
            size = f"{len(sent.body.encode()):,}"
            yield f"\n{t('ask.log_sent', n=n, at=f'{local(sent.at):%H:%M:%S}', url=sent.url, size=size)}\n{sent.body}"
            if sent.reply:
                yield f"\n{t('ask.log_reply')}\n{sent.reply}"
            if sent.failed:
                yield f"\n{t('ask.log_failed', why=sent.failed)}"

    def _withdraw(self) -> None:
        wording = self._ctx.wording
        try:
            if self._port.state().consented:
                self._port.consent(False)
            if wording is not None and self._is_worded:
                wording.consent(False)
        except CockpitError as error:
            self._ctx.notify(error.message, 0)
            return
        self._say(self._port.state())
