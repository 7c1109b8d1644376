"""Annul a wave that was screened or drawn: two operators, when the beacon is gone for good or the result is wrong.

It is done by the second operator's agreement itself, in its transaction, so nothing is left to begin between them.
"""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.approvals import AlreadyDecided, Approval, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.parts import Part
from prakerja.waves.model import AnnulReason, annulment, decide_annul
from prakerja.waves.store import change_wave, load_wave

ANNUL = "WAVE_ANNULMENT"
"""The kind of the operators' approval; its subject is the wave, its content the reason and how far the wave was."""


def propose_annulment(
    p: Platform, *, operator: str, wave_id: str, reason: AnnulReason, evidence_reference: str
) -> Approval:
    """The first operator's word that a wave must end without members. Raises UnknownWave, NotAnnullable."""
    # load
    wave = load_wave(p.table, wave_id)
    # decide
    decide_annul(wave, reason)
    now, content = p.clock.wall(), annulment(wave, reason)
    approval = proposal(
        p,
        ANNUL,
        wave_id,
        content,
        operator,
        number=wave.number,
        state=str(wave.state),
        quota=wave.quota,
        selected=wave.selected,
        reason=str(reason),
        evidence_reference=evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        evidence(
            wave_id,
            "WAVE_ANNULMENT_PROPOSED",
            now,
            by=operator,
            reason=str(reason),
            evidence_reference=evidence_reference,
        ),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def annulment_parts(p: Platform, approval: Approval) -> tuple[Part, ...]:
    """What the second operator's agreement does. Raises UnknownWave, NotAnnullable, and AlreadyDecided if the wave has
    gone on since the first operator looked at it. Error of the part: WaveChanged.
    """
    # load
    wave = load_wave(p.table, approval.subject_id)
    # decide
    agreed = [reason for reason in AnnulReason if approval.binds(ANNUL, wave.wave_id, annulment(wave, reason))]
    if not agreed:
        raise AlreadyDecided
    after = decide_annul(wave, agreed[0])
    return (
        change_wave(wave, after, None),
        evidence(wave.wave_id, "WAVE_ANNULLED", p.clock.wall(), approval_id=approval.approval_id, reason=agreed[0]),
    )
