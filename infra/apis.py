"""The functions that answer people and partners over HTTP, as data; a part of ``infra.functions``.

Their own limit (10 s, where no outside system is asked) stays below the gateway's 30 s.
"""

from __future__ import annotations

from infra.entry import Entry, Http
from infra.grants import (
    DataKey,
    DrawBucket,
    PutEvidence,
    Read,
    ReadEvidence,
    RedriveDeadLetters,
    Secret,
    StatementBucket,
    Write,
)

OPERATORS = ("OPERATOR_ISSUER", "OPERATOR_JWKS_URL", "OPERATOR_CLIENT_ID", "APPROVAL_MAX_AGE_SECONDS")


def docs(audience: str) -> tuple[str, str]:
    """The pages that describe an API."""
    return f"GET /docs/{audience}", f"GET /docs/{audience}/openapi.json"


APIS: tuple[Entry, ...] = (
    Entry(
        "sign_in",
        triggers=(
            Http(
                "main",
                (
                    "ANY /v1/sign-in/{proxy+}",
                    "ANY /v1/contacts",
                    "ANY /v1/contacts/{proxy+}",
                    "ANY /v1/sessions",
                    "ANY /v1/sessions/{proxy+}",
                    "GET /.well-known/jwks.json",
                    "ANY /masuk",
                    "ANY /masuk/{proxy+}",
                    *docs("sign-in"),
                ),
                per_second=4000,  # 80,000 people in the first minute, each asks for a code and gives it back
            ),
        ),
        grants=(
            Read("people", "GetItem", "BatchGetItem"),
            Write("people", "PutItem", "UpdateItem", "ConditionCheckItem"),
            Read("programme", "GetItem", "Query"),
            Write("programme", "PutItem"),
            PutEvidence(),
            DataKey(new=True),
            Secret("GUARD_SECRET"),
            Secret("CODE_SECRET"),
            Secret("TOKEN_SECRET"),
            Secret("FORM_SECRET"),
        ),
        timeout=10,
        environment=("ACCESS_TOKEN_SECONDS", "SITE_URL"),
    ),
    Entry(
        "participant_api",
        triggers=(Http("main", ("ANY /v1/{proxy+}", *docs("participant")), per_second=4000),),
        grants=(
            Read("people", "GetItem", "BatchGetItem"),
            Write("people", "UpdateItem"),
            Read("programme"),
            Write("programme", "PutItem", "UpdateItem", "DeleteItem"),
            PutEvidence(),
            DrawBucket("read"),
            DataKey(),
            Secret("GUARD_SECRET"),
            Secret("CURSOR_SECRET"),
            Secret("RECEIPT_SECRET"),
            Secret("SNAP_SECRET"),
            Secret("FACE_SECRET"),
        ),
        timeout=29,  # linking an account asks the provider, which may take two calls of 13 s
        environment=("SNAP_PROVIDERS", "FACE_URL"),
    ),
    Entry(
        "site",
        triggers=(Http("main", ("$default",), per_second=1000),),
        grants=(
            Read("people", "GetItem", "BatchGetItem"),
            Read("programme", "GetItem", "BatchGetItem", "Query"),
            Write("programme", "PutItem", "UpdateItem"),
            PutEvidence(),
            DataKey(),
            Secret("FORM_SECRET"),
            Secret("FACE_SECRET"),
        ),
        timeout=15,  # the face check may take 7 s
        environment=("SITE_URL", "FACE_URL"),
    ),
    Entry(
        "operator_api",
        triggers=(Http("main", ("ANY /operator/v1/{proxy+}", *docs("operator")), per_second=100),),
        grants=(
            Read("people", "BatchGetItem"),
            Read("programme"),
            Write("programme", "PutItem", "UpdateItem", "DeleteItem"),
            PutEvidence(),
            RedriveDeadLetters(),
            ReadEvidence(),
            Secret("CURSOR_SECRET"),
            Secret("GUARD_SECRET"),
            Secret("PARTNER_SECRET"),
            StatementBucket("operators"),
        ),
        timeout=10,
        environment=(*OPERATORS, "COMPARE_OPEN_DAYS"),
    ),
    Entry(
        "partner_api",
        triggers=(Http("partner", ("$default",), per_second=1000),),
        grants=(
            Read("people", "GetItem", "BatchGetItem"),
            Read("programme", "GetItem", "BatchGetItem", "Query"),
            Write("programme", "PutItem", "UpdateItem", "DeleteItem"),
            PutEvidence(),
            DataKey(),
            Secret("GUARD_SECRET"),
            Secret("PARTNER_SECRET"),
            Secret("PAYMENT_CODE_SECRET"),
            Secret("SSO_SECRET"),
        ),
        timeout=10,
        environment=("SITE_URL",),
    ),
    Entry(
        "payment_callback",
        triggers=(Http("partner", ("POST /callbacks/snap/{provider}/{proxy+}",), per_second=200),),
        grants=(
            Read("programme", "GetItem", "BatchGetItem"),
            Write("programme"),
            PutEvidence(),
            Secret("SNAP_CALLBACK_SECRET"),
        ),
        timeout=10,
    ),
)
