"""The archive 档案: every case that a city had, one flat row each; what counts, rates and rankings are made from.

A record is an event, with what became of it: of our own case about it, or as its source told it. Times are UTC
microseconds of the city, 0 = never or not known.
"""

from __future__ import annotations

from cockpit.model.tables import table

# key: of its event (`<feed>/<id>`), else `case/<id>`; number: the printed one of the case, else the source's. kind to
# amount: as in the table `event`. unit: key of the unit that leads, "" none; unit_kind: its kind. stage: of `STAGES`.
# result: `solved`, `void`, `referred`, "" while open. reported: when it was reported; due: by when it is to be closed.
# urged: how often it was supervised 督办; returned: sent back to its unit 返工; reopened: taken up again; satisfied:
# what the citizen said, 0 not asked, 1 to 5.
RECORD = table(
    "record",
    "key:t number:t kind:t level:u1 channel:t area:t place:t lon:f8 lat:f8 amount:f8 unit:t unit_kind:t stage:t "
    "result:t reported:i8 filed:i8 assigned:i8 arrived:i8 finished:i8 closed:i8 due:i8 "
    "urged:u1 returned:u1 reopened:u1 satisfied:u1 updated:i8",
)
