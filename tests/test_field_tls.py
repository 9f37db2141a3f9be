"""How phones reach the gateway: certificates, the configuration of a site, what the page's files carry, the door."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import gzip
import ipaddress
import json
import os
import re
import ssl
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cockpit.field.certificate import Certificate
from cockpit.field.config import PageConfig, read_config
from cockpit.field.limits import Limits
from cockpit.model.clock import ManualClock, SystemClock
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.secrets import keep_secret
from tests.ledger_desk import START
from tests.living_gateway import LivingGateway, desk_with_orders, living_gateway
from tests.living_phone import LIMIT, trusting
from tests.waiting import until

Story = Callable[[LivingGateway], Awaitable[None]]
DAY = 24 * 3600.0


def play(tmp_path: Path, story: Story, limits: Limits | None = None) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path, desk_with_orders(), limits=limits) as city:
            await story(city)

    asyncio.run(go())


def client(city: LivingGateway) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=city.gateway.front.url, verify=trusting(city), timeout=LIMIT, trust_env=False)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def site_pair(folder: Path, name: str, begins: str = "site") -> tuple[Path, Path]:
    """A certificate as a site's own authority would make it, valid at any time of these tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1))  # noqa: DTZ001
        .not_valid_after(datetime.datetime(2090, 1, 1))  # noqa: DTZ001
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / f"{begins}.crt", folder / f"{begins}.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption()))
    return cert, secret


def test_our_authority_can_vouch_for_this_desk_only(tmp_path: Path) -> None:
    clock = ManualClock(START)
    Certificate(PageConfig("127.0.0.1", name="desk.city.local"), tmp_path, clock).renewed()
    ca = certificate(tmp_path / "field" / "ca.crt")
    limits = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    named = {str(name.value) for name in limits.value.permitted_subtrees or []}
    assert named == {"desk.city.local", "127.0.0.1/32", "localhost"}
    usage = ca.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.ExtendedKeyUsageOID.SERVER_AUTH]
    for name in ("ca.key", "page.key"):
        assert stat.S_IMODE((tmp_path / "field" / name).stat().st_mode) == 0o600


def test_our_certificate_is_renewed_by_itself_under_the_same_authority(tmp_path: Path) -> None:
    clock = ManualClock(START)
    made = Certificate(PageConfig(), tmp_path, clock)
    made.renewed()
    folder = tmp_path / "field"
    ca, first = (folder / "ca.crt").read_bytes(), certificate(folder / "page.crt")
    assert (first.not_valid_after_utc - first.not_valid_before_utc).days == 397
    clock.advance(300 * DAY)
    made.renewed()
    assert certificate(folder / "page.crt") == first
    clock.advance(80 * DAY)
    made.renewed()
    second = certificate(folder / "page.crt")
    assert second.not_valid_after_utc > first.not_valid_after_utc
    assert (folder / "ca.crt").read_bytes() == ca, "phones need not trust another one"


def test_another_name_makes_another_authority(tmp_path: Path) -> None:
    Certificate(PageConfig(name="a.city.local"), tmp_path, ManualClock(START)).renewed()
    before = (tmp_path / "field" / "ca.crt").read_bytes()
    Certificate(PageConfig(name="b.city.local"), tmp_path, ManualClock(START)).renewed()
    assert (tmp_path / "field" / "ca.crt").read_bytes() != before, "the old one may not vouch for this name"


@pytest.mark.parametrize("harm", ["", "half", "of another"])
def test_an_authority_that_is_damaged_is_made_anew(tmp_path: Path, harm: str) -> None:
    Certificate(PageConfig(), tmp_path, ManualClock(START)).renewed()
    key = tmp_path / "field" / "ca.key"
    text = key.read_text()
    other, _ = site_pair(tmp_path, "x")
    key.write_text({"": "", "half": text[:60], "of another": other.with_suffix(".key").read_text()}[harm])
    Certificate(PageConfig(), tmp_path, ManualClock(START)).renewed()
    leaf, ca = certificate(tmp_path / "field" / "page.crt"), certificate(tmp_path / "field" / "ca.crt")
    leaf.verify_directly_issued_by(ca)


