"""Where members are paid, and what people look into: the part of the scene that is about accounts, payouts and cases."""

from __future__ import annotations

from prakerja.balance import PayoutMove
from prakerja.cases.service import open_case, take_case
from prakerja.exclusions import Source
from prakerja.exclusions.api import NewRow
from prakerja.exclusions.service import add_list
from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState, claim_of, incentives_of, new_claim
from prakerja.membership import change_membership
from prakerja.payouts.destination import linked
from prakerja.payouts.store import change_account, load_account
from prakerja.payouts.store.reconciliations import booked_once
from prakerja.platform.access_patterns import INCENTIVE, SESSION
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.ids import derived
from prakerja.platform.records import item_of
from tests.support.apis import Answer, Apis
from tests.support.good import Good
from tests.support.people import Someone, plant_account, someone

SESSION_ID = "00000000-0000-4000-8000-00000000c0de"


class MoneyMatters:
    """A session that was opened by phone, a member whose account was changed just now, cases open and taken."""

    def __init__(self, apis: Apis, member: Someone) -> None:
        self.apis, self.member, self.world = apis, member, apis.world
        self.payout = derived("payout", member.person_id, JOB_SEARCH, "1")
        self.confirmation = self.confirmation_code = ""
        self._session()
        self._change()
        self._failure()
        self._exclusion()
        self._claim()
        self._cases()

    def ask_for_confirmation(self) -> Answer:
        """Have a code sent to the member's other contact."""
        return self.apis.call("POST", "/v1/contacts/confirmations", token=self.session, idempotency_key="confirm")

    def good(self) -> dict[str, Good]:
        """Route → a request that succeeds now."""
        member = self.apis.person_token(self.member.person_id)
        operator = self.apis.operator_token()
        by_confirmation = {"challenge_id": self.confirmation}
        seen = {"if_match": '"1"'}
        listed = {"nik": self.listed}
        row = {"nik": someone(79).nik, "reason": "STUDENT", "valid_from": "2026-01-01"}
        lift = {**listed, "source": "BKN", "reason": "ASN", "evidence_reference": "letter BKN 12/2026"}
        claim = {"person_id": self.owing.person_id, "kind": JOB_SEARCH, "number": "1"}
        proof = {"reason": "FRAUD", "evidence_reference": "audit 2026/117"}
        case, text = {"case_id": self.case}, {"text": "Asked LinkAja in writing."}
        return {
            "POST /v1/contacts/confirmations": Good(self.session, status=202),
            "POST /v1/contacts/confirmations/{challenge_id}/resend": Good(self.session, by_confirmation, status=202),
            "POST /v1/contacts/confirmations/{challenge_id}/verify": Good(
                self.session, by_confirmation, {"code": self.confirmation_code}
            ),
            "DELETE /v1/account": Good(member, status=204),
            "POST /v1/account/cancellation": Good(self.apis.person_token(self.changing.person_id)),
            "POST /v1/incentives/{kind}/{number}/retry": Good(
                self.apis.person_token(self.failed.person_id), {"kind": JOB_SEARCH, "number": "1"}
            ),
            "GET /v1/payouts/{payout_id}": Good(member, {"payout_id": self.payout}),
            "POST /operator/v1/exclusion-lists": Good(operator, {}, {"source": "KEMENDIKBUD", "rows": [row]}, 201),
            "GET /operator/v1/exclusion-lists": Good(operator),
            "POST /operator/v1/exclusions/search": Good(operator, {}, listed),
            "POST /operator/v1/exclusions/lift": Good(operator, {}, lift, 202),
            "PUT /operator/v1/memberships/{person_id}/revocation": Good(
                operator, {"person_id": self.member.person_id}, proof, 202
            ),
            "GET /operator/v1/memberships/{person_id}/claims": Good(operator, {"person_id": self.owing.person_id}),
            "POST /operator/v1/memberships/{person_id}/claims/{kind}/{number}/repayments": Good(
                operator, claim, {"amount": 200_000, "reference": "BNI 42"}, 201
            ),
            "GET /operator/v1/cases": Good(operator),
            "GET /operator/v1/cases/{case_id}": Good(operator, case),
            "PUT /operator/v1/cases/{case_id}/assignment": Good(operator, case, headers=seen),
            "POST /operator/v1/cases/{case_id}/notes": Good(operator, case, text, 201, headers=seen),
            "PUT /operator/v1/cases/{case_id}/resolution": Good(
                operator,
                {"case_id": self.taken_case},
                {"verdict": "MENDED", "why": "LinkAja sent the money back."},
                headers={"if_match": '"2"'},
            ),
            "PUT /operator/v1/cases/{case_id}/clearing": Good(
                operator,
                {"case_id": self.suspense_case},
                {"outcome": "RETURNED", "evidence_reference": "letter BNI 12/2026"},
                202,
                headers={"if_match": '"2"'},
            ),
        }

    def _session(self) -> None:
        opened = {"person_id": self.member.person_id, "device": "d", "channel": "PHONE", "generation": 1}
        now = to_text(self.world.clock.wall())
        self.world.plant(SESSION, {**opened, "created_at": now, "rotated_at": now}, session_id=SESSION_ID)
        self.session = self.apis.person_token(self.member.person_id, session_id=SESSION_ID)

    def _change(self) -> None:
        self.changing = self.apis.market.member(21, card="8000000000000021", linked=False)
        plant_account(self.world, self.changing)
        before = load_account(self.world.table, self.changing.person_id)
        assert before is not None
        changed = linked(before, before, confirmation_id="c", now=self.world.clock.wall())
        self.world.table.commit(change_account(before, changed))

    def _failure(self) -> None:
        """A member whose incentive could not be paid."""
        self.failed = self.apis.market.member(22, card="8000000000000022")
        plant_account(self.world, self.failed)
        self.plant_incentive(self.failed, IncentiveState.PAYOUT_FAILED, reason="PSP_ACCOUNT_INACTIVE")

    def _exclusion(self) -> None:
        """A NIK that is on a list, and that nobody here has."""
        self.listed = someone(78).nik
        row = NewRow(nik=self.listed, reason="ASN", valid_from="2026-01-01")
        add_list(self.world.platform, operator="op-0", source=Source.BKN, rows=[row], key="list-1")

    def _claim(self) -> None:
        """A former member who was paid, and must pay it back."""
        self.owing = self.apis.market.member(23, card="8000000000000023")
        self.plant_incentive(self.owing, IncentiveState.PAID, payout_id="p-23")
        self.world.table.commit(change_membership(self.owing.person_id, set={"state": "REVOKED"}))
        (paid,), now = incentives_of(self.world.table, self.owing.person_id), self.world.clock.programme()
        self.world.table.commit(new_claim(claim_of(paid, "LINKAJA", now, wib_date(now))))

    def plant_incentive(self, who: Someone, state: IncentiveState, **more: str) -> None:
        """One that is not due."""
        now = self.world.clock.programme()
        incentive = Incentive(who.person_id, JOB_SEARCH, 1, 600_000, state, wib_date(now), now, **more)
        self.world.plant(INCENTIVE, item_of(incentive), person_id=who.person_id, kind=JOB_SEARCH, number=1)

    def _cases(self) -> None:
        p = self.world.platform
        found = [
            finding(FindingKind.PAYOUT_HELD, payout, self.member.person_id, attempt=1) for payout in ("p-1", "p-2")
        ]
        self.case, self.taken_case = (open_case(p, one).case_id for one in found)
        take_case(p, operator="op-1", case_id=self.taken_case, version=1)
        day = wib_date(self.world.clock.programme())
        at = self.world.clock.programme()
        self.world.table.commit(*booked_once(PayoutMove.SUSPEND, "BNI", day, "row-1", 5_000, at))
        stray = finding(FindingKind.THEIRS_NOT_OURS, "row-1", None, provider="BNI", day=day.isoformat())
        self.suspense_case = open_case(p, stray).case_id
        take_case(p, operator="op-1", case_id=self.suspense_case, version=1)
