"""Races about the keys of a partner: a rotation never leaves it with three keys, with none, or unheard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from prakerja.partners import Partner, PartnerKind, add_sign_key, register_partner
from prakerja.partners.errors import LastKey, TwoKeysActive
from prakerja.partners.service.rotating import retire_sign_key
from prakerja.partners.store import known_partner
from prakerja.platform.problems import PreconditionFailed
from tests.chaos.races import Contender, Judge, Race, one
from tests.support.market import RING, STATUS
from tests.support.scenarios_stage import Stage


def _register(stage: Stage, number: int) -> str:
    """An institution of this round, with one key."""
    code = f"lp_race_{number}"
    register_partner(
        stage.p,
        RING,
        client_code=code,
        name="Lembaga Lomba",
        kind=PartnerKind.INSTITUTION,
        valid_from=date(2026, 1, 1),
        operator="op-1",
        key=f"register-{number}",
    )
    return code


def _partner(stage: Stage, code: str) -> Partner:
    return known_partner(stage.world.table, code)


def _add(stage: Stage, code: str, key: str) -> Callable[[], Any]:
    return lambda: add_sign_key(stage.p, RING, client_code=code, operator="op-1", key=f"{key}-{code}")


def _retire(stage: Stage, code: str, key_id: str) -> Callable[[], Any]:
    return lambda: retire_sign_key(stage.p, operator="op-1", client_code=code, key_id=key_id)


def two_new_keys(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    code = _register(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: isinstance(answer, tuple))
        assert all(isinstance(answer, tuple | TwoKeysActive | PreconditionFailed) for answer in answers), answers
        ((added, shown),) = [answer for answer in answers if isinstance(answer, tuple)]
        kept = _partner(stage, code).keys[-1]
        assert len(_partner(stage, code).keys) == 2
        assert kept.key_id == added
        assert RING.open(code, kept) == shown.encode()  # what was shown is what is believed

    return [_add(stage, code, "first"), _add(stage, code, "second")], judge


def two_keys_retired(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    code = _register(stage, number)
    _add(stage, code, "new")()
    old, new = (key.key_id for key in _partner(stage, code).keys)

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: isinstance(answer, Partner))
        assert all(isinstance(answer, Partner | LastKey | PreconditionFailed) for answer in answers), answers
        (left,) = _partner(stage, code).keys
        assert left.key_id == (new if isinstance(answers[0], Partner) else old)

    return [_retire(stage, code, old), _retire(stage, code, new)], judge


def _call(stage: Stage, code: str, sign_key: str) -> str:
    """The error code that a request signed with this key gets: it asks for a redeem code that nobody has."""
    stage.market.keys[code] = sign_key
    body = {"redeem_code": "NOBODY-HAS-IT", "sequence": 1}
    return str(stage.market.call(code, STATUS, body)[1]["code"])


def two_keys_while_one_is_retired(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The new key is believed all the time; the old one until it is retired, and not a request longer."""
    code = _register(stage, number)
    first = _add(stage, code, "first")()
    _retire(stage, code, _partner(stage, code).keys[0].key_id)()
    second = _add(stage, code, "second")()
    unknown, forged = _call(stage, code, second[1]), _call(stage, code, "not-a-key")
    assert unknown != forged, unknown

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0] in (unknown, forged)
        assert answers[1] == unknown
        assert isinstance(answers[2], Partner | PreconditionFailed)
        _retire(stage, code, first[0])()
        assert [_call(stage, code, shown) for _, shown in (first, second)] == [forged, unknown]

    return [
        lambda: _call(stage, code, first[1]),
        lambda: _call(stage, code, second[1]),
        _retire(stage, code, first[0]),
    ], judge


PARTNERS = (
    Race("the new key of a partner, the old one, and its retirement", two_keys_while_one_is_retired),
    Race("two new keys for one partner", two_new_keys),
    Race("both keys of a partner retired at once", two_keys_retired),
)
