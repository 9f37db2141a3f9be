"""X servers for tests: each finds a number of its own, and ends with what it was for."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests import leaks


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, which packaging/system-deps.sh --tests does")


@contextlib.contextmanager
def x_server(program: str, *options: str, said: Callable[[], str] = str) -> Iterator[str]:
    """Its DISPLAY (":7").

    Args:
        said: what it said of why it did not come up.
    """
    ours, theirs = os.pipe()
    command = [program, "-displayfd", str(theirs), *options, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=(theirs,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    leaks.kept_processes.add(server.pid)
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        if not number:
            pytest.fail(f"{program} did not come up\n{said()}")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(60)
        leaks.kept_processes.discard(server.pid)


def xvfb_server() -> contextlib.AbstractContextManager[str]:
    """A virtual server with one screen of 1920×1080; its DISPLAY."""
    return x_server("Xvfb", "-screen", "0", "1920x1080x24")
