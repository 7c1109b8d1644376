"""What every context stands on. ``Platform`` is the first argument of every command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prakerja.platform.clock import Clock
from prakerja.platform.ids import Ids
from prakerja.platform.settings import Settings
from prakerja.platform.table import Table

if TYPE_CHECKING:
    from prakerja.platform.vault import Guards, Vault


@dataclass(frozen=True)
class Platform:
    """Tables, clocks, identifiers and, where a function may open personal data, the vault and the guards."""

    table: Table
    clock: Clock
    ids: Ids
    settings: Settings
    vault: Vault | None = None
    guards: Guards | None = None

    def opened(self) -> Vault:
        """The vault. Raises RuntimeError in a function that was not given one (a mistake in the wiring)."""
        if self.vault is None:
            raise RuntimeError("this function has no vault")
        return self.vault

    def guarded(self) -> Guards:
        """The guards. Raises RuntimeError in a function that was not given them."""
        if self.guards is None:
            raise RuntimeError("this function has no guards")
        return self.guards
