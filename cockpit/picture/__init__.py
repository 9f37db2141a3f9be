"""The common operational picture 态势: the live state in columns, the one selection, and the hub's way out.

`table.LiveTable` one table; `picture.Picture` all of them, fed by batches; `selection.Selection` what is looked at;
`outgoing.Outgoing` the hub's side, from changed rows to batches. No Qt, no locks: each is owned by one thread.
"""

from cockpit.picture.outgoing import Outgoing
from cockpit.picture.picture import Change, Picture
from cockpit.picture.selection import Selection
from cockpit.picture.table import LiveTable

__all__ = ["Change", "LiveTable", "Outgoing", "Picture", "Selection"]
