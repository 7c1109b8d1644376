"""What people type at the tests' own commands: help helps, and a slip is told, not traced."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.e2e import smoke
from tests.prove import __main__ as prove

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"smoke": smoke.main, "prove": prove.main}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_shown(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        COMMANDS[command](["--help"])
    assert ended.value.code == 0
    assert f"python -m tests.{'e2e.' if command == 'smoke' else ''}{command}" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://localhost", "http://", "http://localhost:port"])
def test_what_is_no_address_is_refused_before_anything_is_asked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        smoke.main([url])
    assert ended.value.code == 2
    assert "http://127.0.0.1:8080" in capsys.readouterr().err


def test_an_address_is_taken_as_it_is() -> None:
    assert smoke.address("https://prakerja.example:8443/") == "https://prakerja.example:8443/"


def test_an_unknown_bug_is_told_with_those_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.main(["no such words"]) == 2
    assert "ignore the breaker" in capsys.readouterr().out
