"""The window that unlocks a leader's profile: a passphrase, a new one, or to begin anew; by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from cockpit.model.messages import texts
from cockpit.store import vault as keys
from cockpit.store.unlock import Needs, Unlock
from cockpit.ui.unlocking import ANEW, UnlockDialog
from tests.secure_kit import PHRASE, Ring, needs_sqlcipher, no_keyring, quick_keys, ring
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import Theme, apply_theme

pytestmark = [
    needs_sqlcipher,
    pytest.mark.usefixtures("quick_keys"),
    pytest.mark.qt_log_ignore("propagateSizeHints"),
]
__all__ = ["no_keyring", "quick_keys", "ring"]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    apply_theme(qapp, Theme.load("dark"))
    yield
    qapp.setStyleSheet("")


def shown(qtbot: object, unlock: Unlock, lang: str = "zh") -> UnlockDialog:
    dialog = UnlockDialog(unlock, texts(lang))
    qtbot.addWidget(dialog)  # type: ignore[attr-defined]
    dialog.open()
    return dialog


def type_(qtbot: object, line: QLineEdit, words: str) -> None:
    line.setFocus()
    line.setText(words)  # an input method commits whole words


def test_the_right_passphrase_opens_the_profile_by_enter(qtbot: object, tmp_path: Path, no_keyring: None) -> None:
    keys.create(tmp_path, PHRASE)
    unlock = Unlock(tmp_path, away=True)
    dialog = shown(qtbot, unlock)
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.again.isVisible()
    assert not dialog.confirm.isEnabled()
    type_(qtbot, dialog.field, PHRASE)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: dialog.result() == QDialog.DialogCode.Accepted, timeout=30_000)  # type: ignore[attr-defined]
    assert unlock.vault is not None


def test_a_wrong_passphrase_is_said_and_the_field_is_empty_for_the_next(
    qtbot: object, tmp_path: Path, no_keyring: None
) -> None:
    keys.create(tmp_path, PHRASE)
    unlock = Unlock(tmp_path, away=True)
    dialog = shown(qtbot, unlock)
    type_(qtbot, dialog.field, "not that one")
    dialog.confirm.click()
    wrong = texts("zh")("secure.wrong_passphrase")
    qtbot.waitUntil(lambda: dialog.said.text() == wrong, timeout=30_000)  # type: ignore[attr-defined]
    assert (dialog.field.text(), dialog.result(), unlock.vault) == ("", 0, None)
    type_(qtbot, dialog.field, PHRASE)
    dialog.confirm.click()
    qtbot.waitUntil(lambda: unlock.vault is not None, timeout=30_000)  # type: ignore[attr-defined]


def test_a_new_passphrase_is_typed_twice_and_long_enough(qtbot: object, tmp_path: Path, no_keyring: None) -> None:
    unlock = Unlock(tmp_path, away=True)
    assert unlock.needs is Needs.NEW
    dialog = shown(qtbot, unlock)
    for first, second, good in (("short", "short", False), (PHRASE, "", False), (PHRASE, PHRASE, True)):
        type_(qtbot, dialog.field, first)
        type_(qtbot, dialog.again, second)
        assert dialog.confirm.isEnabled() is good, (first, second)
    qtbot.keyClick(dialog.again, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: unlock.vault is not None, timeout=30_000)  # type: ignore[attr-defined]
    assert keys.by_passphrase(tmp_path, PHRASE).key == unlock.vault.key  # type: ignore[union-attr]


def test_escape_gives_up_and_leaves_the_profile_as_it_was(qtbot: object, tmp_path: Path, no_keyring: None) -> None:
    unlock = Unlock(tmp_path, away=True)
    dialog = shown(qtbot, unlock)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)  # type: ignore[attr-defined]
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert not dialog.isVisible()
    assert not keys.is_encrypted(tmp_path)


def test_a_key_that_is_gone_leaves_the_choice_to_begin_anew_and_then_a_passphrase(
    qtbot: object, tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    Unlock(tmp_path, away=True)
    monkeypatch.setattr(keys, "keyring", lambda: None)
    unlock = Unlock(tmp_path, away=True)
    assert unlock.needs is Needs.LOST
    dialog = shown(qtbot, unlock)
    assert not dialog.field.isVisible()
    dialog.confirm.click()
    qtbot.waitUntil(lambda: dialog.result() == ANEW, timeout=30_000)  # type: ignore[attr-defined]
    assert unlock.needs is Needs.NEW
