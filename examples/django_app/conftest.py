"""A database for the tests, as pytest-django would make it, and the settings that name the provider, another for each test."""

import os

import django
import pytest
from django.test.utils import get_runner, override_settings

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()


@pytest.fixture(scope="session", autouse=True)
def database():
    from django.conf import settings

    runner = get_runner(settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    yield
    runner.teardown_databases(databases)
    runner.teardown_test_environment()


@pytest.fixture
def provider(esia):
    client = esia.client("http://testserver/oidc/callback/", token_endpoint_auth_method="client_secret_post")
    found = esia.discovery
    with override_settings(
        OIDC_RP_CLIENT_ID=client.client_id,
        OIDC_RP_CLIENT_SECRET=client.client_secret,
        OIDC_OP_AUTHORIZATION_ENDPOINT=found["authorization_endpoint"],
        OIDC_OP_TOKEN_ENDPOINT=found["token_endpoint"],
        OIDC_OP_USER_ENDPOINT=found["userinfo_endpoint"],
        OIDC_OP_JWKS_ENDPOINT=found["jwks_uri"],
    ):
        yield esia
