"""Sources against a real server: they resume, back off, and leave nothing behind."""

from __future__ import annotations

import asyncio
import random
import socket
from contextlib import asynccontextmanager

import pytest

from cockpit.feeds.finding import find_source
from cockpit.feeds.sources.base import BackOff, Settings
from cockpit.model.clock import CityClock, SystemClock
from cockpit.model.messages import texts
from tests.feeds_server import LIMIT, Watcher, serving

QUICK = BackOff(first=0.01, most=0.05)


class Sink(Watcher):
    def __init__(self, use=True):
        super().__init__()
        self.messages, self.lives, self.troubles, self.use = [], 0, [], use

    async def received(self, message):
        self.messages.append(message)
        self.changed()
        return self.use

    async def received_many(self, messages):
        self.messages += messages
        self.changed()
        return self.use

    def alive(self, received_us):
        self.lives += 1
        self.changed()

    def trouble(self, problem, retry_us):
        self.troubles.append((problem, retry_us))
        self.changed()


def sentence(problem):
    assert list(problem.params) == ["detail"], "the feed table has one parameter"
    for lang in ("zh", "en"):
        said = texts(lang)(problem)
        assert said != problem.id
        assert "{" not in said
    return problem.in_chinese()


@asynccontextmanager
async def running(name, url, sink, beat=0.02, back_off=QUICK, **more):
    settings = Settings(url, beat, back_off=back_off, **more)
    source = find_source(name)(settings, CityClock(SystemClock()), sink)
    task = asyncio.create_task(source.run())
    try:
        yield source
    finally:
        assert not task.done(), "a source never ends by itself"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def go(test):
    """Run a test; whatever task it leaves is a failure."""

    async def whole():
        async with asyncio.timeout(LIMIT * 2):
            before = asyncio.all_tasks()
            await test()
            # httpx leaves generators of a broken-off body to the loop, which closes each in a task of one step
            if dying := asyncio.all_tasks() - before:
                await asyncio.wait(dying, timeout=1)
            assert asyncio.all_tasks() == before

    asyncio.run(whole())


def test_a_poll_that_did_not_change_is_a_sign_of_life_and_no_message():
    async def test():
        async with serving() as server:
            server.body, server.etag = b"one", '"1"'
            sink = Sink()
            async with running("http", server.base + "/poll", sink):
                await sink.until(lambda: sink.lives >= 2)
                assert [m.data for m in sink.messages] == [b"one"]
                assert server.polls[1]["If-None-Match"] == '"1"'
                server.body, server.etag = b"two", '"2"'
                await sink.until(lambda: len(sink.messages) == 2)
            assert sink.messages[1].data == b"two"
            assert sink.messages[0].first
            assert not sink.messages[1].first
            assert all(m.whole for m in sink.messages)

    go(test)


def test_a_poll_without_etag_asks_by_date():
    async def test():
        async with serving() as server:
            server.headers = {"Last-Modified": "Tue, 14 Jul 2026 09:32:36 GMT"}
            sink = Sink()
            async with running("http", server.base + "/poll", sink):
                await sink.until(lambda: len(sink.messages) == 2)
            assert server.polls[1]["If-Modified-Since"] == "Tue, 14 Jul 2026 09:32:36 GMT"

    go(test)


def test_a_poll_that_could_not_be_used_is_asked_for_again_before_its_beat():
    async def test():
        async with serving() as server:
            server.etag = '"1"'
            sink = Sink(use=False)
            async with running("http", server.base + "/poll", sink, beat=3600):
                await sink.until(lambda: len(sink.messages) == 2)
            assert sink.lives == 0

    go(test)


def test_gzip_is_unpacked_and_the_limit_is_of_what_comes_out():
    async def test():
        async with serving() as server:
            server.body, server.zipped = b"x" * 50_000, True
            sink = Sink()
            async with running("http", server.base + "/poll", sink):
                await sink.until(lambda: sink.messages)
            assert sink.messages[0].data == server.body
            async with running("http", server.base + "/poll", sink, max_bytes=10_000):
                await sink.until(lambda: sink.troubles)
            assert "上限" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("name", ["http", "sse", "websocket"])
