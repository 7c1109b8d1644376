"""Requests reach the two HTTP APIs as they would on AWS, and answers come back in AWS's shape."""

from __future__ import annotations

import http.client

import pytest

from tests.contract.cloud.conftest import Stack

MB = 1024 * 1024


def test_before_a_deployment_it_says_so(stack: Stack) -> None:
    assert stack.before_deployment.status == 503
    assert "MainApiId" in stack.before_deployment.json["message"]


@pytest.mark.parametrize(
    ("path", "api"),
    [
        ("/", "MainApiId"),
        ("/v1/waves", "MainApiId"),
        ("/api/v2/x", "MainApiId"),
        ("/x/api/v1/", "MainApiId"),
        ("/api/v1/integration/x", "PartnerApiId"),
        ("//api/v1/integration/x", "PartnerApiId"),
        ("///api/v1/integration//x/", "PartnerApiId"),
    ],
)
def test_the_path_chooses_the_api_and_arrives_as_sent(stack: Stack, path: str, api: str) -> None:
    event = stack.get(path).json

    assert event["requestContext"]["apiId"] == stack.outputs[api]
    assert event["rawPath"] == path


def test_query_and_headers_arrive(stack: Stack) -> None:
    event = stack.get("/a%20b?x=1&x=2&y=%2F", headers={"client_code": "lpk-1", "Authorization": "Bearer t"}).json

    assert event["rawPath"] == "/a b"
    assert event["rawQueryString"] == "x=1&x=2&y=%2F"
    assert event["headers"]["client_code"] == "lpk-1"
    assert event["headers"]["authorization"] == "Bearer t"


def test_cookies_are_an_array(stack: Stack) -> None:
    event = stack.get("/", headers={"Cookie": "a=1; b=2"}).json

    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_a_head_request_gets_no_body(stack: Stack) -> None:
    answer = stack.get("/", method="HEAD")

    assert (answer.status, answer.body) == (200, b"")


def test_a_failing_handler_tells_nothing(stack: Stack) -> None:
    answer = stack.get("/fails")

    assert (answer.status, answer.body) == (500, b'{"message":"Internal Server Error"}')


def test_an_answer_over_6_mb_is_an_error(stack: Stack) -> None:
    assert stack.get("/large").status == 500


def test_a_request_over_10_mb_is_refused(stack: Stack) -> None:
    assert stack.get("/", method="POST", body=b"x" * (10 * MB + 1)).status == 413


def test_a_chunked_request_over_10_mb_is_refused_too(stack: Stack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.cloud.config.front_port, timeout=20)
    connection.request("POST", "/", body=iter([b"x" * MB] * 11), encode_chunked=True, headers={})

    assert connection.getresponse().status == 413
