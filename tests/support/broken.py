"""What people and operators can do wrong: for every problem that they can meet, a request that meets it."""

from __future__ import annotations

from functools import partial

from tests.support import misdeeds as past
from tests.support.broken_incentives import BROKEN_INCENTIVES
from tests.support.broken_learning import BROKEN_LEARNING
from tests.support.broken_partners import BROKEN_PARTNERS
from tests.support.broken_payouts import BROKEN_PAYOUTS
from tests.support.broken_purchases import BROKEN_PURCHASES
from tests.support.broken_request import Broken as Broken
from tests.support.broken_waves import BROKEN_WAVES, JOIN, NEW_WAVE, NOWHERE
from tests.support.misdeeds import APPROVE, CONTACT, PROVE, RESEND, START, VERIFY
from tests.support.scene import DEVICE, PROPOSER

REFRESH = "POST /v1/sessions/refresh"
IDENTITY = "POST /v1/identity"
REVIEW = "PUT /v1/purchases/{purchase_id}/review"
ACCOUNT = "PUT /v1/account"
CONFIRM, UNDO = "POST /v1/contacts/confirmations", "POST /v1/account/cancellation"
TAKE = "PUT /operator/v1/cases/{case_id}/assignment"
RESOLVE = "PUT /operator/v1/cases/{case_id}/resolution"
WALLET = {"provider": "LINKAJA", "number": "081200000001"}

