"""The strictness of the house: every test starts from a clean configuration and leaves nothing behind.

Python warnings fail a test (pyproject.toml), Qt warnings do (pytest-qt's `qt_log_level_fail`), and here: log lines of
WARNING and above (say `@pytest.mark.logs("regex")` where one is meant), threads, child processes, top-level widgets and
running timers that outlive their test.
"""

from __future__ import annotations

import collections
import functools
import gc
import importlib.util
import itertools
import logging
import os
import re
import shutil
import tempfile
import threading
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from cockpit.paths import assets_dir
from tests import leaks
from tests.xserver import need, xvfb_server

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPalette

HAS_QT = importlib.util.find_spec("PySide6") is not None
OF_THE_DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY", "QT_IM_MODULE", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE", "XMODIFIERS")
OF_THE_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_QT_IMPORT = re.compile(
    r"^\s*(?:from|import)\s+(?:PySide6|shiboken6|pyqtgraph|vispy|qasync|pytestqt|cockpit\.ui|widgets|layouts)\b",
    re.MULTILINE,
)
_MARK = re.compile(r"\bmark\.(system|window|slow)\b")
_MARKS_OF_ALL = re.compile(r"^pytestmark = (\[[^\]]*\]|.*)", re.MULTILINE)
_HELPER_IMPORT = re.compile(r"^\s*from\s+tests(?:\.(\w+)\s+import|\s+import\s+(.+)$)", re.MULTILINE)

ALL_TESTS = HAS_QT and "COCKPIT_ALL_TESTS" in os.environ
"""Continuous integration installs every program: a test that lacks one has failed there."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # how long an example takes is the machine's business

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ[leaks.MARK] = uuid.uuid4().hex
for _name in (*OF_THE_DESKTOP, *OF_THE_NETWORK, *map(str.lower, OF_THE_NETWORK)):
    os.environ.pop(_name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--once", action="store_true", help="leave out what is run where no Qt is installed")
    parser.addoption("--letters", default="a-z", help="only of files whose names begin with one of these: a-f, s")
    parser.addoption("--each", type=int, default=1, help="only each so manieth test of a file, from its first on")
    if not HAS_QT:  # pytest-qt, which knows these, is not installed either
        parser.addini("qt_api", "of pytest-qt")
        parser.addini("qt_log_level_fail", "of pytest-qt")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs(regex): log lines of WARNING and above that match are meant")
    if not HAS_QT:
        config.addinivalue_line("markers", "qt_log_ignore(regexs): of pytest-qt")
        config.addinivalue_line("markers", "qt_no_exception_capture: of pytest-qt")


def _imports_qt(path: Path, seen: set[Path]) -> bool:
    """Whether a test module, or a helper in tests/ that it imports, imports Qt."""
    if path in seen or not path.is_file():
        return False
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    if _QT_IMPORT.search(text):
        return True
    names = (name for found in _HELPER_IMPORT.findall(text) for name in re.findall(r"\w+", found[0] or found[1]))
    return any(_imports_qt(path.with_name(f"{name}.py"), seen) for name in names if name != "leaks")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without Qt, test modules that need it are left out; the rest must run."""
    if collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    if not re.match(f"test_[{config.getoption('letters')}]", collection_path.name):
        return True
    if not HAS_QT and _imports_qt(collection_path, set()):
        return True
    return None if _may_be_wanted(collection_path, config) else True


def _may_be_wanted(path: Path, config: pytest.Config) -> bool:
    """Whether a test of a module may be one of those asked for, by the marks that stand in its text: most modules of a
    leg of `make test` are left out by that before they are imported."""
    text = path.read_text(encoding="utf-8")
    of_all = {name for line in _MARKS_OF_ALL.findall(text) for name in _MARK.findall(line)}
    of_some = sorted({*_MARK.findall(text)} - of_all)
    for chosen in itertools.product((False, True), repeat=len(of_some)):
        marks = of_all.union(itertools.compress(of_some, chosen))
        if config.getoption("once") and not marks and not _needs_qt(path):
            continue
        if _matches(config.getoption("markexpr"), frozenset(marks)):
            return True
    return False


@functools.cache
def _matches(expression: str, marks: frozenset[str]) -> bool:
    """Whether a test with these marks, and no other of the three, is one of `-m`; so it is where `-m` asks for more."""
    words = {*re.findall(r"[^\s()]+", expression)} - {"and", "or", "not"}
    if not words or not words <= {"system", "window", "slow"}:
        return True
    return bool(eval(expression, {"__builtins__": {}}, {word: word in marks for word in words}))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What was imported stays as long as the run: the collector, which tests call, does not look through it again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)  # of what `-m` and `-k` leave
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    of_file: dict[Path, itertools.count[int]] = collections.defaultdict(itertools.count)
    each = config.getoption("each")
    left_out = {item for item in items if next(of_file[item.path]) % each}
    if config.getoption("once"):
        left_out |= {item for item in items if _runs_without_qt(item)}
    config.hook.pytest_deselected(items=[*left_out])
    items[:] = [item for item in items if item not in left_out]


def _runs_without_qt(item: pytest.Item) -> bool:
    """Whether the tests that are run with no Qt installed have it, and have no reason to skip it."""
    if any(item.get_closest_marker(name) for name in ("system", "window", "slow")):
        return False
    return not _needs_qt(item.path)


