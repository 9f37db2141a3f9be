"""Pictures of what asks a leader for the passphrase, at the first start and at each later one, in both languages.

python -m benchmarks.leader_unlock DIR
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from cockpit.model.messages import texts
from cockpit.store.unlock import Unlock
from cockpit.ui.unlocking import UnlockDialog
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import Theme, apply_theme

PHRASE = "春江潮水连海平 海上"
GAP = 24


def take(out: Path) -> None:
    """Saves `unlock.png` and `unlock-english.png`: the first start at the left, a later one at the right."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    load_fonts()
    theme = Theme.load("dark")
    apply_theme(app, theme)
    for name, lang in (("unlock", "zh"), ("unlock-english", "en")):
        seen = []
        with tempfile.TemporaryDirectory(prefix="cockpit-unlock-") as folder:
            first = Unlock(Path(folder), away=True)
            seen.append(_seen(first, lang, again=True))
            wrong = first.type(PHRASE)
            assert wrong is None, wrong
            seen.append(_seen(Unlock(Path(folder), away=True), lang, again=False))
        _beside(seen, theme.bg).save(str(out / f"{name}.png"))
        print(out / f"{name}.png", flush=True)


def _seen(unlock: Unlock, lang: str, again: bool) -> QPixmap:
    """The dialog with the passphrase typed into it."""
    dialog = UnlockDialog(unlock, texts(lang))
    dialog.field.setText(PHRASE)
    if again:
        dialog.again.setText(PHRASE)
    dialog.show()
    QApplication.processEvents()
    seen = dialog.grab()
    dialog.close()
    dialog.deleteLater()
    return seen


def _beside(seen: list[QPixmap], ground: QColor) -> QPixmap:
    wide = sum(one.width() for one in seen) + GAP * (len(seen) + 1)
    picture = QPixmap(wide, max(one.height() for one in seen) + 2 * GAP)
    picture.fill(ground)
    painter = QPainter(picture)
    x = GAP
    for one in seen:
        painter.drawPixmap(x, GAP, one)
        x += one.width() + GAP
    painter.end()
    return picture


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    take(Path(sys.argv[1]))
