"""A call in which the hub speaks an order: Kamailio, PulseAudio, the media process, baresip at both ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from cockpit.hub import climb as climbing
from cockpit.hub import speaking
from cockpit.media.client import missing
from cockpit.model.cases import Case
from cockpit.model.clock import SECOND
from cockpit.model.loop import Climb, ClimbStep
from cockpit.model.messages import Message
from cockpit.secrets import keep_secret
from tests import living_hub
from tests.living_hub import UNIT_KEYS, LivingHub, an_order
from tests.on_the_wire import OnTheWire, on_the_wire
from tests.sip_parts import DOMAIN, PASSWORD, Kamailio, SoundServer, Worker, need

pytestmark = [pytest.mark.system]
_BOOK = """
[[people]]
id = "p1"
name = "张三"
unit = "positions/U001"
ways = [{{ sip = "sip:answers@{domain}" }}]

[[people]]
id = "p2"
name = "李四"
unit = "positions/U002"
ways = [{{ sip = "sip:rings@{domain}" }}]
"""


@pytest.fixture
def kamailio(tmp_path: Path) -> Iterator[Kamailio]:
    with Kamailio(tmp_path / "kamailio") as server:
        yield server


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    with SoundServer(tmp_path / "pulse") as server:
        monkeypatch.setenv("PULSE_SERVER", server.server)
        yield server


@pytest.fixture
def workers(tmp_path: Path, kamailio: Kamailio) -> Iterator[tuple[Worker, Worker]]:
    at = f"127.0.0.1:{kamailio.port};transport=udp"
    with (
        Worker(tmp_path / "answers", "answers", at, answermode="auto") as answers,
        Worker(tmp_path / "rings", "rings", at) as rings,
    ):
        yield answers, rings


def ended(hub: LivingHub, seat: OnTheWire, unit: int) -> Case:
    """The case of an order to a unit, once its call is over."""
    order = an_order(unit)
    assert seat.command(order, place="天城路八号").refused is None
    ident = order.orders[0].id

    async def wait() -> Case:
        async with asyncio.timeout(80):
            while True:
                state = hub.hub.book.state  # type: ignore[union-attr]
                case = state.cases.get(state.case_of_order(ident))
                if case is not None and [urge for urge in case.orders[ident].urges if urge.state != "begun"]:
                    return case
                await asyncio.sleep(0.05)

    return asyncio.run_coroutine_threadsafe(wait(), hub.loop).result(90)


def test_an_order_is_spoken_to_who_picks_up_and_is_not_done_where_nobody_does(
    tmp_path: Path,
    kamailio: Kamailio,
    sound: SoundServer,
    workers: tuple[Worker, Worker],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need("baresip", "espeak-ng")
    if (why := missing()) is not None:
        pytest.skip(str(why))
    plain = living_hub.pack()
    loop = msgspec.structs.replace(plain.loop, climb=Climb((ClimbStep(1, "call"),), 6 * SECOND))
    monkeypatch.setattr(living_hub, "pack", lambda: msgspec.structs.replace(plain, loop=loop))
    monkeypatch.setattr(speaking, "TIMES", 1)
    monkeypatch.setattr(climbing, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(climbing, "LOOK_SECONDS", 0.05)
    profile = tmp_path / "hub"
    profile.mkdir()
    (profile / "contacts.toml").write_text(_BOOK.format(domain=DOMAIN), "utf-8")
    (profile / "calls.toml").write_text(
        f'[sip]\nserver = "127.0.0.1:{kamailio.port}"\nuser = "hub"\naccount = "sip:hub@{DOMAIN}"\n'
        'password = "secret:sip-pass"\ncodecs = ["PCMA"]\n'
    )
    keep_secret("sip-pass", PASSWORD, profile)
    with LivingHub(profile) as hub, on_the_wire(hub, "seat-1") as seat:
        case = ended(hub, seat, 1)
        ((urge,), (call,)) = next(iter(case.orders.values())).urges, case.calls
        assert (urge.by, urge.state, urge.why) == ("call", "done", None)
        assert (call.way, call.outcome, call.unit) == ("sip", "answered", UNIT_KEYS[0])
        assert 0 < call.begun <= call.answered < call.ended
        spoken = sorted(workers[0].folder.glob("dump-*-dec.wav"))[-1].read_bytes()[64:]
        loud = np.abs(np.frombuffer(spoken[: len(spoken) // 2 * 2], "<i2").astype(np.int32))
        assert np.count_nonzero(loud > 1_000) > 4_000  # more than half a second of a voice
        silent = ended(hub, seat, 2)
        ((urge,), (call,)) = next(iter(silent.orders.values())).urges, silent.calls
        assert (urge.state, urge.why) == ("failed", Message("climb.call_failed", {"outcome": _message("no_answer")}))
        assert (call.outcome, call.answered) == ("no_answer", 0)


def _message(outcome: str) -> dict[str, object]:
    """As it comes back from the chain."""
    return {"id": f"climb.{outcome}", "params": {}}
