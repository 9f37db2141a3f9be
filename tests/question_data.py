"""What the questions are asked of: the embedded city's past, as the grammar's seat has it and as plain SQL.

400 days of Hangzhou before the city's now, 60 records a day and rainstorms, from seed 1.
"""

from __future__ import annotations

from pathlib import Path

from tests.archive_kit import Year, year, year_export


def the_year() -> Year:
    """archive.db and signs.db of it, and the pack."""
    return year()


def exported() -> Path:
    """The same as plain SQL."""
    return year_export()
