"""Figures as printed: thousands with a comma, below zero with the minus − (U+2212), never a hyphen, and no −0."""

from __future__ import annotations

MINUS = "−"


def figure(value: float, decimals: int = 0) -> str:
    """1,234.5 or −1,234.5."""
    told = f"{value:,.{decimals}f}"
    return told if told[0] != "-" else f"{MINUS}{told[1:]}" if any(digit in "123456789" for digit in told) else told[1:]


def signed(value: float, decimals: int = 0) -> str:
    """A difference: +12, −3.1; 0 without a sign."""
    told = figure(value, decimals)
    return f"+{told}" if value > 0 and any(digit in "123456789" for digit in told) else told
