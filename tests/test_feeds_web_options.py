"""Pages, headers, secrets and clocks of the sources that begin with a request over HTTP, against a real server."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web

from cockpit.feeds.sources._options import read_options
from cockpit.feeds.sources.http import HttpOptions, skew_of
from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from tests.certificates import certificates
from tests.test_feeds_sources import Sink, go, running, sentence
from tests.waiting import until


class Slow(Sink):
    """Takes one message and is busy with it until it may go on."""

    def __init__(self):
        super().__init__()
        self.go_on = asyncio.Event()

    async def received_many(self, messages):
        used = await super().received_many(messages)
        await self.go_on.wait()
        return used


THINGS = [{"id": str(i)} for i in range(7)]


class Paged:
    """A server that hands its things out in pages, in every manner there is.

    Attributes:
        requests: what was asked, (path with query, headers, body).
        link: what stands in place of the next link; "" the right one.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], str]] = []
        self.link = ""
        self.base = ""
        self.headers: dict[str, str] = {}
        self.status = 200

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path_qs, dict(request.headers), await request.text()))
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        limit = int(request.query.get("limit", "3"))
        at = int(request.query.get("offset", "0")) + (int(request.query.get("page", "1")) - 1) * limit
        page = THINGS[at : at + limit]
        following = self.link or f"{request.path}?offset={at + limit}&limit={limit}"
        more = at + limit < len(THINGS)
        headers = dict(self.headers)
        if more:
            headers["Link"] = f'<{self.base}/first>; rel="first", <{following}>; rel="next"'
        if request.path == "/list":
            return web.json_response(page, headers=headers)
        if request.path == "/xml":
            return web.Response(text="".join(f"<r>{one['id']}</r>" for one in page), headers=headers)
        body = {"result": {"items": page}, "n": len(THINGS)}
        if more:
            body["@iot.nextLink"] = following
        return web.json_response(body, headers=headers)


@asynccontextmanager
async def paged(tls: ssl.SSLContext | None = None):
    server = Paged()
    app = web.Application()
    app.router.add_route("*", "/{path}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    server.base = f"{'https' if tls else 'http'}://localhost:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def polling(url, sink, find=lambda name: "", **options):
    return running("http", url, sink, beat=3600, options=options, secret=find)


PAGED = [
    ("/list", {"paging": "link"}),
    ("/list", {"paging": "offset", "limit": 3}),
    ("/list", {"paging": "page", "limit": 3}),
    ("/object", {"paging": "next", "next": "@iot.nextLink", "items": "/result/items"}),
    ("/object", {"paging": "offset", "limit": 3, "items": "/result/items"}),
]


@pytest.mark.parametrize(("path", "options"), PAGED)
def test_pages_come_as_one_whole_document(path, options):
    async def test():
        sink = Sink()
        async with paged() as server, polling(server.base + path, sink, **options):
            await sink.until(lambda: sink.messages)
        assert len(server.requests) == 3
        document = json.loads(sink.messages[0].data)
        things = document if isinstance(document, list) else document["result"]["items"]
        assert things == THINGS
        assert sink.messages[0].whole

    go(test)


def test_pages_that_are_no_json_stay_messages_and_none_is_all_there_is():
    async def test():
        sink = Sink()
        async with paged() as server, polling(server.base + "/xml", sink, paging="page", limit=3):
            await sink.until(lambda: len(sink.messages) == 3)
            assert len(server.requests) == 4
        assert b"".join(m.data for m in sink.messages) == b"".join(b"<r>%d</r>" % i for i in range(7))
        assert not any(m.whole for m in sink.messages)

    go(test)


@pytest.mark.parametrize(
    ("link", "words"),
    [("http://other.example/next", "other.example"), ("/object", "指回前面"), ("http://[::1", "不能用")],
)
def test_a_next_page_elsewhere_or_in_a_circle_is_not_fetched(link, words):
    async def test():
        sink = Sink()
        options = {"paging": "next", "next": "@iot.nextLink", "items": "/result/items"}
        async with paged() as server:
            server.link = link
            async with polling(server.base + "/object", sink, **options):
                await sink.until(lambda: sink.troubles)
        assert words in sentence(sink.troubles[0][0])
        assert not sink.messages

    go(test)


def test_pages_without_end_are_given_up():
    async def test():
        sink = Sink()
        async with paged() as server, polling(server.base + "/list", sink, paging="offset", limit=1, pages=4):
            await sink.until(lambda: sink.troubles)
        assert "4" in sentence(sink.troubles[0][0])

    go(test)


def test_headers_query_and_body_carry_their_secrets_and_nothing_that_is_said_does(caplog):
    async def test():
        sink, wrong = Sink(), Sink()
        secrets = {"key": "k3y-0", "token": "t0ken-1", "pass": "pässword"}
        options = {
            "method": "POST", "body": {"token": "secret:token", "area": "330100"}, "query": {"ak": "secret:key"},
            "headers": {"X-Auth": "Token {secret:token}"}, "user": "hub", "secret": "secret:pass",
        }  # fmt: skip
        async with paged() as server:
            async with polling(server.base + "/list?a=1", sink, secrets.get, **options):
                await sink.until(lambda: sink.messages)
            server.status = 403
            async with polling(server.base + "/list", wrong, secrets.get, **options):
                await wrong.until(lambda: wrong.troubles)
        path, headers, body = server.requests[0]
        assert path == "/list?a=1&ak=k3y-0"
        assert headers["X-Auth"] == "Token t0ken-1"
        assert headers["Authorization"] == "Basic aHViOnDDpHNzd29yZA=="
        assert json.loads(body) == {"token": "t0ken-1", "area": "330100"}
        told = repr(wrong.troubles) + caplog.text + repr(sink.messages)
        assert not any(secret in told for secret in secrets.values())
        assert "403" in sentence(wrong.troubles[0][0])

    go(test)


def test_a_secret_that_is_not_there_is_said_and_found_once_it_is():
    async def test():
        sink, kept = Sink(), {}
        async with paged() as server:
            options = {"secret": "secret:late"}
            async with running(
                "http", server.base + "/list", sink, beat=3600, options=options, secret=lambda name: kept.get(name, "")
            ):
                await sink.until(lambda: sink.troubles)
                assert not server.requests
                kept["late"] = "now"
                await sink.until(lambda: sink.messages)
            assert server.requests[0][1]["Authorization"] == "Bearer now"
        assert "cockpit feeds secret late" in sentence(sink.troubles[0][0])

    go(test)


def test_a_busy_server_is_asked_again_when_it_says_so():
    async def test():
        sink = Sink()
        async with paged() as server:
            server.status, server.headers = 503, {"Retry-After": "120"}
            async with polling(server.base + "/list", sink) as source:
                await sink.until(lambda: sink.troubles)
                assert source.pause() == 120
                server.status, server.headers = 200, {}
                source.retry_now()
                await sink.until(lambda: sink.messages)

    go(test)


def test_an_authority_of_ones_own_is_believed_and_no_other(tmp_path):
    keys = certificates(tmp_path / "keys")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(keys.ca))
    tls.load_cert_chain(keys.server, keys.server_key)
    tls.verify_mode = ssl.CERT_REQUIRED

    async def test():
        good, stranger = Sink(), Sink()
        ours = {"ca": str(keys.ca), "cert": str(keys.client), "key": str(keys.client_key)}
        async with paged(tls) as server:
            async with polling(server.base + "/list", good, **ours):
                await good.until(lambda: good.messages)
            async with polling(server.base + "/list", stranger):
                await stranger.until(lambda: stranger.troubles)
        assert "证书不可信" in sentence(stranger.troubles[0][0])

    go(test)


