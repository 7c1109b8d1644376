"""Whatever two people want at once, exactly one gets, on both engines.

On moto one contender is overtaken by all the others before its n-th call, for every n, in a copy of the world: every
interleaving with one interruption. On the emulated cloud the contenders are threads that start together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from tests.chaos.races import COURSES, PEOPLE, Contender, Judge, Race, answer_of
from tests.chaos.races_of_buying import BUYING
from tests.chaos.races_of_cancelling import CANCELLING
from tests.chaos.races_of_learning import LEARNING
from tests.chaos.races_of_members import MEMBERSHIPS
from tests.chaos.races_of_money import MONEY
from tests.chaos.races_of_partners import PARTNERS
from tests.chaos.races_of_payouts import UNDER_WAY
from tests.chaos.races_of_sso import SSO
from tests.support.chaos import in_a_copy, in_copies
from tests.support.cloud import Cloud
from tests.support.effort import effort
from tests.support.scenarios_stage import Stage, stage

pytestmark = pytest.mark.timeout(900)

RACES = (*PEOPLE, *COURSES, *BUYING, *CANCELLING, *LEARNING, *MONEY, *UNDER_WAY, *MEMBERSHIPS, *SSO, *PARTNERS)
ROUNDS = min(effort(3), 10)
"""On the cloud, where all races share one world: more rounds would need people of other races."""


@pytest.fixture(scope="module", params=["moto", pytest.param("cloud", marks=pytest.mark.cloud)])
def on(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage with its tables on one of the engines; never two at once, for a stage is the whole process's."""
    if request.param == "moto":
        with stage() as made:
            yield made
        return
    cloud: Cloud = request.getfixturevalue("cloud")
    with stage(cloud.client("dynamodb"), cloud.client("kms"), prefix="races-") as made:
        yield made


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
def test_exactly_one_wins(race: Race, on: Stage) -> None:
    if on.world.client.meta.endpoint_url.startswith("https://"):
        in_a_copy(partial(interleaved, race, on))
    else:
        together(race, on)


def interleaved(race: Race, on: Stage) -> None:
    """Every contender is overtaken once before each of its calls, by all the others."""
    contenders, judge = race.ready(on, 1)
    for first in range(len(contenders)):
        calls = in_a_copy(partial(overtaken, on, contenders, judge, first, None))
        assert calls, "who makes no call cannot be overtaken"
        in_copies([partial(overtaken, on, contenders, judge, first, at) for at in range(calls)])


def overtaken(on: Stage, contenders: Sequence[Contender], judge: Judge, first: int, at: int | None) -> int:
    """``first`` begins; before its call number ``at`` (or after it, if None) all others come and go.

    Answers how many calls it makes.
    """
    answers: dict[int, Any] = {}

    def others() -> None:
        answers.update({n: answer_of(contender) for n, contender in enumerate(contenders) if n != first})

    def overtake(number: int) -> None:
        if number == at:
            on.seam.overtake = None
            others()

    on.seam.calm()
    on.seam.overtake = overtake
    answers[first] = answer_of(contenders[first])
    calls = len(on.seam.calm())
    on.seam.overtake = None
    if at is None:
        others()
    judge([answers[n] for n in range(len(contenders))])
    return calls


def together(race: Race, on: Stage) -> None:
    for number in range(1, ROUNDS + 1):
        contenders, judge = race.ready(on, number + ROUNDS * RACES.index(race))
        start = Barrier(len(contenders))

        def run(contender: Contender, start: Barrier = start) -> Any:
            start.wait(10)
            return answer_of(contender)

        with ThreadPoolExecutor(len(contenders)) as pool:
            judge(list(pool.map(run, contenders)))
