"""The desk's SIP line with real parts: registrations, transports, encryption, servers that go away, cut networks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cockpit.calls.baresip import config
from cockpit.model.calls import Outcome
from cockpit.model.errors import OutsideError
from cockpit.paths import runtime_dir
from tests.certificates import Certificates, certificates
from tests.sip_parts import PASSWORD, Deaf, Desk, Kamailio, SoundServer, Worker, running
from tests.sip_servers import folder, sound, worker

pytestmark = [pytest.mark.system]
__all__ = ["folder", "sound", "worker"]


@pytest.fixture(scope="module")
def papers(folder: Path) -> Certificates:
    return certificates(folder / "papers")


@pytest.fixture(scope="module")
def kamailio(folder: Path, papers: Certificates) -> Iterator[Kamailio]:
    with Kamailio(folder / "kamailio", papers) as server:
        yield server


@pytest.fixture
def media(sound: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Deaf:
    monkeypatch.setenv("PULSE_SERVER", sound.server)
    return Deaf("mic.monitor", "spk")


def babies() -> list[psutil.Process]:
    found = []
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # ended meanwhile
            if one.name() == "baresip":
                found.append(one)
    return found


@pytest.mark.parametrize(("transport", "srtp"), [("tcp", "off"), ("tls", "sdes"), ("tls", "dtls")])
def test_calls_go_over_tcp_and_over_tls_with_encrypted_sound(
    tmp_path: Path, kamailio: Kamailio, papers: Certificates, sound: SoundServer, media: Deaf, transport: str, srtp: str
) -> None:
    port = kamailio.tls_port if transport == "tls" else kamailio.port
    menc = {"off": {}, "sdes": {"mediaenc": "srtp-mand"}, "dtls": {"mediaenc": "dtls_srtp"}}[srtp]
    peer = Worker(tmp_path / "peer", "peer", f"127.0.0.1:{port};transport={transport}", **menc)
    server = f"localhost:{port}"
    desk = Desk(tmp_path, media, server=server, transport=transport, srtp=srtp, ca=str(papers.ca))

    async def story() -> None:
        async with running(desk, peer):
            await desk.reaches("one", peer)
            with sound.speaking(440):
                await sound.hears(1000)
                await peer.heard(440)

    try:
        peer.start()
        asyncio.run(story())
    finally:
        peer.stop()
    if srtp == "sdes":
        assert "RTP/SAVP" in peer.words() or "RTP/SAVP" in peer.texts()


def test_a_server_whose_certificate_is_not_of_our_authority_or_not_its_own_gets_no_registration(
    tmp_path: Path, kamailio: Kamailio, papers: Certificates, media: Deaf
) -> None:
    others = certificates(tmp_path / "others")

    async def refused(**sip: str) -> str:
        desk = Desk(tmp_path, media, server=f"localhost:{kamailio.tls_port}", transport="tls", **sip)
        async with running(desk, registered=False):
            await desk.until(lambda: desk.line.problem is not None and desk.line.problem.id != "sip.registering")
            assert not desk.line.ready
            assert desk.line.problem is not None
            return desk.line.problem.id

    assert asyncio.run(refused(ca=str(others.ca))) == "sip.bad_certificate"
    assert asyncio.run(refused()) == "sip.needs_ca"
    assert asyncio.run(refused(ca=str(tmp_path / "none.pem"))) == "sip.no_ca"


def test_baresip_itself_refuses_a_certificate_of_another_authority(
    tmp_path: Path, kamailio: Kamailio, papers: Certificates, media: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the desk looks at first is another connection: whoever sits between may let only that one pass."""
    others = certificates(tmp_path / "others")
    server = f"localhost:{kamailio.tls_port}"
    desk = Desk(tmp_path, media, server=server, transport="tls", ca=str(others.ca))

    refused = ("sip.server_silent", "sip.bad_certificate")

    async def passed(_: object) -> None:
        pass

    monkeypatch.setattr(desk.adapter._account, "check_certificate", passed)

    async def story() -> None:
        async with running(desk, registered=False):
            await desk.until(lambda: desk.line.problem is not None and desk.line.problem.id in refused)
            assert not any(line.ready for line in desk.heard.said)

    asyncio.run(story())


def test_a_wrong_password_is_told_and_tried_again_when_it_is_right(
    tmp_path: Path, kamailio: Kamailio, media: Deaf
) -> None:
    from cockpit.secrets import keep_secret

    desk = Desk(tmp_path, media, server=f"127.0.0.1:{kamailio.port}", password="wrong")

    async def story() -> None:
        async with running(desk, registered=False):
            await desk.until(lambda: desk.line.problem is not None and desk.line.problem.id == "sip.password")
            await desk.call("one", "nobody")
            assert await desk.ending("one") == (Outcome.REFUSED, "sip.password")
            keep_secret("sip-pass", PASSWORD, tmp_path)
            await desk.until(lambda: desk.line.ready)

    asyncio.run(story())


