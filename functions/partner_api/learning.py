"""The endpoints of training institutions: redeem codes, attendance, tasks and their feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.partner_api.answers import AttendanceData, CodeData, FeedbackData, TaskData, TaskStatusData
from functions.partner_api.envelope import Call, Endpoint, ItemKey
from functions.partner_api.learning_requests import FeedbackRequest, SubmissionRequest, TaskRequest, UrlRequest
from functions.partner_api.requests import CommitRequest, StatusRequest
from prakerja.partners import Caller
from prakerja.platform.settings import settings
from prakerja.training.service.attending import Sent, send_participant
from prakerja.training.service.learning import give_feedback, look_at_code, redeem, submit_task
from prakerja.training.store.learning import task_from_item, task_key
from prakerja.training.store.purchase import code_from_item, code_key
from prakerja.wiring import platform

PREFIX = "/api/v1/integration"


def _code(request: CommitRequest, _: Mapping[str, str]) -> Sequence[ItemKey]:
    return [code_key(request.redeem_code)]


def _code_and_task(request: TaskRequest, _: Mapping[str, str]) -> Sequence[ItemKey]:
    return [code_key(request.redeem_code), task_key(request.redeem_code, request.scope, request.number)]


def _status(call: Call[Caller, StatusRequest]) -> CodeData:
    code = look_at_code(institution=call.partner.partner, code=code_from_item(call.items[0]))
    return CodeData.of(code, call.request.sequence)


def _commit(call: Call[Caller, CommitRequest]) -> CodeData:
    return CodeData.of(redeem(platform(), institution=call.partner.partner, code=code_from_item(call.items[0])))


def _url(call: Call[Caller, UrlRequest]) -> AttendanceData:
    code, asked = code_from_item(call.items[0]), call.request
    visit = send_participant(
        platform(),
        institution=call.partner.partner,
        code=code,
        sent=Sent(asked.sequence, asked.redirect_uri, asked.email, call.name),
    )
    return AttendanceData.of(visit, look_at_code(institution=call.partner.partner, code=code), settings().site_url)


def _submit(call: Call[Caller, SubmissionRequest]) -> TaskData:
    code, task = call.items
    return TaskData.of(
        submit_task(
            platform(),
            institution=call.partner.partner,
            code=code_from_item(code),
            before=task_from_item(task),
            scope=call.request.scope,
            sequence=call.request.number,
            url_file=call.request.url_file,
            request=call.name,
        ),
        call.request.url_file,
    )


def _feedback(call: Call[Caller, FeedbackRequest]) -> FeedbackData:
    code, task = call.items
    return FeedbackData.of_feedback(
        give_feedback(
            platform(),
            institution=call.partner.partner,
            code=code_from_item(code),
            before=task_from_item(task),
            scope=call.request.scope,
            sequence=call.request.number,
            notes=call.request.notes,
            url_file=call.request.url_file or "",
            request=call.name,
        ),
        call.request.notes,
        call.request.url_file or "",
    )


def _task_status(call: Call[Caller, TaskRequest]) -> TaskStatusData:
    code, task = call.items
    found = look_at_code(institution=call.partner.partner, code=code_from_item(code))
    return TaskStatusData.of(found.redeem_code, call.request.scope, call.request.number, task_from_item(task))


def _at(path: str, handler: Any, model: Any, also_read: Any) -> Endpoint[Caller, Any]:
    return Endpoint(PREFIX + path, handler, model, also_read)


LEARNING = (
    _at("/payment/redeem-code/status", _status, StatusRequest, _code),
    _at("/payment/redeem-code/commit", _commit, CommitRequest, _code),
    _at("/oauth/url-generate", _url, UrlRequest, _code),
    _at("/tpm/submission", _submit, SubmissionRequest, _code_and_task),
    _at("/tpm/feedback/submission", _feedback, FeedbackRequest, _code_and_task),
    _at("/tpm/submission/status", _task_status, TaskRequest, _code_and_task),
)
