"""The catalogue of what can go wrong: complete, in two languages, each problem named once."""

from __future__ import annotations

from collections import Counter
from string import Formatter

import pytest

from docs.discover import modules, problems
from docs.generate import problem_page
from prakerja.platform.problems import Problem, Reaction, all_problems

PROBLEMS = problems()
every_problem = pytest.mark.parametrize(
    "problem", PROBLEMS, ids=lambda problem: f"{problem.__module__}.{problem.__name__}"
)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_slugs_are_different() -> None:
    twice = [slug for slug, times in Counter(problem.slug for problem in PROBLEMS).items() if times > 1]
    assert not twice, [(p.slug, p.__module__, p.__name__) for p in PROBLEMS if p.slug in twice]


def test_every_error_of_a_context_has_its_own_slug() -> None:
    """A class without a slug is an inner signal of a store or a service and has no place among the errors."""
    modules()
    unnamed = {
        f"{problem.__module__}.{problem.__name__}"
        for problem in all_problems()
        if problem.__module__.endswith(".errors") and "slug" not in vars(problem)
    }
    assert not unnamed, unnamed


@every_problem
def test_problem_says_what_is_wrong_and_how_to_mend_it_in_both_languages(problem: type[Problem]) -> None:
    texts = (problem.title, problem.title_id, problem.detail, problem.detail_id)
    assert all(texts) or problem.status >= 500
    assert problem.title != problem.title_id


@every_problem
def test_placeholders_are_the_same_in_both_languages(problem: type[Problem]) -> None:
    """A fact may come in both languages: ``{reason}`` beside ``{reason_id}``."""
    english, indonesian = _placeholders(problem.detail), _placeholders(problem.detail_id)
    assert english == {name if name in english else name.removesuffix("_id") for name in indonesian}
    assert not _placeholders(problem.title + problem.title_id)


@every_problem
def test_nobody_is_sent_to_a_help_desk_that_has_no_command_for_it(problem: type[Problem]) -> None:
    """What a person can do about a problem is something that they can do here."""
    assert "help desk" not in problem.detail
    assert "layanan bantuan" not in problem.detail_id


@every_problem
def test_only_what_may_pass_by_itself_asks_to_retry(problem: type[Problem]) -> None:
    if problem.reaction is Reaction.RETRY_LATER:
        assert problem.status in (409, 425, 429, 500, 502, 503)


@every_problem
def test_problem_has_a_row_in_the_catalogue(problem: type[Problem]) -> None:
    assert f'<a id="{problem.slug}"></a>' in problem_page()
