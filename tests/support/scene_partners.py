"""What a partner manager has on the desk: a partner with two keys, and one that was suspended."""

from __future__ import annotations

from datetime import date

from prakerja.partners import PartnerKind, add_sign_key, register_partner
from prakerja.partners.service.suspending import propose_resumption, suspend_partner
from prakerja.partners.store import known_partner
from tests.support.apis import Apis
from tests.support.good import Good
from tests.support.market import RING

ROTATING, SUSPENDED, STEADY = "lp_rotating", "dp_suspended", "bkk"
TERMS = {
    "name": "Lembaga Baru",
    "contract_reference": "PKS-1/2026",
    "valid_from": "2026-01-01",
    "redirect_uris": ["https://lms.example.test/kembali"],
}


class PartnerDesk:
    """``ROTATING`` has two keys, ``SUSPENDED`` may not call, ``STEADY`` has one key and may."""

    def __init__(self, apis: Apis) -> None:
        self.apis, self.p = apis, apis.world.platform
        for client_code in (ROTATING, SUSPENDED):
            register_partner(
                self.p,
                RING,
                client_code=client_code,
                name="Mitra",
                kind=PartnerKind.PLATFORM,
                valid_from=date(2026, 1, 1),
            )
        add_sign_key(self.p, RING, client_code=ROTATING)
        suspend_partner(self.p, operator="op-0", client_code=SUSPENDED, because="it sold what it does not have")
        self.resumption = propose_resumption(self.p, operator="op-0", client_code=SUSPENDED).approval_id

    def key_id(self, client_code: str) -> str:
        """Its oldest key."""
        return known_partner(self.p.table, client_code).keys[0].key_id

    def good(self) -> dict[str, Good]:
        """Route → a request that succeeds now."""
        operator, steady = self.apis.operator_token(), {"client_code": STEADY}
        new = {"client_code": "lp_baru", "kind": "INSTITUTION", **TERMS}
        rotating = {"client_code": ROTATING, "key_id": self.key_id(ROTATING)}
        because = {"because": "sold courses twice"}
        seen = {"if_match": '"1"'}
        return {
            "POST /operator/v1/partners": Good(operator, {}, new, 201),
            "GET /operator/v1/partners": Good(operator),
            "GET /operator/v1/partners/{client_code}": Good(operator, steady),
            "PUT /operator/v1/partners/{client_code}/terms": Good(operator, steady, TERMS, headers=seen),
            "PUT /operator/v1/partners/{client_code}/suspension": Good(operator, steady, because),
            "PUT /operator/v1/partners/{client_code}/resumption": Good(operator, {"client_code": SUSPENDED}, None, 202),
            "POST /operator/v1/partners/{client_code}/keys": Good(operator, steady, None, 201),
            "PUT /operator/v1/partners/{client_code}/keys/{key_id}/retirement": Good(operator, rotating),
            "PUT /operator/v1/partners/{client_code}/test-codes": Good(operator, steady),
        }
