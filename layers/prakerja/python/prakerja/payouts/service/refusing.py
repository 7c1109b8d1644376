"""What follows from an account that is refused: it is counted, and whoever tries a stranger's is looked at."""

from __future__ import annotations

from prakerja.payouts.answers import AccountAnswer
from prakerja.payouts.destination import require_may_ask, subject_of
from prakerja.payouts.errors import AccountMoved
from prakerja.payouts.store.refusals import one_more_refused, refused_on
from prakerja.platform import Platform
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.ids import derived
from prakerja.platform.observability import count


def count_refusal(p: Platform, person_id: str, refused: int) -> None:
    """Before anybody learns why: of many requests at once, no more are answered than of so many one after the other.

    ``refused``: as it was read. Raises TooManyAccountsRefused.
    """
    while True:
        now = p.clock.wall()
        require_may_ask(refused, now)
        try:
            p.table.commit(one_more_refused(person_id, wib_date(now), refused, now))
        except AccountMoved:
            refused = refused_on(p.table, person_id, wib_date(now))
        else:
            count("AccountRefused")
            return


def tell_of_a_strangers_account(p: Platform, person_id: str, provider: str, digest: str, answer: AccountAnswer) -> None:
    """Nothing is linked, but a person looks at who tries to be paid at somebody else's account."""
    found = finding(
        FindingKind.DESTINATION_NOT_OWNED,
        subject_of(person_id, digest),
        person_id,
        destination=derived("destination", digest),
        provider=provider,
        code=answer.code,
    )
    p.table.commit(evidence(person_id, "ACCOUNT_NOT_OWNED", p.clock.wall(), provider=provider), outbox=[found])
    count("AccountNotOwned", provider=provider)
