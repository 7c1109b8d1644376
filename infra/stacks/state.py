"""What must never be lost: tables, keys, secrets, published draws, the operators' pool."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.config import Config
from infra.constructs.table import table
from infra.grants import SECRETS
from prakerja.platform.access_patterns import TABLES

FIRST_KEY = "k1"
KEPT_DAYS = 10 * 366
"""Payment evidence is kept for ten years."""

OPERATOR_ROLES = {
    "wave_manager": "Creates waves, proposes and approves decrees",
    "payout_officer": "Proposes and releases payout runs, looks after what got stuck",
    "partner_manager": "Registers partners, changes their contracts, rotates their keys",
    "auditor": "Reads",
}


class StateStack(Stack):
    """Has termination protection where data is kept; the other two stacks can be deleted and made again."""

    def __init__(self, scope: Construct, construct_id: str, config: Config, **stack: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=config.keep_data, **stack)
        self.config = config
        self.removal = RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY
        self.people_key = self._key("people_key", "Encrypts the table of personal data")
        self.statement_key = self._key("statement_key", "Encrypts settlement files, which may name people")
        self.data_key = self._key("data_key", "Wraps the data keys under which personal fields are sealed")
        self.tables = {
            name: table(self, spec, config, self.people_key if name == "people" else None)
            for name, spec in TABLES.items()
        }
        self.secrets = {name: self._secret(name) for name in SECRETS}
        self.draw_bucket_name = f"{config.name('draws')}-{self.account}"  # bucket names are shared by all of AWS
        self.statement_bucket_name = f"{config.name('statements')}-{self.account}"
        logs = self._bucket("access_logs", lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(365))])
        self._draw_bucket(logs)
        self._statement_bucket(logs)
        self._operators()

    def _key(self, construct_id: str, description: str) -> kms.Key:
        return kms.Key(
            self,
            construct_id,
            alias=self.config.name(construct_id),
            description=description,
            enable_key_rotation=True,
            removal_policy=self.removal,
        )

    def _secret(self, name: str) -> secretsmanager.Secret:
        """One long random key, ``{"k1": "…"}``: key ids and their keys, so that the next can stand beside the old.

        What others give us (SNAP_SECRET: credentials by provider) is written over it by hand.
        """
        return secretsmanager.Secret(
            self,
            name.lower(),
            secret_name=self.config.name(name.lower()),
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64,
                exclude_punctuation=True,
                secret_string_template="{}",  # noqa: S106 - no secret: what the key is put into
                generate_string_key=FIRST_KEY,
            ),
            removal_policy=self.removal,
        )

    def _draw_bucket(self, logs: s3.Bucket) -> None:
        """Published draws: every version kept; locked where ``draw_lock_years`` says so, against us as well."""
        lock: dict[str, Any] = {}
        if self.config.draw_lock_years:
            kept = Duration.days(365 * self.config.draw_lock_years)
            lock = {
                "object_lock_enabled": True,
                "object_lock_default_retention": s3.ObjectLockRetention.compliance(kept),
            }
        self._bucket(
            "draws",
            bucket_name=self.draw_bucket_name,
            versioned=True,
            server_access_logs_bucket=logs,
            **lock,
        )

    def _statement_bucket(self, logs: s3.Bucket) -> None:
        """Providers' settlement files, which may name people, and the reports made from them: ten years, onshore.

        Every version is kept: a report that was read once can be shown again as it was.
        """
        self._bucket(
            "statements",
            bucket_name=self.statement_bucket_name,
            versioned=True,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.statement_key,
            bucket_key_enabled=True,
            server_access_logs_bucket=logs,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(KEPT_DAYS), noncurrent_version_expiration=Duration.days(KEPT_DAYS)
                )
            ],
        )

    def _bucket(self, construct_id: str, **properties: Any) -> s3.Bucket:
        return s3.Bucket(
            self,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=self.removal,
            **{"encryption": s3.BucketEncryption.S3_MANAGED, **properties},
        )

    def _operators(self) -> None:
        config = self.config
        validity = Duration.minutes(config.operator_token_minutes)
        pool = cognito.UserPool(
            self,
            "operators",
            user_pool_name=config.name("operators"),
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            mfa=cognito.Mfa.REQUIRED if config.operator_mfa == "ON" else cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            account_recovery=cognito.AccountRecovery.NONE,  # a second operator resets it
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            deletion_protection=config.keep_data,
            removal_policy=self.removal,
        )
        for role, description in OPERATOR_ROLES.items():
            cognito.CfnUserPoolGroup(
                self, f"role_{role}", user_pool_id=pool.user_pool_id, group_name=role, description=description
            )
        client = pool.add_client(
            "console",
            user_pool_client_name=config.name("operator-console"),
            auth_flows=cognito.AuthFlow(
                user_srp=True,
                user_password=config.operator_password_sign_in,
                admin_user_password=config.operator_password_sign_in,
            ),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=validity,
            id_token_validity=validity,
            refresh_token_validity=Duration.hours(24 + 1),
        )
        self.operator_issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{pool.user_pool_id}"
        self.operator_jwks_url = f"{config.jwks_host}/{pool.user_pool_id}/.well-known/jwks.json"
        self.operator_client_id = client.user_pool_client_id
        CfnOutput(self, "OperatorPoolId", value=pool.user_pool_id)
        CfnOutput(self, "OperatorClientId", value=client.user_pool_client_id)
