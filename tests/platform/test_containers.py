"""docker-compose.yml and the Dockerfile, as far as they can be held to account without a Docker engine."""

import json
import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from honcho.environ import parse_procfile

from webapp.config import from_environment
from webapp.dev import postgres, valkey

ROOT = Path(__file__).parents[2]
PROCESSES = parse_procfile((ROOT / "Procfile").read_text()).processes
OURS = {*PROCESSES, "migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    """The schema that the Compose specification publishes (Apache-2.0), as check-jsonschema carries it."""
    file = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema: dict[str, Any] = json.loads(file.read_text())
    assert "Compose Specification" in schema["title"]
    return schema


def test_the_compose_file_keeps_to_the_specification(compose: dict[str, Any], specification: dict[str, Any]) -> None:
    jsonschema.Draft7Validator.check_schema(specification)
    jsonschema.validate(compose, specification)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"comand": "gunicorn wsgi:app"}, "comand"),
        ({"healthcheck": {"test": [], "intervall": "10s"}}, "intervall"),
        ({"depends_on": {"postgres": {"condition": "service_heathy"}}}, "service_heathy"),
        ({"ulimits": {"nofile": {"soft": "many"}}}, "nofile|many|ulimits"),
    ],
)
def test_the_schema_notices_a_typing_mistake(
    compose: dict[str, Any], specification: dict[str, Any], wrong: dict[str, Any], complaint: str
) -> None:
    broken = json.loads(json.dumps(compose))
    broken["services"]["web"] |= wrong
    with pytest.raises(jsonschema.ValidationError, match=complaint):
        jsonschema.validate(broken, specification)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_container_runs_the_procfile_line(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["command"] == PROCESSES[name]


def test_the_image_by_itself_runs_the_web_line() -> None:
    command = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert [json.loads(words) for words in command] == [shlex.split(PROCESSES["web"])]


def test_the_image_runs_without_root_on_a_pinned_python() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER frontrow" in lines
    assert re.fullmatch(r"FROM python:3\.\d+\.\d+-slim-\w+", next(line for line in lines if line.startswith("FROM")))


def test_every_dependency_and_volume_exists(compose: dict[str, Any]) -> None:
    services, volumes = compose["services"], compose["volumes"]
    needed = {name for service in services.values() for name in service.get("depends_on", {})}
    mounts = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])]
    assert needed <= set(services)
    assert {mount for mount in mounts if not mount.startswith("./")} == set(volumes)
    assert all((ROOT / mount).exists() for mount in mounts if mount.startswith("./"))


def test_every_image_but_ours_is_pinned(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["image"] == "frontrow" if name in OURS else re.search(r":\d", service["image"])


def test_only_nginx_and_the_payment_page_are_open_to_the_outside(compose: dict[str, Any]) -> None:
    assert {name for name, service in compose["services"].items() if "ports" in service} == {"nginx", "gateway"}


def test_a_missing_secret_is_asked_for_in_a_sentence_and_listed_in_the_example(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    required = dict(re.findall(r"\$\{([A-Z_]+):\?([^}]*)\}", text))
    optional = set(re.findall(r"\$\{([A-Z_]+):-", text))
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(required) == {
        "POSTGRES_PASSWORD",
        "SECRET_KEY",
        "TOKEN_KEYS",
        "SANDBOX_API_KEY",
        "SANDBOX_WEBHOOK_SECRET",
    }
    assert all(sentence == f"Set {name} in .env." for name, sentence in required.items())
    assert set(required) <= example <= set(required) | optional


def test_the_app_accepts_what_the_containers_are_told(compose: dict[str, Any]) -> None:
    given = {
        "SANDBOX_WEBHOOK_SECRET": "whsec_Zm9yIHRlc3RzIGFuZCBub3RoaW5nIGVsc2UhISE=",
        "TOKEN_KEYS": "a:a-secret-that-is-long-enough-for-tokens",
    }

    def filled(match: re.Match[str]) -> str:
        name, default = match.groups()
        return given.get(name, "a-long-enough-secret") if default is None else default

    environment = compose["services"]["web"]["environment"].items()
    told = {name: re.sub(r"\$\{([A-Z_]+):(?:-([^}]*)|\?[^}]*)\}", filled, value) for name, value in environment}
    settings = from_environment(told)
    assert settings.database_url.endswith("@postgres:5432/frontrow")
    assert (settings.proxies, settings.rate_limits) == (1, True)


def test_the_servers_are_set_as_on_a_developers_machine(compose: dict[str, Any]) -> None:
    words = shlex.split(compose["services"]["postgres"]["command"])
    assert {f"{name}={value}" for name, value in postgres.SETTINGS.items()} <= set(words)
    words = shlex.split(compose["services"]["redis"]["command"])
    settings = dict(zip(words[1::2], words[2::2], strict=True))
    assert {f"--{name}": value for name, value in valkey.SETTINGS.items()}.items() <= settings.items()
