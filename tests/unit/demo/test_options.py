"""Options are read from the environment, and a wrong one is refused in words."""

from __future__ import annotations

import pytest

from sandbox.demo.options import HELP, MOMENTS, SMALLEST, Options, OptionWrong, playing


def test_defaults() -> None:
    options = Options.of({})
    assert (options.people, options.stay, options.chaos) == (200, True, frozenset())
    assert options.base_url == "http://127.0.0.1:8080"
    assert options.world_url == "http://127.0.0.1:8090"
    assert options.cloud.endpoint == "http://127.0.0.1:4566"
    assert options.local.root.name == ".local"


def test_all_that_can_be_told() -> None:
    given = {"PEOPLE": "50", "STAY": "no", "PORT": "1", "WORLD_PORT": "2", "CLOUD_PORT": "3", "SEED": "4"}
    options = Options.of({**given, "CHAOS": "join,pay", "LOCAL_DIR": "/elsewhere"})
    assert (options.people, options.stay, options.seed, options.chaos) == (50, False, 4, frozenset(("join", "pay")))
    assert (options.port, options.world_port, options.cloud_port) == (1, 2, 3)
    assert str(options.local.handout) == "/elsewhere/demo.json"


def test_chaos_everywhere() -> None:
    assert Options.of({"CHAOS": "yes"}).chaos == MOMENTS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PEOPLE", "many"),
        ("PEOPLE", "0"),
        ("PEOPLE", "²"),
        ("PORT", "70000"),
        ("STAY", "maybe"),
        ("CHAOS", "sometimes"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: str) -> None:
    with pytest.raises(OptionWrong, match=f"{name}={value}"):
        Options.of({name: value})


def test_an_empty_option_is_as_if_not_given() -> None:
    assert Options.of({"PEOPLE": "", "STAY": ""}) == Options.of({})


def test_few_people_are_not_enough_for_the_story() -> None:
    assert playing(Options(people=3)) == SMALLEST
    assert playing(Options(people=300)) == 300


def test_the_help_names_every_option() -> None:
    for name in ("PEOPLE", "STAY", "PORT", "WORLD_PORT", "CLOUD_PORT", "SEED", "CHAOS", "LOCAL_DIR", "DAYS", "WAVE"):
        assert f"  {name}=" in HELP
    assert all(moment in HELP for moment in MOMENTS)
