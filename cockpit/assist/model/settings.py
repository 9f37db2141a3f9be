"""Which model a site has: `<profile>/model.toml`. No file, or a use that is not on: nothing leaves the machine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_json
from cockpit.packs.checked import Checked
from cockpit.processes import write_private
from cockpit.secrets import secret

NAME, CONSENT = "model.toml", "model-consent.json"
USES = ("ask", "wording")
MOST_CONSENT = 4096
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

Address = Annotated[str, Meta(pattern=r"^https?://[^\s?#]+$", max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Secret = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{0,40}$")]


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one use has otherwise than the file's head; "" as there."""

    on: bool = False
    url: Address | None = None
    model: Name | None = None
    secret: Secret | None = None


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of model.toml.

    Attributes:
        url: of the endpoint up to `/v1`, to which `/chat/completions` is added. model: its name there.
        secret: name of its key (`cockpit.secrets`), "" it wants none. ca: PEM file of the site's authority.
        timeout: seconds that an answer may take in all. tokens: that a reply may have at the most.
        deny: words with which nothing is sent and nothing is shown.
        ask, wording: questions; the wording of briefings.
    """

    url: Address
    model: Name
    secret: Secret = ""
    ca: str = ""
    timeout: Annotated[float, Meta(gt=0, le=300)] = 60.0
    tokens: Annotated[int, Meta(ge=64, le=16_000)] = 2000
    deny: tuple[Annotated[str, Meta(min_length=2, max_length=100)], ...] = ()
    ask: Use = Use()
    wording: Use = Use()


class Endpoint(msgspec.Struct, frozen=True):
    """Where one use goes.

    Attributes:
        host: as shown. key: of the site's model, never shown nor kept.
    """

    use: str
    url: str
    model: str
    host: str
    key: str = ""
    ca: str = ""
    timeout: float = 60.0
    tokens: int = 2000
    deny: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Endpoint({self.use}, {self.model}, {self.host})"


def read_model(profile: Path) -> dict[str, Endpoint]:
    """The uses that are on; none where the site has no model.

    Raises:
        UserError: something in the file is wrong, or a secret is missing: one sentence.
    """
    path = profile / NAME
    if not path.is_file():
        return {}
    file = Checked(path)
    settings = file.convert(ModelFile)
    found = {}
    for name in USES:
        use: Use = getattr(settings, name)
        url = (use.url or settings.url).rstrip("/")
        at = (name, "url") if use.url else ("url",)
        host = _host(file, at, url)
        if not use.on:
            continue
        named = settings.secret if use.secret is None else use.secret
        key = secret(named, profile) if named else ""
        if named and not key:
            file.wrong((name, "secret") if use.secret else ("secret",), "model.no_secret", name=named)
        if not (key.isascii() and key.isprintable()):
            file.wrong(("secret",), "model.bad_secret", name=named)
        found[name] = Endpoint(
            name, f"{url}/chat/completions", use.model or settings.model, host, key, settings.ca, settings.timeout,
            settings.tokens, settings.deny,
        )  # fmt: skip
    return found


def _host(file: Checked, at: tuple[str, ...], url: str) -> str:
    import httpx

    try:
        parts = urlsplit(url)
        port = parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        file.wrong(at, "model.bad_address")
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None:
        file.wrong(at, "model.bad_address")
    if parts.scheme != "https" and host not in _LOOPBACK:
        file.wrong(at, "model.open_line", host=host)
    return f"{host}:{port}" if port else host


# -- consent -------------------------------------------------------------------------------------------------------


def mark_of(endpoint: Endpoint, version: str) -> str:
    """What a person consents to: this use, at this address, with this model and what we send to it."""
    told = "\n".join((endpoint.use, endpoint.url, endpoint.model, version))
    return hashlib.sha256(told.encode()).hexdigest()


def consented(profile: Path, endpoint: Endpoint, version: str) -> bool:
    """Whether the person at this profile agreed to just this."""
    return _consents(profile).get(endpoint.use) == mark_of(endpoint, version)


def consent(profile: Path, endpoint: Endpoint, version: str, yes: bool) -> None:
    """Keeps the consent, or takes it back.

    Raises:
        OutsideError: it can not be kept.
    """
    kept = _consents(profile)
    kept.pop(endpoint.use, None)
    if yes:
        kept[endpoint.use] = mark_of(endpoint, version)
    try:
        write_private(profile / CONSENT, msgspec.json.encode(kept).decode())
    except OSError as error:
        raise OutsideError("model.not_kept", why=error.strerror or type(error).__name__) from error


def _consents(profile: Path) -> dict[str, str]:
    try:
        with open(profile / CONSENT, "rb") as file:
            return from_json(file.read(MOST_CONSENT), type=dict[str, str])
    except (OSError, msgspec.MsgspecError):
        return {}


def needs(endpoints: dict[str, Endpoint], use: str) -> Endpoint:
    """Raises UserError: this use is not on."""
    if use not in endpoints:
        raise UserError("model.off", use=use)
    return endpoints[use]
