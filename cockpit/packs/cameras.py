"""cameras.toml of a city pack, of a site, of a profile: where cameras have their videos. Read to one `VideoBook`."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from msgspec import Meta

from cockpit.model.videos import Box, CameraGroup, CameraVideo, VideoBook, VideoSource
from cockpit.packs.checked import Checked
from cockpit.packs.schema import Id, Name, Strict, Words

NAME = "cameras.toml"
SITE = Path("/etc/cockpit") / NAME
VARIABLE = "COCKPIT_CAMERAS"
SCHEMES = ("rtsp", "rtsps", "http", "https", "file")
_SECRET = re.compile(r"^secret:[A-Za-z0-9_\-]{1,40}$")
_NAMED = re.compile(r"\{secret:[A-Za-z0-9_\-]{1,40}\}")
_TELLING = re.compile(r"(?i)pass|token|secret|key|auth|sign")
Transport = Literal["tcp", "udp"]
Shown = Literal["show", "blur", "hide"]
Address = Annotated[str, Meta(min_length=1, max_length=2000)]


class SourceRow(Strict, frozen=True):
    feed: Id
    address: Address
    user: str = ""
    secret: str = ""
    transport: Transport = "tcp"
    visitor: Shown = "blur"


class CameraRow(Strict, frozen=True):
    camera: Name
    address: Address
    user: str = ""
    secret: str = ""
    transport: Transport = "tcp"
    masks: Annotated[tuple[Box, ...], Meta(max_length=32)] = ()
    visitor: Shown = "blur"
    name: Words | None = None


class GroupRow(Strict, frozen=True):
    id: Id
    name: Words
    cameras: Annotated[list[Name], Meta(max_length=1000)]


class CamerasFile(Strict, frozen=True):
    sources: tuple[SourceRow, ...] = ()
    cameras: tuple[CameraRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()


def files_of(pack: Path, *profiles: Path) -> tuple[Path, ...]:
    """The files that hold, the strongest last: the pack's, then the site's (the one of the environment, else a
    profile's, else the machine's)."""
    told = os.environ.get(VARIABLE, "")
    if told:
        own: Path | None = Path(told).expanduser().absolute()
    else:
        own = next((file for file in (*(profile / NAME for profile in profiles), SITE) if file.is_file()), None)
    shipped = pack / NAME
    return (*((shipped,) if shipped.is_file() else ()), *((own,) if own is not None else ()))


def read_book(*files: Path) -> VideoBook:
    """What some files say together; of one feed, camera or group the last file's word holds.

    Raises:
        UserError: one of them is wrong: one sentence with file, line and column.
    """
    sources: dict[str, VideoSource] = {}
    cameras: dict[str, CameraVideo] = {}
    groups: dict[str, CameraGroup] = {}
    for path in files:
        book = _read(path)
        sources |= {one.feed: one for one in book.sources}
        cameras |= {one.key: one for one in book.cameras}
        groups |= {one.id: one for one in book.groups}
    return VideoBook(tuple(sources.values()), tuple(cameras.values()), tuple(groups.values()))


def _read(path: Path) -> VideoBook:
    file = Checked(path)
    content = file.convert(CamerasFile)
    feeds: set[str] = set()
    for i, source in enumerate(content.sources):
        if source.feed in feeds:
            file.wrong(("sources", i, "feed"), "videos.twice", given=source.feed)
        feeds.add(source.feed)
        if "{id}" not in source.address:
            file.wrong(("sources", i, "address"), "videos.no_id")
        _check_way(file, ("sources", i), source)
    keys: set[str] = set()
    for i, camera in enumerate(content.cameras):
        if camera.camera in keys:
            file.wrong(("cameras", i, "camera"), "videos.twice", given=camera.camera)
        keys.add(camera.camera)
        _check_way(file, ("cameras", i), camera)
        for n, mask in enumerate(camera.masks):
            if not all(math.isfinite(part) and 0 <= part <= 1 for part in mask) or not (mask[2] and mask[3]):
                file.wrong(("cameras", i, "masks", n), "videos.bad_mask")
    named: set[str] = set()
    for i, group in enumerate(content.groups):
        if group.id in named:
            file.wrong(("groups", i, "id"), "videos.twice", given=group.id)
        named.add(group.id)
    return VideoBook(
        tuple(VideoSource(s.feed, s.address, s.user, s.secret, s.transport, s.visitor) for s in content.sources),
        tuple(
            CameraVideo(
                c.camera, c.address, c.user, c.secret, c.transport, c.masks, c.visitor,
                c.name.text() if c.name else {},
            )
            for c in content.cameras
        ),
        tuple(CameraGroup(g.id, g.name.text(), tuple(g.cameras)) for g in content.groups),
    )  # fmt: skip


def _check_way(file: Checked, at: tuple[str | int, ...], row: SourceRow | CameraRow) -> None:
    where = (*at, "address")
    bare = _NAMED.sub("x", row.address)
    if bare.startswith("{city}"):
        bare = bare.replace("{city}", "http://city", 1)
    try:
        parts = urlsplit(bare.replace("{id}", "id"))
        port = parts.port
    except ValueError:
        file.wrong(where, "videos.bad_address")
    if parts.scheme not in SCHEMES:
        file.wrong(where, "videos.bad_scheme", scheme=parts.scheme or bare[:12])
    if parts.scheme != "file" and (not parts.hostname or port == 0):
        file.wrong(where, "videos.bad_address")
    if parts.username is not None or parts.password is not None:
        file.wrong(where, "videos.secret_in_address")
    for name, value in parse_qsl(urlsplit(row.address.replace("{city}", "http://city")).query):
        if _TELLING.search(name) and not _NAMED.search(value):
            file.wrong(where, "videos.secret_in_address")
    if row.secret and not _SECRET.match(row.secret):
        file.wrong((*at, "secret"), "videos.secret_by_name")
