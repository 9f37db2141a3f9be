"""What nobody should send: RFC 4475's torture messages, noise at the SIP port, garbage from a control port."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
from pathlib import Path

import psutil
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.calls.baresip.control import MOST_BYTES, BadStream, Control, Netstrings, told
from cockpit.calls.baresip.numbers import back, ending, uri_of
from cockpit.calls.baresip.report import Listening, report
from cockpit.calls.baresip.texts import Inbox
from cockpit.calls.baresip.trace import MOST_BODY, MOST_HEADERS, Trace
from cockpit.model.calls import Outcome, Way, WayKind
from cockpit.model.errors import OutsideError
from tests.sip_parts import DOMAIN, Deaf, Desk, Kamailio, SoundServer, Worker, running
from tests.sip_servers import folder, kamailio, sound, worker

__all__ = ["folder", "kamailio", "sound", "worker"]
TORTURE = sorted((Path(__file__).parent / "data" / "rfc4475").glob("*.sip"))
few = settings(max_examples=150, deadline=None)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    at = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


@few
@given(st.lists(st.binary(max_size=60), max_size=8), st.lists(st.integers(0, 10_000), max_size=8))
def test_netstrings_are_found_however_the_stream_is_cut(texts: list[bytes], places: list[int]) -> None:
    strings = Netstrings()
    stream = b"".join(b"%d:%b," % (len(text), text) for text in texts)
    assert [one for piece in cut(stream, places) for one in strings.feed(piece)] == texts


@few
@given(st.binary(max_size=200))
def test_a_stream_that_is_none_is_refused_and_never_grows(data: bytes) -> None:
    strings = Netstrings()
    with contextlib.suppress(BadStream):
        for _ in range(3):
            strings.feed(data)
    assert len(strings._buffer) <= 3 * MOST_BYTES


@pytest.mark.parametrize("stream", [b"x:", b"99999999:", b"65537:", b"3:abcd", b"-1:,", b":,", b"1234567"])
def test_what_is_too_long_or_no_number_is_refused_at_once(stream: bytes) -> None:
    with pytest.raises(BadStream):
        Netstrings().feed(stream)


@few
@given(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda t: f'{{"event":true,"id":"{t}"}}'.encode())))
def test_answers_that_are_no_answers_are_passed_over(data: bytes) -> None:
    told(data)


def test_a_name_that_is_no_utf8_does_not_lose_its_call() -> None:
    one = told(b'{"event":true,"type":"CALL_INCOMING","id":"1","peeruri":"sip:\xd6\xd0@x"}')
    assert one is not None
    assert one.type == "CALL_INCOMING"


@few
@given(st.lists(st.binary(max_size=300), max_size=12))
def test_what_is_printed_may_be_anything(pieces: list[bytes]) -> None:
    trace = Trace()
    for piece in pieces:
        trace.feed(b"#\nUDP 1.1.1.1:5 -> 2.2.2.2:6\n" + piece)
        trace.feed(piece)
    assert len(trace._buffer) <= MOST_HEADERS + MOST_BODY + 4000


@few
@given(st.lists(st.integers(0, 5_000), max_size=9))
def test_messages_are_found_in_a_trace_however_it_is_cut_and_none_within_the_body_of_another(places: list[int]) -> None:
    fake = (
        "#\nUDP 6.6.6.6:6 -> 2.2.2.2:6\nMESSAGE sip:d SIP/2.0\r\nFrom: <sip:mayor@city>\r\nContent-Length: 2\r\n\r\nhi"
    )
    real = f"MESSAGE sip:desk SIP/2.0\r\nf: <sip:a@b>\r\ni: 1\r\nCSeq: 1 MESSAGE\r\nl: {len(fake)}\r\n\r\n{fake}"
    printed = f"ua: noise\n\x1b[36;1m#\nUDP 1.1.1.1:5060 -> 2.2.2.2:6\n{real}\x1b[;m\nmore".encode()
    trace, texts = Trace(), []
    inbox = Inbox(lambda way, words: texts.append((way.address, words)))
    for piece in (*cut(printed, places), *cut(printed, places)):  # the second time it is sent again
        for seen in trace.feed(piece):
            inbox.take(seen)
    assert [address for address, _ in texts] == ["sip:a@b"]


@few
@given(st.text(max_size=60))
def test_whatever_is_dialled_is_one_address(text: str) -> None:
    with contextlib.suppress(OutsideError):
        assert re.fullmatch(r"sips?:[^\s<>\"\\@]+@[^\s<>\"\\@]+", uri_of(text, DOMAIN))
    with contextlib.suppress(OutsideError):
        assert re.fullmatch(r"sips?:[^\s<>\"\\@]+@[^\s<>\"\\@]+", uri_of(f"sip:{text}@x.cn", DOMAIN))
    back(text)


@few
@given(st.text(max_size=80), st.booleans(), st.booleans(), st.booleans())
@example("1E10", False, False, False)
@example("-1E10", False, False, False)
def test_every_ending_and_every_look_is_understood_somehow(text: str, up: bool, rang: bool, ours: bool) -> None:
    assert isinstance(ending(text, up=up, rang=rang, ours=ours)[0], Outcome)
    listening = Listening()
    listening.hear(text)
    quality = listening.look(report(text))
    assert 0 <= quality.level <= 1
    assert 0 <= quality.loss <= 1


@pytest.mark.parametrize(
    "said", [b"garbage without end", b"70000:x", b"5:hello,3:{},", b'26:{"response":true,"ok":1},', b"\0" * 9000, b""]
)
def test_a_control_port_that_says_anything_is_given_up_and_hangs_nobody(said: bytes) -> None:
    async def story() -> None:
        gone = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        control = Control(lambda _: None, gone.set)
        try:
            await control.open("127.0.0.1", server.sockets[0].getsockname()[1])
            with pytest.raises(OSError):
                await control.ask(("about", ""))
            async with asyncio.timeout(10):
                await gone.wait()
        finally:
            await control.close()
            server.close()
            await server.wait_closed()

    asyncio.run(story())


def wire(path: Path) -> bytes:
    return path.read_bytes().replace(b"\n", b"\r\n")


def mangled(chance: random.Random, message: bytes) -> bytes:
    data = bytearray(message)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                data[at:at] = data[: chance.randrange(1, 60)]
            case _:
                data[at:at] = bytes([chance.choice(b'\0\r\n\t "<>;,%:')]) * chance.randrange(1, 200)
        if not data:
            return b"\0"
    return bytes(data[:60_000])


@pytest.mark.system
def test_torture_messages_and_noise_at_the_sip_port_end_neither_the_desk_nor_a_call(
    tmp_path: Path, kamailio: Kamailio, sound: SoundServer, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", sound.server)
    desk = Desk(tmp_path, Deaf("mic.monitor", "spk"), server=f"127.0.0.1:{kamailio.port}")
    chance = random.Random(4475)
    assert len(TORTURE) >= 49

    async def story() -> None:
        async with running(desk, worker):
            await desk.reaches("one", worker)
            line = desk.adapter._line.child
            assert line is not None
            pids = [line.pid, *(leg.child.pid for leg in desk.adapter._legs)]
            ports = {
                c.laddr.port
                for pid in pids
                for c in psutil.Process(pid).net_connections("udp")
                if c.laddr.ip != "0.0.0.0"
            }
            assert ports
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for path in TORTURE:
                    ours = re.sub(rb"sip:\w+@(example|chair-dnrc\.example)\.com", b"sip:desk@city.local", wire(path))
                    for port in ports:
                        for data in (wire(path), ours, *(mangled(chance, ours) for _ in range(4))):
                            sock.sendto(data, ("127.0.0.1", port))
                    await asyncio.sleep(0)
            await desk.until(lambda: len(desk.heard.qualities.get("one", [])) >= 3)
            assert "one" not in desk.heard.endings
            for leg, _, _ in desk.heard.incoming:  # some of them are calls, of a kind
                with contextlib.suppress(OutsideError):
                    await desk.adapter.decline(leg)
            already = len(desk.heard.incoming)
            await desk.until(lambda: desk.line.ready)
            await worker.do("dial", f"sip:desk@{DOMAIN}")
            await desk.until(
                lambda: Way(WayKind.SIP, f"sip:worker@{DOMAIN}") in [way for _, way, _ in desk.heard.incoming[already:]]
            )

    asyncio.run(story())
