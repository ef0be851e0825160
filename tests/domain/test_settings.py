"""Settings: a bad value is a sentence that names the variable."""

import pytest

from tests.conftest import TEST_SECRETS
from webapp.config import BadSetting, from_environment

GOOD = {**TEST_SECRETS, "DATABASE_URL": "postgresql://db/frontrow", "REDIS_URL": "redis://cache/0"}


def test_what_is_not_said_has_a_default() -> None:
    settings = from_environment({**GOOD, "PUBLIC_URL": "https://tickets.example/"})
    assert settings.database_url == "postgresql+psycopg://db/frontrow"
    assert settings.public_url == settings.callback_url == "https://tickets.example"
    assert settings.cookies_secure
    assert settings.rate_limits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///x"),
        ("REDIS_URL", "http://cache"),
        ("SECRET_KEY", "short"),
        ("SANDBOX_API_KEY", ""),
        ("SANDBOX_WEBHOOK_SECRET", "not-a-webhook-secret-at-all"),
        ("PUBLIC_URL", "tickets.example"),
        ("RATE_LIMITS", "perhaps"),
        ("DATABASE_POOL", "many"),
        ("DATABASE_POOL", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("TOKEN_KEYS", ""),
        ("TOKEN_KEYS", "a key without an id that is long enough"),
        ("TOKEN_KEYS", "one:too short"),
        ("TOKEN_KEYS", "one:a secret that is quite long enough,one:and the same id a second time"),
    ],
)
def test_a_bad_value_is_a_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_environment({**GOOD, name: value})
