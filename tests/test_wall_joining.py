"""Machines join a hall with a code and come by TLS only; without one, or with a key taken away, they stay outside."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec
import pytest

from cockpit.bus import subjects
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.client import connect
from cockpit.bus.joined import FOLDER, Joined, JoinedHub, context_of, read_joined
from cockpit.bus.joining import join
from cockpit.bus.users import Keys, User
from cockpit.field.limits import holder_of
from cockpit.hub.codes import GOOD_FOR, MachineCodes
from cockpit.hub.joining import HERE_SECONDS
from cockpit.hub.machinesfile import read_machines_file
from cockpit.model.clock import SECOND, ManualClock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.ports.link import LinkState
from cockpit.model.walljoin import (
    MOST_LINE,
    CodeMade,
    CodeWanted,
    Forget,
    Forgotten,
    JoinWanted,
    Machines,
    MachinesWanted,
    Revoke,
    Revoked,
)
from cockpit.processes import free_port
from cockpit.seat import Seat
from cockpit.wall.asking import ask
from cockpit.wall.node import WallSeat
from tests.doors import until_open
from tests.living_hub import CITY, CLOCK, AtWork, LivingHub, Seated, pack

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    profile = tmp_path / "hub"
    profile.mkdir(mode=0o700)
    listen = f'[machines]\nlisten = "127.0.0.1:{free_port()}"\njoin = {free_port()}\n'
    (profile / "machines.toml").write_text(listen)
    with LivingHub(profile) as living:
        yield living


def asked(hub: LivingHub, what: str, wanted: object, reply: type) -> object:
    from cockpit.bus.where import OwnHub

    return ask(OwnHub(hub.profile), what, wanted, reply)


def a_code(hub: LivingHub, machine: str = "") -> CodeMade:
    """A code, once the door at which it is brought is open."""
    made = asked(hub, "wall.code", CodeWanted(machine), CodeMade)
    assert isinstance(made, CodeMade)
    until_open(made.host)
    return made


def a_machine(hub: LivingHub, folder: Path, machine: str = "left") -> Joined:
    made = a_code(hub, machine)
    return join(folder, made.host, made.code, "hall-pc")


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(CockpitError) as refused:
        call()
    return refused.value.message.id


class AMachine(AtWork):
    """A joined machine at work: a seat over TLS, with its wall."""

    def __init__(self, profile: Path) -> None:
        def made(wake: Callable[[], None]) -> Seat:
            seat = Seat(profile, pack(), JoinedHub(profile), CLOCK, wake)
            self.wall = WallSeat(seat, "left")
            return seat

        super().__init__(made, start=True)

    def __enter__(self) -> AMachine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def test_a_machine_with_a_code_sees_the_city_over_tls(hub: LivingHub, tmp_path: Path) -> None:
    joined = a_machine(hub, tmp_path / "wall")
    assert (joined.machine, joined.city, joined.url.partition(":")[0]) == ("left", CITY, "wss")
    for file in (tmp_path / "wall" / FOLDER).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: list(machine.seat.picture["unit"].text("key")), "units")
        machine.until(lambda: machine.wall.state is not None, "what the wall shows")
        machine.until(lambda: machine.wall.time.best is not None, "the hub's clock")
        assert abs(machine.wall.time.now() - CLOCK.now()) < SECOND  # the same machine, hence the same clock

        def known() -> list[tuple[str, bool]]:
            found = asked(hub, "wall.machines", MachinesWanted(), Machines)
            assert isinstance(found, Machines)
            return [(one.machine, one.here) for one in found.machines]

        machine.until(lambda: known() == [("left", True)], "it is known to be here")


def test_a_code_is_good_once(hub: LivingHub, tmp_path: Path) -> None:
    made = a_code(hub)
    assert join(tmp_path / "one", made.host, made.code.lower().replace("-", " "), "hall-pc").machine == "hall-pc"
    assert refusal(lambda: join(tmp_path / "two", made.host, made.code, "other-pc")) == "walljoin.code_unknown"
    assert read_joined(tmp_path / "two") is None


def test_a_code_ends_after_ten_minutes() -> None:
    clock = ManualClock()
    codes = MachineCodes(clock)
    first, second = codes.make("a")[0], codes.make("b")[0]
    clock.advance(GOOD_FOR / SECOND - 1)
    assert codes.use(first) == "a"
    clock.advance(2)
    assert codes.use(second) is None


def test_of_two_machines_of_one_name_the_second_gets_a_number_and_takes_nobodys_place(
    hub: LivingHub, tmp_path: Path
) -> None:
    names = []
    for folder in ("one", "two"):
        made = a_code(hub)
        names.append(join(tmp_path / folder, made.host, made.code, "hall-pc").machine)
    assert names == ["hall-pc", "hall-pc-2"]


def test_a_code_that_names_a_machine_gives_its_place_to_another_and_ends_the_old_key(
    hub: LivingHub, tmp_path: Path
) -> None:
    a_machine(hub, tmp_path / "old")
    with AMachine(tmp_path / "old") as old:
        old.until(lambda: old.seat.link.state is LinkState.LIVE, "joined")
        a_machine(hub, tmp_path / "new")
        old.until(lambda: old.seat.link.state is LinkState.LOST, "hung up on")
    with AMachine(tmp_path / "new") as new:
        new.until(lambda: new.seat.link.state is LinkState.LIVE, "joined")


def test_wrong_codes_are_counted_and_a_machine_that_guesses_waits(hub: LivingHub, tmp_path: Path) -> None:
    from cockpit.bus.authority import Authority

    made = a_code(hub)
    guess = "00000000"
    code = guess + Authority(hub.profile).check(guess)
    said = [refusal(lambda: join(tmp_path / "x", made.host, code, "x")) for _ in range(12)]
    assert said[:10] == ["walljoin.code_unknown"] * 10
    assert said[-1] == "walljoin.too_often"


def test_who_pretends_to_be_the_hub_is_not_told_the_code(hub: LivingHub, tmp_path: Path) -> None:
    from cockpit.bus.authority import Authority

    made = a_code(hub)
    other = Authority(tmp_path / "other")
    other.ensure()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*other.server)
    heard: list[bytes] = []

    def pretend() -> None:
        plain, _ = door.accept()
        with plain, context.wrap_socket(plain, server_side=True) as line:
            while piece := line.recv(4096):
                heard.append(piece)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=pretend)
        thread.start()
        at = f"127.0.0.1:{door.getsockname()[1]}"
        assert refusal(lambda: join(tmp_path / "wall", at, made.code, "x")) == "walljoin.other_hub"
        thread.join(60)
    assert heard == []
    assert join(tmp_path / "wall", made.host, made.code, "x").machine == "x"  # the code is as good as before


@pytest.mark.parametrize(
    ("host", "code", "said"),
    [
        ("127.0.0.1", "7K2M-9QXD", "walljoin.bad_code"),
        ("127.0.0.1", "7K2M-9QXD-4T!N", "walljoin.bad_code"),
        ("http://hub/", "7K2M-9QXD-4TWN", "walljoin.bad_host"),
        ("hub:99999", "7K2M-9QXD-4TWN", "walljoin.bad_host"),
        ("127.0.0.1:1", "7K2M-9QXD-4TWN", "walljoin.hub_away"),
    ],
)
def test_a_host_or_a_code_that_can_not_be_right_is_said_so(tmp_path: Path, host: str, code: str, said: str) -> None:
    assert refusal(lambda: join(tmp_path, host, code, "x")) == said


def test_a_machine_whose_key_is_taken_away_is_hung_up_on_and_stays_outside(hub: LivingHub, tmp_path: Path) -> None:
    a_machine(hub, tmp_path / "wall")
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: machine.seat.link.state is LinkState.LIVE, "joined")
        asked(hub, "wall.revoke", Revoke("left"), Revoked)
        machine.until(lambda: machine.seat.link.state is LinkState.LOST, "hung up on")
        machine.until(lambda: machine.seat.link.tries > 1, "tries again")
        machine.until(
            lambda: (problem := machine.seat.link.problem) is not None and problem.id == "bus.refused", "is refused"
        )
    assert refusal(lambda: asked(hub, "wall.revoke", Revoke("left"), Revoked)) == "walljoin.no_machine"


def test_a_machine_that_is_forgotten_has_no_key_any_more_and_no_code_lets_it_in(hub: LivingHub, tmp_path: Path) -> None:
    a_machine(hub, tmp_path / "wall")
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: machine.wall.state is not None, "joined")
        assert refusal(lambda: asked(hub, "wall.forget", Forget("left"), Forgotten)) == "walljoin.machine_alive"
    waits = a_code(hub, "left")
    other = a_code(hub, "right")
    assert hub.hub is not None
    hub.hub.answers.heard["wall-left"] -= HERE_SECONDS
    assert asked(hub, "wall.forget", Forget("left"), Forgotten) == Forgotten("left")
    assert not Keys(hub.profile).machines()
    assert asked(hub, "wall.machines", MachinesWanted(), Machines) == Machines()
    assert refusal(lambda: join(tmp_path / "new", waits.host, waits.code, "left")) == "walljoin.code_unknown"
    assert join(tmp_path / "right", other.host, other.code, "x").machine == "right"
    with AMachine(tmp_path / "wall") as machine:
        machine.until(
            lambda: (problem := machine.seat.link.problem) is not None and problem.id == "bus.refused", "is refused"
        )
    for name in ("left", "../hub", "", "hub"):
        assert refusal(lambda name=name: asked(hub, "wall.forget", Forget(name), Forgotten)) == "walljoin.no_machine"  # type: ignore[misc]


def test_a_key_that_could_not_be_taken_away_on_a_full_disk_is_taken_away_when_there_is_room(
    hub: LivingHub, tmp_path: Path
) -> None:
    def listed() -> list[str]:
        found = asked(hub, "wall.machines", MachinesWanted(), Machines)
        assert isinstance(found, Machines)
        return [one.machine for one in found.machines]

    a_machine(hub, tmp_path / "wall")
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: machine.seat.link.state is LinkState.LIVE, "joined")
        in_the_way = hub.profile / "nats.conf.new"
        in_the_way.mkdir()
        assert refusal(lambda: asked(hub, "wall.revoke", Revoke("left"), Revoked)) == "cli.profile_unwritable"
        assert listed() == ["left"]
        in_the_way.rmdir()
        asked(hub, "wall.revoke", Revoke("left"), Revoked)
        assert listed() == []
        machine.until(lambda: machine.seat.link.state is LinkState.LOST, "hung up on")


def test_machines_come_back_after_the_hub_was_away(hub: LivingHub, tmp_path: Path) -> None:
    a_machine(hub, tmp_path / "wall")
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: machine.wall.state is not None, "the wall")
        hub.stop()
        machine.until(lambda: machine.seat.link.state is LinkState.LOST, "the hub is gone")
        age = machine.wall.age
        assert age is not None
        assert age >= 0
        hub.start()
        machine.until(lambda: machine.seat.link.state is LinkState.LIVE, "the hub is back")


def test_what_the_wall_showed_is_known_at_the_next_start_without_a_hub(hub: LivingHub, tmp_path: Path) -> None:
    a_machine(hub, tmp_path / "wall")
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: machine.wall.state is not None, "the wall")
        machine.wall.keep_now()
        shown = machine.wall.state
    hub.stop()
    with AMachine(tmp_path / "wall") as machine:
        assert machine.wall.state == shown
        assert not machine.wall.joined
        assert machine.wall.age is not None


async def _tries(url: str, user: User, context: ssl.SSLContext | None) -> str:
    try:
        client = await connect(url, user, "test", lambda: None, context)
    except OutsideError as error:
        return error.message.id
    await client.close()
    return ""


def test_keys_open_the_door_that_they_are_for_and_no_other(hub: LivingHub, tmp_path: Path) -> None:
    joined = a_machine(hub, tmp_path / "wall")
    assert hub.hub is not None
    inside = hub.hub.server.url
    ours = context_of(tmp_path / "wall" / FOLDER)
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    nobody.check_hostname = False
    nobody.load_verify_locations(tmp_path / "wall" / FOLDER / "ca.crt")
    other = ssl.create_default_context()

    async def story() -> None:
        assert await _tries(joined.url, joined.user, ours) == ""
        assert await _tries(inside, joined.user, None) == "bus.refused"
        for user in Keys(hub.profile).ensure()[:4]:
            assert await _tries(joined.url, user, ours) == "bus.refused", user.name
        assert await _tries(joined.url, joined.user, nobody) == "bus.unreachable"  # no certificate
        assert await _tries(joined.url, joined.user, other) == "bus.unreachable"  # believes others than the hub's

    asyncio.run(story())


def test_a_machine_draws_and_changes_nothing_in_the_city(hub: LivingHub, tmp_path: Path) -> None:
    joined = a_machine(hub, tmp_path / "wall")

    async def refused(subject: str) -> bool:
        said: list[str] = []
        client = await connect(joined.url, joined.user, "test", lambda: None, context_of(tmp_path / "wall" / FOLDER))

        async def error(problem: Exception) -> None:
            said.append(str(problem))

        client._error_cb = error
        await client.publish(subject, b"")
        await client.request(subjects.ask(joined.user.name, "hello"), b"", timeout=40)
        await client.close()
        return any("ermissions" in line for line in said)

    async def story() -> None:
        name = joined.user.name
        for subject in (
            subjects.command(CITY, "live", name),
            subjects.ask(name, "wall.publish"),
            subjects.ask(name, "wall.code"),
            subjects.ask(name, "alarms.act"),
            subjects.ask("seat-1", "wall.state"),
            subjects.signal(CITY, "live", name, "seat-1"),
            "pic.hangzhou.live.all.wall",
        ):
            assert await refused(subject), subject
        assert not await refused(subjects.ask(name, "wall.state"))

    asyncio.run(story())


def test_without_machines_toml_nothing_is_open_and_a_code_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub:
        assert refusal(lambda: asked(hub, "wall.code", CodeWanted(), CodeMade)) == "walljoin.not_open"
        assert not (tmp_path / "hub" / "hall").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[machines]\nlisten = "everywhere"\n', "walljoin.bad_listen"),
        ('[machines]\nlisten = "0.0.0.0:4223"\njoin = 4223\n', "walljoin.same_port"),
        ('[machines]\nlisten = "0.0.0.0"\nname = "a b"\n', "walljoin.bad_name"),
        ('[machines]\nlisten = "0.0.0.0"\nports = 2\n', "packs.unknown_key"),
    ],
)
def test_a_mistake_in_machines_toml_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "machines.toml").write_text(text)
    with pytest.raises(UserError) as refused:
        read_machines_file(tmp_path)
    message = refused.value.message
    assert message.params["what"].id == said  # type: ignore[attr-defined]
    assert int(str(message.params["line"])) >= 1


@pytest.mark.logs("现在不能监听")
def test_an_address_that_is_not_up_yet_keeps_no_seat_waiting_and_is_opened_later(tmp_path: Path) -> None:
    profile = tmp_path / "hub"
    profile.mkdir(mode=0o700)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (profile / "machines.toml").write_text(f'[machines]\nlisten = "127.0.0.1:{port}"\njoin = {free_port()}\n')
        hub = LivingHub(profile)
        hub.start()
    try:
        seat = Seated(tmp_path / "seat", profile)
        try:
            seat.until(lambda: seat.seat.link.state is LinkState.LIVE, "a seat joins")
        finally:
            seat.close()
        a_machine(hub, tmp_path / "wall")
        with AMachine(tmp_path / "wall") as machine:
            machine.until(lambda: machine.seat.link.state is LinkState.LIVE, "the machine comes in")
    finally:
        hub.stop()
    assert os.environ.get("COCKPIT_PARENT") is None


def test_a_machine_whose_clock_stands_in_another_time_knows_its_hub_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime

    from cockpit.bus import authority as module
    from cockpit.bus.authority import Authority, request_of

    monkeypatch.setattr(module, "_FROM", datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC))  # to it, it is the past
    authority = Authority(tmp_path)
    authority.ensure()
    key, request = request_of("left")
    folder = tmp_path / FOLDER
    folder.mkdir()
    for name, text in (("machine.key", key), ("machine.crt", authority.sign(request, "left"))):
        (folder / name).write_text(text)
    (folder / "ca.crt").write_bytes(authority.ca.read_bytes())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*authority.server)
    ours = ssl.MemoryBIO(), ssl.MemoryBIO()
    machine = context_of(folder).wrap_bio(ours[0], ours[1])
    hub = server.wrap_bio(ours[1], ours[0], server_side=True)
    done = 0
    for side in (machine, hub, machine, hub):
        try:
            side.do_handshake()
            done += 1
        except ssl.SSLWantReadError:
            continue
    assert done >= 2


def test_a_shell_finds_the_hub_within_the_profile_of_a_seat(tmp_path: Path) -> None:
    from argparse import Namespace

    from cockpit.wall.asking import profile_of

    (tmp_path / "seat" / "hub").mkdir(parents=True)
    (tmp_path / "seat" / "hub" / "hub.json").touch()
    for named in ("seat", "seat/hub"):
        assert profile_of(Namespace(profile=str(tmp_path / named))) == tmp_path / "seat" / "hub"
    assert profile_of(Namespace(profile=str(tmp_path / "none"))) == tmp_path / "none"


def test_a_shell_on_a_machine_of_the_hall_asks_the_hub_that_it_joined(hub: LivingHub, tmp_path: Path) -> None:
    from argparse import Namespace

    from cockpit.model.wallasks import Nothing
    from cockpit.model.wallstate import WallState
    from cockpit.wall.asking import hub_of

    a_machine(hub, tmp_path / "wall")
    where = hub_of(Namespace(hub=None, key=None, profile=str(tmp_path / "wall")))
    assert isinstance(where, JoinedHub)
    end = CLOCK.mono() + 60
    while True:  # the walls may not be read yet
        try:
            assert ask(where, "wall.state", Nothing(), WallState).shows
            return
        except OutsideError:
            assert CLOCK.mono() < end
            threading.Event().wait(0.1)


def test_machines_come_back_when_the_bus_was_killed(hub: LivingHub, tmp_path: Path) -> None:
    a_machine(hub, tmp_path / "wall")
    with AMachine(tmp_path / "wall") as machine:
        machine.until(lambda: machine.seat.link.state is LinkState.LIVE, "joined")
        assert hub.hub is not None
        assert hub.hub.server.process is not None
        before = machine.seat.link.since
        hub.hub.server.process.kill()
        machine.until(lambda: machine.seat.link.since > before, "the bus is gone")
        machine.until(lambda: machine.seat.link.state is LinkState.LIVE, "it is back")


def say_at_the_door(host: str, said: bytes) -> bytes:
    """What the door answers to any bytes, until it hangs up."""
    name, _, port = host.partition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((name, int(port)), 30) as plain, context.wrap_socket(plain) as line:
        answer = b""
        try:
            line.sendall(said)
            while piece := line.recv(65536):
                answer += piece
        except OSError:  # hung up on
            pass
        return answer


def test_what_is_no_request_ends_at_the_door_and_the_next_machine_comes_in(hub: LivingHub, tmp_path: Path) -> None:
    made = a_code(hub)
    old = msgspec.json.encode(JoinWanted(PROTOCOL - 1, "0.0.1", "00000000", "x", ""))
    half = msgspec.json.encode(JoinWanted(PROTOCOL, "1", made.code[:9].replace("-", ""), "x", "no request"))
    assert b"walljoin.other_version" in say_at_the_door(made.host, old + b"\n")
    for said in (b"\n", b"GET / HTTP/1.1\n", b"\xff\x00\xfe\n", b"[1]\n", b"{}\n", b'{"protocol": 3}\n'):
        assert b"walljoin.nonsense" in say_at_the_door(made.host, said), said
    assert say_at_the_door(made.host, b"x" * (MOST_LINE * 4)) == b""
    assert b"walljoin.no_request" in say_at_the_door(made.host, half + b"\n")
    used_up = refusal(lambda: join(tmp_path / "a", made.host, made.code, "x"))
    assert used_up == "walljoin.code_unknown"
    assert a_machine(hub, tmp_path / "b").machine == "left"


def hall(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":")
    return name, int(port)


def unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def open_files() -> int:
    """Of this process, in which the hub runs too."""
    return len(os.listdir("/proc/self/fd"))


def test_who_says_nothing_at_the_door_goes_for_who_comes_next_and_is_told_why(hub: LivingHub, tmp_path: Path) -> None:
    at = hall(a_code(hub).host)
    with ExitStack() as all_of_them:
        idle = []
        for _ in range(60):
            plain = all_of_them.enter_context(socket.create_connection(at, 20))
            with suppress(OSError):  # hung up on for the next
                idle.append(all_of_them.enter_context(unverified().wrap_socket(plain)))
        assert a_machine(hub, tmp_path / "wall").machine == "left"
        idle[0].settimeout(20)
        assert b"walljoin.too_many" in idle[0].recv(MOST_LINE)


def test_connections_that_say_nothing_at_all_cost_the_hub_no_more_than_a_few_files(
    hub: LivingHub, tmp_path: Path
) -> None:
    at = hall(a_code(hub).host)
    before = open_files()
    with ExitStack() as all_of_them:
        for _ in range(300):
            all_of_them.enter_context(socket.create_connection(at, 20))
        assert a_machine(hub, tmp_path / "wall").machine == "left"
        assert open_files() - before - 300 < 60


def test_guests_are_counted_by_address_and_of_ipv6_by_network() -> None:
    assert holder_of("10.0.0.5") == holder_of("::ffff:10.0.0.5") == "10.0.0.5"
    assert holder_of("fd00:1:2:3::1") == holder_of("fd00:1:2:3:ffff::9%eth0") != holder_of("fd00:1:2:4::1")


def test_who_hangs_up_without_a_word_is_not_called_another_hub(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=lambda: door.accept()[0].close())
        thread.start()
        at = f"127.0.0.1:{door.getsockname()[1]}"
        assert refusal(lambda: join(tmp_path / "wall", at, "7K2M-9QXD-4TWN", "x")) == "walljoin.hung_up"
        thread.join(60)
