"""What a failed condition of this store's items means when somebody else was faster."""

from __future__ import annotations

from prakerja.platform.problems import Conflict


class Moved(Conflict):
    """An item changed between our reading and our writing. The command reads again; nobody outside sees this."""
