"""Where the phone page is served: its address, its certificate, who may speak with it; anew when they change."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from cockpit.field.certificate import Certificate
from cockpit.field.config import PageConfig, read_config
from cockpit.field.door import Door
from cockpit.field.limits import Limits
from cockpit.field.register import Register
from cockpit.field.server import Site
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import Message, language, texts

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""Between two looks at the configuration and the certificate."""
USUAL_PORT = 8443
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Front:
    """The TLS listener of a gateway.

    Attributes:
        problem: why the page is not served now, None where it is.
    """

    def __init__(self, profile: Path, site: Site, register: Register, limits: Limits, clock: Clock) -> None:
        """
        Args:
            profile: of the hub; field.toml lies there.
            site: what is served, and its port of loopback.
            clock: the machine's.
        """
        self.problem: Message | None = Message("field.page_starting")
        self._profile = profile
        self._site = site
        self._register = register
        self._limits = limits
        self._clock = clock
        self._config: PageConfig | None = None
        self._certificate: Certificate | None = None
        self._door: Door | None = None
        self._said = ""

    # -- what others ask -----------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Address of the page, without a slash at its end; "" where it is not served."""
        if self._door is None or self._config is None:
            return ""
        return self._config.url or f"https://{self._config.host}:{self._door.port}"

    def code_url(self, code: str) -> tuple[str, str]:
        """The address that enrols with a code, and where the certificate of our authority is, "" it is not ours.

        Raises:
            OutsideError: the page is not served.
        """
        if self.problem is not None:
            raise OutsideError(self.problem.id, **self.problem.params)
        ours = self._certificate is not None and self._certificate.ca is not None
        return f"{self.url}/#code={code}", f"{self.url}/ca.crt" if ours else ""

    @property
    def stun(self) -> tuple[str, ...]:
        """Servers of which phones learn their own addresses."""
        return self._config.stun if self._config is not None else ()

    def is_own(self, request: web.Request) -> bool:
        """Whether a request comes from the page itself, by its `Origin`."""
        origin = request.headers.get("Origin", "")
        if self._config is not None and self._config.url and origin == self._config.url:
            return True
        if request.secure:
            return bool(self.url) and origin in (self.url, *self._also())
        return origin in {f"http://{host}:{self._site.port}" for host in _LOOPBACK}

    def _also(self) -> list[str]:
        """The page by the other names in its certificate."""
        if self._certificate is None or self._door is None:
            return []
        names = (f"[{name}]" if ":" in name else name for name in self._certificate.names)
        return [f"https://{name}:{self._door.port}" for name in names]

    def strict(self, request: web.Request) -> bool:
        """Whether browsers are told to come over TLS only: with a certificate of the site's own."""
        return request.secure and self._certificate is not None and self._certificate.ca is None

    async def authority(self, request: web.Request) -> web.StreamResponse:
        """The certificate of our authority, for phones."""
        ca = self._certificate.ca if self._certificate is not None else None
        if ca is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": 'attachment; filename="city-cockpit-ca.crt"'}
        return web.Response(body=ca, content_type="application/x-x509-ca-cert", headers=headers)

    # -- keeping it up -------------------------------------------------------------------------------------------------

    async def keep(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Serves it until this is cancelled; looks every few seconds whether configuration or certificate changed.

        Args:
            changed: told after its address changed.
        """
        try:
            while True:
                before = self.url
                await self.look()
                if self.url != before:
                    await changed()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self.close()

    async def look(self) -> None:
        """Brings it to what the configuration says."""
        try:
            config = await asyncio.to_thread(read_config, self._profile)
            await self._open(config)
            self.problem = None
        except CockpitError as error:
            self.problem = error.message
            said = texts(language())(error.message)
            if said != self._said:
                log.warning("%s", said)
            self._said = said
        else:
            self._said = ""

    async def _open(self, config: PageConfig) -> None:
        if config != self._config:
            await self.close()
            self._config = config
            self._certificate = Certificate(config, self._profile, self._clock)
        assert self._certificate is not None
        context = await asyncio.to_thread(self._certificate.renewed)
        if self._door is None:
            self._door = await self._listen(config, Door(self._site.connection, context, self._limits))
        self._door.context = context

    async def _listen(self, config: PageConfig, door: Door) -> Door:
        if config.port:
            await door.open(config.address, config.port)
            return door
        known = self._register.meta("page_port") or ""
        for port in dict.fromkeys((int(known) if known.isdecimal() else USUAL_PORT, USUAL_PORT, 0)):
            try:
                await door.open(config.address, port)
                break
            except OutsideError:
                if not port:
                    raise
        with contextlib.suppress(CockpitError):  # a full disk: the next start may have another port
            self._register.put_meta("page_port", str(door.port))
        return door

    async def close(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            await door.close()
