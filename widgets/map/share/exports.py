"""The ways in which a situation can be shared: a page, pictures of some sizes, prints. Third parties add theirs.

An entry point `cockpit.exporters` names an `Export`, or a function without parameters that gives some.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QIODevice, QMarginsF, QRectF
from PySide6.QtGui import QImage, QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter

from cockpit.model.errors import OutsideError
from cockpit.model.messages import Texts
from cockpit.share.ground import read_ground
from cockpit.share.page import page_of
from cockpit.share.tokens import Tokens
from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.share.sheet import SheetFacts, map_camera, paint_sheet

ENTRY_POINTS = "cockpit.exporters"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Material:
    """What an export is made of. It is used beside Qt's thread.

    Attributes:
        facts: the situation, and what a picture says of itself.
        folder: of the pack, for the ground of a page.
        theme, tokens, t: colours and texts.
        camera: what `Export.camera` gave.
        draw: draws the map of that camera; None where none was wanted.
    """

    facts: SheetFacts
    folder: Path
    theme: Theme
    tokens: Tokens
    t: Texts
    camera: Camera | None
    draw: Callable[[], QImage] | None


class Export(Protocol):
    """One way to share.

    Attributes:
        id: `page`, `png.3840x2160`; what the last one used is remembered by.
        suffix: of its files, without a dot.
        with_units: whether a person is asked whether units go along.
    """

    id: str
    suffix: str
    with_units: bool

    def words(self, t: Texts) -> str:
        """What a person reads in the list."""
        ...

    def camera(self, seen: Camera) -> Camera | None:
        """The view that has to be drawn for it, from the one that is seen; None: none."""
        ...

    def write(self, device: QIODevice, material: Material) -> None:
        """Writes it. Raises OutsideError where that can not be done."""
        ...


class PageExport:
    """One HTML file."""

    id, suffix, with_units = "page", "html", True

    def words(self, t: Texts) -> str:
        return t("share.kind_page")

    def camera(self, seen: Camera) -> Camera | None:
        return None

    def write(self, device: QIODevice, material: Material) -> None:
        told = material.facts.told
        page = page_of(told, read_ground(material.folder, told.bounds), material.tokens, material.t)
        content = page.encode("utf-8")
        if device.write(content) != len(content):
            raise OutsideError("share.unwritable", why=device.errorString())


class PictureExport:
    """A PNG of some pixels; 0, 0: of those that the map has on the screen."""

    suffix, with_units = "png", False

    def __init__(self, width: int, height: int, words: str) -> None:
        self.id = f"png.{width}x{height}" if width else "png.seen"
        self._size, self._words = (width, height), words

    def words(self, t: Texts) -> str:
        return t(self._words, size="{}×{}".format(*self._size))

    def camera(self, seen: Camera) -> Camera | None:
        width, height = self._size
        if not width:
            return map_camera(seen, seen.width, seen.height, seen.dpr)
        # a picture for a wall is the picture for a screen, only finer: its words are as large a part of it
        dpr = max(height / 1080, 1.0)
        return map_camera(seen, round(width / dpr), round(height / dpr), dpr)

    def write(self, device: QIODevice, material: Material) -> None:
        image = _sheet_image(material)
        writer = QImageWriter(device, b"png")
        writer.setCompression(40)
        told = material.facts.told
        writer.setText("Title", f"{told.title} {told.stamp}")
        writer.setText("Copyright", " · ".join(material.facts.credit))
        if not writer.write(image):
            raise OutsideError("share.unwritable", why=writer.errorString())


class PrintExport:
    """A PDF page, lying: the map as a picture, the words as words."""

    suffix, with_units = "pdf", False

    def __init__(self, id: str, page: QPageSize.PageSizeId, width: int, height: int, dpr: float) -> None:
        """Args: width, height: of the page in logical pixels. dpr: pixels of the map's picture a logical pixel."""
        self.id, self._page, self._size, self._dpr = f"pdf.{id}", page, (width, height), dpr
        self._name = id.upper()

    def words(self, t: Texts) -> str:
        return t("share.kind_pdf", page=self._name)

    def camera(self, seen: Camera) -> Camera | None:
        return map_camera(seen, *self._size, self._dpr)

    def write(self, device: QIODevice, material: Material) -> None:
        camera, draw = material.camera, material.draw
        assert camera is not None
        assert draw is not None
        told = material.facts.told
        writer = QPdfWriter(device)
        writer.setTitle(f"{told.title} {told.stamp}")
        writer.setCreator("city-cockpit")
        writer.setPageLayout(
            QPageLayout(QPageSize(self._page), QPageLayout.Orientation.Landscape, QMarginsF(0, 0, 0, 0))
        )
        painter = QPainter()
        if not painter.begin(writer):
            raise OutsideError("share.unwritable", why=device.errorString())
        full = writer.pageLayout().fullRectPixels(writer.resolution())
        painter.scale(full.width() / camera.width, full.height() / camera.height)
        painter.drawImage(QRectF(0, 0, camera.width, camera.height), draw())
        paint_sheet(painter, camera, material.facts, material.theme, material.t)
        if not painter.end():
            raise OutsideError("share.unwritable", why=device.errorString())


def _sheet_image(material: Material) -> QImage:
    camera, draw = material.camera, material.draw
    assert camera is not None
    assert draw is not None
    image = draw()
    image.setDevicePixelRatio(camera.dpr)
    painter = QPainter(image)
    paint_sheet(painter, camera, material.facts, material.theme, material.t)
    painter.end()
    return image


def exports() -> list[Export]:
    """All of them, ours first."""
    ours: list[Export] = [
        PageExport(),
        PictureExport(0, 0, "share.kind_seen"),
        PictureExport(1920, 1080, "share.kind_png"),
        PictureExport(3840, 2160, "share.kind_png"),
        PictureExport(11520, 3240, "share.kind_wall"),
        PrintExport("a4", QPageSize.PageSizeId.A4, 1600, 1131, 2.0),
        PrintExport("a3", QPageSize.PageSizeId.A3, 1920, 1358, 2.5),
    ]
    return [*ours, *_theirs({one.id for one in ours})]


def _theirs(taken: set[str]) -> Iterator[Export]:
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        try:
            made = entry.load()
            found = made() if callable(made) else made
        except Exception:  # a third party's bug costs its own way of sharing and no other
            log.exception("exporter %s", entry.name)
            continue
        for one in found if isinstance(found, list | tuple) else [found]:
            if one.id not in taken:
                taken.add(one.id)
                yield one
