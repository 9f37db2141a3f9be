"""MQTT against a real Mosquitto: what is published arrives once, across a broker that is killed and comes back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager
from functools import partial

import pytest

from cockpit.feeds.sources._mqttwire import V3, V5, Hello, Wire
from cockpit.model.errors import OutsideError
from tests.broker_stories import is_killed, stands_still
from tests.brokers import Mosquitto
from tests.certificates import certificates
from tests.test_feeds_sources import Sink, running, sentence
from tests.test_feeds_sources import go as go_quick
from tests.waiting import until

pytestmark = pytest.mark.system
SAVED = ("persistence true",)


def go(test):
    """As of the sources, with a broker's patience."""
    import tests.test_feeds_sources as sources

    before, sources.LIMIT = sources.LIMIT, 60.0
    try:
        go_quick(test)
    finally:
        sources.LIMIT = before


class Publisher:
    """A client of paho's that publishes and waits until the broker has it."""

    def __init__(self, port: int, **more: object) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        self._client = Client(CallbackAPIVersion.VERSION2, **more)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos, retain).wait_for_publish(30)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@asynccontextmanager
async def publishing(port, **more):
    publisher = await asyncio.to_thread(partial(Publisher, port, **more))
    try:
        yield lambda *a, **k: asyncio.to_thread(partial(publisher.publish, *a, **k))
    finally:
        await asyncio.to_thread(publisher.close)


def listening(url, sink, **options):
    return running("mqtt", url, sink, options={"topics": ["city/#"], **options})


