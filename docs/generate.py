"""Write the pages that follow from the code: ``python -m docs.generate`` (``--check``: only compare, write nothing).

``docs/generated/`` holds an OpenAPI document per API, the data model, the catalogues of problems and messages;
``events/contracts/`` the frozen schema of each message. A schema that would not read yesterday's messages is refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from docs import partner_errors
from docs.contracts import breaks
from docs.discover import apis, consumer, messages, problems, queues_of
from docs.holidays import calendar
from docs.providers import CODES, INTRODUCTION, code_rows, provider_rows
from prakerja.platform.access_patterns import DUE_INDEX, PATTERNS, TABLES, TableSpec
from prakerja.platform.outbox import Message
from prakerja.platform.problems import Problem

ROOT = Path(__file__).parents[1]
GENERATED = "docs/generated"
HOLIDAYS = "layers/prakerja/python/prakerja/platform/holidays_id.json"
CONTRACTS = "events/contracts"
WRITTEN = "<!-- Written by `make docs`. Change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Path from the root → text, of everything that is generated."""
    return {
        f"{GENERATED}/data-model.md": data_model(),
        f"{GENERATED}/messages.md": message_page(),
        f"{GENERATED}/partner-errors.md": partner_error_page(),
        f"{GENERATED}/payment-providers.md": provider_page(),
        f"{GENERATED}/problems.md": problem_page(),
        **{f"{GENERATED}/openapi.{api.audience}.json": _json(api.openapi()) for api in apis().values()},
        HOLIDAYS: calendar(),
        **{f"{CONTRACTS}/{message.topic}.json": _json(message.model_json_schema()) for message in messages()},
    }


def data_model() -> str:
    """Tables, and in each the families of items: key, and what they hold."""
    text = [WRITTEN, "# Data model\n", "Declared in `platform/access_patterns.py`; stores form keys from it only.\n"]
    for name, spec in TABLES.items():
        rows = [(f"`{p.name}`", f"`{p.pk}`", f"`{p.sk}`", p.holds) for p in PATTERNS if p.table == name]
        text += [f"## {name}\n", _traits(spec), _table(("pattern", "pk", "sk", "holds"), rows)]
    return "\n".join(text)


def _traits(spec: TableSpec) -> str:
    traits = []
    if spec.due_index:
        traits.append(
            f"Sparse index `{DUE_INDEX}` (partition `due_shard`, such as `IDENTITY#03`; sort `due_at`, UTC; keys only): "
            "items with work that has a time; `sweep_due` wakes them."
        )
    if spec.stream:
        traits.append("Its stream feeds `relay_outbox`.")
    if spec.expires:
        traits.append("Items may carry `expires_at` (epoch seconds); readers judge it themselves.")
    return " ".join(traits or ["Append-only: roles may only put an item that is not there."]) + "\n"


def message_page() -> str:
    """Topics, who consumes them, and their fields."""
    text = [
        WRITTEN,
        "# Messages\n",
        "They carry ids only, come at least once and in any order. Schemas: `events/contracts/<topic>.json`.\n",
        "An arrow `queue → function` says where a message goes.\n",
    ]
    for context, group in groupby(messages(), key=lambda message: message.topic.partition(".")[0]):
        text += [f"## {context}\n", _table(("topic", "asks for", "goes to", "fields"), map(_message_row, group))]
    return "\n".join(text)


def _message_row(message: type[Message]) -> tuple[str, ...]:
    ways = "<br>".join(f"{queue} → `{consumer(queue)}`" for queue in queues_of(message))
    return f"`{message.topic}`", _first_line(message), ways, ", ".join(f"`{name}`" for name in message.model_fields)


def problem_page() -> str:
    """Every problem a caller can meet, by context: how it is named, what it means, how to mend it."""
    text = [
        WRITTEN,
        "# Problems\n",
        "Participants and operators get them as `application/problem+json` (RFC 9457), in Indonesian unless\n"
        "`Accept-Language` asks for English; `type` ends in the slug. Partners get the envelope of `docs/partner-api.md`.\n",
        "Reaction: FIX_REQUEST: change the request. RETRY_LATER: the same request may work later (see `Retry-After`).\n"
        "GIVE_UP: it will not work. DUPLICATE: it was done before.\n",
    ]
    found = sorted(problems(), key=lambda problem: (_context(problem) != "platform", _context(problem)))
    for context, group in groupby(found, key=_context):
        rows = (_problem_row(problem) for problem in sorted(group, key=lambda one: (one.status, one.slug)))
        text += [f"## {context}\n", _table(("slug", "status", "reaction", "title", "how to mend it"), rows)]
    return "\n".join(text)


def partner_error_page() -> str:
    """Every code that a partner can meet, with what it is told and what it does then."""
    return "\n".join([WRITTEN, partner_errors.INTRODUCTION, _table(partner_errors.HEADS, partner_errors.code_rows())])


def provider_page() -> str:
    """Payment providers side by side, and the class of every response code."""
    heads, *rows = provider_rows()
    codes = _table(("class", "HTTP", "cases (what a member is told)"), code_rows())
    return "\n".join([WRITTEN, INTRODUCTION, _table(heads, rows), CODES, codes])


def _problem_row(problem: type[Problem]) -> tuple[str, ...]:
    return (
        f'<a id="{problem.slug}"></a>`{problem.slug}`',
        str(problem.status),
        problem.reaction,
        f"{_escaped(problem.title)}<br>*{_escaped(problem.title_id)}*",
        f"{_escaped(problem.detail)}<br>*{_escaped(problem.detail_id)}*",
    )


def _context(problem: type[Problem]) -> str:
    return problem.__module__.split(".")[1]


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is: '<token>' is not a tag."""
    return escape(text, quote=False)


def _first_line(thing: Any) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0].replace("``", "`")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def drift(root: Path = ROOT) -> list[str]:
    """Generated files that are not what the code says now: changed, missing, or of something that is gone."""
    wanted = pages()
    present = {
        path.relative_to(root).as_posix()
        for folder in (GENERATED, CONTRACTS)
        for path in (root / folder).glob("*")
        if path.is_file()
    }
    present |= {HOLIDAYS} if (root / HOLIDAYS).exists() else set()
    changed = {path for path, text in wanted.items() if path in present and (root / path).read_text("utf-8") != text}
    return sorted(changed | (wanted.keys() ^ present))


def broken_contracts(root: Path = ROOT) -> list[str]:
    """Frozen schemas whose messages today's code would not read, and why."""
    found = []
    for message in messages():
        frozen = root / CONTRACTS / f"{message.topic}.json"
        if frozen.exists():
            reasons = breaks(json.loads(frozen.read_text("utf-8")), message.model_json_schema())
            found += [f"{message.topic} {reason}" for reason in reasons]
    return found


def write(root: Path = ROOT) -> list[str]:
    """Bring the files up to date and answer which were touched. Raises ValueError rather than breaking a contract."""
    if broken := broken_contracts(root):
        raise ValueError("a published message may only grow; give it a new version:\n  " + "\n  ".join(broken))
    wanted, touched = pages(), drift(root)
    for path in touched:
        target = root / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[path], "utf-8")
        else:
            target.unlink()
    return touched


def main() -> int:
    """Write, or compare; answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if something is out of date")
    if parser.parse_args().check:
        stale = [*drift(), *broken_contracts()]
        print(*(f"out of date: {path}" for path in stale), *(["run `make docs`"] if stale else []), sep="\n")
        return 1 if stale else 0
    try:
        print(*(f"wrote {path}" for path in write()), sep="\n")
    except ValueError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
