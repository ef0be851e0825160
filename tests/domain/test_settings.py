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
        ("SANDBOX_WEBHOOK_SECRET", "whsec_" + "A" * 25),
        ("SANDBOX_WEBHOOK_SECRET", "whsec_" + "A!" * 12),
        ("PAYMENT_PROVIDERS", "paypal"),
        ("PAYMENT_PROVIDERS", "sandbox,sandbox"),
        ("PUBLIC_URL", "tickets.example"),
        ("RATE_LIMITS", "perhaps"),
        ("DATABASE_POOL", "many"),
        ("DATABASE_POOL", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("MAIL_URL", "http://mail.example"),
        ("MAIL_URL", "smtp://"),
        ("MAIL_URL", "smtp://mail.example:port"),
        ("MAIL_URL", "smtp://somebody@mail.example"),
        ("MAIL_URL", "smtp://mail.example/inbox"),
        ("TOKEN_KEYS", ""),
        ("TOKEN_KEYS", "a key without an id that is long enough"),
        ("TOKEN_KEYS", "one:too short"),
        ("TOKEN_KEYS", "one:a secret that is quite long enough,one:and the same id a second time"),
    ],
)
def test_a_bad_value_is_a_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_environment({**GOOD, name: value})


STRIPE = {
    "PAYMENT_PROVIDERS": "sandbox, stripe",
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_from_the_dashboard",
}


def test_several_providers_are_named_in_their_order_and_need_only_their_own_secrets() -> None:
    settings = from_environment({**GOOD, **STRIPE})
    assert settings.payment_providers == ("sandbox", "stripe")
    assert settings.stripe_api_url == "https://api.stripe.com"
    without = {name: value for name, value in GOOD.items() if not name.startswith("SANDBOX")}
    assert from_environment({**without, **STRIPE, "PAYMENT_PROVIDERS": "stripe"}).payment_providers == ("stripe",)
    assert from_environment(GOOD).payment_providers == ("sandbox",)


@pytest.mark.parametrize("name", [name for name in STRIPE if name != "PAYMENT_PROVIDERS"])
@pytest.mark.parametrize("value", ["", "whatever"])
def test_a_provider_that_is_named_without_its_secrets_is_a_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_environment({**GOOD, **STRIPE, name: value})


def test_a_mail_server_is_read_from_its_address() -> None:
    sender = {"MAIL_FROM": "Frontrow <tickets@frontrow.test>"}
    server = from_environment({**GOOD, **sender, "MAIL_URL": "smtp://me%40host:p%3Aw@mail.example"}).mail_server
    assert server is not None
    assert (server.host, server.port, server.user, server.password) == ("mail.example", 587, "me@host", "p:w")
    assert not server.is_wrapped
    wrapped = from_environment({**GOOD, **sender, "MAIL_URL": "smtps://mail.example"}).mail_server
    assert wrapped is not None
    assert (wrapped.port, wrapped.is_wrapped) == (465, True)
    assert from_environment(GOOD).mail_server is None


@pytest.mark.parametrize("sender", ["", "Frontrow", "a@b@c", "a b@c", "x@y.test\nBcc: everybody@y.test"])
def test_a_mail_server_needs_a_sender(sender: str) -> None:
    with pytest.raises(BadSetting, match="MAIL_FROM"):
        from_environment({**GOOD, "MAIL_URL": "smtp://mail.example", "MAIL_FROM": sender})
