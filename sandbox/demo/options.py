"""What a run can be told: environment variables, as make passes them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.cloud.config import CloudConfig
from sandbox.demo import ROOT
from sandbox.demo.files import Local

MOMENTS = frozenset(("sign-up", "identity", "join", "account", "buy", "redeem", "complete", "pay"))
SMALLEST = 30
"""Fewer people cannot play every case of the story and leave twelve unused redeem codes behind."""

HELP = """\
  PEOPLE=200        how many people play (at least 30)
  STAY=yes          stay up after the summary; no: end, status 0 only if all books agree
  PORT=8080         the front door
  WORLD_PORT=8090   the outside world: inbox, control pages
  CLOUD_PORT=4566   the local cloud's AWS APIs
  SEED=1            other people
  CHAOS=no          yes: kill functions and the outside world in the middle of stages; or only of some:
                    sign-up,identity,join,account,buy,redeem,complete,pay
  LOCAL_DIR=.local  where everything that a run leaves is kept
  DAYS=30           travel: how far
  WAVE=…            verify-draw: which wave; default: the latest one that was played
"""


class OptionWrong(ValueError):
    """An option has a value that cannot be; the text says which and why."""


@dataclass(frozen=True)
class Options:
    """The options of a run."""

    people: int = 200
    stay: bool = True
    port: int = 8080
    world_port: int = 8090
    cloud_port: int = 4566
    seed: int = 1
    chaos: frozenset[str] = frozenset()
    """Stages in whose middle everything but the emulator is killed."""
    days: int = 30
    wave: str = ""
    local: Local = field(default_factory=lambda: Local(ROOT / ".local"))

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Options:
        """Read them. Raises OptionWrong."""
        return cls(
            people=_number(environment, "PEOPLE", 200, 1, 5000),
            stay=_yes(environment, "STAY", usual=True),
            port=_number(environment, "PORT", 8080, 1, 65535),
            world_port=_number(environment, "WORLD_PORT", 8090, 1, 65535),
            cloud_port=_number(environment, "CLOUD_PORT", 4566, 1, 65535),
            seed=_number(environment, "SEED", 1, 0, 10**6),
            chaos=_moments(environment.get("CHAOS") or "no"),
            days=_number(environment, "DAYS", 30, 1, 3650),
            wave=environment.get("WAVE", ""),
            local=Local(ROOT / environment.get("LOCAL_DIR", ".local")),
        )

    @property
    def cloud(self) -> CloudConfig:
        """The local cloud of this run."""
        return CloudConfig(self.cloud_port, self.port, self.local.cloud)

    @property
    def base_url(self) -> str:
        """The front door."""
        return self.cloud.front_url

    @property
    def world_url(self) -> str:
        """The outside world."""
        return f"http://127.0.0.1:{self.world_port}"


def _number(environment: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = environment.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise OptionWrong(f"{name}={text}: a whole number from {least} to {most} is needed")
    return int(text)


def _moments(text: str) -> frozenset[str]:
    moments = {"no": frozenset[str](), "yes": MOMENTS}.get(text, frozenset(text.split(",")))
    if not moments <= MOMENTS:
        raise OptionWrong(f"CHAOS={text}: yes, no, or some of {','.join(sorted(MOMENTS))}")
    return moments


def _yes(environment: Mapping[str, str], name: str, *, usual: bool) -> bool:
    text = environment.get(name) or ("yes" if usual else "no")
    if text not in ("yes", "no"):
        raise OptionWrong(f"{name}={text}: yes or no is needed")
    return text == "yes"


def playing(options: Options) -> int:
    """How many people really play."""
    return max(options.people, SMALLEST)