def test_passwords_that_baresip_would_read_wrongly_are_refused_and_odd_ones_work() -> None:
    from cockpit.calls.settings import SipSettings

    settings = SipSettings(server="pbx", user="8001")
    for odd in ("a b", "a;b", 'a"b', "a<b", "a\nb", "a\\b"):
        with pytest.raises(OutsideError):
            config.checked(settings, odd)
    config.checked(settings, "S3!$%&/()=?`'*+#-_.:@^~|{}[]")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_server_that_goes_away_is_told_and_registered_with_when_it_is_back(
    tmp_path: Path, media: Deaf, transport: str
) -> None:
    server = Kamailio(tmp_path / "kamailio")
    desk = Desk(tmp_path, media, server=f"127.0.0.1:{server.port}", transport=transport)

    async def story() -> None:
        async with running(desk):
            server.stop()
            await desk.until(lambda: not desk.line.ready)
            await desk.until(lambda: desk.line.problem is not None and desk.line.problem.id != "sip.registering")
            assert desk.line.problem is not None
            if desk.line.problem.id == "sip.server_silent":
                with pytest.raises(OutsideError):  # at once, so that the next way is tried
                    await desk.call("one", "nobody")
            server.start()
            await desk.until(lambda: desk.line.ready)
            await desk.call("two", "nobody")
            assert await desk.ending("two") == (Outcome.UNREACHABLE, "sip.unregistered")

    try:
        server.start()
        asyncio.run(story())
    finally:
        server.stop()


def test_a_network_that_is_cut_in_a_call_ends_it_and_says_so(
    tmp_path: Path, kamailio: Kamailio, media: Deaf, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CUT_SECONDS", 1)
    desk = Desk(tmp_path, media, server=f"127.0.0.1:{kamailio.port}")

    async def story() -> None:
        async with running(desk, worker):
            await desk.reaches("one", worker)
            await desk.until(lambda: bool(desk.heard.qualities.get("one")))
            assert worker.process is not None
            os.killpg(worker.process.pid, signal.SIGSTOP)
            try:
                assert await desk.ending("one") == (Outcome.CUT, "sip.cut")
            finally:
                os.killpg(worker.process.pid, signal.SIGCONT)

    asyncio.run(story())


def test_a_baresip_that_dies_ends_its_calls_with_a_reason_and_is_started_again(
    tmp_path: Path, kamailio: Kamailio, media: Deaf, worker: Worker
) -> None:
    desk = Desk(tmp_path, media, server=f"127.0.0.1:{kamailio.port}")

    async def story() -> None:
        async with running(desk, worker):
            await worker.do("dial", "sip:desk@city.local")
            leg = await desk.comes_in()
            await desk.adapter.answer(leg, video=False)
            await desk.was("up", leg)
            await desk.call("out", f"at{silent.getsockname()[1]}")
            for child in babies():
                if worker.process is None or child.pid != worker.process.pid:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            assert await desk.ending(leg) == (Outcome.CUT, "sip.gone")
            assert await desk.ending("out") == (Outcome.UNREACHABLE, "sip.gone")
            await desk.until(lambda: desk.line.ready and desk.heard.said[-1].ready)
            await worker.do("hangup")
            await worker.do("dial", "sip:desk@city.local")
            await desk.comes_in(2)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        asyncio.run(story())


def written() -> list[tuple[Path, bytes]]:
    """Every file that our baresips have now, and what is in it."""
    found = []
    for file in runtime_dir().glob("sip-*/*"):
        with contextlib.suppress(OSError):  # gone meanwhile
            if file.is_file():
                found.append((file, file.read_bytes()))
    return found


def test_nobody_else_gets_at_the_control_port_and_the_password_is_in_no_file(
    tmp_path: Path, kamailio: Kamailio, media: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # of this desk alone
    desk = Desk(tmp_path, media, server=f"127.0.0.1:{kamailio.port}")

    async def story() -> None:
        async with running(desk):
            await desk.until(lambda: desk.adapter._line.child is not None)
            child = desk.adapter._line.child
            assert child is not None
            if child.shut:  # the kernel lets us: Linux 5.6
                with pytest.raises(OSError), socket.create_connection(("127.0.0.1", child.wanted.control), 0.3):
                    pass
            folders = list(runtime_dir().glob("sip-*"))
            assert folders
            for one in folders:
                assert stat.S_IMODE(one.stat().st_mode) == 0o700
            # until a baresip has read it, the one file that has the password is its owner's alone
            await desk.until(lambda: not [file for file, told in written() if PASSWORD.encode() in told])
            for file, _ in written():
                assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or file.name == "log"
            (answer,) = await child.ask(("about", ""))  # ours goes on
            assert answer.ok

    asyncio.run(story())
    assert not list(runtime_dir().glob("sip-*"))


def test_a_stranger_who_takes_the_control_port_has_that_baresip_ended(
    tmp_path: Path, kamailio: Kamailio, media: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the kernel does not let us shut the door."""
    monkeypatch.setattr("cockpit.calls.baresip.child.shut", lambda *_: False)
    desk = Desk(tmp_path, media, server=f"127.0.0.1:{kamailio.port}")

    async def story() -> None:
        async with running(desk):
            child = desk.adapter._line.child
            assert child is not None
            with socket.create_connection(("127.0.0.1", child.wanted.control), 1):
                await desk.until(lambda: desk.adapter._line.child is not child)
                await desk.until(lambda: desk.line.ready)
            assert not psutil.pid_exists(child.pid) or psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE

    asyncio.run(story())
