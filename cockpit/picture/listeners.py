"""Who is told when something that all panels share is another now."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")


class Listeners(Generic[Subject]):
    """Those who listen; bound methods are held weakly, so a closed panel need not say goodbye."""

    def __init__(self) -> None:
        self._refs: dict[int, Callable[[], Callable[[Subject], None] | None]] = {}
        self._next = 0

    def add(self, listener: Callable[[Subject], None]) -> Callable[[], None]:
        number, self._next = self._next, self._next + 1
        ref: Any = weakref.WeakMethod(listener) if hasattr(listener, "__self__") else (lambda: listener)
        self._refs[number] = ref
        return lambda: self._refs.pop(number, None) and None

    def call(self, subject: Subject) -> None:
        """Calls each; all are told even if one fails, whose error is raised in the end."""
        failed: Exception | None = None
        for number, ref in list(self._refs.items()):
            listener = ref()
            if listener is None:
                self._refs.pop(number, None)
            elif number in self._refs:
                try:
                    listener(subject)
                except Exception as error:
                    failed = failed or error
        if failed is not None:
            raise failed
