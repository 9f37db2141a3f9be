"""feeds.toml: the systems and feeds of a site, added to those of its city pack.

Checked whole before anything runs: what is wrong is said in one sentence with file, line, column, feed and key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

import msgspec

from cockpit.feeds.finding import find_source, make_format
from cockpit.feeds.sources._options import TELLING, explain
from cockpit.feeds.sources._secrets import names_secret
from cockpit.feeds.sources.base import Source
from cockpit.model.city import FeedSpec, Pack, System
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.typed import converted
from cockpit.packs.checked import Checked
from cockpit.packs.feeds import INSTALLED_FORMATS, INSTALLED_SOURCES, check_ties, feeds_of, systems_of
from cockpit.packs.read import FILE as PACK
from cockpit.packs.schema import FeedsFile

MOST_FILES = 500
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*://")


def with_feeds(pack: Pack, path: Path, check: bool = True, wrong: dict[str, Message] | None = None) -> Pack:
    """The pack with the feeds of a site: one with the id of a feed of the pack stands in its place.

    Args:
        check: whether options and mappings are checked too, which needs the sources and formats themselves.
        wrong: gets what is wrong with the options and mapping of each feed, by its id; None: the first is raised.

    Raises:
        UserError: something in the file, or in one that it includes, is wrong.
    """
    feeds: dict[str, FeedSpec] = {}
    systems: dict[str, System] = {}
    read: list[tuple[Checked, tuple[FeedSpec, ...]]] = []
    for file in _files(path):
        content = file.convert(FeedsFile)
        own = feeds_of(file, content.feeds, INSTALLED_SOURCES, INSTALLED_FORMATS)
        for i, spec in enumerate(own):
            if spec.id in feeds:
                file.wrong(("feeds", i, "id"), "packs.feed_twice", given=spec.id)
        for i, (id, system) in enumerate(systems_of(file, content.systems).items()):
            if id in systems:
                file.wrong(("systems", i, "id"), "packs.system_twice", given=id)
            systems[id] = system
        own = tuple(_absolute(spec, file.file.parent) for spec in own)
        feeds |= {spec.id: spec for spec in own}
        read.append((file, own))
    every = {**{spec.id: spec for spec in pack.feeds}, **feeds}
    all_systems = {**pack.systems, **systems}
    for file, own in read:
        check_ties(file, own, all_systems, every)
        if check:
            for i, spec in enumerate(own):
                _note_wrong(spec, file, i, wrong)
    return msgspec.structs.replace(pack, feeds=tuple(every.values()), systems=all_systems)


def check_pack(pack: Pack, wrong: dict[str, Message] | None = None) -> None:
    """Options and mappings of a pack's own feeds, which reading it leaves to when they run.

    Args:
        wrong: as `with_feeds`.

    Raises:
        UserError: one is wrong.
    """
    file = Checked(pack.folder / PACK)
    named = [row.get("id") for row in file.data["feeds"]]
    for spec in pack.feeds:
        _note_wrong(spec, file, named.index(spec.id), wrong)


def _note_wrong(spec: FeedSpec, file: Checked, i: int, wrong: dict[str, Message] | None) -> None:
    try:
        check_feed(spec, file, i)
    except UserError as error:
        if wrong is None:
            raise
        wrong[spec.id] = error.message


def check_feed(spec: FeedSpec, file: Checked, i: int) -> None:
    """The address, the options and the mapping of feed `i` of a file.

    Raises:
        UserError: something in it is wrong.
    """
    try:
        source = find_source(spec.source)
        _check_url(spec, source, file, i)
        _check_options(spec, source, file, i)
        try:
            make_format(spec.format, spec.mapping, spec.topic)
        except UserError as error:
            file.wrong(_mapped(spec, error, i), error.message.id, **error.message.params)
    except UserError as error:
        _name_feed(error, spec)


def _files(path: Path) -> Iterator[Checked]:
    """A file and those that it includes, each once."""
    waiting, seen = [path.absolute()], set[Path]()
    while waiting:
        one = waiting.pop(0)
        real = one.resolve()
        if real in seen:
            continue
        seen.add(real)
        file = Checked(one)
        if len(seen) > MOST_FILES:
            file.wrong(("include",), "sources.too_many_includes", most=MOST_FILES)
        yield file
        includes = file.data.get("include", [])
        for i, pattern in enumerate(includes if isinstance(includes, list) else []):
            if isinstance(pattern, str) and pattern:
                waiting += _included(file, i, pattern)


def _included(file: Checked, i: int, pattern: str) -> list[Path]:
    folder = file.file.parent
    if not any(sign in pattern for sign in "*?["):
        found = folder / pattern
        if not found.is_file():
            file.wrong(("include", i), "sources.no_such_file", detail=pattern)
        return [found]
    try:
        return sorted(Path("/").glob(pattern.lstrip("/")) if pattern.startswith("/") else folder.glob(pattern))
    except (ValueError, NotImplementedError):
        return file.wrong(("include", i), "packs.wrong_value", key="include", given=pattern)


def _absolute(spec: FeedSpec, folder: Path) -> FeedSpec:
    """Paths in a feed are of the folder of their file."""
    options: dict[str, Any] = dict(spec.options)
    for name in _paths(spec.source):
        given = options.get(name)
        if isinstance(given, str) and given:
            options[name] = str(folder / Path(given).expanduser())
    url = spec.url
    if spec.source == "file" and not _SCHEME.match(url) and not url.startswith("{city}"):
        url = str(folder / Path(url).expanduser())
    return msgspec.structs.replace(spec, url=url, options=options)


def _paths(source: str) -> tuple[str, ...]:
    """Options of a source that are paths. The built-in ones are known without loading them: a seat needs no broker."""
    return ("ca", "cert", "key", "done_folder", "refused_folder")


def _check_url(spec: FeedSpec, source: type[Source], file: Checked, i: int) -> None:
    at = ("feeds", i, "url")
    if spec.url.startswith("{city}"):
        return
    try:
        parts = urlsplit(spec.url)
        port = parts.port
    except ValueError:
        file.wrong(at, "feeds.bad_address", detail=spec.url)
    if source.schemes and parts.scheme not in source.schemes:
        known = ", ".join(f"{scheme}://" for scheme in source.schemes if scheme)
        file.wrong(at, "sources.wrong_scheme", detail=parts.scheme or spec.url[:40], known=known)
    if "" not in source.schemes and source.schemes and (not parts.hostname or port == 0):
        file.wrong(at, "feeds.bad_address", detail=spec.url)
    if parts.password is not None or parts.username is not None:
        file.wrong(at, "sources.secret_in_url", detail=parts.hostname or "")
    for name, value in parse_qsl(parts.query):
        if TELLING.search(name) and not names_secret(value):
            file.wrong(at, "sources.secret_in_query", detail=name)


def _check_options(spec: FeedSpec, source: type[Source], file: Checked, i: int) -> None:
    at = ("feeds", i, "options")
    try:
        options = converted(spec.options, source.takes)
    except msgspec.ValidationError as error:
        key, problem = explain(error)
        if problem.id in ("sources.missing_option", "sources.always_verified", "sources.secret_by_name"):
            file.wrong((*at, key) if key else at if spec.options else at[:2], problem.id, **problem.params)
        file.convert(source.takes, at)
        raise
    for key, problem in options.mistakes():
        file.wrong((*at, key), problem.id, **problem.params)


def _mapped(spec: FeedSpec, error: UserError, i: int) -> tuple[str | int, ...]:
    """Where the mistake in a mapping stands, as far as it is told."""
    if not spec.mapping:
        return "feeds", i
    key = str(error.message.params.get("detail", ""))
    return ("feeds", i, "mapping", key) if key in spec.mapping else ("feeds", i, "mapping")


def _name_feed(error: UserError, spec: FeedSpec) -> NoReturn:
    """The same sentence with the feed in it."""
    params = dict(error.message.params)
    params["what"] = Message("sources.of_feed", {"feed": spec.id, "what": params.get("what", error.message)})
    raise UserError(error.message.id, **params) from error
