"""The gateway: the HTTP API by which devices of units get their orders and answer them. A process of its own; no Qt."""
