"""网页: a page of a system that is not ours. When it can not be reached its last picture stays, with its age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QPainter, QPixmap, QShowEvent

from cockpit.model.ages import age
from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from widgets.lists.words import clock_time
from widgets.wall.kit import PanelState, WallPanel
from widgets.web3d.able import prepare, why_no_web

AGAIN = (5, 15, 30, 60, 120)
"""Seconds after which a page that did not come is tried again, the first time, the second, …"""
LETTERS = 16.0
"""Pixels that a page's letters have as a rule: enlarged to the smallest that the wall allows."""
PICTURE_SECONDS = 10


class WallWeb(WallPanel):
    """Options: `url` (http or https); `hosts`, other hosts that the page may ask; `zoom`, 0: until its letters can be
    read; `refresh`, seconds after which it is loaded anew, 0 never."""

    panel_id: ClassVar[str] = "wallweb"
    title_id: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {"url": "", "hosts": [], "zoom": 0.0, "refresh": 0}

    def begin(self) -> None:
        self.page: Any = None
        self.last = QPixmap()
        self._came = 0
        self._tries = 0
        self._loading = False
        self._pictured = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._load)

    def title(self) -> str:
        return super().title() or urlsplit(str(self.chosen["url"])).netloc

    def _problem(self) -> tuple[Message, tuple[Message, ...]] | None:
        """Why no page can be shown here at all."""
        url = urlsplit(str(self.chosen["url"]))
        if not self.chosen["url"]:
            return Message("wallmore.no_page"), (Message("wallmore.no_page_why"),)
        if url.scheme not in ("http", "https") or not url.hostname:
            return Message("wallmore.no_address", {"url": str(self.chosen["url"])[:120]}), ()
        why = why_no_web()
        return (Message("wallmore.web_can_not"), (why,)) if why is not None else None

    def look(self) -> None:
        if not self.isVisible() or self.page is not None:
            return
        problem = self._problem()
        if problem is not None:
            self.show_state(PanelState.EMPTY, *problem)
            return
        self._open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()

    def _open(self) -> None:
        from widgets.wall.webview import WebView

        prepare()
        host = urlsplit(str(self.chosen["url"])).hostname or ""
        zoom = float(self.chosen["zoom"]) or max(self.base.min / LETTERS, 0.5)
        self.page = WebView((host, *(str(one) for one in self.chosen["hosts"])), zoom, self)
        self.page.loadFinished.connect(self._loaded)
        self.page.renderProcessTerminated.connect(lambda *_: self._loaded(False))
        self.hold(self.page)
        self.show_state(PanelState.WAITING, Message("wallmore.web_loading"))
        self._load()

    def _load(self) -> None:
        if self.page is not None and not self._loading:
            self._loading = True
            self.page.open(str(self.chosen["url"]))

    def _loaded(self, good: bool) -> None:
        if self.failed or self.page is None:
            return
        self._loading = False
        if good:
            self._tries, self._came = 0, self.ctx.clock.wall()
            self.show_content()
            self.page.show()
            if int(self.chosen["refresh"]) > 0:
                self._timer.start(max(int(self.chosen["refresh"]), 5) * 1000)
        else:
            wait = AGAIN[min(self._tries, len(AGAIN) - 1)]
            self._tries += 1
            self._timer.start(wait * 1000)
            if self.last.isNull():
                told = (Message("wallmore.web_again", {"n": wait}),)
                self.show_state(PanelState.DEAD, Message("wallmore.web_dead"), told)
            else:
                self.show_content()
                self.page.hide()  # its last picture is painted in its place
        self._say_age()
        self.update()

    def age_tick(self) -> None:
        self.look()
        now = self.ctx.clock.wall()
        showing = self.page is not None and self.page.isVisible() and not self._loading and self._came
        if showing and not self._tries and now - self._pictured >= PICTURE_SECONDS * SECOND:
            self._pictured = now
            self.last = self.page.grab()
        self._say_age()

    def _say_age(self) -> None:
        if not self._came:
            self.set_age(None)
        elif self._tries:
            self.set_age(Message("wallmore.web_old", {"time": clock_time(self._came, self.ctx.clock.wall())}), True)
        else:
            self.set_age(age(self._came, self.ctx.clock.wall()))

    def content(self) -> QRectF:
        """All of the body: a page has margins of its own."""
        edge = self.edge
        return self.body().adjusted(edge, 0, -edge, -edge) if self.state is None else super().content()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        if self._tries and not self.last.isNull():
            size = self.last.deviceIndependentSize().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(QRectF(box.topLeft(), size).toRect(), self.last)

    def close_panel(self) -> None:
        """Ends the page and its process."""
        self._timer.stop()
        if self.page is not None:
            page, self.page = self.page, None
            page.close_page()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)


PANELS = {"wallweb": WallWeb}