@functools.cache
def _needs_qt(path: Path) -> bool:
    return _imports_qt(path, set()) or "PySide6" in path.read_text(encoding="utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if ALL_TESTS and report.skipped and "is not installed" in str(report.longrepr):
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True)
def _clean_configuration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the person or machine that runs the tests, and none of the test before."""
    for name in [*os.environ]:
        if name.startswith("COCKPIT_"):
            monkeypatch.delenv(name)
    base = Path(tempfile.mkdtemp(prefix="ck-"))  # short: the path of a socket has 108 bytes
    folders = {
        "HOME": base,
        "XDG_DATA_HOME": base / ".local/share",
        "XDG_STATE_HOME": base / ".local/state",
        "XDG_CONFIG_HOME": base / ".config",
        "XDG_CACHE_HOME": base / ".cache",
        "XDG_RUNTIME_DIR": base / "run",
    }
    folders["XDG_RUNTIME_DIR"].mkdir(mode=0o700)
    for name, folder in folders.items():
        monkeypatch.setenv(name, str(folder))
    assets_dir.cache_clear()
    umask = os.umask(0o022)
    yield
    os.umask(umask)
    if "COCKPIT_ASSETS" in os.environ:
        from cockpit.model.messages import texts

        texts.cache_clear()
        assets_dir.cache_clear()
    shutil.rmtree(base, ignore_errors=True)


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_stray_log_lines(request: pytest.FixtureRequest) -> Iterator[None]:
    """A log line of WARNING or above that nobody announced fails the test."""
    handler = _Warnings()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    meant = [re.compile(regex) for mark in request.node.iter_markers("logs") for regex in mark.args]
    stray = [line for line in handler.lines if not any(regex.search(line) for regex in meant)]
    if stray:
        pytest.fail(
            "log lines that the test does not announce by @pytest.mark.logs:\n  " + "\n  ".join(stray), pytrace=False
        )


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Threads, child processes, top-level widgets and running timers end with their test."""
    node = request.node
    by_environment = node.get_closest_marker("system") is not None or node.get_closest_marker("window") is not None
    threads = set(threading.enumerate())
    processes = leaks.child_pids() | (leaks.orphan_pids() if by_environment else set())
    widgets = leaks.top_level_widgets()
    with leaks.watched_timers() as running_timers:
        yield
        found: list[str] = []
        left_threads = leaks.wait_until_empty(lambda: set(threading.enumerate()) - threads)
        if left_threads:
            found.append("threads: " + ", ".join(sorted(thread.name for thread in left_threads)))
        left_widgets = leaks.wait_until_empty(lambda: set(leaks.top_level_widgets()) - set(widgets))
        if left_widgets:
            names = leaks.top_level_widgets()
            found.append("top-level widgets: " + ", ".join(names.get(address, "?") for address in left_widgets))
        left_timers = leaks.wait_until_empty(lambda: set(running_timers()))
        if left_timers:
            found.append("running timers, started at: " + ", ".join(sorted(left_timers)))

    def living() -> set[int]:
        return (leaks.child_pids() | (leaks.orphan_pids() if by_environment else set())) - processes

    left_processes = leaks.wait_until_empty(living)
    if left_processes:
        found.append("child processes: " + ", ".join(map(leaks.describe_process, sorted(left_processes))))
        leaks.end_processes(left_processes)
    if found:
        pytest.fail("the test leaves behind\n  " + "\n  ".join(found), pytrace=False)


@pytest.fixture(autouse=True, scope="module")
def _look_of_the_module() -> Iterator[None]:
    with _look_kept():
        yield


@pytest.fixture(autouse=True)
def _look_of_the_test() -> Iterator[None]:
    with _look_kept():
        yield


@pytest.fixture(autouse=True)
def _mouse_of_the_test() -> Iterator[None]:
    """The pointer does not stay over what the next test puts there."""
    yield
    if HAS_QT:
        from PySide6.QtGui import QCursor
        from PySide6.QtWidgets import QApplication

        if QApplication.instance() is not None:
            QCursor.setPos(-10_000, -10_000)


@contextmanager
def _look_kept() -> Iterator[None]:
    """The application's stylesheet, palette and font are not those of the test before: a desk dresses all of it."""
    if not HAS_QT:
        yield
        return
    from PySide6.QtGui import QFontDatabase, QPalette
    from PySide6.QtWidgets import QApplication

    def look() -> tuple[str, QPalette, QFont] | None:
        app = QApplication.instance()
        return (app.styleSheet(), app.palette(), app.font()) if isinstance(app, QApplication) else None

    before = look()
    yield
    app = QApplication.instance()
    if isinstance(app, QApplication) and look() != before:
        new = "", QPalette(), QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        sheet, palette, font = before or new
        app.setStyleSheet(sheet)
        app.setPalette(palette)
        app.setFont(font)


@pytest.fixture(scope="session")
def xvfb() -> Iterator[str]:
    """A virtual screen of 1920x1080; its DISPLAY (":7"). Give it to a child as DISPLAY with QT_QPA_PLATFORM=xcb."""
    need("Xvfb")
    with xvfb_server() as display:
        yield display
