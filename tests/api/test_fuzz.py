"""Requests of every kind against what we publish: each API's own OpenAPI document is the judge.

In process and signed in, on a programme in full swing. For each operation: the documented examples, every boundary that
the document names, and random requests, good and bad. Whatever comes: no server error, an answer as documented, bad data
refused, and a refusal changes nothing in the tables. Every case starts from the same state.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case

from tests.support.apis import APIS
from tests.support.effort import effort
from tests.support.gateway import wsgi
from tests.support.scene import Good, Scene, scene_on_moto

SEED = 20231
RANDOM_CASES = effort(10)
"""Per operation, besides examples and boundaries."""
REPORT = Path("build/reports/fuzz.json")

MAY_WRITE = (
    "POST /v1/sign-in/challenges/{challenge_id}/verify",
    "POST /v1/contacts/challenges/{challenge_id}/verify",
    "POST /v1/contacts/confirmations/{challenge_id}/verify",
    "POST /v1/sessions/refresh",
)
"""Operations whose refusals change something: wrong codes are counted, a copied refresh token ends its session."""


class Stage:
    """The scene that every case finds, and what came of the cases."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.good = scene.good()
        self.back = scene.apis.rewind()
        self.statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def good_case(self, operation: Any) -> Case[Any]:
        """The request that succeeds."""
        good = self.good[operation.label]
        more = {} if good.body is None else {"body": good.body, "media_type": "application/json"}
        given = {name.replace("_", "-"): value for name, value in good.headers.items()}
        headers, query = {"Idempotency-Key": "a-good-request", **given}, dict(parse_qsl(good.query))
        case: Case[Any] = operation.Case(path_parameters=dict(good.path), headers=headers, query=query, **more)
        return case

    def play(self, case: Case[Any]) -> Response:
        """Send a case as whoever may, and judge the answer."""
        route = case.operation.label
        good = self.good[route]
        _aim(case, good)
        token = {"Authorization": f"Bearer {good.token}"} if good.token else {}
        with self.scene.apis.written() as writes:
            response = case.call(headers=token)
        if writes:
            self.back()
        self.statuses[route][f"{response.status_code // 100}xx"] += 1
        case.validate_response(response, headers=token, excluded_checks=[schemathesis.checks.positive_data_acceptance])
        if response.status_code >= 400 and route not in MAY_WRITE:
            assert writes == [], f"{response.status_code} and yet {writes}"
        return response

    def report(self) -> None:
        """Answers per operation and class of status, and how much of it succeeded."""
        found = {
            route: {**dict(sorted(counts.items())), "share_2xx": round(counts["2xx"] / counts.total(), 3)}
            for route, counts in sorted(self.statuses.items())
        }
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps({"seed": SEED, "operations": found}, indent=1) + "\n", "utf-8")


STAGE: list[Stage] = []
"""The stage that is set, if any."""


@pytest.fixture(scope="module", autouse=True)
def stage() -> Iterator[Stage]:
    with scene_on_moto() as scene:
        made = Stage(scene)
        STAGE.append(made)
        yield made
        STAGE.clear()
        made.report()


def _schema(function: str) -> Any:
    schema = schemathesis.openapi.from_dict(APIS[function].openapi(), config=SchemathesisConfig(seed=SEED))
    schema.app = wsgi(lambda event: STAGE[0].scene.apis.handle(event))
    return schema


def _aim(case: Case[Any], good: Good) -> None:
    """Point most cases at things that exist, and lend some of them fields that are right: random ones seldom are."""
    chance = zlib.crc32(repr((case.path_parameters, case.body)).encode()) % 4
    modes = {place: component.mode for place, component in case.meta.components.items()} if case.meta else {}
    path, body = modes.get(ParameterLocation.PATH), modes.get(ParameterLocation.BODY)
    query = modes.get(ParameterLocation.QUERY)
    if good.query and chance and (query is None or query.is_positive):  # what is wrong on purpose stays so
        case.query = {**case.query, **dict(parse_qsl(good.query))}
    if good.path and chance and path is not None and path.is_positive:
        case.path_parameters = dict(good.path)
    if chance > 1 and body is not None and body.is_positive and isinstance(case.body, dict):
        lent = {name: value for name, value in good.body.items() if zlib.crc32(name.encode()) % 5 != chance}
        case.body = {**case.body, **lent}


SIGN_IN, PARTICIPANT, OPERATOR = (_schema(function) for function in APIS)
SCHEMAS = (SIGN_IN, PARTICIPANT, OPERATOR)
fuzz = settings(max_examples=RANDOM_CASES, deadline=None, derandomize=True)


@SIGN_IN.parametrize()  # type: ignore[untyped-decorator]
@fuzz
def test_sign_in(case: Case[Any], stage: Stage) -> None:
    stage.play(case)


@PARTICIPANT.parametrize()  # type: ignore[untyped-decorator]
@fuzz
def test_participant(case: Case[Any], stage: Stage) -> None:
    stage.play(case)


@OPERATOR.parametrize()  # type: ignore[untyped-decorator]
@fuzz
def test_operator(case: Case[Any], stage: Stage) -> None:
    stage.play(case)


OPERATIONS = {result.ok().label: result.ok() for schema in SCHEMAS for result in schema.get_all_operations()}


@pytest.mark.parametrize("route", OPERATIONS)
def test_every_operation_succeeds_for_whoever_may(route: str, stage: Stage) -> None:
    assert stage.play(stage.good_case(OPERATIONS[route])).status_code == stage.good[route].status


@pytest.mark.parametrize("route", [route for route, operation in OPERATIONS.items() if operation.body])
def test_no_value_is_taken_for_another(route: str, stage: Stage) -> None:
    """What is nearly right is wrong: text for a number, a number for a truth, and the like."""
    good = stage.good[route].body
    for name, value in good.items():
        for twin in _twins(value):
            case = stage.good_case(OPERATIONS[route])
            case.body = {**good, name: twin}
            assert stage.play(case).status_code == 422, (name, twin)


def _twins(value: Any) -> list[Any]:
    """Values of other types that a lenient reader takes for this one."""
    if isinstance(value, bool):
        return [int(value), str(value).lower(), [value]]
    if isinstance(value, int):
        return [str(value), [value], value + 0.5]
    if isinstance(value, list):
        return [value[0], [value], dict(enumerate(value))]
    return [[value], {"text": value}, *([int(value)] if value.isdigit() else [])]
