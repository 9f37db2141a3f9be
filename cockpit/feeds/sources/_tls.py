"""TLS for all sources: always verified; other authorities and a certificate of our own are files that a feed names."""

from __future__ import annotations

import ssl
from functools import lru_cache

import httpx

from cockpit.feeds.sources._options import Secured
from cockpit.model.errors import OutsideError


@lru_cache(maxsize=1)
def of_the_world() -> ssl.SSLContext:
    """One for all that name no files: reading the certificates of all authorities takes 20 ms or more."""
    return httpx.create_ssl_context(trust_env=False)


def context(options: Secured) -> ssl.SSLContext:
    """What verifies the other side. Files are read anew each time: certificates are renewed under a running hub.

    Raises:
        OutsideError: a file can not be read or is no certificate; the parameter `detail` names it.
    """
    if not (options.ca or options.cert):
        return of_the_world()
    try:
        made = (
            ssl.create_default_context(cafile=options.ca) if options.ca else httpx.create_ssl_context(trust_env=False)
        )
    except OSError as error:
        raise OutsideError("sources.bad_ca", detail=options.ca) from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if options.cert:
        try:
            made.load_cert_chain(options.cert, options.key)
        except OSError as error:
            raise OutsideError("sources.bad_cert", detail=options.cert) from error
    return made