@pytest.mark.parametrize("name", ["page.key", "page.crt", "ca.crt"])
def test_what_a_kill_left_half_written_is_made_anew(tmp_path: Path, name: str) -> None:
    Certificate(PageConfig(), tmp_path, ManualClock(START)).renewed()
    _, other = site_pair(tmp_path, "x")
    (tmp_path / "field" / name).write_text(other.read_text() if name == "page.key" else "-----BEGIN CERT")
    context = Certificate(PageConfig(), tmp_path, ManualClock(START)).renewed()
    assert context.cert_store_stats() is not None
    certificate(tmp_path / "field" / "page.crt").verify_directly_issued_by(certificate(tmp_path / "field" / "ca.crt"))


@pytest.mark.logs("site.crt")
def test_half_of_a_new_pair_leaves_the_old_one_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.field.front.LOOK_SECONDS", 0.05)
    cert, key = site_pair(tmp_path, "desk")
    (tmp_path / "field.toml").write_text('[page]\ncert = "site.crt"\nkey = "site.key"\n', "utf-8")
    trusted = ssl.create_default_context(cafile=str(cert))

    async def story(city: LivingGateway) -> None:
        _, other = site_pair(tmp_path, "other", "other")
        good = key.read_bytes()
        key.write_bytes(other.read_bytes())
        await until(lambda: city.gateway.front.problem is not None)
        async with httpx.AsyncClient(base_url=city.gateway.front.url, verify=trusted, trust_env=False) as web:
            assert (await web.get("/v1/health")).status_code == 200
        key.write_bytes(good)
        await until(lambda: city.gateway.front.problem is None)

    play(tmp_path, story)


def test_a_phone_that_trusts_our_authority_reads_the_page_and_nothing_older_than_tls_1_2(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        async with client(city) as web:
            assert (await web.get("/v1/health")).status_code == 200
            offered = await web.get("/ca.crt")
            assert offered.headers["Content-Type"] == "application/x-x509-ca-cert"
            assert offered.content == (tmp_path / "field" / "ca.crt").read_bytes()
            assert "Strict-Transport-Security" not in offered.headers, "the site may not have TLS everywhere"
        stranger = httpx.AsyncClient(base_url=city.gateway.front.url, trust_env=False)
        with pytest.raises(httpx.ConnectError):
            await stranger.get("/v1/health")
        await stranger.aclose()
        old = trusting(city)
        old.set_ciphers("DEFAULT@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        port = int(city.gateway.front.url.rpartition(":")[2])
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", port, ssl=old)

    play(tmp_path, story)


def test_the_certificate_of_the_site_is_used_and_a_new_one_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.field.front.LOOK_SECONDS", 0.05)
    cert, key = site_pair(tmp_path, "desk one")
    keep_secret("desk-tls", key.read_text(), tmp_path)
    (tmp_path / "field.toml").write_text('[page]\ncert = "site.crt"\nkey = "secret:desk-tls"\n', "utf-8")

    async def shown(city: LivingGateway) -> str:
        port = int(city.gateway.front.url.rpartition(":")[2])
        context = ssl.create_default_context(cafile=str(cert))
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        found = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(True))
        writer.transport.abort()
        return str(found.subject.rfc4514_string())

    async def story(city: LivingGateway) -> None:
        assert await shown(city) == "CN=desk one"
        async with httpx.AsyncClient(
            base_url=city.gateway.front.url, verify=ssl.create_default_context(cafile=str(cert)), trust_env=False
        ) as web:
            page = await web.get("/")
            assert page.headers["Strict-Transport-Security"] == "max-age=15552000"
            assert (await web.get("/ca.crt")).status_code == 404
        made = await city.web.post("/v1/codes", json={"unit": "positions/U1"}, headers=city.enrol_head)
        assert made.json()["ca"] == ""
        _, other = site_pair(tmp_path, "desk two")
        keep_secret("desk-tls", other.read_text(), tmp_path)
        async with asyncio.timeout(LIMIT):
            while await shown(city) != "CN=desk two":  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        leftover = [path.name for path in (tmp_path / "field").iterdir() if path.name.startswith("key-")]
        assert leftover == [], "the key lay on the disk for OpenSSL only"

    play(tmp_path, story)


WRONG = [
    ('[page]\nlisten = "8443"\n', 2, "field.bad_listen"),
    ('[page]\nlisten = "300.1.1.1:8443"\n', 2, "field.bad_listen"),
    ('[page]\n\nname = "a b"\n', 3, "field.bad_name"),
    ('[page]\ncert = "x.pem"\n', 2, "field.cert_and_key"),
    ('[page]\nurl = "http://desk"\n', 2, "field.bad_url"),
    ('[page]\nstun = ["turn:x"]\n', 2, "field.bad_stun"),
    ("[page]\nlissten = 1\n", 2, "packs.unknown_key"),
    ("[page]\nlisten = 1\n", 2, "packs.wrong_type"),
    ("[pages]\n", 1, "packs.unknown_key"),
    ("[page\n", 1, "packs.not_toml"),
]


@pytest.mark.parametrize(("text", "line", "what"), WRONG)
def test_a_mistake_in_the_configuration_is_said_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    (tmp_path / "field.toml").write_text(text, "utf-8")
    with pytest.raises(UserError) as wrong:
        read_config(tmp_path)
    assert wrong.value.message.params["what"].id == what
    assert wrong.value.message.params["line"] == line
    for language in ("zh", "en"):
        assert "field.toml" in texts(language)(wrong.value.message)


@pytest.mark.logs("none.crt|“nothing”|site.crt|192.0.2.77|field.toml")
@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('cert = "none.crt"\nkey = "none.key"', "none.crt"),
        ('cert = "site.crt"\nkey = "secret:nothing"', "nothing"),
        ('cert = "site.crt"\nkey = "other.key"', "site.crt"),
        ('listen = "192.0.2.77:8443"', "192.0.2.77"),
        ('listen = "nonsense"', "field.toml"),
    ],
)
def test_a_page_that_can_not_be_served_says_why_and_devices_are_answered_all_the_same(
    tmp_path: Path, toml: str, says: str
) -> None:
    site_pair(tmp_path, "x")
    site_pair(tmp_path, "x", "other")
    (tmp_path / "field.toml").write_text(f"[page]\n{toml}\n", "utf-8")

    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        assert (await device.orders()).status_code == 200
        refused = await city.web.post("/v1/codes", json={"unit": "positions/U1"}, headers=city.enrol_head)
        assert refused.status_code == 503
        assert says in refused.json()["detail"], "the officer who asks for a code reads it"

    play(tmp_path, story)


