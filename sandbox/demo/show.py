"""The live display: a table of stages on a terminal, one line per stage everywhere else."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

LINE_EVERY_SECONDS = 10.0


class Stage:
    """One step of the run. Threads may count on it."""

    def __init__(self, name: str, total: int, tell: Callable[[str], None]) -> None:
        self.name = name
        self.total = total
        self.done_count = 0
        self.refusals: Counter[str] = Counter()
        self.remark = ""
        self.state = "…"
        self.began = time.monotonic()
        self.seconds = 0.0
        self._tell = tell
        self._told_at = self.began
        self._halfway: list[Callable[[], Any]] = []
        self._lock = threading.Lock()

    def done(self, count: int = 1) -> None:
        """So many more have got through."""
        self._count(count)

    def refused(self, kind: str) -> None:
        """Somebody was told no, or something went wrong: ``kind`` says what."""
        self.refusals[kind] += 1
        self._count(0)

    def note(self, remark: str) -> None:
        """What is being waited for, or what has happened."""
        if remark != self.remark:
            self.remark = remark
            now = time.monotonic()
            if now - self._told_at > LINE_EVERY_SECONDS:
                self._told_at = now
                self._tell(f"    {self.name}: {remark}")

    def halfway(self, act: Callable[[], Any]) -> None:
        """Do something when half of the stage is done, beside what else is to be done then."""
        self._halfway.append(act)

    @property
    def elapsed(self) -> float:
        """Seconds."""
        return self.seconds or time.monotonic() - self.began

    @property
    def counts(self) -> str:
        """``198 of 200``."""
        return f"{self.done_count} of {self.total}" if self.total else ""

    @property
    def refused_text(self) -> str:
        """``2 wave-closed``."""
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.refusals.items()))

    def _count(self, count: int) -> None:
        with self._lock:
            self.done_count += count
            passed = self.done_count + self.refusals.total()
            acts = self._halfway if passed * 2 >= self.total else []
            if acts:
                self._halfway = []
        for act in acts:
            act()


class Show:
    """Collects the stages; ``live`` shows them while it is entered."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.stages: list[Stage] = []
        self._is_live = self.console.is_terminal and "CI" not in os.environ

    def live(self) -> Any:
        """A context in which the table is kept up to date."""
        if not self._is_live:
            return nullcontext()
        return Live(get_renderable=self._table, console=self.console, refresh_per_second=4, vertical_overflow="visible")

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Stage]:
        """One step; it is over when the context is left."""
        stage = Stage(name, total, self.line)
        self.stages.append(stage)
        try:
            yield stage
        except BaseException:
            stage.state = "✗"
            raise
        finally:
            stage.seconds = time.monotonic() - stage.began
            if stage.state == "…":
                stage.state = "✓"
            self.line(_as_line(stage))

    def line(self, text: str) -> None:
        """A line, where there is no table."""
        if not self._is_live:
            self.console.print(text, markup=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading, style in (("", ""), ("", ""), ("done", "green"), ("refused", "yellow"), ("s", "dim"), ("", "dim")):
            table.add_column(heading, style=style, justify="right" if heading in ("done", "s") else "left")
        for stage in self.stages:
            table.add_row(
                Text(stage.state, style="red" if stage.state == "✗" else "cyan"),
                stage.name,
                stage.counts,
                stage.refused_text,
                f"{stage.elapsed:.0f}",
                stage.remark,
            )
        return table


def _as_line(stage: Stage) -> str:
    parts = [f"{stage.state} {stage.name:<34}", f"{stage.counts:>10}", f"{stage.seconds:6.1f} s"]
    parts += [f"refused: {stage.refused_text}"] if stage.refusals else []
    parts += [stage.remark] if stage.remark else []
    return "  ".join(parts)
