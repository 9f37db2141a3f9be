"""What a test left behind: threads, child processes, top-level widgets, running timers. Linux (/proc)."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from cockpit.model.clock import SystemClock

PATIENCE = 5.0
"""Seconds that what is on its way out is given to be gone."""

MARK = "CITY_COCKPIT_TEST_RUN"
"""Set in the environment of every process of this run, so that a child whose parent died is still known as ours."""

kept_processes: set[int] = set()
"""Process ids that live as long as the run (the virtual screen)."""

_clock = SystemClock()


def child_pids() -> set[int]:
    """Direct children of this process, without those that live as long as the run."""
    pids: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        try:
            pids.update(map(int, (task / "children").read_text().split()))
        except OSError:
            continue
    return pids - kept_processes


def orphan_pids() -> set[int]:
    """Processes of this run, found by their environment: those whose parent died too.

    What a kept process starts, whenever it does, is its own matter.
    """
    wanted = f"{MARK}={os.environ[MARK]}".encode()
    found: set[int] = set()
    parents = {process.pid: process.info["ppid"] for process in psutil.process_iter(["ppid"])}

    def kept(pid: int) -> bool:
        while pid and pid not in kept_processes:
            pid = parents.get(pid, 0)
        return pid != 0

    for process in psutil.process_iter():
        if process.pid == os.getpid() or kept(process.pid):
            continue
        try:
            if wanted in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                found.add(process.pid)
        except OSError:
            continue
    return found


def describe_process(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return f"{pid} (ended but never waited for: call wait())"
        return f"{pid} ({' '.join(process.cmdline())[:160]})"
    except psutil.Error:
        return str(pid)


def wait_until_empty(find: Callable[[], set[Any]]) -> set[Any]:
    """What `find` still finds when the patience is over; looks again every few milliseconds."""
    end = _clock.mono() + PATIENCE
    left = find()
    while left and _clock.mono() < end:
        gc.collect()
        threading.Event().wait(0.02)
        left = find()
    return left


def end_processes(pids: Iterable[int]) -> None:
    """Ends what a test left, so that the next test is not blamed for it."""
    for pid in pids:
        try:
            process = psutil.Process(pid)
            process.kill()
            process.wait(2)
        except (psutil.Error, ChildProcessError):
            continue


def _qt_widgets() -> Any:
    return sys.modules.get("PySide6.QtWidgets")


def top_level_widgets() -> dict[int, str]:
    """Top-level widgets by address, with what they are; {} where Qt is not in use. Qt's own tool tip is not counted."""
    widgets = _qt_widgets()
    if widgets is None or widgets.QApplication.instance() is None:
        return {}
    from PySide6.QtCore import QCoreApplication, QEvent
    from shiboken6 import getCppPointer

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = {}
    for widget in widgets.QApplication.topLevelWidgets():
        name = widget.metaObject().className()
        if name != "QTipLabel":
            found[getCppPointer(widget)[0]] = f"{name} {widget.objectName()!r} {widget.windowTitle()!r}"
    return found


@contextmanager
def watched_timers() -> Iterator[Callable[[], list[str]]]:
    """Gives a function that names the QTimers started since and still running; finds none where Qt is not in use."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        yield list
        return
    from shiboken6 import isValid

    started: list[tuple[weakref.ref[Any], str]] = []
    original = core.QTimer.start

    def start(self: Any, *args: Any) -> None:
        caller = sys._getframe(1)
        started.append((weakref.ref(self), f"{caller.f_code.co_filename}:{caller.f_lineno}"))
        original(self, *args)

    def running() -> list[str]:
        timers = ((ref(), where) for ref, where in started)
        return sorted({where for timer, where in timers if timer is not None and isValid(timer) and timer.isActive()})

    core.QTimer.start = start
    try:
        yield running
    finally:
        core.QTimer.start = original
