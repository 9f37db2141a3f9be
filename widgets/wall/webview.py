"""A page of the network in Qt, for looking at only. Import only where `able.why_no_web` had no objection.

It asks the hosts that the scene names and no other, opens nothing, keeps nothing, and is given nothing to hear or see.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

SCHEMES = frozenset(("http", "https", "ws", "wss"))
_INSIDE = frozenset(("data", "blob"))


class _Gate(QWebEngineUrlRequestInterceptor):
    """Lets through what goes to the hosts that were named."""

    def __init__(self, hosts: Iterable[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._hosts = frozenset(host.lower() for host in hosts)
        self.refused: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if url.scheme() in _INSIDE or (url.scheme() in SCHEMES and url.host().lower() in self._hosts):
            return
        self.refused = [*self.refused[-49:], url.toString()[:200]]
        info.block(True)


class _Page(QWebEnginePage):
    """Opens no window, and keeps what its scripts say out of our log."""

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        return None


class WebView(QWebEngineView):
    """The page.

    Attributes:
        gate: what was refused.
    """

    def __init__(self, hosts: Iterable[str], zoom: float, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._profile = QWebEngineProfile()  # of no name: keeps nothing on disk
        self._profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.MemoryHttpCache)
        self._profile.downloadRequested.connect(_refuse_download)
        self.gate = _Gate(hosts, self)
        self._profile.setUrlRequestInterceptor(self.gate)
        self._page: _Page | None = _Page(self._profile, self)
        self._page.permissionRequested.connect(_deny)
        settings, which = self._page.settings(), QWebEngineSettings.WebAttribute
        for attribute in (
            which.JavascriptCanOpenWindows, which.JavascriptCanAccessClipboard, which.PluginsEnabled,
            which.HyperlinkAuditingEnabled, which.DnsPrefetchEnabled, which.PdfViewerEnabled, which.ErrorPageEnabled,
            which.NavigateOnDropEnabled, which.LocalContentCanAccessFileUrls, which.ShowScrollBars,
        ):  # fmt: skip
            settings.setAttribute(attribute, False)
        self._page.setAudioMuted(True)
        self.setPage(self._page)
        self.setZoomFactor(min(max(zoom, 0.25), 5.0))

    def open(self, url: str) -> None:
        if self._page is not None:
            self._page.load(QUrl(url))

    def close_page(self) -> None:
        """Ends the page and its process. The profile has to outlive its page."""
        if self._page is not None:
            page, self._page = self._page, None
            self.setPage(None)
            page.deleteLater()
            page.destroyed.connect(self._profile.deleteLater)


def _refuse_download(request: QWebEngineDownloadRequest) -> None:
    request.cancel()


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()
