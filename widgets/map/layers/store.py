"""The imported layers of a profile: read at the start, imported by a child process, renamed, removed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from cockpit.geo.imports.cli import problem_of
from cockpit.geo.imports.files import SUFFIX, load, save
from cockpit.geo.imports.model import Report, Wishes
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.typed import converted
from cockpit.processes import cockpit_command, environment_of_child
from widgets.map.layers.shapes import UserLayer

PATIENCE_MS = 5 * 60_000
"""How long a file may take: the largest that is taken needs a tenth of it."""
MOST = 40
"""Imported layers of a profile."""


class UserLayers(QObject):
    """The imported layers.

    Attributes:
        layers: by id, the oldest first. ids: of all that there are, also those that are being read.
        importing: name of the file that is being read, "" when none is.
        changed: others are there. added: id of a new one, once it is there.
        finished: (id, report) of an import. refused: the sentence why there was none.
        problem: a sentence about a kept layer. failed: an error of ours.
    """

    changed = Signal()
    added = Signal(str)
    finished = Signal(str, object)
    refused = Signal(object)
    problem = Signal(object)
    failed = Signal(object)
    _loaded = Signal(object, bool)
    _done = Signal()

    def __init__(self, folder: Path | None, clock: Clock, parent: QObject | None = None) -> None:
        """Args: folder: where they are kept; None: nowhere, and none can be imported."""
        super().__init__(parent)
        self.layers: dict[str, UserLayer] = {}
        self.ids: tuple[str, ...] = ()
        self.importing = ""
        self._folder, self._clock = folder, clock
        self._jobs: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._waiting = 0
        self._thread: threading.Thread | None = None
        self._ended = False
        self._done.connect(self._count_down)
        self._loaded.connect(self._take)
        self._child: QProcess | None = None
        self._id = ""
        if folder is not None and folder.is_dir():
            kept = sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))
            self.ids = tuple(id for id in kept if not id.startswith("."))[:MOST]
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(partial(self._give_up, Message("imports.too_long")))

    def begin(self) -> None:
        """Reads what is kept."""
        for id in self.ids:
            self._work(partial(self._load, id, False))

    def close(self) -> None:
        """Ends what runs; what was to be kept or removed is, first."""
        self._end_child()
        self._ended = True
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def busy(self) -> bool:
        return bool(self.importing) or self._waiting > 0

    def can_import(self) -> bool | Message:
        """Whether a file can be imported now; else the sentence why not."""
        if self._folder is None:
            return Message("imports.nowhere")
        if self.importing:
            return Message("imports.one_at_a_time", {"file": self.importing})
        if len(self.layers) >= MOST:
            return Message("imports.enough", {"n": MOST})
        return True

    # Importing.

    def import_file(self, path: Path, wishes: Wishes) -> None:
        """Has a child process read a file; `finished` or `refused` says what came of it."""
        answer = self.can_import()
        if isinstance(answer, Message) or self._folder is None:
            self.refused.emit(answer)
            return
        self._id, self.importing = new_id(self._clock), path.name
        child = self._child = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in environment_of_child().items():
            environment.insert(name, value)
        child.setProcessEnvironment(environment)
        child.setStandardErrorFile(QProcess.nullDevice())
        child.finished.connect(self._over)
        child.errorOccurred.connect(self._did_not_start)
        program, *words = cockpit_command(
            *("layer", "read", str(path), "--json", "--datum", wishes.datum, "--out", str(self._file(self._id))),
            *(f"--bounds={','.join(map(repr, wishes.bounds))}", f"--name={wishes.name}"),
            f"--department={wishes.department}",
        )
        child.start(program, words)
        self._patience.start()
        self.changed.emit()

    def cancel(self) -> None:
        """Ends the import that runs; nothing is kept of it."""
        if self.importing:
            self._give_up(Message("imports.cancelled", {"file": self.importing}))

    def _over(self, _code: int, _status: QProcess.ExitStatus) -> None:
        child, id = self._child, self._id
        if child is None:
            return
        said = bytes(child.readAllStandardOutput().data())
        self._end_child()
        report = _report(said)
        if report is None:
            self.refused.emit(problem_of(said) or Message("imports.child_died"))
            self.changed.emit()
            return
        self._work(partial(self._load, id, True))
        self.finished.emit(id, report)
        self.changed.emit()

    def _did_not_start(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # then `finished` never comes
            self._give_up(Message("imports.child_died"))

    def _give_up(self, why: Message) -> None:
        file = self._file(self._id)
        self._end_child()
        self._work(partial(file.unlink, missing_ok=True))
        self.refused.emit(why)
        self.changed.emit()

    def _end_child(self) -> None:
        child, self._child, self.importing = self._child, None, ""
        self._patience.stop()
        if child is None:
            return
        child.finished.disconnect(self._over)
        child.errorOccurred.disconnect(self._did_not_start)
        if child.state() != QProcess.ProcessState.NotRunning:
            child.kill()
            child.waitForFinished(5000)
        child.deleteLater()

    # What is kept.

    def rename(self, id: str, name: str) -> None:
        """Another name, kept."""
        layer, name = self.layers.get(id), " ".join(name.split())[:60]
        if layer is None or not name or name == layer.data.name:
            return
        made = self.layers[id] = layer.renamed(msgspec.structs.replace(layer.data, name=name))
        self._work(partial(save, made.data, self._file(id)))
        self.changed.emit()

    def remove(self, id: str) -> None:
        """Takes it away for good."""
        if self.layers.pop(id, None) is not None:
            self.ids = tuple(one for one in self.ids if one != id)
            self._work(partial(self._file(id).unlink, missing_ok=True))
            self.changed.emit()

    def _file(self, id: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{id}{SUFFIX}"

    def _load(self, id: str, new: bool) -> None:
        if not self._ended:
            self._loaded.emit(UserLayer(id, load(self._file(id))), new)

    def _take(self, layer: UserLayer, new: bool) -> None:
        if not new and layer.id not in self.ids:
            return  # removed while it was read
        layers = {**self.layers, layer.id: layer}
        self.ids = tuple(dict.fromkeys((*self.ids, layer.id)))
        self.layers = dict(sorted(layers.items(), key=lambda one: (one[1].data.imported, one[0])))
        self.changed.emit()
        if new:
            self.added.emit(layer.id)

    def _work(self, job: Callable[[], Any]) -> None:
        """Does it in the thread, in order; what the disk refuses is said, what is our bug is told as such."""
        if self._ended:
            return
        self._waiting += 1
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="map-layers", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except CockpitError as error:
                self.problem.emit(error.message)
            except OSError as error:
                self.problem.emit(Message("imports.not_kept", {"why": error.strerror or str(error)}))
            except Exception as error:
                self.failed.emit(error)
            self._done.emit()

    def _count_down(self) -> None:
        self._waiting -= 1


def _report(said: bytes) -> Report | None:
    try:
        return converted(json.loads(said)["report"], Report)
    except (ValueError, KeyError, TypeError, msgspec.ValidationError):
        return None
