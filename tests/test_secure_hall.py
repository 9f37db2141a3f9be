"""Leaders' laptops and their hall: they come by a code, end with their days, are wiped and revoked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.joined import FOLDER, JoinedHub, context_of, read_joined
from cockpit.bus.joining import join
from cockpit.bus.users import LEADER, WALL
from cockpit.leaderopening import LeaderOpening, end_what_is_over
from cockpit.model.clock import DAY, HOUR, ManualClock
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message
from cockpit.model.ports.link import LinkState
from cockpit.model.seatasks import Nothing, SeatDone, SeatList, SeatLog, SeatNamed
from cockpit.store import vault as keys
from cockpit.store.lease import Lease, is_genuine, keep_lease, read_lease
from cockpit.store.vault import ENVIRONMENT, FILE
from tests.living_hub import CITY, CLOCK, LivingHub, pack
from tests.secure_kit import PHRASE, needs_sqlcipher, no_keyring, quick_keys
from tests.sync_kit import a_code, a_laptop, asked, laptop, open_hall

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    needs_sqlcipher,
    pytest.mark.usefixtures("quick_keys", "no_keyring"),
]
__all__ = ["no_keyring", "quick_keys"]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[LivingHub]:
    with open_hall(tmp_path / "hub", days=0, more="[laptops]\ndays = 9\nmost_mb = 120\n") as hub:
        yield hub


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    file = tmp_path / "phrase"
    file.write_text(PHRASE, "utf-8")
    file.chmod(0o600)
    return file


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(CockpitError) as refused:
        call()
    return refused.value.message.id


def log_of(hall: LivingHub) -> list[tuple[str, str]]:
    log: SeatLog = asked(hall, "seats.log", Nothing(), SeatLog)
    return [(entry.what, entry.name) for entry in log.entries]


def seats_of(hall: LivingHub) -> SeatList:
    found: SeatList = asked(hall, "seats.list", Nothing(), SeatList)
    return found


# -- coming in ---------------------------------------------------------------------------------------------------------


def test_a_laptop_joins_by_a_code_of_its_own_and_the_hall_knows_how_it_stands(hall: LivingHub, tmp_path: Path) -> None:
    profile = tmp_path / "leader"
    joined = a_laptop(hall, profile)
    assert (joined.machine, joined.user.name, joined.user.role) == ("chen", "laptop-chen", LEADER)
    with laptop(profile, keys.create(profile, PHRASE)) as mine:
        mine.until(lambda: mine.seat.cases.actor.role == LEADER, "it is a leader's seat")
        mine.until(lambda: mine.seat.contact.most, "the hall was heard")
        assert (mine.seat.contact.days_left, mine.seat.contact.most) == (9, 120_000_000)
        mine.until(lambda: seats_of(hall).seats[0].said is not None, "the hall heard it")
        (known,) = seats_of(hall).seats
        assert (known.name, known.here, known.wiped) == ("chen", True, False)
        assert known.said is not None
        assert known.said.encrypted
    assert log_of(hall) == [("code", "chen"), ("joined", "chen")]


def test_codes_of_walls_and_of_laptops_let_in_only_what_they_are_for_and_stay_good(
    hall: LivingHub, tmp_path: Path
) -> None:
    for_wall, for_laptop = a_code(hall, "left", WALL), a_code(hall, "chen")
    said = refusal(lambda: join(tmp_path / "leader", for_wall.host, for_wall.code, "x", LEADER))
    assert said == "walljoin.code_of_wall"
    said = refusal(lambda: join(tmp_path / "wall", for_laptop.host, for_laptop.code, "x"))
    assert said == "walljoin.code_of_laptop"
    assert join(tmp_path / "wall", for_wall.host, for_wall.code, "x").user.role == WALL
    assert join(tmp_path / "leader", for_laptop.host, for_laptop.code, "x", LEADER).user.role == LEADER


def test_a_laptop_may_ask_what_a_leader_needs_and_nothing_of_the_halls_own(hall: LivingHub, tmp_path: Path) -> None:
    joined = a_laptop(hall, tmp_path / "leader")
    name = joined.user.name

    async def refused(subject: str) -> bool:
        said: list[str] = []
        client = await connect(joined.url, joined.user, "test", lambda: None, context_of(tmp_path / "leader" / FOLDER))

        async def error(problem: Exception) -> None:
            said.append(str(problem))

        client._error_cb = error
        await client.publish(subject, b"")
        await client.request(subjects.ask(name, "hello"), b"", timeout=40)
        await client.close()
        return any("ermissions" in line for line in said)

    async def story() -> None:
        for what in (
            "wall.code",
            "wall.publish",
            "seats.list",
            "seats.wipe",
            "alarms.save",
            "signs.import",
            "quarantine",
        ):
            assert await refused(subjects.ask(name, what)), what
        for subject in (
            subjects.ask("seat-1", "hello"),
            subjects.command(CITY, "live", "seat-1"),
            f"led.{CITY}.live.x",
        ):
            assert await refused(subject), subject
        for what in ("archive.days", "seat.here", "signs.series", "wall.act"):
            assert not await refused(subjects.ask(name, what)), what
        assert not await refused(subjects.command(CITY, "live", name))

    asyncio.run(story())


# -- going -------------------------------------------------------------------------------------------------------------


def test_a_laptop_that_is_wiped_while_connected_ends_its_key_at_once_and_is_empty_when_it_ends(
    hall: LivingHub, tmp_path: Path
) -> None:
    profile = tmp_path / "leader"
    a_laptop(hall, profile)
    told: list[Message] = []
    with laptop(profile, keys.create(profile, PHRASE)) as mine:
        mine.seat.contact.on_wiped = told.append
        mine.until(lambda: mine.seat.contact.most, "the hall was heard")
        done: SeatDone = asked(hall, "seats.wipe", SeatNamed("chen"), SeatDone)
        assert done.here
        mine.until(lambda: told, "it is told")
        assert [message.id for message in told] == ["secure.wiped_by_hall"]
        assert not (profile / FILE).exists()
        mine.until(lambda: seats_of(hall).seats == (), "the hall heard that it is done")
    assert [path for path in profile.rglob("*") if path.is_file()] == []
    assert [what for what, _ in log_of(hall)] == ["code", "joined", "wipe", "wiped"]


def test_a_laptop_that_was_away_is_wiped_when_it_reaches_the_hall_and_gets_nothing_before(
    hall: LivingHub, tmp_path: Path
) -> None:
    profile = tmp_path / "leader"
    a_laptop(hall, profile)
    vault = keys.create(profile, PHRASE)
    with laptop(profile, vault) as mine:
        mine.until(lambda: mine.seat.contact.most, "the hall was heard")
    asked(hall, "seats.wipe", SeatNamed("chen"), SeatDone)
    hall.stop()
    hall.start()
    assert [seat.wiped for seat in seats_of(hall).seats] == [True]
    told: list[Message] = []
    with laptop(profile, vault, start=False) as mine:
        mine.seat.contact.on_wiped = told.append
        mine.seat.start()
        mine.until(lambda: told, "it is told")
        assert mine.seat.link.state is not LinkState.LIVE
    assert not (profile / CITY).exists()
    assert seats_of(hall).seats == ()


def test_a_wipe_that_was_cut_is_gone_on_with_at_the_next_start(hall: LivingHub, tmp_path: Path) -> None:
    profile = tmp_path / "leader"
    a_laptop(hall, profile)
    vault = keys.create(profile, PHRASE)
    with laptop(profile, vault, start=False):
        pass
    keep_lease(profile, Lease(CLOCK.now(), wipe=True), vault)
    keys.destroy(profile)
    said = refusal(lambda: end_what_is_over(profile, JoinedHub(profile), CLOCK))
    assert said == "secure.wiped_by_hall"
    assert [path for path in profile.rglob("*") if path.is_file()] == []


def test_a_laptop_that_is_revoked_is_hung_up_on_and_keeps_what_it_has_until_its_days_end(
    hall: LivingHub, tmp_path: Path
) -> None:
    profile = tmp_path / "leader"
    a_laptop(hall, profile)
    vault = keys.create(profile, PHRASE)
    with laptop(profile, vault) as mine:
        mine.until(lambda: mine.seat.contact.most, "the hall was heard")
        in_the_way = hall.profile / "nats.conf.new"  # as a disk that is full
        in_the_way.mkdir()
        assert refusal(lambda: asked(hall, "seats.revoke", SeatNamed("chen"), SeatDone)) == "cli.profile_unwritable"
        in_the_way.rmdir()
        asked(hall, "seats.revoke", SeatNamed("chen"), SeatDone)
        mine.until(
            lambda: (problem := mine.seat.link.problem) is not None and problem.id == "bus.refused", "it is refused"
        )
        assert mine.seat.contact.wiped is None
    assert (profile / CITY / "cache.db").exists()
    assert refusal(lambda: asked(hall, "seats.revoke", SeatNamed("chen"), SeatDone)) == "seats.no_laptop"
    lease = read_lease(profile)
    assert lease is not None
    later = ManualClock(CLOCK.now() + 9 * DAY + HOUR)
    heard, notices = end_what_is_over(profile, JoinedHub(profile), later)
    assert (heard, [notice.id for notice in notices]) == (False, ["secure.expired"])
    assert not (profile / CITY).exists()


# -- days --------------------------------------------------------------------------------------------------------------


def furnished(hall: LivingHub, profile: Path) -> None:
    a_laptop(hall, profile)
    with laptop(profile, keys.create(profile, PHRASE)) as mine:
        mine.until(lambda: mine.seat.contact.most, "the hall was heard")


def opened(profile: Path, phrase: Path, clock: object = CLOCK) -> list[str]:
    """Opens the profile as `cockpit run --seat leader` does; what is said."""
    opening = LeaderOpening(profile, pack(), JoinedHub(profile), clock, phrase)  # type: ignore[arg-type]
    try:
        assert opening.asks() is None
        opening.go_on()
        seat = opening.seat()
        try:
            return [notice.id for notice in seat.notices]
        finally:
            seat.close()
    finally:
        opening.close()


def test_within_its_days_a_laptop_opens_without_its_hall(hall: LivingHub, tmp_path: Path, phrase: Path) -> None:
    furnished(hall, tmp_path / "leader")
    hall.stop()
    assert opened(tmp_path / "leader", phrase, ManualClock(CLOCK.now() + 8 * DAY)) == []
    assert (tmp_path / "leader" / FILE).exists()


def test_past_its_days_a_laptop_that_reaches_its_hall_keeps_what_it_has(
    hall: LivingHub, tmp_path: Path, phrase: Path
) -> None:
    furnished(hall, tmp_path / "leader")
    before = (tmp_path / "leader" / FILE).read_bytes()
    assert opened(tmp_path / "leader", phrase, ManualClock(CLOCK.now() + 30 * DAY)) == []
    assert (tmp_path / "leader" / FILE).read_bytes() == before


def test_past_its_days_without_its_hall_a_laptop_is_empty_and_says_so(
    hall: LivingHub, tmp_path: Path, phrase: Path
) -> None:
    profile = tmp_path / "leader"
    furnished(hall, profile)
    before = (profile / FILE).read_bytes()
    hall.stop()
    said = opened(profile, phrase, ManualClock(CLOCK.now() + 9 * DAY + HOUR))
    assert "secure.expired" in said
    assert (profile / FILE).read_bytes() != before
    assert read_joined(profile) is not None  # it may fill itself again
    hall.start()
    assert opened(profile, phrase) == []


def test_a_clock_that_is_set_back_gives_no_more_days(hall: LivingHub, tmp_path: Path) -> None:
    now = CLOCK.now()
    lease = Lease(now, days=9, seen=now + 10 * DAY)
    assert lease.is_over(now)
    assert lease.left(now) == 0
    assert Lease(now, days=9).left(now) == 9


def test_a_lease_that_somebody_else_wrote_counts_for_nothing(hall: LivingHub, tmp_path: Path, phrase: Path) -> None:
    profile = tmp_path / "leader"
    furnished(hall, profile)
    hall.stop()
    lease = json.loads((profile / "lease.json").read_text())
    (profile / "lease.json").write_text(json.dumps(lease | {"days": 300}))
    changed = read_lease(profile)
    assert changed is not None
    assert not is_genuine(changed, keys.by_passphrase(profile, PHRASE))
    with pytest.raises(UserError) as refused:
        opened(profile, phrase)
    assert refused.value.message.id == "secure.lease_changed"
    assert not (profile / CITY).exists()


# -- opening -----------------------------------------------------------------------------------------------------------


def test_a_laptop_with_a_wrong_passphrase_file_is_not_opened(hall: LivingHub, tmp_path: Path, phrase: Path) -> None:
    furnished(hall, tmp_path / "leader")
    phrase.write_text("quite another one")
    assert refusal(lambda: opened(tmp_path / "leader", phrase)) == "secure.wrong_passphrase"


def test_a_laptop_waits_for_a_person_where_nothing_else_opens_it_and_gives_up_with_them(
    hall: LivingHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    profile = tmp_path / "leader"
    furnished(hall, profile)
    opening = LeaderOpening(profile, pack(), JoinedHub(profile), CLOCK)
    unlock = opening.asks()
    assert unlock is not None
    assert unlock.type("not that one") is not None
    opening.go_on()
    assert refusal(opening.seat) == "secure.not_unlocked"
    opening = LeaderOpening(profile, pack(), JoinedHub(profile), CLOCK)
    unlock = opening.asks()
    assert unlock is not None
    assert unlock.type(PHRASE) is None
    opening.go_on()
    opening.seat().close()


def test_a_laptop_of_another_city_is_said_to_be_one(hall: LivingHub, tmp_path: Path) -> None:
    from cockpit.packs.read import read_pack
    from cockpit.seat.leader import LeaderSeat

    profile = tmp_path / "leader"
    a_laptop(hall, profile)
    seat = LeaderSeat(profile, read_pack("lujiazui"), JoinedHub(profile), CLOCK, away=True)
    try:
        seat.open_cache()
        seat.start()
        end = CLOCK.mono() + 60
        while (problem := seat.link.problem) is None or problem.id != "seat.other_city":
            seat.tick()
            assert CLOCK.mono() < end, seat.link
        assert seat.sync is not None
        assert seat.sync.archive.count() == 0
    finally:
        seat.close()
