"""图片: a picture that lies on this machine, with when it was made; shown anew when its file changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QImage, QImageReader, QPainter, QResizeEvent

from cockpit.model.ages import stamp
from cockpit.model.messages import Message
from widgets.map.raster.types import make_all_types
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_words
from widgets.wall.sizes import wide

FITS = ("contain", "cover")
MOST_MB = 512
"""What reading a picture may take; a larger one is refused."""
Token = tuple[str, int, int, int, int]
"""File, time of change, bytes, width and height wanted."""


class WallPicture(WallPanel):
    """Options: `file`, a path or a name in the folder `wall` of the profile; `fit`: `contain` shows all of it, `cover`
    fills the panel; `caption` (`{zh, en}`); `dated`, whether the time of the file is told."""

    panel_id: ClassVar[str] = "wallpicture"
    title_id: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {"file": "", "fit": "contain", "caption": {}, "dated": True}

    _read = Signal(object, object)

    def begin(self) -> None:
        self.image = QImage()
        self._dated = 0
        """When the file of `image` was changed, ns."""
        self._amiss: Message | None = None
        """Why `image` is not what the file holds now."""
        self._of: Token | None = None
        self._asked: Token | None = None
        self._thread: threading.Thread | None = None
        self._read.connect(self._take)

    def folders(self) -> list[Path]:
        """Where a name is looked for: in the profile, in what it keeps of this city, in the city's pack."""
        layers = self.ctx.layers
        mine = [layers.parent.parent / "wall", layers.parent / "wall"] if layers is not None else []
        return [*mine, self.ctx.pack.folder]

    def path(self) -> Path | None:
        """The file, where there is one; a name never leads out of its folder."""
        given = Path(str(self.chosen["file"]))
        if given.is_absolute():
            return given if given.is_file() else None
        for folder in self.folders():
            found = (folder / given).resolve()
            if found.is_relative_to(folder.resolve()) and found.is_file():
                return found
        return None

    def look(self) -> None:
        name = str(self.chosen["file"])
        if self.chosen["fit"] not in FITS:
            wrong: dict[str, object] = {"name": "fit", "word": self.chosen["fit"], "words": ", ".join(FITS)}
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", wrong))
        elif not name:
            self.show_state(PanelState.EMPTY, Message("wallmore.no_picture"), (Message("wallmore.no_picture_why"),))
        else:
            self._ask(name)

    def age_tick(self) -> None:
        self.look()

    def _ask(self, name: str) -> None:
        """Has the file read where it is another than the one shown; the last picture stays as long as that takes."""
        path = self.path()
        try:
            state = path.stat() if path is not None else None
        except OSError:
            state = None
        if path is None or state is None:
            if self.image.isNull():
                missing = Message("wallmore.picture_missing", {"file": name})
                self.show_state(PanelState.EMPTY, missing, (Message("wallmore.picture_try"),))
            self._of = None
            self._say_amiss(Message("wallmore.picture_gone"))
            return
        box = self.body().size().toSize()
        token = (str(path), state.st_mtime_ns, state.st_size, max(box.width(), 1), max(box.height(), 1))
        if token in (self._of, self._asked) or (self._thread is not None and self._thread.is_alive()):
            return
        self._asked = token
        make_all_types()
        cover = self.chosen["fit"] == "cover"
        self._thread = threading.Thread(target=lambda: self._load(token, cover), name="wallpicture", daemon=True)
        self._thread.start()

    def _load(self, token: Token, cover: bool) -> None:
        image = load(token[0], QSize(token[3], token[4]), cover)
        self._read.emit(token, image)

    def _take(self, token: Token, image: QImage) -> None:
        if self.failed or token != self._asked:
            return
        self._asked, self._of = None, token
        if image.isNull():
            if self.image.isNull():
                bad = Message("wallmore.picture_bad", {"file": str(self.chosen["file"])})
                self.show_state(PanelState.EMPTY, bad, (Message("wallmore.picture_try"),))
            self._say_amiss(Message("wallmore.picture_unread"))
            return
        self.image, self._dated, self._amiss = image, token[1], None
        self.show_content()
        self.update()

    def _say_amiss(self, why: Message) -> None:
        if why != self._amiss:
            self._amiss = why
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.look()

    def content(self) -> QRectF:
        """All of the body: a picture has no padding."""
        edge = self.edge
        return self.body().adjusted(edge, edge, -edge, -edge) if self.state is None else super().content()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        image = self.image
        if image.isNull():
            return
        painter.fillRect(box, self.theme.bg)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        how = (
            Qt.AspectRatioMode.KeepAspectRatioByExpanding
            if self.chosen["fit"] == "cover"
            else Qt.AspectRatioMode.KeepAspectRatio
        )
        size = image.size().scaled(box.size().toSize(), how)
        at = QRectF(0, 0, size.width(), size.height())
        at.moveCenter(box.center())
        painter.drawImage(at.toRect(), image)
        self._paint_caption(painter, box)

    def caption(self) -> list[str]:
        """What stands under the picture; of the last it is least that anything is missing."""
        t = self.ctx.t
        said = [t.pack(self.chosen["caption"])] if self.chosen["caption"] else []
        if self._amiss is not None:
            said.append(t(self._amiss))
        if self.chosen["dated"]:
            said.append(t("wallmore.picture_of", when=stamp(self._dated // 1000)))
        return said

    def _paint_caption(self, painter: QPainter, box: QRectF) -> None:
        """On one line, else each on its own, in the lower half of the picture at the most."""
        base, theme, said = self.base, self.theme, self.caption()
        high, room = base.min * 1.6, box.width() - 2 * base.pad
        most = int(box.height() / (2 * high))
        joined = " · ".join(said)
        lines = ([joined] if wide(joined, base.min) <= room else said)[-most:]
        if not joined or not most:
            return
        width = min(max(wide(line, base.min) for line in lines) + 2 * base.pad, box.width())
        strip = QRectF(box.left(), box.bottom() - high * len(lines), width, high * len(lines))
        back = theme.bg
        back.setAlphaF(0.86)
        painter.fillRect(strip, back)
        for i, line in enumerate(lines):
            row = QRectF(strip.left() + base.pad, strip.top() + i * high, width - 2 * base.pad, high)
            draw_words(painter, row, line, base.min, theme.t1)

    def close_panel(self) -> None:
        """Waits for the file that is being read."""
        if self._thread is not None:
            self._thread.join()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)


def load(path: str, room: QSize, cover: bool) -> QImage:
    """A picture no larger than it will be shown; null where it can not be read. On any thread."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    reader.setAllocationLimit(MOST_MB)
    size = reader.size()
    if size.isValid():
        how = Qt.AspectRatioMode.KeepAspectRatioByExpanding if cover else Qt.AspectRatioMode.KeepAspectRatio
        wanted = size.scaled(room, how)
        if wanted.width() < size.width():
            reader.setScaledSize(wanted)
    return reader.read()


PANELS = {"wallpicture": WallPicture}
