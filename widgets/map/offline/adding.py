"""添加底图: a file of this machine, an address of tiles, a WMTS service, or 天地图 with a key of one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.bases import FILE_KINDS, TIANDITU, BaseSpec
from cockpit.model.errors import UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from widgets.kit.buttons import Segments, button
from widgets.kit.context import PanelContext
from widgets.kit.lineedit import LineEdit

KINDS = ("file", "xyz", "wmts", "tianditu")
SUFFIXES = {".pmtiles": "pmtiles", ".mbtiles": "mbtiles", ".geojson": "geojson", ".json": "geojson"}


class AddDialog(QDialog):
    """Attributes:
    made: the id of a source that was added.
    """

    made = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        t = self.t = ctx.t
        self.ctx = ctx
        self.kind = "file"
        self.setWindowTitle(t("base.add_title"))
        self.setMinimumWidth(620)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        head = QLabel(t("base.add_title"), self)
        head.setProperty("style", "title")
        self._kinds = Segments([(k, t(f"base.add_{k}")) for k in KINDS], self.kind, self)
        self._kinds.chosen.connect(self.turn)
        column.addWidget(head)
        column.addWidget(self._kinds)
        self.form = QFormLayout()
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.form.setHorizontalSpacing(12)
        self.form.setVerticalSpacing(8)
        self.name, self.url, self.layer = LineEdit(self), LineEdit(self), LineEdit(self)
        self.matrix, self.key, self.credit = LineEdit(self), LineEdit(self), LineEdit(self)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.matrix.setText("GoogleMapsCompatible")
        self.name.setMaxLength(40)
        place = QWidget(self)
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        self.browse = button(t("base.browse"), self._browse, parent=place)
        self.browse.setAutoDefault(False)
        row.addWidget(self.url, 1)
        row.addWidget(self.browse)
        self.sheet = "vec"
        self._sheets = Segments([(k, t(f"base.tianditu_{k}")) for k in TIANDITU], "vec", self)
        self._sheets.chosen.connect(lambda one: setattr(self, "sheet", one))
        self.content = "raster"
        self._contents = Segments([(k, t(f"base.tiles_{k}")) for k in ("raster", "vector")], "raster", self)
        self._contents.chosen.connect(lambda one: setattr(self, "content", one))
        self.datum = "wgs84"
        self._datums = Segments([("wgs84", "WGS-84"), ("cgcs2000", "CGCS2000"), ("gcj02", "GCJ-02")], "wgs84", self)
        self._datums.chosen.connect(lambda one: setattr(self, "datum", one))
        self.photo = QCheckBox(t("base.photo"), self)
        self._rows = {
            "name": self.name, "url": place, "sheet": self._sheets, "content": self._contents, "layer": self.layer,
            "matrix": self.matrix, "datum": self._datums, "key": self.key, "photo": self.photo, "credit": self.credit,
        }  # fmt: skip
        for name, widget in self._rows.items():
            label = QLabel(t(f"base.field_{name}") if name != "photo" else "", self)
            label.setProperty("role", "t2")
            label.setBuddy(widget)
            widget.setMinimumHeight(28)
            self.form.addRow(label, widget)
        column.addLayout(self.form)
        self._hint = QLabel(self)
        self._hint.setProperty("role", "t3")
        self._hint.setWordWrap(True)
        self.wrong = QLabel(self)
        self.wrong.setWordWrap(True)
        self.wrong.setStyleSheet(f"color: {ctx.theme.hex('red_text')}")
        self.wrong.hide()
        column.addWidget(self._hint)
        column.addWidget(self.wrong)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        cancel = button(t("base.cancel"), self.reject, parent=self)
        cancel.setAutoDefault(False)
        self.confirm = button(t("base.add_it"), self.add, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(cancel)
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        self.turn(self.kind)

    def turn(self, kind: str) -> None:
        """The form for one of `KINDS`."""
        self.kind = kind
        self._kinds.set_current(kind)
        shown = {
            "file": {"name", "url", "credit"},
            "xyz": {"name", "url", "content", "datum", "key", "photo", "credit"},
            "wmts": {"name", "url", "layer", "matrix", "datum", "key", "photo", "credit"},
            "tianditu": {"name", "sheet", "key"},
        }[kind]
        for name, widget in self._rows.items():
            self.form.setRowVisible(widget, name in shown)
        self.browse.setVisible(kind == "file")
        self.url.setPlaceholderText(
            "" if kind == "file" else self.t(f"base.example_{kind}") if kind != "tianditu" else ""
        )
        self._hint.setText(self.t(f"base.hint_{kind}"))
        self.wrong.hide()
        self.adjustSize()
        self.name.setFocus()

    def _browse(self) -> None:
        names = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        file, _ = QFileDialog.getOpenFileName(
            self, self.t("base.browse_title"), "", f"{self.t('base.files')} ({names})"
        )
        if file:
            self.url.setText(file)
            if not self.name.text().strip():
                self.name.setText(Path(file).stem[:40])

    def spec(self, ident: str) -> BaseSpec:
        """What the form says.

        Raises:
            UserError: a file whose name says no kind.
        """
        name = " ".join(self.name.text().split())
        said = {"zh": name} if name else {}
        credit = {"zh": self.credit.text().strip()} if self.credit.text().strip() else {}
        url, key = self.url.text().strip(), ident if self.key.text().strip() else ""
        if self.kind == "file":
            kind = SUFFIXES.get(Path(url).suffix.lower(), "")
            if kind not in FILE_KINDS:
                raise UserError("base.which_file")
            file = Path(url).expanduser()
            if not file.is_file():
                raise UserError("tiles.no_file", file=str(file))
            return BaseSpec(ident, said or {"zh": file.stem[:40]}, kind, str(file.absolute()), credit=credit)  # type: ignore[arg-type]
        if self.kind == "tianditu":
            names = said or {"zh": self.t("base.tianditu_named", layer=self.t(f"base.tianditu_{self.sheet}"))}
            return BaseSpec(
                ident, names, "tianditu", layer=self.sheet, key="tianditu", datum="cgcs2000", min_zoom=1,
                credit={"zh": "天地图", "en": "Tianditu"},
            )  # fmt: skip
        return BaseSpec(
            ident, said, "xyz" if self.kind == "xyz" else "wmts", url, self.kind == "xyz" and self.content == "vector",
            layer=self.layer.text().strip(), matrix=self.matrix.text().strip() or "GoogleMapsCompatible", key=key,
            datum=self.datum, photo=self.photo.isChecked(), credit=credit,
            max_zoom=14 if self.kind == "xyz" and self.content == "vector" else 18,
        )  # fmt: skip

    def add(self) -> None:
        """Adds it if it makes sense, else says what does not."""
        bases = self.ctx.bases
        assert bases is not None
        ident = "own-" + new_id(bases.clock)[-12:]
        try:
            spec = self.spec(ident)
            if self.kind == "wmts" and not spec.layer:
                raise UserError("base.no_layer")
            bases.add(spec)
            if spec.secret and self.key.text().strip():
                bases.keep_secret(spec.secret, self.key.text().strip())
        except UserError as error:
            self.wrong.setText(self.t(error.message, id=" ".join(self.name.text().split())))
            self.wrong.show()
            return
        except OSError as error:
            self.ctx.notify(Message("base.key_unwritable", {"why": error.strerror or str(error)}), 0)
        self.accept()
        self.made.emit(ident)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fields = (self.name, self.url, self.layer, self.matrix, self.key, self.credit)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and any(field.composing for field in fields):
            event.accept()
            return
        super().keyPressEvent(event)