BROKEN: dict[str, Broken] = {
    **BROKEN_INCENTIVES,
    **BROKEN_LEARNING,
    **BROKEN_PARTNERS,
    **BROKEN_PURCHASES,
    **BROKEN_PAYOUTS,
    **BROKEN_WAVES,
    # the request itself
    "bad JSON": Broken("malformed-request", ACCOUNT, ("bukan JSON", "not valid JSON"), {"body": '{"provider": '}),
    "no object": Broken("malformed-request", ACCOUNT, ("satu objek", "one JSON object"), {"body": "[1, 2]"}),
    "no body": Broken("malformed-request", ACCOUNT, ("bukan JSON", "not valid JSON"), {"body": ""}),
    "not JSON": Broken(
        "unsupported-media-type",
        ACCOUNT,
        ("application/json", "application/json"),
        headers={"content-type": "text/xml"},
    ),
    "too large": Broken("too-large", REVIEW, ("262144", "262144"), {"body": {"text": "a" * 262_144}}),
    "wrong types": Broken(
        "invalid-input",
        REVIEW,
        ("bilangan bulat", "valid integer"),
        {"body": {"rating": "five", "text": "x"}},
    ),
    "a field too many": Broken(
        "invalid-input", JOIN, ("tidak dikenal", "not known"), {"body": {"statements_accepted": True, "vip": True}}
    ),
    "a field too few": Broken("invalid-input", JOIN, ("wajib diisi", "is required"), {"body": {}}),
    "a number for a day": Broken(
        "invalid-input",
        "POST /operator/v1/payout-runs",
        ("seperti 1990-08-17", "like 1990-08-17"),
        {"body": {"scheduled_until": 0}},
    ),
    "a NIK too short": Broken("invalid-input", IDENTITY, ("16", "16"), {"body": {"nik": "327605"}}),
    "no Idempotency-Key": Broken(
        "invalid-input", CONTACT, ("bentuknya tidak sesuai", "right form"), headers={"idempotency_key": ""}
    ),
    "a key used before": Broken(
        "idempotency-key-reused",
        CONTACT,
        ("kunci baru", "a new key"),
        {"body": {"channel": "EMAIL", "address": "ketiga@example.test"}},
        prepare=past.earlier_contact,
    ),
    "no token": Broken("not-signed-in", "GET /v1/membership", ("Masuk", "Sign in"), {"token": ""}),
    "another method": Broken("method-not-allowed", "DELETE /v1/waves", ("GET", "GET"), {"token": "", "path": {}}),
    "another address": Broken("not-found", "GET /v1/nowhere", ("Periksa alamat", "Check the address"), {"path": {}}),
    "a cursor of one's own": Broken(
        "bad-cursor", "GET /v1/waves", ("tanpa cursor", "without it"), {"query": "cursor=mine"}
    ),
    # signing in
    "another person's challenge": Broken(
        "challenge-unknown", VERIFY, ("perangkat", "device"), {"body": past.code_of("device-of-a-thief")}
    ),
    "a wrong code": Broken(
        "wrong-code", VERIFY, ("2 kode salah lagi", "2 more wrong"), prepare=past.wrong_code, counts=True
    ),
    "three wrong codes": Broken(
        "challenge-locked", VERIFY, ("satu jam", "an hour"), prepare=partial(past.wrong_code, times=3)
    ),
    "an old code": Broken("code-expired", VERIFY, ("kode baru", "new code"), prepare=partial(past.later, minutes=6)),
    "a used code": Broken("code-used", VERIFY, ("sesi", "session"), prepare=past.used_code),
    "a code that is on its way": Broken("code-not-sent-yet", VERIFY, ("sebentar", "moment"), prepare=past.undelivered),
    "a dead phone": Broken("code-undeliverable", VERIFY, ("alamat", "address"), prepare=past.undeliverable),
    "two codes at once": Broken(
        "too-many-codes",
        START,
        ("Retry-After", "Retry-After"),
        headers={"idempotency_key": "another"},
        prepare=partial(past.again, route=START),
    ),
    "five codes": Broken(
        "too-many-resends", RESEND, ("permintaan kode yang baru", "new request"), prepare=past.resent_often
    ),
    "a second e-mail": Broken(
        "contact-already-proven", CONTACT, ("dipakai masuk", "signs you in"), prepare=past.proven_contact
    ),
    "another person's e-mail": Broken(
        "contact-taken", PROVE, ("akun lain", "another account"), prepare=past.taken_contact
    ),
    "a made-up refresh token": Broken(
        "session-over",
        REFRESH,
        ("masuk kembali", "Sign in again"),
        {"body": {"refresh_token": f"{NOWHERE}.1.{'A' * 43}", "device_id": DEVICE}},
    ),
    # identity
    "verified before": Broken(
        "identity-already-verified",
        IDENTITY,
        ("Dukcapil", "civil registry"),
        prepare=partial(past.sent_by, who="verified"),
    ),
    "twice at once": Broken(
        "identity-check-under-way",
        IDENTITY,
        ("Tunggu", "Wait"),
        headers={"idempotency_key": "another"},
        prepare=partial(past.again, route=IDENTITY),
    ),
    "one contact proven": Broken(
        "contacts-missing",
        IDENTITY,
        ("/v1/contacts", "/v1/contacts"),
        prepare=lambda scene: {"token": scene.session_token},
    ),
    "a sixth check": Broken(
        "too-many-identity-checks", IDENTITY, ("besok", "tomorrow"), prepare=past.checked_five_times
    ),
    # courses and the account
    "no member": Broken(
        "membership-not-found",
        "GET /v1/membership",
        ("terpilih", "selected"),
        prepare=partial(past.sent_by, who="newcomer"),
    ),
    "another person's purchase": Broken(
        "purchase-unknown",
        REVIEW,
        ("tidak memiliki", "no such purchase"),
        prepare=partial(past.sent_by, who="unlinked"),
    ),
    "a course not finished": Broken(
        "course-not-completed", REVIEW, ("tercatat selesai", "proven"), prepare=past.course_not_finished
    ),
    "a second review": Broken(
        "already-reviewed",
        REVIEW,
        ("sekali", "once"),
        {"body": {"rating": 1, "text": "Lain."}},
        prepare=partial(past.again, route=REVIEW),
    ),
    "an unknown provider": Broken(
        "unknown-provider", ACCOUNT, ("LINKAJA", "LINKAJA"), {"body": {**WALLET, "provider": "BANKKU"}}
    ),
    "an account before membership": Broken(
        "not-a-member",
        ACCOUNT,
        ("lolos gelombang", "selected in a wave"),
        prepare=partial(past.sent_by, who="verified"),
    ),
    "a second account": Broken(
        "confirmation-needed",
        ACCOUNT,
        ("kontak lain", "other contact"),
        {"body": {"provider": "BNI", "number": "1234567890"}},
        prepare=partial(past.sent_by, who="member"),
    ),
    "a second account with a code not given back": Broken(
        "confirmation-unusable",
        ACCOUNT,
        ("kode baru", "new code"),
        prepare=lambda scene: {
            "token": scene.money.session,
            "body": {"provider": "BNI", "number": "1234567890", "confirmation_id": scene.money.confirmation},
        },
    ),
    "an account that many use": Broken(
        "account-crowded", ACCOUNT, ("milik sendiri", "your own"), prepare=past.crowded_account, counts=True
    ),
    "one account after another": Broken(
        "too-many-accounts-refused", ACCOUNT, ("besok", "tomorrow"), prepare=past.tried_too_often
    ),
    "a wallet that takes less": Broken(
        "account-limited",
        ACCOUNT,
        ("Rp250.000", "Rp250.000"),
        prepare=partial(past.another_member, number=817, monthly_in=250_000),
        counts=True,
    ),
    "a wallet of another NIK": Broken(
        "account-not-yours",
        ACCOUNT,
        ("NIK lain", "another NIK"),
        prepare=partial(past.another_member, number=818, nik="3276050903959999"),
        counts=True,
    ),
    "no change to cancel": Broken(
        "no-change-to-cancel", UNDO, ("72 jam", "72 hours"), prepare=partial(past.sent_by, who="member")
    ),
    "three wrong confirmations": Broken(
        "confirmation-locked",
        CONFIRM,
        ("besok", "tomorrow"),
        headers={"idempotency_key": "another"},
        prepare=past.wrong_confirmations,
    ),
    "a code without another contact": Broken(
        "other-channel-missing", CONFIRM, ("Buktikan", "Prove"), prepare=past.only_a_phone
    ),
    "another person's wallet": Broken("wallet-phone-differs", ACCOUNT, ("telepon", "phone"), {"body": WALLET}),
    "a wallet that is not there": Broken(
        "account-refused", ACCOUNT, ("LINKAJA", "LINKAJA"), prepare=past.another_member, counts=True
    ),
    "a wallet in another name": Broken(
        "account-name-mismatch",
        ACCOUNT,
        ("atas nama Anda", "in your name"),
        prepare=partial(past.another_member, holder="BAMBANG SUDARSONO"),
        counts=True,
    ),
    "a silent provider": Broken("provider-unavailable", ACCOUNT, ("coba lagi", "try again"), prepare=past.silent_bank),
    # the programme office
    "no role": Broken(
        "role-missing", NEW_WAVE, ("wave_manager", "wave_manager"), prepare=partial(past.operator, roles=("auditor",))
    ),
    "one's own proposal": Broken(
        "second-person-needed",
        APPROVE,
        ("operator lain", "another operator"),
        prepare=partial(past.operator, sub=PROPOSER),
    ),
    "an old sign-in": Broken("sign-in-too-old", APPROVE, ("900 detik", "900 seconds"), prepare=past.stale_operator),
    "decided before": Broken(
        "already-decided", APPROVE, ("sudah diputuskan", "decided already"), prepare=past.agreed_by_another
    ),
    "no such approval": Broken("not-found", APPROVE, ("Periksa", "Check"), {"path": {"approval_id": NOWHERE}}),
    "a case without a version": Broken(
        "precondition-required", TAKE, ("If-Match", "If-Match"), headers={"if_match": ""}
    ),
    "a case that was changed": Broken(
        "precondition-failed", TAKE, ("Baca kembali", "Read it again"), headers={"if_match": '"7"'}
    ),
    "a case not taken": Broken(
        "case-not-taken",
        RESOLVE,
        ("Ambil kasus", "Take the case"),
        prepare=lambda scene: {"path": {"case_id": scene.money.case}},
    ),
    "a case that is resolved": Broken(
        "case-resolved",
        RESOLVE,
        ("sudah diselesaikan", "resolved already"),
        {"body": {"verdict": "REFUSED", "why": "Another reason."}},
        prepare=partial(past.again, route=RESOLVE),
    ),
}