@pytest.mark.parametrize(
    ("date", "asked", "answered", "skew"),
    [
        ("Thu, 01 Jan 1970 00:01:40 GMT", 100.2, 100.4, 0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 99.9, 100.4, 0),
        ("Thu, 01 Jan 1970 00:02:40 GMT", 100.2, 100.5, 59.5),
        ("Thu, 01 Jan 1970 00:00:40 GMT", 100.5, 100.6, -59.5),
        ("nonsense", 1, 2, None),
        ("", 1, 2, None),
    ],
)
def test_the_skew_of_a_clock_is_what_the_way_can_not_explain(date, asked, answered, skew):
    found = skew_of(date, round(asked * SECOND), round(answered * SECOND))
    assert found == (None if skew is None else round(skew * SECOND))


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        ({"verify": False}, "verify"),
        ({"secret": "hunter2"}, "secret"),
        ({"headers": {"Authorization": "Bearer abc"}}, "headers.Authorization"),
        ({"query": {"access_token": "abc"}}, "query.access_token"),
        ({"user": "me"}, "me"),
        ({"cert": "a.pem"}, "cert"),
        ({"paging": "some"}, "paging"),
        ({"body": "x"}, "method"),
        ({"pagina": "link"}, "pagina"),
    ],
)
def test_an_option_that_is_wrong_is_named(options, detail):
    with pytest.raises(UserError) as caught:
        read_options(HttpOptions, options)
    assert detail in caught.value.message.params["detail"]
    assert caught.value.message.in_chinese() != caught.value.message.id


def test_a_socket_is_told_what_is_wanted_and_an_event_stream_is_read_by_name():
    async def test():
        heard: list[str] = []

        async def socket(request):
            one = web.WebSocketResponse()
            await one.prepare(request)
            heard.append(request.headers["X-Key"])
            heard.append((await one.receive()).data)
            heard.append((await one.receive()).data)
            await one.send_str("welcome")
            await one.receive()
            return one

        async def events(request):
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await response.write(b"event: noise\ndata: 1\n\nevent: reading\ndata: 2\n\n")
            await asyncio.sleep(30)
            return response

        app = web.Application()
        app.add_routes([web.get("/socket", socket), web.get("/events", events)])
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            one, two = Sink(), Sink()
            wanted = {"subscribe": [{"op": "subscribe", "key": "secret:k"}, "plain"], "headers": {"X-Key": "secret:k"}}
            async with running("websocket", base + "/socket", one, beat=10, options=wanted, secret={"k": "v"}.get):
                await one.until(lambda: one.messages)
            async with running("sse", base + "/events", two, beat=10, options={"events": ["reading"]}):
                await two.until(lambda: two.messages)
        finally:
            await runner.cleanup()
        assert heard == ["v", '{"op":"subscribe","key":"v"}', "plain"]
        assert [m.data for m in two.messages] == [b"2"]

    go(test)


def test_a_stream_with_the_policy_latest_hands_on_the_newest():
    async def test():
        async def events(request):
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await response.write(b"".join(b'data: {"id": "a", "v": %d}\n\n' % i for i in range(500)))
            await asyncio.sleep(30)
            return response

        app = web.Application()
        app.add_routes([web.get("/events", events)])
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/events"
            sink = Slow()
            async with running("sse", url, sink, beat=10, queue="latest", room=10) as source:
                await until(lambda: len(sink.messages) + source.inbox.dropped + source.inbox.waiting == 500)
                sink.go_on.set()
                await sink.until(lambda: len(sink.messages) == 2)
                assert source.inbox.dropped == 498
        finally:
            await runner.cleanup()
        assert msgspec.json.decode(sink.messages[-1].data)["v"] == 499

    go(test)