@pytest.mark.logs("field.toml")
def test_a_mistake_that_is_mended_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.field.front.LOOK_SECONDS", 0.05)
    (tmp_path / "field.toml").write_text("[page", "utf-8")

    async def story(city: LivingGateway) -> None:
        assert city.gateway.front.url == ""
        (tmp_path / "field.toml").write_text('[page]\nlisten = "127.0.0.1:0"\n', "utf-8")
        await until(lambda: city.gateway.front.url != "")
        await until(lambda: json.loads((tmp_path / "field.json").read_bytes())["page"] == city.gateway.front.url)
        async with client(city) as web:
            assert (await web.get("/v1/health")).status_code == 200
            (tmp_path / "field.toml").write_text("[page", "utf-8")
            await until(lambda: city.gateway.front.problem is not None)
            assert (await web.get("/v1/health")).status_code == 200, "what was good goes on"

    play(tmp_path, story)


def test_the_page_carries_what_keeps_others_out_and_nothing_else_is_served(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        async with client(city) as web:
            page = await web.get("/")
            policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == "'self'"
            assert policy["connect-src"] == f"'self' {city.gateway.front.url.replace('https', 'wss')}"
            assert page.headers["Cache-Control"] == "no-cache"
            assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert page.headers["X-Content-Type-Options"] == "nosniff"
            for feature in ("camera=(self)", "microphone=(self)", "geolocation=(self)"):
                assert feature in page.headers["Permissions-Policy"]
            assert (await web.get("/", headers={"If-None-Match": page.headers["ETag"]})).status_code == 304
            for forged in ("evil.example; script-src *", "a b", "x" * 300):
                said = await web.get("/", headers={"Host": forged})
                assert "script-src *" not in said.headers.get("Content-Security-Policy", "")
            names = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
            assert names
            for name in names:
                assert (await web.get(name)).status_code == 200, name
            for name in ("/index.html", "/../pyproject.toml", "/%2e%2e/field.json", "/.git/config", "/app.js/"):
                assert (await web.get(name)).status_code in (400, 404), name

    play(tmp_path, story)


def test_files_go_out_packed_to_who_takes_it(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        port = city.gateway.site.port
        sizes = {}
        for accept in ("gzip", "identity"):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web:
                async with web.stream("GET", "/", headers={"Accept-Encoding": accept}) as answer:
                    raw = b"".join([part async for part in answer.aiter_raw()])
                sizes[accept] = len(raw)
                plain = gzip.decompress(raw) if answer.headers.get("Content-Encoding") == "gzip" else raw
                assert plain.lstrip().lower().startswith(b"<!doctype html")
        assert sizes["gzip"] < sizes["identity"]

    play(tmp_path, story)


async def hold(port: int, n: int) -> list[asyncio.StreamWriter]:
    return [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(n)]


@pytest.mark.slow
def test_ten_thousand_connections_of_one_address_leave_room_for_the_rest(tmp_path: Path) -> None:
    """They come in waves: what an address has open, finished or not, is bounded whatever it does."""

    async def story(city: LivingGateway) -> None:
        door = city.gateway.front._door
        assert door is not None
        context, most, let_in = trusting(city), 0, 0
        for wave in range(40):
            writers = await hold(door.port, 250)
            await asyncio.sleep(0)
            most = max(most, door._of_address["127.0.0.1"])
            if wave % 10 == 0:  # while they hold all that they can, another address gets in
                _, other = await asyncio.open_connection(
                    "127.0.0.1", door.port, ssl=context, server_hostname="localhost", local_addr=("127.0.0.2", 0)
                )
                other.transport.abort()
                let_in += 1
            for writer in writers:
                writer.transport.abort()
        assert 0 < most <= 10
        assert let_in == 4
        await until(lambda: not door._of_address)
        async with client(city) as web:
            assert (await web.get("/v1/health")).status_code == 200

    play(tmp_path, story, Limits(at_address=20, handshakes=40))


def test_who_never_finishes_a_handshake_or_a_request_is_hung_up_on(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        door = city.gateway.front._door
        assert door is not None
        silent = await hold(door.port, 10)
        context = trusting(city)
        slow = [await asyncio.open_connection("localhost", door.port, ssl=context) for _ in range(5)]
        for _, writer in slow:
            writer.write(b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        await until(lambda: sum(door._of_address.values()) == 15)
        async with asyncio.timeout(LIMIT):
            while door._of_address:
                for _, writer in slow:
                    with contextlib.suppress(ConnectionError):
                        writer.write(b"a")  # a byte now and then does not keep it open
                await asyncio.sleep(0.05)
        for writer in [*silent, *(writer for _, writer in slow)]:
            writer.transport.abort()

    play(tmp_path, story, Limits(handshake_seconds=0.5, idle_seconds=0.5))


def test_what_is_no_tls_is_no_error_of_ours(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(city: LivingGateway) -> None:
        door = city.gateway.front._door
        assert door is not None
        for data in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(500), b"\x16\x03\x01\xff\xff" + bytes(300)):
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(data)
            with contextlib.suppress(ConnectionError):
                async with asyncio.timeout(LIMIT):
                    await reader.read()
            writer.transport.abort()
        await until(lambda: not door._of_address)

    play(tmp_path, story)
    assert caplog.records == [] or {record.levelname for record in caplog.records} <= {"INFO", "DEBUG"}


def cockpit(*args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COCKPIT_LANG": "zh"}
    return subprocess.run(
        [sys.executable, "-m", "cockpit", *args], capture_output=True, text=True, env=environment, timeout=LIMIT
    )


@pytest.mark.slow
@pytest.mark.system
def test_a_code_and_its_qr_are_shown_in_the_terminal(tmp_path: Path) -> None:
    async def story() -> None:
        async with living_gateway(tmp_path, desk_with_orders(), clock=SystemClock()) as city:
            args = ("gateway", "code", "positions/U1", "--name", "王建国", "--profile", str(tmp_path))
            shown = await asyncio.to_thread(cockpit, *args)
            assert shown.returncode == 0, shown.stderr
            assert "\u2580" in shown.stdout or "\u2584" in shown.stdout, "a QR code"
            code = re.search(r"登记码 (\S+)，", shown.stdout)
            assert code is not None
            assert f"{city.gateway.front.url}/#code={code[1]}" in shown.stdout
            assert re.search(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", shown.stdout), "the fingerprint to compare on the phone"
            async with client(city) as web:
                answer: Any = await web.post("/v1/enrol", json={"code": code[1], "device": "x"})
                assert answer.json()["name"] == "王建国"
            wrong = await asyncio.to_thread(cockpit, "gateway", "code", "U1", "--profile", str(tmp_path))
            assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
        gone = await asyncio.to_thread(cockpit, *args)
        assert (gone.returncode != 0, "网关没有运行" in gone.stderr) == (True, True)

    asyncio.run(story())
