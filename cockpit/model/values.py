"""New values of many things at once: the numbers of their rows and the few columns that changed, as raw bytes.

The fast way beside `Batch`, for tables of `MEASURED`. A row's number (its slot) is told with the row, in a batch or a
snapshot, and stays until the row goes. `Values` count in the same sequence as the batches of their district and topic.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from cockpit.model.tables import MEASURED, TABLES

VALUES_VERSION = 1
MAX_SLOT = 50_000_000
"""Numbers of rows stay below; a table of them would take a machine's memory."""

Slots = npt.NDArray[np.uint32]
Changed = dict[str, npt.NDArray[np.generic]]
"""Column name to its new values, all of one length."""

_NARROW = ("<u1", "<u2", "<u4")


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """A column: `base` + each number of `data`; floats as they are, with a base of 0."""

    dtype: str
    base: int
    data: bytes


class Values(msgspec.Struct, frozen=True, array_like=True, tag="values"):
    """One message.

    Attributes:
        v: version of this layout.
        hub, topic, district, seq, sent: as of a `Batch`.
        slots: uint32, n of them, none twice.
        columns: those of `MEASURED`, in their order, n long each.
    """

    v: int
    hub: str
    topic: str
    district: str
    seq: int
    sent: int
    slots: bytes
    columns: list[Packed]

    @property
    def rows(self) -> int:
        return len(self.slots) // 4


def pack_values(topic: str, columns: Changed) -> list[Packed]:
    """Columns of `MEASURED` to the form of the wire: whole numbers as small as they fit, nothing is rounded."""
    return [_packed(columns[name], _dtype(topic, name)) for name in MEASURED[topic]]


def slots_of(values: Values) -> Slots:
    return np.frombuffer(values.slots, dtype="<u4")


def unpack_values(values: Values) -> Changed:
    """The changed columns by name, in the table's types; read-only."""
    columns: Changed = {}
    for name, packed in zip(MEASURED[values.topic], values.columns, strict=True):
        data = np.frombuffer(packed.data, dtype=packed.dtype)
        columns[name] = (
            data if packed.dtype in ("<f8", "<i8") else data.astype(_dtype(values.topic, name)) + packed.base
        )
    return columns


def check_values(values: Values) -> None:
    """
    Raises:
        ValueError: of another version, or its columns do not hold what they say.
    """
    if values.v != VALUES_VERSION:
        raise ValueError(f"values version {values.v}, not {VALUES_VERSION}")
    names = MEASURED.get(values.topic)
    if names is None or len(names) != len(values.columns) or len(values.slots) % 4:
        raise ValueError(f"unknown topic or columns: {values.topic!r}")
    for name, packed in zip(names, values.columns, strict=True):
        own = _dtype(values.topic, name)
        if packed.dtype != own and (own != "<i8" or packed.dtype not in _NARROW):
            raise ValueError(f"column {name} has the wrong type")
        if len(packed.data) != values.rows * np.dtype(packed.dtype).itemsize:
            raise ValueError(f"column {name} does not have {values.rows} rows")
    if values.rows and int(slots_of(values).max()) >= MAX_SLOT:
        raise ValueError("a row's number is too large")


def _dtype(topic: str, name: str) -> str:
    return next(column.dtype for column in TABLES[topic].columns if column.name == name)


def _packed(array: npt.NDArray[np.generic], dtype: str) -> Packed:
    array = np.ascontiguousarray(array, dtype=dtype)
    if dtype == "<i8" and len(array):
        base, top = int(array.min()), int(array.max())
        for narrow in _NARROW:
            if top - base <= np.iinfo(narrow).max:
                return Packed(narrow, base, (array - base).astype(narrow).tobytes())
    return Packed(dtype, 0, array.tobytes())
