"""Scripts of rehearsals: TOML files, the ones that ship and the site's own. docs/rehearsal.md describes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from cockpit.model.city import Pack
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.rehearsal import Scenario
from cockpit.packs.checked import Checked
from cockpit.packs.schema import Level, Name, Positive, Strict, Words
from cockpit.paths import assets_dir

FOLDER = "rehearsals"
"""Of the shipped ones in the assets, and of the site's own in the hub's profile."""
MOST_BYTES = 256_000
Minute = Annotated[float, Meta(ge=0, le=1440)]
Word = str | Words
Row = tuple[Name, str, float | str, str | Words]


class EventRow(Strict, frozen=True):
    """Something that happens, `at` minutes after the beginning; `notes` are minutes after that, the last one closes it
    where `closes` says so."""

    at: Minute
    kind: Name
    level: Level
    title: Name
    text: str = ""
    channel: Name = "hotline"
    where: Literal["any", "main", "minor", "crossing", "underpass", "water"] = "any"
    place: tuple[Annotated[float, Meta(ge=-180, le=180)], Annotated[float, Meta(ge=-90, le=90)]] | None = None
    amount: float | None = None
    facts: tuple[Row, ...] = ()
    picture: str = ""
    notes: tuple[tuple[Minute, Name, str], ...] = ()
    closes: bool = False
    rises: tuple[tuple[Minute, Level], ...] = ()


class AlertRow(Strict, frozen=True):
    """A warning of the weather service; `lasts` and `cancel` in minutes."""

    at: Minute
    event: Name
    headline: Name
    colour: Literal["red", "orange", "yellow", "blue"]
    code: Annotated[str, Meta(pattern=r"^[0-9A-Z]{5}$")] = "11B03"
    lasts: Positive = 360.0
    cancel: Positive = 1440.0
    shape: Literal["core", "hills"] = "core"
    description: str = ""
    instruction: str = ""


class FaultRow(Strict, frozen=True):
    """Something of the city's platform that fails, for so many seconds."""

    at: Minute
    name: Literal[
        "sse-drop", "slow", "garbage", "clock-skew", "down", "worker-silent", "worker-clock", "worker-replay",
        "photo-broken",
    ]  # fmt: skip
    seconds: Annotated[float, Meta(gt=0, le=3600)] = 60.0


class CueRow(Strict, frozen=True):
    """What those who take part are told (导调)."""

    at: Minute
    words: Words


class Script(Strict, frozen=True):
    """The whole file.

    Attributes:
        starts: time of the day that the city's clock has at the beginning, "" that of the machine.
        speed: city seconds a second. minutes: how long it lasts.
        storm: the demo city's rainstorm comes over it, forty minutes old at the beginning.
        everyday: what else happens, events a day. scene: what walls show.
    """

    name: Words
    minutes: Annotated[float, Meta(gt=0, le=1440)]
    about: Words | None = None
    starts: Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = ""
    speed: Annotated[float, Meta(ge=1, le=240)] = 1.0
    seed: int = 7
    units: Annotated[int, Meta(ge=1, le=20_000)] = 160
    everyday: Annotated[float, Meta(ge=0, le=5_000_000)] = 200.0
    storm: bool = False
    scene: str = "drill"
    event: tuple[EventRow, ...] = ()
    alert: tuple[AlertRow, ...] = ()
    fault: tuple[FaultRow, ...] = ()
    cue: tuple[CueRow, ...] = ()


def read_script(file: Path, pack: Pack | None = None) -> Script:
    """
    Args:
        pack: the city that it is to be played in: kinds and channels that it does not have are mistakes.

    Raises:
        UserError: something in it is wrong: one sentence with line and column.
    """
    checked = Checked(file)
    script = checked.convert(Script)
    if not (script.event or script.alert or script.storm):
        checked.wrong((), "rehearsal.nothing_happens")
    for table in ("event", "alert", "fault", "cue"):
        for i, row in enumerate(getattr(script, table)):
            if row.at > script.minutes:
                checked.wrong((table, i, "at"), "rehearsal.after_the_end", at=f"{row.at:g}", n=f"{script.minutes:g}")
    for i, event in enumerate(script.event):
        if pack is not None:
            _check_event(checked, i, event, pack)
    return script


def _check_event(checked: Checked, i: int, event: EventRow, pack: Pack) -> None:
    if event.kind not in pack.kinds:
        checked.unknown(("event", i, "kind"), "rehearsal.no_kind", event.kind, pack.kinds)
    if event.channel not in pack.channels:
        checked.unknown(("event", i, "channel"), "rehearsal.no_channel", event.channel, pack.channels)
    if event.place is not None:
        west, south, east, north = pack.bounds
        lon, lat = event.place
        if not (west <= lon <= east and south <= lat <= north):
            checked.wrong(("event", i, "place"), "rehearsal.out_of_town", lon=f"{lon:g}", lat=f"{lat:g}")


def check_text(text: str, pack: Pack | None) -> Script:
    """A script that came as text.

    Raises:
        UserError: as of `read_script`, with the file's name left to whoever has it.
    """
    if len(text.encode()) > MOST_BYTES:
        raise UserError("rehearsal.too_long", kb=MOST_BYTES // 1000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.toml"
        file.write_text(text, "utf-8")
        return read_script(file, pack)


def scripts(profile: Path) -> dict[str, Path]:
    """Files by id: the site's own before the shipped ones of that name."""
    found = {path.stem: path for path in sorted((assets_dir() / FOLDER).glob("*.toml"))}
    return found | {path.stem: path for path in sorted((profile / FOLDER).glob("*.toml"))}


def scenarios(profile: Path, pack: Pack) -> tuple[Scenario, ...]:
    """What can be played; a file with a mistake is listed with its sentence."""
    listed = []
    for id, file in scripts(profile).items():
        own = file.parent != assets_dir() / FOLDER
        try:
            script = read_script(file, pack)
        except CockpitError as error:
            listed.append(Scenario(id, {"zh": id}, {}, 0.0, own, error.message))
            continue
        about = script.about.text() if script.about is not None else {}
        listed.append(Scenario(id, script.name.text(), about, script.minutes, own))
    return tuple(listed)


def plain(word: Word) -> str | dict[str, str]:
    """A word in both languages, or as it stands."""
    return word.text() if isinstance(word, Words) else word
