"""Self-paced courses: members use their codes, are seen at their institution's word, show what they can, and review."""

from __future__ import annotations

import zlib
from functools import partial

from sandbox.demo.api import Refused
from sandbox.demo.browser import WrongPage
from sandbox.demo.cast import Player, Purchase
from sandbox.demo.lms import POST_TEST
from sandbox.demo.partner import PartnerClient
from sandbox.demo.play import Play, TurnedDown
from sandbox.demo.show import Stage
from sandbox.demo.stages.buying import NOT_BELIEVED, WEBINAR
from sandbox.demo.stages.linking import members
from sandbox.demo.surfing import photo_of

REVIEW = "Materinya jelas & langsung terpakai di tempat kerja."
UK = ("uk", POST_TEST)
"""The skill demonstration."""
ROTATED = "lp_cipta_karya"


def first_purchase(player: Player) -> Purchase:
    """The course that somebody takes."""
    return player.purchases[0]


def learners(play: Play, *, webinar: bool = False) -> list[Player]:
    """Whose first course is open, of the one kind or the other."""
    having = [player for player in members(play) if player.purchases and first_purchase(player).is_open]
    return [player for player in having if (first_purchase(player).course == WEBINAR.course_code) is webinar]


def attend(play: Play) -> None:
    """The code is used and the first learning day attended. One institution gets another key meanwhile."""
    people = learners(play)
    signing_in = people[-1]  # not one of the first, who have just signed in elsewhere: codes come once a minute
    old_key = play.institutions[ROTATED].sign_key
    play.secrets.add(old_key)
    with play.show.stage("use the code, attend the first day", len(people)) as stage:
        play.disturb(stage, "redeem")
        stranger = next(code for code in play.institutions if code != first_purchase(signing_in).institution)
        play.expect_refusal(
            stage,
            signing_in,
            lambda player: play.institutions[stranger].status(first_purchase(player).redeem_code),
        )
        stage.halfway(partial(_bring_another_key, play, stage))

        def act(player: Player) -> None:
            purchase = first_purchase(player)
            play.institutions[purchase.institution].open_course(purchase.redeem_code)
            if player is signing_in:
                _somebody_else(play, player, purchase, stage)
            if not be_seen(play, player, purchase, 1, by_app=player is not signing_in):
                raise RuntimeError("an attended day is not attended")
            purchase.redeemed = True

        play.everyone(people, act, stage)
    with play.show.stage("the old key is retired") as stage:
        _retire(play, old_key, stage)


def complete(play: Play) -> None:
    """Post-test, skill demonstration with feedback: with the last proof the course is completed. Then it is reviewed."""
    people = learners(play)
    with play.show.stage("post-test, skill shown, reviewed", len(people)) as stage:
        play.disturb(stage, "complete")
        again, late = people[0], people[1]

        def act(player: Player) -> None:
            purchase = first_purchase(player)
            if not be_seen(play, player, purchase, POST_TEST):
                raise RuntimeError("an attended post-test is not attended")
            hand_in_and_grade(play, purchase, *UK, versions=2 if player is again else 1)
            if player is late:
                lms = play.institutions[purchase.institution]
                play.expect_refusal(stage, player, lambda _: lms.hand_in(purchase.redeem_code, *UK))
            see_completion(play, player, purchase)

        play.everyone(people, act, stage)


def be_seen(play: Play, player: Player, purchase: Purchase, sequence: int, *, by_app: bool = True) -> bool:
    """From the LMS to the programme's page and back: does the LMS let the learner in?

    ``by_app``: the page is opened from the app, in its session; else in a browser in which nobody is signed in.
    """
    lms, surfer = play.institutions[purchase.institution], play.surfer(player)
    if by_app:
        surfer.come_from_app()
    page = surfer.open(lms.send_away(purchase.redeem_code, sequence, player.person.email))
    if page.form("photo"):
        page = surfer.show_face(page, photo_of(player.who))
    is_in = lms.welcome_back(page.left_for or page.link_out())
    player.who.secrets |= surfer.browser.secrets
    if is_in:
        purchase.attended.append(sequence)
    return is_in


def hand_in_and_grade(play: Play, purchase: Purchase, scope: str, sequence: int, *, versions: int = 1) -> None:
    """A task goes in, and comes back with the trainer's words; some learners send a better one before."""
    lms, code = play.institutions[purchase.institution], purchase.redeem_code
    for _ in range(versions):
        lms.hand_in(code, scope, sequence)
    lms.grade(code, scope, sequence, 70 + zlib.crc32(code.encode()) % 31)


def see_completion(play: Play, player: Player, purchase: Purchase) -> None:
    """The member sees the course completed, and reviews it. Raises TurnedDown if it is not."""
    known = next(one for one in player.who.purchases() if one["redeem_code"] == purchase.redeem_code)
    purchase.purchase_id, purchase.completed = known["purchase_id"], known["state"] == "COMPLETED"
    if not purchase.completed:
        raise TurnedDown(f"still {known['state']}")
    player.who.review(purchase.purchase_id, 4 + player.number % 2, REVIEW)


def _somebody_else(play: Play, player: Player, purchase: Purchase, stage: Stage) -> None:
    """Another one's face is refused, and counts for nothing."""
    lms, surfer = play.institutions[purchase.institution], play.surfer(player)
    surfer.come_from_app()
    page = surfer.open(lms.send_away(purchase.redeem_code, 1, player.person.email))
    try:
        surfer.show_face(page, photo_of(player.who, somebody_else=True))
        raise RuntimeError("somebody else's face was taken")
    except WrongPage as refused:
        play.refuse(player, stage, refused.kind)


def _bring_another_key(play: Play, stage: Stage) -> None:
    """A rotation begins: both keys count, and the institution changes over while its learners come."""
    officer, institution = play.operators[0], play.institutions[ROTATED]
    for key_id in _keys_of(play)[:-1]:  # of a rotation that an earlier run did not live to end
        officer.retire_key(ROTATED, key_id)
    institution.sign_key = officer.add_key(ROTATED)
    play.keys.remember_partners({ROTATED: institution.sign_key})
    stage.note(f"{ROTATED} signs with another key from here on")


def _retire(play: Play, old_key: str, stage: Stage) -> None:
    """The rotation ends: what is signed with the old key is not believed any more."""
    for key_id in _keys_of(play)[:-1]:
        play.operators[0].retire_key(ROTATED, key_id)
    try:
        PartnerClient(play.api, ROTATED, old_key).call("/payment/redeem-code/status", {"redeem_code": "GHOPNYXUVMT0"})
        raise RuntimeError("a retired key was believed")
    except Refused as refused:
        if refused.kind != NOT_BELIEVED:
            raise
        stage.refused(refused.kind)


def _keys_of(play: Play) -> list[str]:
    """Ids, the oldest first."""
    keys = play.operators[0].partner(ROTATED)["keys"]
    return [key["key_id"] for key in sorted(keys, key=lambda key: str(key["added_at"]))]
