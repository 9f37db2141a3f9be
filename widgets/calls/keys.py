"""Keys of calling, in one place: printed on buttons, bound by the desk."""

from __future__ import annotations

CALL, VIDEO, GROUP = "F10", "Ctrl+F10", "Ctrl+Shift+G"
TAKE, END = "Alt+J", "Alt+G"
TALK = "F1"
"""Held while one speaks; not bound as a shortcut, which is not told when a key comes up."""
MUTE, HOLD, PUSH = "Ctrl+Alt+M", "Ctrl+Alt+H", "Ctrl+Alt+T"
KEYPAD, TRANSFER, ADD = "Ctrl+Alt+K", "Ctrl+Alt+X", "Ctrl+Alt+A"
RECORD, CAMERA, SOUND, PANEL = "Ctrl+Alt+R", "Ctrl+Alt+V", "Ctrl+Alt+D", "Ctrl+Alt+P"
CONTACTS, LETTERS, LOG = "Ctrl+Shift+T", "Ctrl+M", "Ctrl+Shift+N"
