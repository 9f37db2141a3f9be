"""Persons of a site's directory: LDAP v3 (RFC 4511) with TLS, read page by page (RFC 2696). Needs the extra `ldap`."""

from __future__ import annotations

import contextlib
import hashlib
import math
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cockpit.calls.book import MOST_ORG, MOST_WAYS, Row
from cockpit.calls.book_toml import valid
from cockpit.calls.settings import LdapSettings
from cockpit.model.calls import Way, WayKind
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.secrets import secret

MOST_WORDS = 200
"""Characters of a value; what is longer is cut."""
PAGES = "1.2.840.113556.1.4.319"
"""The control of paged results."""
_REFUSED = {32: "calls.ldap_base", 49: "calls.ldap_password", 50: "calls.ldap_rights"}
_MORE = {0, 4}
"""Result codes with entries to read: all of it, or as much as the server gives."""


def read_people(settings: LdapSettings, profile: Path) -> list[Row]:
    """The persons that the directory has, at most `settings.most`; those without a number are left out. Blocking.

    Raises:
        UserError: the extra is not installed, the password is not there, the filter is none.
        OutsideError: the directory can not be reached, does not answer or refuses; a sentence says which.
    """
    try:
        import ldap3
        from ldap3.core.exceptions import LDAPInvalidFilterError
    except ImportError as error:
        raise UserError("calls.ldap_extra") from error
    password = ""
    if settings.password:
        name = settings.password.removeprefix("secret:")
        password = secret(name, profile)
        if not password:
            raise UserError("calls.no_secret", name=name)
    connection = _connection(ldap3, settings, password)
    try:
        _sign_in(connection, settings)
        return [row for entry in _entries(connection, settings) if (row := _row(entry, settings)) is not None]
    except LDAPInvalidFilterError as error:
        raise UserError("calls.ldap_filter", filter=settings.filter) from error
    except CockpitError:
        raise
    except Exception as error:  # a library that is fed with spoilt bytes raises anything
        raise OutsideError("calls.ldap_away", url=settings.url, why=_why(error)) from error
    finally:
        with contextlib.suppress(Exception):
            connection.unbind()
        if connection.socket is not None:  # the library leaves the one that was refused open
            connection.socket.close()


def _connection(ldap3: Any, settings: LdapSettings, password: str) -> Any:
    tls = ldap3.Tls(
        validate=ssl.CERT_REQUIRED if settings.verify else ssl.CERT_NONE,
        ca_certs_file=settings.ca or None,
        version=ssl.PROTOCOL_TLS_CLIENT if settings.verify else None,
    )
    server = ldap3.Server(settings.url, tls=tls, get_info=ldap3.NONE, connect_timeout=settings.seconds)
    return ldap3.Connection(
        server,
        user=settings.user or None,
        password=password or None,
        authentication=ldap3.SIMPLE if settings.user else ldap3.ANONYMOUS,
        receive_timeout=math.ceil(settings.seconds),
        raise_exceptions=False,
        read_only=True,
        auto_referrals=False,
    )


def _sign_in(connection: Any, settings: LdapSettings) -> None:
    """
    Raises:
        OutsideError: there is no encryption where it is wanted, or the user is refused.
    """
    connection.open()
    if settings.start_tls and not connection.start_tls():
        raise OutsideError("calls.ldap_no_tls", url=settings.url)
    if not connection.bind():
        _refuse(connection.result, settings)


def _entries(connection: Any, settings: LdapSettings) -> Iterator[dict[str, Any]]:
    wanted = [
        n
        for n in (
            settings.name,
            settings.duty,
            settings.org,
            settings.phone,
            settings.sip,
            settings.area,
            settings.unit,
        )
        if n
    ]
    cookie: bytes | None = None
    count = 0
    while True:
        connection.search(
            settings.base,
            settings.filter,
            attributes=wanted,
            size_limit=0,
            time_limit=math.ceil(settings.seconds),
            paged_size=settings.page,
            paged_cookie=cookie,
        )
        result = connection.result
        if result["result"] not in _MORE:
            _refuse(result, settings)
        for entry in connection.response or ():
            if entry.get("type") == "searchResEntry":
                yield entry
                count += 1
                if count >= settings.most:
                    return
        cookie = result.get("controls", {}).get(PAGES, {}).get("value", {}).get("cookie")
        if not cookie or result["result"] != 0:
            return


def _refuse(result: dict[str, Any], settings: LdapSettings) -> None:
    id = _REFUSED.get(int(result.get("result", -1)), "")
    if id:
        raise OutsideError(id, url=settings.url, base=settings.base)
    why = str(result.get("description", "")) or "?"
    raise OutsideError("calls.ldap_refused", url=settings.url, why=why[:MOST_WORDS])


def _row(entry: dict[str, Any], settings: LdapSettings) -> Row | None:
    """A person; None for an entry without a name or a number."""
    attributes = {str(name).lower(): value for name, value in entry.get("attributes", {}).items()}

    def values(name: str) -> list[str]:
        found = attributes.get(name.lower(), []) if name else []
        many = found if isinstance(found, (list, tuple)) else [found]
        return [text for text in (str(one).replace("\0", "").strip()[:MOST_WORDS] for one in many) if text]

    names = values(settings.name)
    numbers = [Way(WayKind.SIP, one, "") for one in (*values(settings.sip), *values(settings.phone)) if valid(one)]
    if not names or not numbers:
        return None
    ident = hashlib.sha256(str(entry.get("dn", "")).encode()).hexdigest()[:24]
    return Row(
        ident,
        names[0],
        next(iter(values(settings.duty)), ""),
        tuple(values(settings.org)[:MOST_ORG]),
        next(iter(values(settings.unit)), ""),
        next(iter(values(settings.area)), ""),
        tuple(dict.fromkeys(numbers))[:MOST_WAYS],
    )


def _why(error: BaseException) -> str:
    return " ".join(str(error).split())[:MOST_WORDS] or type(error).__name__
