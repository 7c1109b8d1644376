"""Where a caller stands who is who he says he is: what all services need, for one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .books import Account, Books, Client
from .faults import Fault
from .menu import PRESETS
from .moves import Moves
from .profiles import WALLET_SERVICES, Profile
from .rows import Reader
from .wire import Reply, refuse, say


@dataclass(frozen=True, slots=True)
class Desk:
    """One call of one caller to one provider, inside one transaction of the books."""

    books: Books
    moves: Moves
    reader: Reader
    profile: Profile
    client: Client
    service: str
    now: datetime
    fault: Fault | None

    @property
    def what(self) -> str:
        """The fault's kind, "" if none."""
        return self.fault.what if self.fault else ""

    def ok(self, **fields: Any) -> Reply:
        """200, with what is known."""
        return say(self.service, 200, "00", **fields)

    def obey(self) -> None:
        """Raise the refusal that a fault asks for."""
        if self.fault is None or self.what not in PRESETS:
            return
        http, case, hint = PRESETS[self.what]
        if self.what == "refuse" and self.fault.code:
            http, case = int(self.fault.code[:3]), self.fault.code[5:]
        raise refuse(self.service, http, case, additionalInfo=_hint(hint))

    def account(self, number: str) -> Account | None:
        """An account by the number in a request, whichever way a phone number was written."""
        if self.service in WALLET_SERVICES:
            number = wallet_number(number)
        return self.books.account(self.profile.name, number)

    def payee(self, number: str, *, inquiry: bool = False) -> Account:
        """An account that can be paid. Raises Refused; an inquiry need not notice what is wrong."""
        account = self.account(number)
        status = account.status if account else "UNKNOWN"
        overlooked = inquiry and account is not None and (account.quiet or self.profile.quiet)
        if status in self.profile.refusals and not overlooked:
            http, case, hint = self.profile.refusals[status]
            raise refuse(self.service, http, case, additionalInfo=_hint(hint))
        if account is None:
            raise refuse(self.service, 404, "11")
        return account

    def needs_upgrade(self, account: Account) -> dict[str, str] | None:
        """The word about KYC for a wallet that is not fully known."""
        return None if account.kyc == "FULL" else _hint("PAYEE_KYC_UPGRADE_REQUIRED")


def wallet_number(number: str) -> str:
    """``62…`` for ``08…`` and ``+62…``."""
    number = number.removeprefix("+")
    return "62" + number[1:] if number.startswith("0") else number


def _hint(text: str) -> dict[str, str] | None:
    return {"resultMsg": text} if text else None
