"""An HTTP API: routes to functions, an access log without personal data, and no authoriser of its own.

Every route's function checks its caller itself (tests see to that), because the gateway's errors cannot be shaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import CfnOutput
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config
from infra.constructs.function import log_group_for
from infra.entry import Entry, Http

LOGGED = ("requestId", "routeKey", "status", "responseLatency", "integrationLatency", "integrationErrorMessage")
"""No path, query or address: they may hold ids and tokens."""
OTHERWISE = 100
"""Requests per second of a route that declares nothing; none does."""


class PrakerjaApi(Construct):
    """One host: ``main`` for participants, operators and the site, ``partner`` for the fixed legacy contract."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, output: str, config: Config) -> None:
        super().__init__(scope, construct_id)
        self.api = apigateway.HttpApi(self, "api", api_name=config.name(name), create_default_stage=False)
        log = log_group_for(self, "access_log", f"/aws/apigateway/{config.name(name)}", config)
        stage = apigateway.HttpStage(self, "stage", http_api=self.api, stage_name="$default", auto_deploy=True)
        stage_resource = stage.node.default_child
        assert isinstance(stage_resource, apigateway.CfnStage)
        self._stage = stage_resource
        self._limits: dict[str, object] = {}
        stage_resource.default_route_settings = apigateway.CfnStage.RouteSettingsProperty(
            throttling_rate_limit=OTHERWISE, throttling_burst_limit=OTHERWISE
        )
        stage_resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn, format=json.dumps({field: f"$context.{field}" for field in LOGGED})
        )
        CfnOutput(scope, output, value=self.api.api_id)

    def route(self, entry: Entry, trigger: Http, function: lambda_.IFunction) -> None:
        """Send these routes to the function."""
        integration = integrations.HttpLambdaIntegration(
            entry.name, function, payload_format_version=apigateway.PayloadFormatVersion.VERSION_2_0
        )
        for number, route in enumerate(trigger.routes):
            made = apigateway.HttpRoute(
                self,
                f"{entry.name}_{number}",
                http_api=self.api,
                route_key=_route_key(route),
                integration=integration,
            )
            self._limit(made, route, trigger.per_second)

    def _limit(self, made: apigateway.HttpRoute, route: str, per_second: int) -> None:
        """The stage limits a route, so the route must be there first."""
        resource = made.node.default_child
        assert isinstance(resource, apigateway.CfnRoute)
        self._limits[route] = {"ThrottlingRateLimit": per_second, "ThrottlingBurstLimit": per_second}
        self._stage.route_settings = self._limits
        self._stage.add_dependency(resource)


def _route_key(route: str) -> apigateway.HttpRouteKey:
    if route == "$default":
        return apigateway.HttpRouteKey.DEFAULT
    method, path = route.split(" ")
    return apigateway.HttpRouteKey.with_(path, _METHODS[method])


_METHODS: Mapping[str, apigateway.HttpMethod] = {method.name: method for method in apigateway.HttpMethod}
