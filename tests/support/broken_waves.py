"""What people and operators can do wrong about waves."""

from __future__ import annotations

from functools import partial

from tests.support import misdeeds as past
from tests.support.broken_request import Broken

NOWHERE = "00000000-0000-5000-8000-000000000000"
JOIN, APPLICATION = "PUT /v1/waves/{wave_id}/application", "GET /v1/waves/{wave_id}/application"
NEW_WAVE, CANCEL = "POST /operator/v1/waves", "PUT /operator/v1/waves/{wave_id}/cancellation"
ANNUL, DECREE = "PUT /operator/v1/waves/{wave_id}/annulment", "PUT /operator/v1/waves/{wave_id}/decree"

BROKEN_WAVES: dict[str, Broken] = {
    "no such wave": Broken("unknown-wave", JOIN, ("Periksa", "Check"), {"path": {"wave_id": NOWHERE}}),
    "too early": Broken(
        "wave-not-open", JOIN, ("Dibuka pada", "opens on"), prepare=partial(past.into, wave="future_wave")
    ),
    "a closed wave": Broken(
        "wave-closed", JOIN, ("Ditutup pada", "closed on"), prepare=partial(past.into, wave="drawn_wave")
    ),
    "a cancelled wave": Broken(
        "wave-cancelled", JOIN, ("berikutnya", "next wave"), prepare=partial(past.into, wave="cancelled_wave")
    ),
    "statements not accepted": Broken(
        "statements-not-accepted", JOIN, ("pernyataan", "statements"), {"body": {"statements_accepted": False}}
    ),
    "one contact only": Broken(
        "contacts-missing", JOIN, ("/v1/contacts", "/v1/contacts"), prepare=lambda scene: {"token": scene.session_token}
    ),
    "no identity": Broken(
        "identity-missing", JOIN, ("/v1/identity", "/v1/identity"), prepare=partial(past.sent_by, who="newcomer")
    ),
    "a member again": Broken(
        "already-member", JOIN, ("sekali seumur hidup", "once"), prepare=partial(past.sent_by, who="member")
    ),
    "a child": Broken("outside-age", JOIN, ("18 sampai", "18 to"), prepare=past.as_a_child),
    "another person's application": Broken(
        "not-found", APPLICATION, ("Tidak ada data", "nothing here"), prepare=partial(past.sent_by, who="verified")
    ),
    # operators
    "a wave that ends before it begins": Broken(
        "wave-times-wrong", NEW_WAVE, ("setelah", "after"), {"body": {"closes_at": "2020-01-01T00:00:00+07:00"}}
    ),
    "no such scheme": Broken(
        "scheme-unknown", NEW_WAVE, ("NORMAL_1999", "NORMAL_1999"), {"body": {"scheme_name": "NORMAL_1999"}}
    ),
    "a wave that was drawn": Broken(
        "wave-under-way", CANCEL, ("DRAWN", "DRAWN"), prepare=partial(past.into, wave="drawn_wave")
    ),
    "a wave not drawn yet": Broken(
        "not-yet-drawn", DECREE, ("DRAWN", "DRAWN"), prepare=partial(past.into, wave="open_wave")
    ),
    "a wave whose draw has not begun": Broken(
        "wave-not-annullable", ANNUL, ("dua operator", "two operators"), prepare=partial(past.into, wave="open_wave")
    ),
}
