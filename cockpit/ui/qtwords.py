"""Qt's own words, in dialogs of files and menus of fields, in the language of the desk."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from cockpit.paths import assets_dir

_WORDS = {"zh": "qtbase_zh_CN"}
"""Qt's files by language; English is what Qt speaks without one."""
_worn: list[QTranslator] = []


def speak(lang: str) -> None:
    """Qt speaks `lang` from now on, open widgets too; what it has no words for it says in English."""
    for old in _worn:
        QCoreApplication.removeTranslator(old)
    _worn.clear()
    if lang not in _WORDS:
        return
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # the later one is asked first: ours holds only what Qt's does not
    for name, folder in ((_WORDS[lang], qt), ("qt", str(assets_dir() / "translations" / lang))):
        made = QTranslator()
        if made.load(name, folder):
            QCoreApplication.installTranslator(made)
            _worn.append(made)
