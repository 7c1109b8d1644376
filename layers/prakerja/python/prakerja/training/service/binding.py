"""An operator unties a card from its account at a platform, where it was tied by mistake or the account is lost."""

from __future__ import annotations

from prakerja.membership import Membership, NotAMember, load_membership, untie_account_part
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.binding import untie_part


def untie_account(
    p: Platform, *, operator: str, person_id: str, platform: str, user_platform_id: str, evidence_reference: str
) -> Membership:
    """Free a member's card and this account of a platform from each other; the next purchase ties both anew.

    Does nothing if they are not tied to each other, so that a repeat is safe. Raises NotAMember.
    """

    def attempt(_: bool) -> Membership:
        # load
        membership = load_membership(p.table, person_id)
        # decide
        if membership is None:
            raise NotAMember
        if membership.account_at(platform) != user_platform_id:
            return membership
        # commit
        p.table.commit(
            untie_account_part(membership, platform),
            untie_part(platform, user_platform_id, person_id),
            evidence(
                person_id,
                "PLATFORM_ACCOUNT_UNTIED",
                p.clock.wall(),
                by=operator,
                platform=platform,
                user_platform_id=user_platform_id,
                evidence_reference=evidence_reference,
            ),
        )
        count("PlatformAccountUntied")
        return load_membership(p.table, person_id) or membership

    return again_if_moved(attempt)
