"""NATS against a real nats-server: core subjects as they come, a stream across whatever happens."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import nats
import pytest

from cockpit.feeds.sources.base import BackOff
from tests.broker_stories import is_killed, stands_still
from tests.brokers import Nats
from tests.certificates import certificates
from tests.test_feeds_mqtt import go
from tests.test_feeds_sources import Sink, running, sentence
from tests.waiting import until

pytestmark = pytest.mark.system


@asynccontextmanager
async def connected(broker, **more):
    client = await nats.connect(broker.url, allow_reconnect=False, **more)
    try:
        yield client
    finally:
        await client.close()


def listening(url, sink, more=None, **options):
    return running("nats", url, sink, options={"subjects": ["city.>"], **options}, **(more or {}))


def numbers(sink):
    return [int(m.data) for m in sink.messages]


def test_twenty_thousand_messages_in_a_burst_arrive_in_order(tmp_path):
    async def test():
        sink = Sink()
        with Nats(tmp_path) as broker:
            async with listening(broker.url, sink) as source, connected(broker) as client:
                await until(lambda: sink.lives)
                for i in range(20_000):
                    await client.publish(f"city.{i % 7}", b"%d" % i)
                await client.publish("elsewhere", b"-1")
                await client.flush()
                await until(lambda: len(sink.messages) >= 20_000)
        assert numbers(sink) == list(range(20_000))
        assert sink.messages[8].address == "city.1"
        assert source.inbox.dropped == 0

    go(test)


def test_a_large_message_and_an_empty_one_are_whole(tmp_path):
    async def test():
        sink, small = Sink(), Sink()
        large = bytes(range(256)) * 4_000
        with Nats(tmp_path) as broker:
            async with (
                listening(broker.url, sink),
                listening(broker.url, small, {"max_bytes": 100_000}),
                connected(broker) as client,
            ):
                await until(lambda: sink.lives and small.lives)
                for data in (b"", large, b"\r\nMSG a 1 3\r\nabc\r\n"):
                    await client.publish("city.a", data)
                await client.flush()
                await until(lambda: len(sink.messages) == 3 and small.troubles)
        assert [m.data for m in sink.messages] == [b"", large, b"\r\nMSG a 1 3\r\nabc\r\n"]
        assert "上限" in sentence(small.troubles[0][0])

    go(test)


def test_members_of_a_group_divide_the_messages(tmp_path):
    async def test():
        one, two = Sink(), Sink()
        with Nats(tmp_path) as broker:
            async with (
                listening(broker.url, one, group="hubs"),
                listening(broker.url, two, group="hubs"),
                connected(broker) as client,
            ):
                await until(lambda: one.lives and two.lives)
                for i in range(200):
                    await client.publish("city.a", b"%d" % i)
                await client.flush()
                await until(lambda: len(one.messages) + len(two.messages) >= 200)
        assert sorted(numbers(one) + numbers(two)) == list(range(200))
        assert one.messages
        assert two.messages

    go(test)


def test_what_a_killed_server_costs_core_nats_is_what_was_published_meanwhile(tmp_path):
    async def test():
        sink = Sink()
        with Nats(tmp_path) as broker:
            async with listening(broker.url, sink) as source:
                await until(lambda: sink.lives)
                async with connected(broker) as client:
                    for i in range(100):
                        await client.publish("city.a", b"%d" % i)
                    await client.flush()
                    await until(lambda: len(sink.messages) >= 100)
                await is_killed(broker, sink, source)
                async with connected(broker) as client:
                    for i in range(100, 200):
                        await client.publish("city.a", b"%d" % i)
                    await client.flush()
                    await until(lambda: len(sink.messages) >= 200)
        assert numbers(sink) == list(range(200))

    go(test)


def test_a_server_that_falls_silent_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("cockpit.feeds.sources.nats.PING_SECONDS", 0.2)

    async def test():
        sink = Sink()
        with Nats(tmp_path) as broker:
            async with listening(broker.url, sink):
                await until(lambda: sink.lives)
                await stands_still(broker, sink)
        assert "没有应答" in sentence(sink.troubles[0][0])

    go(test)


def test_the_next_server_of_a_cluster_is_tried(tmp_path):
    async def test():
        sink = Sink()
        with Nats(tmp_path) as broker:
            async with listening(f"nats://127.0.0.1:1,127.0.0.1:{broker.port}", sink):
                await until(lambda: sink.lives)
        assert "127.0.0.1:1" in sentence(sink.troubles[0][0])

    go(test)


def test_a_stream_goes_on_where_its_consumer_stood_across_a_killed_server_and_a_restart_of_ours(tmp_path):
    async def test():
        sink = Sink()
        options = {"stream": "CITY", "durable": "hub", "begin": "all"}

        async def publish(first, last):
            async with connected(broker) as client:
                for i in range(first, last):
                    await client.jetstream().publish("city.a", b"%d" % i)

        with Nats(tmp_path) as broker:
            async with connected(broker) as client:
                await client.jetstream().add_stream(name="CITY", subjects=["city.>"])
            await publish(0, 50)
            async with listening(broker.url, sink, **options) as source:
                await until(lambda: len(sink.messages) >= 50)
                broker.kill()
                await until(lambda: sink.troubles)
                broker.start()
                source.retry_now()
                await publish(50, 100)
                await until(lambda: len(sink.messages) >= 100)
            await publish(100, 150)  # nobody listens
            again = Sink()
            async with listening(broker.url, again, **options):
                await until(lambda: again.messages and numbers(again)[-1] == 149)
        assert numbers(sink) == list(range(100))
        assert set(numbers(again)) >= set(range(100, 150))
        assert source.counts.lost == 0

    go(test)


def test_what_a_stream_threw_away_while_we_were_gone_is_counted(tmp_path):
    async def test():
        sink = Sink()
        with Nats(tmp_path) as broker:
            async with connected(broker) as client:
                stream = client.jetstream()
                await stream.add_stream(name="CITY", subjects=["city.>"], max_msgs=10)
                options = {"stream": "CITY", "durable": "hub", "begin": "all"}
                async with listening(broker.url, sink, {"back_off": BackOff(1000, 1000)}, **options) as source:
                    await stream.publish("city.a", b"0")
                    await until(lambda: sink.messages)
                    await stream.delete_consumer("CITY", "hub")
                    await until(lambda: sink.troubles)
                    for i in range(1, 31):
                        await stream.publish("city.a", b"%d" % i)
                    source.retry_now()
                    await until(lambda: numbers(sink)[-1] == 30)
        missed = set(range(31)) - set(numbers(sink))
        assert missed
        assert source.counts.lost == len(missed)

    go(test)


def test_a_stream_that_is_not_there_is_said(tmp_path):
    async def test():
        sink = Sink()
        with Nats(tmp_path) as broker:
            async with listening(broker.url, sink, stream="NONE", durable="hub"):
                await until(lambda: sink.troubles)
        assert "NONE" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("more", [{}, {"stream": "S", "durable": "d"}])
def test_a_wrong_secret_is_said_without_the_secret(tmp_path, more, caplog):
    async def test():
        good, bad = Sink(), Sink()
        users = {"authorization": {"users": [{"user": "hub", "password": "s3cret-7"}]}}
        with Nats(tmp_path, **users) as broker:
            signed = {"user": "hub", "secret": "secret:nats"}
            async with listening(broker.url, good, {"secret": {"nats": "s3cret-7"}.get}, **signed):
                await until(lambda: good.lives)
            async with listening(broker.url, bad, {"secret": {"nats": "wr0ng-one"}.get}, **signed, **more):
                await until(lambda: bad.troubles)
        assert "不接受用户名或密钥" in sentence(bad.troubles[0][0])
        assert "wr0ng-one" not in repr(bad.troubles) + caplog.text

    go(test)


@pytest.mark.logs("eof_received")  # of asyncio about the client library, which is used for streams only
def test_tls_is_verified(tmp_path):
    keys = certificates(tmp_path / "keys")

    async def test():
        good, stream, stranger, plain = Sink(), Sink(), Sink(), Sink()
        tls = {"tls": {"cert_file": str(keys.server), "key_file": str(keys.server_key)}}
        with Nats(tmp_path / "b", **tls) as broker:
            url = f"tls://localhost:{broker.port}"
            async with listening(url, good, ca=str(keys.ca)):
                await until(lambda: good.lives)
            async with listening(url, stream, ca=str(keys.ca), stream="S", durable="d"):
                await until(lambda: stream.troubles)
            async with listening(url, stranger):
                await until(lambda: stranger.troubles)
            async with listening(broker.url, plain):
                await until(lambda: plain.troubles)
        assert "名为 S 的流" in sentence(stream.troubles[0][0])
        assert "证书不可信" in sentence(stranger.troubles[0][0])
        assert "tls://" in sentence(plain.troubles[0][0])

    go(test)


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"INFO nonsense\r\n", b"", b"INFO {}\r\nHELLO\r\n"])
def test_what_is_no_nats_server_is_said(answer):
    async def test():
        async def answering(reader, writer):
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answering, "127.0.0.1", 0)
        sink = Sink()
        async with server, listening(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}", sink):
            await until(lambda: sink.troubles)
        assert sink.troubles[0][0].id != "feeds.our_bug"
        sentence(sink.troubles[0][0])

    go(test)