@pytest.mark.parametrize("version", ["3.1.1", "5"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_arrive_in_order_with_their_topic(tmp_path, version, qos):
    async def test():
        sink = Sink()
        with Mosquitto(tmp_path) as broker:
            async with listening(broker.url, sink, version=version, qos=qos), publishing(broker.port) as publish:
                await until(lambda: sink.lives)
                large = b"x" * 400_000
                for i, data in enumerate([b"a", b"", large, b"z"]):
                    await publish(f"city/{i}", data, qos)
                await publish("elsewhere", b"no", qos)
                await until(lambda: len(sink.messages) >= 4)
                await publish("city/last", b"last", qos)
                await until(lambda: len(sink.messages) >= 5)
        assert [m.data for m in sink.messages] == [b"a", b"", large, b"z", b"last"]
        assert [m.address for m in sink.messages] == ["city/0", "city/1", "city/2", "city/3", "city/last"]
        assert [m.first for m in sink.messages] == [True, False, False, False, False]

    go(test)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_broker_killed_and_back_loses_nothing_of_a_session_that_lasts(tmp_path, version):
    """QoS 1 with a session: what the broker took is delivered, whoever of the two was away."""

    async def test():
        sink = Sink()
        with Mosquitto(tmp_path, *SAVED, f"persistence_location {tmp_path}/") as broker:
            options = {"version": version, "client": "hub-1", "session": 3600}
            async with listening(broker.url, sink, **options) as source:
                await until(lambda: sink.lives)
                async with publishing(broker.port) as publish:
                    for i in range(50):
                        await publish("city/n", b"%d" % i)
                await until(lambda: len(sink.messages) >= 50)
                broker.stop()
                await until(lambda: sink.troubles)
                broker.start()
                lives = sink.lives
                await until(lambda: sink.lives > lives)
            # nobody listens, the broker keeps it
            async with publishing(broker.port) as publish:
                for i in range(50, 100):
                    await publish("city/n", b"%d" % i)
            broker.stop()
            broker.start()
            async with listening(broker.url, sink, **options) as source:
                await until(lambda: len({m.data for m in sink.messages}) >= 100)
            assert source.inbox.dropped == 0
        assert [int(m.data) for m in sink.messages] == list(range(100))
        assert all("关闭" in sentence(p) or "连不上" in sentence(p) for p, _ in sink.troubles)

    go(test)


def test_what_a_cut_costs_without_a_session_is_what_was_published_meanwhile_and_no_more(tmp_path):
    async def test():
        sink = Sink()
        with Mosquitto(tmp_path) as broker:
            async with listening(broker.url, sink, qos=0) as source:
                await until(lambda: sink.lives)
                async with publishing(broker.port) as publish:
                    for i in range(20):
                        await publish("city/n", b"%d" % i, 0)
                    await until(lambda: len(sink.messages) >= 20)
                await is_killed(broker, sink, source)
                async with publishing(broker.port) as publish:
                    for i in range(20, 40):
                        await publish("city/n", b"%d" % i, 0)
                    await until(lambda: len(sink.messages) >= 40)
        assert [int(m.data) for m in sink.messages] == list(range(40))

    go(test)


def test_a_broker_that_falls_silent_is_left_within_its_keep_alive(tmp_path, monkeypatch):
    monkeypatch.setattr("cockpit.feeds.sources.mqtt.MqttSource._half", property(lambda self: 0.2))

    async def test():
        sink = Sink()
        with Mosquitto(tmp_path) as broker:
            async with listening(broker.url, sink):
                await until(lambda: sink.lives)
                await stands_still(broker, sink)
        assert "没有应答" in sentence(sink.troubles[0][0])

    go(test)


def test_members_of_a_share_divide_the_messages(tmp_path):
    async def test():
        one, two = Sink(), Sink()
        with Mosquitto(tmp_path) as broker:
            async with (
                listening(broker.url, one, share="hubs"),
                listening(broker.url, two, share="hubs"),
                publishing(broker.port) as publish,
            ):
                await until(lambda: one.lives and two.lives)
                for i in range(40):
                    await publish("city/n", b"%d" % i)
                await until(lambda: len(one.messages) + len(two.messages) >= 40)
        found = sorted(int(m.data) for m in (*one.messages, *two.messages))
        assert found == list(range(40))
        assert one.messages
        assert two.messages

    go(test)


def test_the_last_value_of_a_topic_is_taken_unless_it_is_not_wanted(tmp_path):
    async def test():
        with Mosquitto(tmp_path) as broker:
            async with publishing(broker.port) as publish:
                await publish("city/kept", b"old", retain=True)
                for version in ("3.1.1", "5"):
                    wanted, unwanted = Sink(), Sink()
                    async with (
                        listening(broker.url, wanted, version=version),
                        listening(broker.url, unwanted, version=version, retained=False),
                    ):
                        await until(lambda w=wanted, u=unwanted: w.messages and u.lives)
                        await publish("city/new", b"new")
                        await until(lambda u=unwanted: u.messages)
                    assert wanted.messages[0].data == b"old"
                    assert unwanted.messages[0].data == b"new"

    go(test)


def test_user_and_secret_sign_in_and_a_wrong_one_is_said_without_the_secret(tmp_path, caplog):
    (tmp_path / "passwords").touch(0o600)
    program = "/usr/bin/mosquitto_passwd"
    try:
        subprocess.run([program, "-b", str(tmp_path / "passwords"), "hub", "s3cret-7"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("mosquitto_passwd is not installed, which packaging/system-deps.sh --tests does")

    async def test():
        lines = ("allow_anonymous false", f"password_file {tmp_path}/passwords")
        options = {"topics": ["city/#"], "user": "hub", "secret": "secret:mqtt"}
        with Mosquitto(tmp_path / "b", *lines) as broker:
            for version in ("3.1.1", "5"):
                good, bad, none = Sink(), Sink(), Sink()
                with_secret = partial(running, "mqtt", broker.url, options={**options, "version": version})
                async with with_secret(sink=good, secret={"mqtt": "s3cret-7"}.get):
                    await until(lambda sink=good: sink.lives)
                async with with_secret(sink=bad, secret={"mqtt": "wr0ng-one"}.get):
                    await until(lambda sink=bad: sink.troubles)
                async with with_secret(sink=none, secret=lambda name: ""):
                    await until(lambda sink=none: sink.troubles)
                assert "不接受用户名或密钥" in sentence(bad.troubles[0][0])
                assert "cockpit feeds secret mqtt" in sentence(none.troubles[0][0])
                said = repr(bad.troubles) + repr(none.troubles) + caplog.text
                assert "s3cret-7" not in said
                assert "wr0ng-one" not in said

    go(test)


def test_tls_is_verified_and_a_client_certificate_is_shown(tmp_path):
    keys = certificates(tmp_path / "keys")

    async def test():
        lines = (
            f"cafile {keys.ca}", f"certfile {keys.server}", f"keyfile {keys.server_key}", "require_certificate true",
        )  # fmt: skip
        with Mosquitto(tmp_path / "b", *lines) as broker:
            url = broker.url.replace("mqtt://127.0.0.1", "mqtts://localhost")
            good, stranger, bare = Sink(), Sink(), Sink()
            shown = {"ca": str(keys.ca), "cert": str(keys.client), "key": str(keys.client_key)}
            async with listening(url, good, **shown):
                await until(lambda: good.lives)
            async with listening(url, stranger, cert=shown["cert"], key=shown["key"]):
                await until(lambda: stranger.troubles)
            async with listening(url, bare, ca=shown["ca"]):
                await until(lambda: bare.troubles)
        assert "证书不可信" in sentence(stranger.troubles[0][0])
        assert not bare.lives

    go(test)


@pytest.mark.parametrize(
    ("version", "answer"), [("3.1.1", b"\x90\x03\x00\x01\x80"), ("5", b"\x90\x04\x00\x01\x00\x87")]
)
def test_a_topic_that_may_not_be_read_is_said(version, answer):
    """As both versions have it (3.9.3): Mosquitto 2.0 says yes and delivers nothing."""

    async def test():
        async def refusing(reader, writer):
            await reader.read(10)
            writer.write(b"\x20\x03\x00\x00\x00" if version == "5" else b"\x20\x02\x00\x00")
            await writer.drain()
            while await reader.read(100):
                writer.write(answer)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(refusing, "127.0.0.1", 0)
        sink = Sink()
        url = f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, listening(url, sink, version=version):
            await until(lambda: sink.troubles)
        assert "city/#" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize(("code", "words"), [(0x8E, "hub-1"), (0x8B, "0x8B")])
def test_why_a_broker_hangs_up_is_said(code, words):
    """As MQTT 5 has it (3.14.2.1): Mosquitto 2.0 says nothing when another takes our name."""

    async def test():
        async def hanging_up(reader, writer):
            await reader.read(10)
            writer.write(b"\x20\x03\x00\x00\x00" + bytes([0xE0, 2, code, 0]))
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(hanging_up, "127.0.0.1", 0)
        sink = Sink()
        async with server, listening(f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}", sink, client="hub-1"):
            await until(lambda: sink.troubles)
        assert words in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\xff\xff\xff\xff\xff", b"\x20\x00", b""])
def test_what_is_no_broker_is_said(answer):
    async def test():
        async def answering(reader, writer):
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answering, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        sink = Sink()
        async with server, listening(f"mqtt://127.0.0.1:{port}", sink):
            await until(lambda: sink.troubles)
        assert sink.troubles[0][0].id != "feeds.our_bug"
        sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("seed", range(30))
def test_no_bytes_of_a_broker_break_the_reader(seed):
    """Hostile packets end in messages or in a sentence."""
    import random

    dice = random.Random(seed)
    hello = Hello(V5 if seed % 2 else V3, "c", 30, 0, "", "", 1_000_000)

    async def test():
        reader = asyncio.StreamReader()

        class Writer:
            def write(self, data):
                pass

        wire = Wire(reader, Writer(), hello, "mqtt://x")
        heads = [0x20, 0x30, 0x32, 0x34, 0x62, 0x90, 0xD0, 0xE0]
        for _ in range(20):
            reader.feed_data(bytes([dice.choice(heads)]) + dice.randbytes(dice.randrange(1, 12)))
        reader.feed_eof()

        async def to_the_end():
            while True:
                await wire.messages()

        with pytest.raises(OutsideError):
            await to_the_end()

    go(test)


def test_the_hub_needs_no_client_library_of_mqtt():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, cockpit.feeds.sources.mqtt; print('paho' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
