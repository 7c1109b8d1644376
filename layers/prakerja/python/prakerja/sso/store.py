"""Consents on their way, and grants."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.platform.access_patterns import SSO_CODE, SSO_CONSENT, SSO_GRANT
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Item, Part, put, put_new, update
from prakerja.platform.problems import Conflict, Problem, Reaction
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.sso.errors import CodeUnknown
from prakerja.sso.model import GRANT_LIFE, Code, Given, Grant, Permission

CODE_KEPT = timedelta(days=1)
"""How long a code is remembered, so that one that is used again is recognised."""
MOST_GRANTS = 1000
"""Of a person, that are looked at."""
NOT_ENDED = Attr("ended_at").not_exists()


class RotatedMeanwhile(Conflict):
    """Another request has used the refresh token, or ended the grant, in this very moment."""

    slug, reaction = "sso-rotated", Reaction.RETRY_LATER


def code_from_item(item: Item | None) -> Code | None:
    """A code from its stored item."""
    return record_of(Code, item) if item else None


def grant_from_item(item: Item | None) -> Grant | None:
    """A grant from its stored item."""
    return record_of(Grant, item) if item else None


def load_grant(table: Table, grant_id: str) -> Grant | None:
    """One grant, over or not, or None."""
    return grant_from_item(table.get(SSO_GRANT, grant_id=grant_id))


def new_code(code: Code) -> Part:
    """A consent; the same form sent again is a repeat."""
    item = {**item_of(code), "expires_at": int((code.created_at + CODE_KEPT).timestamp())}
    return put_new(SSO_CODE, item, fingerprint=code.digest, digest=code.digest)


def new_permission(permission: Permission) -> Part:
    """By which the person finds what a code stands for."""
    return _put(permission, _row(permission, fetched=False), NOT_ENDED, RotatedMeanwhile())


def permissions_of(table: Table, person_id: str) -> list[Permission]:
    """What a person lets clients read, as far as it was not ended."""
    rows = table.query(SSO_CONSENT, person_id=person_id, limit=MOST_GRANTS).items
    return [record_of(Permission, {**row, **SSO_CONSENT.parse(row)}) for row in rows if "ended_at" not in row]


def use_code(code: Code, grant: Grant, now: datetime) -> tuple[Part, ...]:
    """Exchange a code. Whoever comes second, or after the person took it back, meets CodeUnknown."""
    return (
        update(
            SSO_CODE,
            set={"used_at": to_text(now), "grant_id": grant.grant_id},
            when=Attr("used_at").not_exists(),
            error=CodeUnknown(),
            digest=code.digest,
        ),
        put_new(
            SSO_GRANT,
            {**item_of(grant), "expires_at": int(grant.ends_at.timestamp())},
            error=CodeUnknown(),
            grant_id=grant.grant_id,
        ),
        _put(grant, _row(grant, fetched=True), NOT_ENDED, CodeUnknown()),
    )


def rotate(grant: Grant, now: datetime) -> tuple[Grant, Part]:
    """The next pair of tokens becomes the current one."""
    after = replace(grant, generation=grant.generation + 1, rotated_at=now)
    same = Attr("generation").eq(grant.generation) & NOT_ENDED
    changes = item_of(after, "generation", "rotated_at")
    return after, update(SSO_GRANT, set=changes, when=same, error=RotatedMeanwhile(), grant_id=grant.grant_id)


def end_grant(grant: Given, reason: str, now: datetime) -> tuple[Part, ...]:
    """Over for good; the grant stays until it expires, so that late tokens are recognised."""
    over = {"ended_at": to_text(now), "end_reason": reason}
    return (
        update(SSO_GRANT, set=over, when=NOT_ENDED, error=RotatedMeanwhile(), grant_id=grant.grant_id),
        _put(grant, {**_row(grant, fetched=True), **over}, NOT_ENDED, RotatedMeanwhile()),
    )


def end_waiting(permission: Permission, reason: str, now: datetime) -> Part:
    """No client comes to fetch its tokens any more."""
    row = {**_row(permission, fetched=False), "ended_at": to_text(now), "end_reason": reason}
    return _put(permission, row, NOT_ENDED & Attr("fetched").eq(False), RotatedMeanwhile())


def _row(given: Given, *, fetched: bool) -> Item:
    until = int((given.created_at + GRANT_LIFE).timestamp())
    return {**item_of(given, "scopes", "created_at"), "fetched": fetched, "expires_at": until}


def _put(given: Given, row: Item, when: ConditionBase, error: Problem) -> Part:
    return put(
        SSO_CONSENT,
        row,
        when=when,
        error=error,
        person_id=given.person_id,
        client_code=given.client_code,
        grant_id=given.grant_id,
    )
