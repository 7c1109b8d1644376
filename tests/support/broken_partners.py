"""What operators can do wrong about partners."""

from __future__ import annotations

from tests.support.broken_request import Broken
from tests.support.scene_partners import ROTATING, STEADY, TERMS

REGISTER = "POST /operator/v1/partners"
TERMS_OF = "PUT /operator/v1/partners/{client_code}/terms"
RETIRE = "PUT /operator/v1/partners/{client_code}/keys/{key_id}/retirement"

BROKEN_PARTNERS: dict[str, Broken] = {
    "a client code in use": Broken(
        "partner-exists", REGISTER, ("sudah dipakai", "in use"), {"body": {"client_code": STEADY}}
    ),
    "a partner nobody knows": Broken(
        "partner-unknown",
        "GET /operator/v1/partners/{client_code}",
        ("Periksa", "Check"),
        {"path": {"client_code": "nobody"}},
    ),
    "terms that nobody has seen": Broken(
        "precondition-required", TERMS_OF, ("If-Match", "If-Match"), headers={"if_match": ""}
    ),
    "terms of an old day": Broken("precondition-failed", TERMS_OF, ("ETag", "ETag"), headers={"if_match": '"7"'}),
    "a contract that ends first": Broken(
        "contract-ends-first", TERMS_OF, ("hari terakhir", "last day"), {"body": {**TERMS, "valid_until": "2025-12-31"}}
    ),
    "a commission above the cap": Broken(
        "commission-too-high", TERMS_OF, ("1500", "1500"), {"body": {**TERMS, "commission_basis_points": 1501}}
    ),
    "an address that is not https": Broken(
        "invalid-input",
        TERMS_OF,
        ("alamat https", "an https address"),
        {"body": {"redirect_uris": ["http://x.example"]}},
    ),
    "a third key": Broken(
        "two-keys-active",
        "POST /operator/v1/partners/{client_code}/keys",
        ("Nonaktifkan", "Retire"),
        {"path": {"client_code": ROTATING}},
    ),
    "test codes of a platform": Broken(
        "wrong-partner-kind",
        "PUT /operator/v1/partners/{client_code}/test-codes",
        ("INSTITUTION", "INSTITUTION"),
        {"path": {"client_code": ROTATING}},
    ),
    "the only key": Broken(
        "last-key",
        RETIRE,
        ("Tambahkan", "Add"),
        prepare=lambda scene: {"path": {"client_code": STEADY, "key_id": scene.partners.key_id(STEADY)}},
    ),
    "resuming who is not kept out": Broken(
        "partner-not-suspended",
        "PUT /operator/v1/partners/{client_code}/resumption",
        ("penangguhan", "nothing to resume"),
        {"path": {"client_code": STEADY}},
    ),
}
