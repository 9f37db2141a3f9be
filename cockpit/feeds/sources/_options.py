"""Options of sources: what may stand in `[feeds.options]`, checked when a feed is read and not when it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta

from cockpit.feeds.sources._secrets import PATTERN, names_secret
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.typed import converted

T = TypeVar("T", bound="Options")

_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]*)`")
_AT = re.compile(r"at `\$\.([A-Za-z0-9_\-]+)")
SecretName = Annotated[str, Meta(pattern=rf"^({PATTERN})?$")]
Word = Annotated[str, Meta(min_length=1, max_length=200)]
SWITCHES_OFF = {"verify", "insecure", "tls_insecure", "skip_verify", "no_verify", "allow_insecure"}
TELLING = re.compile(
    r"(authorization|cookie|password|passwd|secret|token|api[-_]?key|app[-_]?key|^key$|^[as]k$|^pwd$)", re.I
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options of a source that has none; a source's own are a subclass.

    Attributes:
        files: options that are paths; relative ones are of the folder of the file they stand in.
    """

    files: ClassVar[tuple[str, ...]] = ()

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        """What a type can not say: the option, and the sentence with the one parameter `detail`."""
        yield from ()


class Secured(Options, frozen=True, kw_only=True):
    """Options of whatever goes over a network.

    Attributes:
        ca: file with the certificates (PEM) of the authorities that are believed, in place of the system's.
        cert, key: files with our own certificate and its key (PEM).
        user: name to sign in with; secret: `secret:<name>` of the password, or of the token where there is no user.
    """

    files: ClassVar[tuple[str, ...]] = ("ca", "cert", "key")

    ca: str = ""
    cert: str = ""
    key: str = ""
    user: str = ""
    secret: SecretName = ""

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        if bool(self.cert) != bool(self.key):
            yield "cert" if self.cert else "key", Message("sources.cert_and_key", {"detail": "cert, key"})
        if self.user and not self.secret:
            yield "user", Message("sources.user_without_secret", {"detail": self.user[:60]})
        for name in self.files:
            file = getattr(self, name)
            if file and not Path(file).is_file():
                yield name, Message("sources.no_such_file", {"detail": file})


def open_secrets(option: str, table: Mapping[str, str]) -> Iterator[tuple[str, Message]]:
    """Mistakes of headers or query: what is a secret by its name must be named, not written."""
    for name, value in table.items():
        if TELLING.search(name) and not names_secret(value):
            yield option, Message("sources.secret_by_name", {"detail": f"{option}.{name}"[:80]})


def read_options(kind: type[T], given: Mapping[str, Any]) -> T:
    """The options of a feed.

    Raises:
        UserError: one is wrong; the parameter `detail` names it.
    """
    try:
        options = converted(dict(given), kind)
    except msgspec.ValidationError as error:
        _, problem = explain(error)
        raise UserError(problem.id, **problem.params) from error
    for _, problem in options.mistakes():
        raise UserError(problem.id, **problem.params)
    return options


def explain(error: msgspec.ValidationError) -> tuple[str, Message]:
    """The option that is wrong ("" where it is missing), and the sentence."""
    text = str(error)
    if found := _UNKNOWN.search(text):
        if found[1] in SWITCHES_OFF:
            return found[1], Message("sources.always_verified", {"detail": found[1]})
        return found[1], Message("sources.unknown_option", {"detail": found[1]})
    if found := _MISSING.search(text):
        return "", Message("sources.missing_option", {"detail": found[1]})
    at = _AT.search(text)
    key = at[1] if at else "?"
    if key == "secret":
        return key, Message("sources.secret_by_name", {"detail": key})
    return key, Message("sources.wrong_option", {"detail": key})
