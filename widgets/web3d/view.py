"""The page in Qt: served from memory under a scheme of our own, and nothing else is let through.

Import only where `able.why_not` had no objection: this needs PySide6-Addons.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, QUrl, Signal, Slot
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from widgets.web3d.able import prepare

SCHEME = "cockpit3d"
_TYPES = {"html": b"text/html", "js": b"text/javascript", "css": b"text/css", "ttf": b"font/ttf"}
_INSIDE = frozenset((SCHEME, "data", "blob"))
Serve = Callable[[str], bytes | None]


def _register() -> None:
    """Makes the scheme known; before the first profile, once a program."""
    if QWebEngineUrlScheme.schemeByName(SCHEME.encode()).name().isEmpty():
        prepare()
        scheme = QWebEngineUrlScheme(SCHEME.encode())
        scheme.setSyntax(QWebEngineUrlScheme.Syntax.Path)
        flags = QWebEngineUrlScheme.Flag
        scheme.setFlags(flags.SecureScheme | flags.CorsEnabled | flags.FetchApiAllowed)
        QWebEngineUrlScheme.registerScheme(scheme)


class _Serving(QWebEngineUrlSchemeHandler):
    """Answers from memory."""

    def __init__(self, serve: Serve, parent: QObject) -> None:
        super().__init__(parent)
        self._serve = serve

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        name = job.requestUrl().path().lstrip("/")
        content = self._serve(name)
        if content is None:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        buffer = QBuffer(job)
        buffer.setData(QByteArray(content))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        job.reply(_TYPES.get(name.rpartition(".")[2], b"application/octet-stream"), buffer)


class _Refusing(QWebEngineUrlRequestInterceptor):
    """Lets through what the page has from us, and refuses every other address before it is asked.

    Attributes:
        refused: addresses that the page asked for.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.refused: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if url.scheme() not in _INSIDE:
            self.refused = [*self.refused[-99:], url.toString()[:200]]
            info.block(True)


class Bridge(QObject):
    """What the page tells. Its slots are called by the page, whose words are not trusted further than a key is."""

    ready = Signal()
    trouble = Signal(str)
    pick = Signal(str, str)
    hover = Signal(str, str)
    look = Signal(str)
    press = Signal(str)

    @Slot()
    def began(self) -> None:
        self.ready.emit()

    @Slot(str)
    def failed(self, why: str) -> None:
        self.trouble.emit(why[:300])

    @Slot(str, str)
    def picked(self, topic: str, key: str) -> None:
        self.pick.emit(topic, key)

    @Slot(str, str)
    def hovered(self, topic: str, key: str) -> None:
        self.hover.emit(topic, key)

    @Slot(str)
    def looked(self, camera: str) -> None:
        self.look.emit(camera)

    @Slot(str)
    def pressed(self, name: str) -> None:
        self.press.emit(name)


class _Page(QWebEnginePage):
    """Goes nowhere else, opens nothing, and keeps what its scripts say for the log of a failed test."""

    def __init__(self, profile: QWebEngineProfile, parent: QObject) -> None:
        super().__init__(profile, parent)
        self.said: list[str] = []

    def acceptNavigationRequest(self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main: bool) -> bool:
        return QUrl(url).scheme() == SCHEME

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        self.said = [*self.said[-49:], f"{source}:{line} {message}"]


class PageView(QWebEngineView):
    """The page, as a widget.

    Attributes:
        bridge: what it tells.
        refusing: what it was refused.
        ended: its process is gone; the page is blank until `load_page` is called.
    """

    ended = Signal()

    def __init__(self, serve: Serve, parent: QWidget) -> None:
        _register()
        super().__init__(parent)
        self._profile = QWebEngineProfile()  # of no name: keeps nothing on disk
        self._profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.NoCache)
        self._profile.installUrlSchemeHandler(SCHEME.encode(), _Serving(serve, self))
        self.refusing = _Refusing(self)
        self._profile.setUrlRequestInterceptor(self.refusing)
        self._page: _Page | None = _Page(self._profile, self)
        self._dress_page(self._page)
        self.bridge = Bridge(self)
        self._channel = QWebChannel(self)
        self._channel.registerObject("bridge", self.bridge)
        self._page.setWebChannel(self._channel)
        self._page.renderProcessTerminated.connect(lambda *_: self.ended.emit())
        self.setPage(self._page)

    @staticmethod
    def _dress_page(page: _Page) -> None:
        settings, which = page.settings(), QWebEngineSettings.WebAttribute
        for attribute in (
            which.JavascriptCanOpenWindows, which.JavascriptCanAccessClipboard, which.LocalStorageEnabled,
            which.LocalContentCanAccessRemoteUrls, which.PluginsEnabled, which.HyperlinkAuditingEnabled,
            which.DnsPrefetchEnabled, which.PdfViewerEnabled, which.ErrorPageEnabled, which.NavigateOnDropEnabled,
        ):  # fmt: skip
            settings.setAttribute(attribute, False)
        settings.setAttribute(which.WebGLEnabled, True)

    def load_page(self) -> None:
        """Opens the page anew."""
        if self._page is not None:
            self._page.load(QUrl(f"{SCHEME}:/index.html"))

    def run(self, script: str) -> None:
        """Runs a script in the page."""
        if self._page is not None:
            self._page.runJavaScript(script)

    @property
    def said(self) -> list[str]:
        """What the page's scripts wrote last."""
        return self._page.said if self._page is not None else []

    def close_page(self) -> None:
        """Ends the page and its process. The profile has to outlive its page."""
        if self._page is not None:
            page, self._page = self._page, None
            page.setWebChannel(None)
            self.setPage(None)
            page.deleteLater()
            page.destroyed.connect(self._profile.deleteLater)


def channel_script() -> bytes:
    """The script with which a page speaks to Qt, as Qt ships it."""
    file = QFile(":/qtwebchannel/qwebchannel.js")
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise RuntimeError("qwebchannel.js is missing in QtWebChannel")
    return bytes(file.readAll().data())
