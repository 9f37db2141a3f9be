"""What a person sets of a seat's window: theme, map style, language, sound, their name; kept in the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QApplication, QWidget

from cockpit.model.messages import Message, texts
from cockpit.ui.qtwords import speak
from widgets.kit.dialog import name_dialog
from widgets.kit.theme import Theme, apply_theme

if TYPE_CHECKING:
    from cockpit.seat import Seat
    from cockpit.ui.part import Part
    from cockpit.ui.prefs import FilePrefs
    from cockpit.ui.sound import Player
    from layouts.engine import LayoutEngine
    from widgets.kit.banner import Banner
    from widgets.kit.context import PanelContext
    from widgets.kit.toast import Toasts


class Wearing(QWidget):
    """A window that can be given another look at once; the shell says what it has."""

    title_id: ClassVar[str]
    name_ok: ClassVar[str] = "kit.ask_name_ok"
    """What the button says under the question who sits here."""
    seat: Seat
    context: PanelContext
    engine: LayoutEngine
    parts: list[Part]
    banner: Banner
    toasts: Toasts
    _prefs: FilePrefs
    _player: Player

    def name_window(self) -> None:
        """Its title in the language of now."""
        self.setWindowTitle(self.context.t(self.title_id, city=self.seat.pack.name))

    def set_theme(self, name: str) -> None:
        """Dark or light, now."""
        self._prefs.set("theme", name)
        self._wear(Theme.load(name, str(self._prefs.get("map.style", ""))))

    def set_map_style(self, style: str) -> None:
        """The map in one of `MAP_STYLES`, now; "" goes with the theme."""
        self._prefs.set("map.style", style)
        self._wear(Theme.load(self.context.theme.name, style))

    def _wear(self, theme: Theme) -> None:
        self.context.theme = theme
        self.dress()
        self.engine.retheme()
        for part in self.parts:
            part.retheme()
        self.banner.retheme()
        self.toasts.retheme()
        self.update()

    def set_language(self, lang: str) -> None:
        """zh or en, now."""
        self.context.t = texts(lang)
        speak(lang)
        self._prefs.set("lang", lang)
        self.name_window()
        self.engine.retranslate()
        for part in self.parts:
            part.retranslate()
        self.banner.retranslate()
        self.engine.age_tick()
        self.toasts.retheme()

    def set_muted(self, muted: bool) -> None:
        self._player.muted = muted
        self._prefs.set("muted", muted)
        self.engine.age_tick()

    def toggle_sound(self) -> None:
        self.set_muted(not self._player.muted)

    def can_sound(self) -> bool | Message:
        return self._player.problem or True

    def ask_name(self) -> None:
        """Asks who sits here; the name is kept in the profile."""
        dialog = name_dialog(self.context.t, self, self.name_ok)
        dialog.field.setText(self._prefs.get("name", ""))
        dialog.accepted.connect(lambda: self._named(dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _named(self, name: str) -> None:
        self._prefs.set("name", name)
        self.engine.age_tick()

    def dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.context.theme)
