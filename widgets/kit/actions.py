"""Commands and their keys as data: palette, menus and key bindings all read the one registry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message


def always() -> bool | Message:
    return True


@dataclass(frozen=True)
class Action:
    """One command.

    Attributes:
        id: `room.verb`; what recent ones are remembered by.
        title: id of its name in the catalogue.
        run: does it.
        keys: key sequences as Qt writes them ("Ctrl+K"); no bare letter or sign, since a person may be typing Chinese.
        enabled: True, or the sentence that says why not.
        icon: name of its icon, "" for none.
        shown: whether the palette lists it.
    """

    id: str
    title: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    enabled: Callable[[], bool | Message] = always
    icon: str = ""
    shown: bool = True

    @property
    def reason(self) -> Message | None:
        """Why it can not be done now; None when it can."""
        answer = self.enabled()
        if isinstance(answer, Message):
            return answer
        return None if answer else Message("kit.not_now")


class Actions:
    """All commands of a seat, in the order in which they came.

    Attributes:
        before: told of each command right before it runs; the shell brings the panel forward that it belongs to.
    """

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}
        self.before: Callable[[Action], object] = lambda action: None

    def add(self, action: Action) -> None:
        """Take a command in; one of the same id is replaced.

        Raises:
            ValueError: one of its keys is another command's, is no key, or is one bare letter or sign.
        """
        for key in action.keys:
            sequence = QKeySequence(key)
            if sequence.isEmpty() or _is_bare(sequence):
                raise ValueError(f"{key!r} of {action.id} can not be a key")
            other = self.by_key(key)
            if other is not None and other.id != action.id:
                raise ValueError(f"{key} of {action.id} belongs to {other.id}")
        self._actions[action.id] = action

    def remove(self, id: str) -> None:
        self._actions.pop(id, None)

    def get(self, id: str) -> Action | None:
        return self._actions.get(id)

    def by_key(self, key: str) -> Action | None:
        wanted = QKeySequence(key)
        return next((a for a in self if any(QKeySequence(k) == wanted for k in a.keys)), None)

    def trigger(self, id: str) -> Message | None:
        """Run a command; the answer is the sentence that says why it was not."""
        action = self._actions.get(id)
        if action is None:
            return Message("kit.no_such_action", {"id": id})
        reason = action.reason
        if reason is None:
            self.before(action)
            action.run()
        return reason

    def bind(
        self, window: QWidget, refused: Callable[[Message], object], known: Collection[QKeySequence] = ()
    ) -> list[QShortcut]:
        """Give the keys of all commands to a window; auto-repeat is ignored. `refused` is told why one was not run.

        Args:
            known: keys that the window has already.
        """
        shortcuts = []
        for action in self:
            for key in action.keys:
                if QKeySequence(key) in known:
                    continue
                shortcut = QShortcut(QKeySequence(key), window)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(lambda id=action.id: self._pressed(id, refused))
                shortcuts.append(shortcut)
        return shortcuts

    def _pressed(self, id: str, refused: Callable[[Message], object]) -> None:
        reason = self.trigger(id)
        if reason is not None:
            refused(reason)

    def __iter__(self) -> Iterator[Action]:
        return iter(tuple(self._actions.values()))

    def __len__(self) -> int:
        return len(self._actions)


_PRINTED = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter"}


def key_words(key: str) -> str:
    """A key as it is printed on buttons and in the palette: Ctrl+K, Alt+←, Ctrl+Enter."""
    words = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    held, plus, last = words.rpartition("+")
    return f"{held}{plus}{_PRINTED.get(last, last)}"


def _is_bare(sequence: QKeySequence) -> bool:
    """Whether typing text would set it off, or nothing would. Function keys, Escape and the like carry no text."""
    first = sequence[0]
    if first.key() == Qt.Key.Key_unknown:
        return True
    modifiers = first.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
    return modifiers == Qt.KeyboardModifier.NoModifier and first.key().value < Qt.Key.Key_Escape.value