def test_a_port_where_nothing_listens_is_said_with_the_time_of_the_next_attempt(name):
    async def test():
        port, sink, clock = free_port(), Sink(), SystemClock()
        began = clock.now()
        async with running(name, f"http://127.0.0.1:{port}/x", sink):
            await sink.until(lambda: len(sink.troubles) >= 3)
        for problem, retry_us in sink.troubles:
            assert f"连不上 127.0.0.1:{port}" in sentence(problem)
            assert began < retry_us < clock.now() + 1_000_000

    go(test)


@pytest.mark.parametrize("name", ["http", "sse", "websocket"])
def test_a_wrong_path_is_said_with_its_status(name):
    async def test():
        async with serving() as server:
            sink = Sink()
            async with running(name, server.base + "/nowhere", sink):
                await sink.until(lambda: sink.troubles)
            assert "404" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("name", ["http", "sse", "websocket"])
def test_a_server_without_tls_is_said(name):
    async def test():
        async with serving() as server:
            sink = Sink()
            async with running(name, server.base.replace("http", "https") + "/poll", sink):
                await sink.until(lambda: sink.troubles)
            assert "TLS" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("name", ["http", "sse", "websocket"])
@pytest.mark.parametrize("url", ["no address", "ftp://127.0.0.1/x", "http://", "http://[::1", "http://a:99999/"])
def test_an_address_that_is_none_is_said(name, url):
    async def test():
        sink = Sink()
        async with running(name, url, sink):
            await sink.until(lambda: sink.troubles)
        sentence(sink.troubles[0][0])
        assert sink.troubles[0][0].id != "feeds.our_bug"

    go(test)


@pytest.mark.parametrize("name", ["http", "sse", "websocket"])
def test_a_server_that_does_not_answer_is_said(name):
    async def test():
        sink = Sink()
        with socket.socket() as silent:  # connections stand in its queue, and nobody takes them
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            async with running(name, url, sink, beat=0.005, timeout=0.1):
                await sink.until(lambda: sink.troubles)
        assert "没有应答" in sentence(sink.troubles[0][0]) or "没有任何消息" in sentence(sink.troubles[0][0])

    go(test)


def test_a_dropped_stream_resumes_after_the_last_event_that_was_taken():
    async def test():
        async with serving() as server:
            server.script = [
                [b"event: event\nid: r-1\ndata: {}\n\nid: r-2\ndata: two\ndata: lines\n\n", b"id: r-3\ndata: cut of"],
                [b"id: r-3\ndata: three\n\n"],
            ]
            sink = Sink()
            async with running("sse", server.base + "/events", sink, beat=10):
                await sink.until(lambda: len(sink.messages) == 3)
            assert server.streams == [None, "r-2"]
            assert [m.data for m in sink.messages] == [b"{}", b"two\nlines", b"three"]
            assert [m.id for m in sink.messages] == ["r-1", "r-2", "r-3"]
            assert [m.first for m in sink.messages] == [True, False, True]
            assert sink.messages[0].event_type == "event"

    go(test)


def test_comments_are_life_and_no_message():
    async def test():
        async with serving() as server:
            server.script = [[b"id: r-1\ndata: a\n\n", b": ping\n\n", b"id: r-2\ndata: b\n\n"]]
            sink = Sink()
            async with running("sse", server.base + "/events", sink, beat=10):
                await sink.until(lambda: len(sink.messages) == 2)
            assert [m.data for m in sink.messages] == [b"a", b"b"]

    go(test)


def test_an_event_without_end_is_refused_before_it_fills_the_memory():
    async def test():
        async with serving() as server:
            server.script = [[b"data: " + b"x" * 20_000]]
            sink = Sink()
            async with running("sse", server.base + "/events", sink, beat=10, max_bytes=10_000):
                await sink.until(lambda: sink.troubles)
            assert sink.troubles[0][0].id == "feeds.too_big"

    go(test)


