"""Stages of a case and states of an order, as DESIGN names them; a pack labels a subset of the stages."""

from __future__ import annotations

STAGES = ("intake", "filed", "assigned", "handling", "feedback", "check", "closed", "rated")
ORDER_STATES = (
    "draft",
    "confirmed",
    "sent",
    "delivered",
    "read",
    "accepted",
    "en_route",
    "on_scene",
    "done",
    "verified",
    "refused",
    "recalled",
    "expired",
)
