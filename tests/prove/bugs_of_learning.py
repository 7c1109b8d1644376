"""Bugs that are planted where members attend and courses are completed."""

from __future__ import annotations

from tests.prove.bug import CODE, Bug

ATTENDING, ENDING = "tests/functions/test_attending.py", "tests/functions/test_end_course.py"
RULES = "tests/unit/training/test_learning.py"
RACES = "tests/chaos/test_races.py::test_exactly_one_wins"

LEARNING_BUGS = (
    Bug(
        "let a late copy of a task take the place of the newer one",
        f"{CODE}/training/model/task.py",
        "    if request in before.heard:\n        return before\n",
        "",
        ("tests/functions/test_partner_tasks.py",),
    ),
    Bug(
        "take silence of the face check for a match",
        f"{CODE}/training/service/attending.py",
        "        raise FaceCheckUnavailable(retry_after=problem.retry_after or FACE_CHECK_AGAIN) from problem\n",
        "        return\n",
        (ATTENDING,),
    ),
    Bug(
        "do not count photos that do not match",
        f"{CODE}/training/service/attending.py",
        "    p.table.commit(wrong_face_part(visit, after))\n",
        "",
        (ATTENDING,),
    ),
    Bug(
        "let anybody attend under a state",
        f"{CODE}/training/service/attending.py",
        "    if code is None or not (code.is_test or code.person_id == person_id):\n",
        "    if code is None:\n",
        (ATTENDING,),
    ),
    Bug(
        "attend at the very end of a window",
        f"{CODE}/training/model/learning.py",
        "        return self.opens_at <= now < self.closes_at\n",
        "        return self.opens_at <= now <= self.closes_at\n",
        (RULES,),
    ),
    Bug(
        "complete without the skill demonstration",
        f"{CODE}/training/model/learning.py",
        "        skill_demonstration=code.rule.skill_demonstration and not code.skill_shown,\n",
        "        skill_demonstration=False,\n",
        (RULES, "tests/functions/test_partner_learning.py"),
    ),
    Bug(
        "end a course that was just completed",
        f"{CODE}/training/service/finishing.py",
        "    if purchase.state not in OPEN:  # it ended after the code was read\n        raise Moved\n",
        "",
        (f"{RACES}[moto-operators cancel, course ends]",),
    ),
    Bug(
        "let a void undo a revocation",
        f"{CODE}/training/service/cancelling.py",
        "    counts_again = purchase.is_first and membership.state is MembershipState.ACTIVE",
        "    counts_again = purchase.is_first",
        (f"{RACES}[moto-platform voids, member is revoked]",),
    ),
    Bug(
        "close a purchase whatever became of its membership",
        f"{CODE}/membership/store/members.py",
        '    same = Attr("state").eq(membership.state) & Attr("completed_count")',
        '    same = Attr("completed_count")',
        (f"{RACES}[moto-platform voids, member is revoked]",),
    ),
    Bug(
        "answer done when another command has moved the money",
        f"{CODE}/training/service/moving.py",
        "    if outcome.repeated:\n",
        "    if False and outcome.repeated:\n",
        (f"{RACES}[moto-operators cancel, platform voids]", "tests/functions/test_partner_races.py"),
    ),
    Bug(
        "leave a completed course due",
        f"{CODE}/training/store/purchase.py",
        "        remove=() if after.state in OPEN else NOT_DUE,\n",
        "        remove=(),\n",
        (ENDING, "tests/unit/training/test_store.py"),
    ),
    Bug(
        "send people back to any path of a registered host",
        f"{CODE}/partners/redirects.py",
        'if port is None else port, parts.path or "/"\n',
        'if port is None else port, "/"\n',
        ("tests/unit/partners/test_redirects.py",),
    ),
)
