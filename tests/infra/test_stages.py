"""One template for all stages: what differs is what ``infra/config.py`` shows, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any, get_type_hints

import pytest

from infra.config import Config, Shows, config_for
from tests.infra.templates import PINNED, Templates

STAGES = ("local", "sandbox", "production")


def _shows() -> dict[str, tuple[str, ...]]:
    """Field of the configuration → places where it shows."""
    hints = get_type_hints(Config, include_extras=True)
    return {
        name: mark
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Shows)
    }


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{number}")
    else:
        yield path, value


def _flat(templates: Templates, stage: str) -> dict[tuple[str, str], tuple[str, Any]]:
    """(resource, path) → (what is shown in ``Shows``, value), with the stage's own name taken out."""
    found = {}
    for (stack, logical_id), resource in templates.resources.items():
        for path, value in _leaves({**resource.whole, **resource.properties, "Properties": None, "Metadata": None}, ""):
            text = value.replace(f"prakerja-{stage}", "prakerja-STAGE") if isinstance(value, str) else value
            found[f"{stack}/{logical_id}", path] = (f"{resource.type} {path[1:]}", text)
    return found


def _differences(synthesise: Callable[[str], Templates], one: str, other: str) -> set[str]:
    first, second = _flat(synthesise(one), one), _flat(synthesise(other), other)
    return {
        (first.get(place) or second[place])[0]
        for place in first.keys() | second.keys()
        if first.get(place) != second.get(place)
    }


@pytest.mark.parametrize(("one", "other"), list(combinations(STAGES, 2)))
def test_stages_differ_only_in_what_the_configuration_shows(
    synthesise: Callable[[str], Templates], one: str, other: str
) -> None:
    changed = {n for n in _shows() if getattr(config_for(one, PINNED), n) != getattr(config_for(other, PINNED), n)}
    allowed = [place for name in changed for place in _shows()[name]]
    unexplained = {
        place
        for place in _differences(synthesise, one, other)
        if not any(fnmatchcase(place, shape) for shape in allowed)
    }
    assert not unexplained


def test_every_place_that_is_shown_does_differ(synthesise: Callable[[str], Templates]) -> None:
    seen = _differences(synthesise, "local", "production") | _differences(synthesise, "local", "sandbox")
    for name, places in _shows().items():
        for shape in places:
            assert any(fnmatchcase(place, shape) for place in seen), f"{name}: nothing differs at {shape}"


def test_a_resource_exists_in_every_stage(synthesise: Callable[[str], Templates]) -> None:
    there = {
        stage: {(key, r.type) for key, r in synthesise(stage).resources.items() if r.type != "AWS::SNS::Subscription"}
        for stage in STAGES
    }
    assert there["local"] == there["sandbox"] == there["production"]


def test_ports_move_a_second_copy_on_one_machine() -> None:
    config = config_for("local", {"WORLD_PORT": "9090", "CLOUD_PORT": "5566"})
    assert config.outside.registry == "http://127.0.0.1:9090/registry"
    assert config.outside.snap["BNI"] == "http://127.0.0.1:9090/snap/BNI"
    assert config.jwks_host == "http://127.0.0.1:5566"


def test_ports_mean_nothing_in_aws() -> None:
    config = config_for("production", {"WORLD_PORT": "9090", "CLOUD_PORT": "5566", **PINNED})
    assert "127.0.0.1" not in repr(config)


def test_time_does_not_travel_in_production() -> None:
    assert not config_for("production", PINNED).time_travel
    assert config_for("production", PINNED).beacon_delay_seconds >= 3600
    assert config_for("production", PINNED).close_grace_seconds >= 120


def test_production_is_not_made_without_the_beacons_key(production: Templates) -> None:
    with pytest.raises(ValueError, match="BEACON_PUBLIC_KEY"):
        config_for("production", {**PINNED, "BEACON_PUBLIC_KEY": ""})
    variables = production.one("Lambda::Function", "draw_wave").properties["Environment"]["Variables"]
    assert variables["BEACON_PUBLIC_KEY"] == PINNED["BEACON_PUBLIC_KEY"]


@pytest.mark.parametrize("address", [{}, {"ALARM_EMAIL": ""}])
def test_production_is_not_made_with_alarms_that_reach_nobody(address: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="ALARM_EMAIL"):
        config_for("production", {"BEACON_PUBLIC_KEY": PINNED["BEACON_PUBLIC_KEY"], **address})
    assert config_for("sandbox", address).stage == "sandbox"  # nobody needs to be woken for it


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown stage 'prod'"):
        config_for("prod", {})
