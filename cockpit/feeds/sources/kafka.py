"""Kafka topics, by a consumer group that stands where it last handed on. Needs the extra `city-cockpit[kafka]`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from cockpit.feeds.sources._client import sentences
from cockpit.feeds.sources._options import Secured, Word
from cockpit.feeds.sources._tls import context
from cockpit.feeds.sources.base import Received, Source
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

FETCHED = 2_000
FETCH_MS = 500
# it logs as errors what a feed says in a sentence
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class KafkaOptions(Secured, frozen=True, kw_only=True):
    """
    Attributes:
        topics: to read. group: of consumers; where it stands is kept at the broker.
        begin: where a group begins that is new. sign_in: mechanism of SASL for `user` and `secret`.
        tls: whether the connection is encrypted; with `ca` or `cert` it always is.
    """

    topics: Annotated[list[Word], Meta(min_length=1)]
    group: Word
    begin: Literal["new", "all"] = "new"
    sign_in: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    tls: bool = True

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        yield from super().mistakes()
        if self.user and self.sign_in == "PLAIN" and not self.tls:
            yield "sign_in", Message("sources.plain_needs_tls", {"detail": "tls"})


class KafkaSource(Source):
    """Reads topics; `kafka://a:9092,b:9092` names the brokers to begin with."""

    name = "kafka"
    takes = KafkaOptions
    schemes = ("kafka",)
    options: KafkaOptions

    async def attempt(self) -> None:
        try:
            from aiokafka import AIOKafkaConsumer
            from aiokafka.errors import KafkaConnectionError, KafkaError
        except ImportError as error:
            raise OutsideError("sources.no_kafka", detail="city-cockpit[kafka]") from error
        url = self.settings.url
        with sentences(url, self.settings.timeout):
            try:
                consumer = AIOKafkaConsumer(*self.options.topics, **self._settings())
            except (ValueError, KafkaError) as error:
                raise OutsideError("feeds.bad_address", detail=url) from error
            try:
                async with time_limit(self.settings.timeout):
                    await consumer.start()
                self.spoke()
                self.sink.alive(self.clock.wall())
                await self._read(consumer)
            except KafkaConnectionError as error:
                raise OutsideError("sources.no_broker", detail=url.partition("://")[2].rstrip("/")) from error
            except KafkaError as error:
                raise OutsideError("sources.broker_said", detail=_said(error)) from error
            finally:
                await asyncio.shield(consumer.stop())

    def _settings(self) -> dict[str, Any]:
        options, settings = self.options, self.settings
        encrypted = options.tls or bool(options.ca or options.cert)
        more: dict[str, Any] = {}
        if options.user:
            more = {
                "sasl_mechanism": options.sign_in,
                "sasl_plain_username": options.user,
                "sasl_plain_password": self.secrets.fill(options.secret),
            }
        return {
            "bootstrap_servers": settings.url.partition("://")[2].rstrip("/").split(","),
            "client_id": f"cockpit-{settings.feed}",
            "group_id": None if settings.trial else options.group,
            "enable_auto_commit": False,
            "auto_offset_reset": "latest" if options.begin == "new" else "earliest",
            "fetch_max_bytes": settings.max_bytes,
            "request_timeout_ms": round(settings.timeout * 1000),
            "security_protocol": ("SASL_" if options.user else "") + ("SSL" if encrypted else "PLAINTEXT"),
            "ssl_context": context(options) if encrypted else None,
            **more,
        }

    async def _read(self, consumer: Any) -> None:
        """Hands on, then commits: what is lost in between comes again."""
        first = True
        stood: dict[Any, int] = {}
        while True:
            found = await consumer.getmany(timeout_ms=FETCH_MS, max_records=FETCHED)
            now = self.clock.wall()
            fresh: list[Received] = []
            for partition, records in found.items():
                for record in records:
                    before = stood.get(partition, -1)
                    if record.offset <= before:
                        self.counts.doubled += 1
                        continue
                    stood[partition] = record.offset
                    skew = max(record.timestamp * 1000 - now, 0) if record.timestamp else None
                    fresh.append(Received(record.value or b"", now, first=first, address=record.topic, skew=skew))
                    first = False
            if not fresh:
                continue
            if self.settings.queue == "all":
                await self.sink.received_many(fresh)
            else:
                for message in fresh:
                    self.inbox.put(message)
            self.spoke()
            if not self.settings.trial:
                await consumer.commit()


def _said(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]


SOURCE = KafkaSource
