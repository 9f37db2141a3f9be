"""Servers of a whole test file that calls by SIP: import those that it asks for, and name them in its `__all__`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sip_parts import Kamailio, SoundServer, Worker


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sip")


@pytest.fixture(scope="module")
def kamailio(folder: Path) -> Iterator[Kamailio]:
    with Kamailio(folder / "kamailio") as server:
        yield server


@pytest.fixture(scope="module")
def sound(folder: Path) -> Iterator[SoundServer]:
    with SoundServer(folder / "pulse") as server:
        yield server


@pytest.fixture(scope="module")
def worker(folder: Path, kamailio: Kamailio) -> Iterator[Worker]:
    with Worker(folder / "worker", "worker", f"127.0.0.1:{kamailio.port};transport=udp") as one:
        yield one