def test_a_page_in_place_of_a_stream_is_said():
    async def test():
        async with serving() as server:
            server.stream_type = "text/html"
            sink = Sink()
            async with running("sse", server.base + "/events", sink, beat=10):
                await sink.until(lambda: sink.troubles)
            assert "SSE" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize(("name", "path"), [("sse", "/events"), ("websocket", "/socket")])
def test_a_stream_that_is_silent_for_twenty_beats_is_connected_again(name, path):
    async def test():
        async with serving() as server:
            server.script, server.frames = [[b"data: a\n\n"]], [["a"]]
            sink = Sink()
            async with running(name, server.base + path, sink, beat=0.005):
                await sink.until(lambda: len(sink.troubles) >= 2)
            assert "没有任何消息" in sentence(sink.troubles[0][0])
            assert max(len(server.streams), server.sockets) >= 2

    go(test)


def test_a_closed_websocket_is_connected_again():
    async def test():
        async with serving() as server:
            server.frames = [["a", "b"], ["c"]]
            sink = Sink()
            async with running("websocket", server.base + "/socket", sink, beat=10):
                await sink.until(lambda: len(sink.messages) == 3)
            assert [(m.data, m.first) for m in sink.messages] == [(b"a", True), (b"b", False), (b"c", True)]
            assert "关闭" in sentence(sink.troubles[0][0])

    go(test)


def test_a_websocket_message_over_the_limit_is_said():
    async def test():
        async with serving() as server:
            server.frames = [["x" * 20_000]]
            sink = Sink()
            async with running("websocket", server.base + "/socket", sink, beat=10, max_bytes=10_000):
                await sink.until(lambda: sink.troubles)
            assert sink.troubles[0][0].id == "feeds.too_big"

    go(test)


def test_a_plain_page_in_place_of_a_websocket_is_said():
    async def test():
        async with serving() as server:
            sink = Sink()
            async with running("websocket", server.base + "/poll", sink):
                await sink.until(lambda: sink.troubles)
            sentence(sink.troubles[0][0])

    go(test)


def test_pauses_double_from_half_a_second_to_thirty():
    calm = BackOff(jitter=0.0)
    dice = random.Random(7)
    assert [calm.pause(n, dice) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert calm.pause(10_000, dice) == 30
    jittered = [BackOff().pause(3, dice) for _ in range(200)]
    assert 1.6 <= min(jittered) < 1.8
    assert 2.2 < max(jittered) <= 2.4


def test_pauses_grow_while_it_fails_and_begin_anew_after_a_message():
    async def test():
        async with serving() as server:
            server.keep = False
            server.script = [[], [], [], [b"data: a\n\n"], []]
            sink, clock = Sink(), SystemClock()
            pauses = []
            plain_trouble = sink.trouble

            def trouble(problem, retry_us):
                pauses.append((retry_us - clock.now()) / 1e6)
                plain_trouble(problem, retry_us)

            sink.trouble = trouble
            async with running("sse", server.base + "/events", sink, beat=10, back_off=BackOff(0.1, 5.0, 0.0)):
                await sink.until(lambda: len(pauses) == 5)
            assert pauses[0] < pauses[1] < pauses[2]
            assert pauses[3] < pauses[1]
            assert pauses[4] > pauses[3]

    go(test)


def test_retry_now_cuts_a_long_pause_short():
    async def test():
        async with serving() as server:
            server.script = [[], [b"data: a\n\n"]]
            sink = Sink()
            async with running("sse", server.base + "/events", sink, beat=10, back_off=BackOff(1000, 1000)) as source:
                await sink.until(lambda: sink.troubles)
                source.retry_now()
                await sink.until(lambda: sink.messages)

    go(test)


def test_nothing_is_sent_through_a_proxy_of_the_environment(monkeypatch):
    async def test():
        async with serving() as server:
            server.frames, server.script = [["a"]], [[b"data: a\n\n"]]
            for name, path in (("http", "/poll"), ("sse", "/events"), ("websocket", "/socket")):
                sink = Sink()
                async with running(name, server.base + path, sink, beat=10):
                    await sink.until(lambda sink=sink: sink.messages)
                assert not sink.troubles

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "ws_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    go(test)
