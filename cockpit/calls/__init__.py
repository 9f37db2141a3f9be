"""Reaching people: one protocol (`adapter`), an adapter a way, and the desk of calls that uses them. No Qt, asyncio."""
