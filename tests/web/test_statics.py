"""Static files and style sheets: kept for ever where their address names their content, and only there."""

import re
from pathlib import Path

import pytest

from tests.web.conftest import Visitor

STATIC = Path(__file__).parents[2] / "static"
SHEETS = re.compile(r'"(/sheets/[^"]+)"')
FILE = "/static/js/app.js"


def test_a_file_is_kept_for_ever_under_its_hash_and_asked_for_again_without(visit: Visitor) -> None:
    client = visit(None)
    (named,) = re.findall(r'"(/static/js/app\.js\?v=[^"]+)"></script>', client.get("/").text)
    with client.get(named) as lasting, client.get(FILE) as changing:
        assert "immutable" in lasting.headers["Cache-Control"]
        assert "max-age=0" in changing.headers["Cache-Control"]
        assert lasting.data == changing.data == (STATIC / "js" / "app.js").read_bytes()
        assert (lasting.mimetype, lasting.headers["X-Content-Type-Options"]) == ("text/javascript", "nosniff")
        assert "default-src 'self'" in lasting.headers["Content-Security-Policy"]
        tag = {"If-None-Match": changing.headers["ETag"]}
    assert client.get(FILE, headers=tag).status_code == 304


@pytest.mark.parametrize(
    "path", ["/static/css/missing.css", "/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/"]
)
def test_what_is_no_file_of_ours_is_a_page_that_says_so(visit: Visitor, path: str) -> None:
    answer = visit(None).get(path)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]


def test_the_sheets_of_a_page_come_as_one_in_their_order(visit: Visitor) -> None:
    client = visit(None)
    (address,) = SHEETS.findall(client.get("/").text)
    names = address.removeprefix("/sheets/").partition(".css")[0].split(",")
    assert len(names) > 3
    together = client.get(address)
    assert together.text == "".join((STATIC / "css" / f"{name}.css").read_text() for name in names)
    assert (together.mimetype, together.headers["Cache-Control"]) == ("text/css", "public, max-age=31536000, immutable")
    assert client.get(address, headers={"If-None-Match": together.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("version", ["", "?v=of-another-release"])
def test_sheets_are_not_kept_for_ever_under_the_hash_of_others(visit: Visitor, version: str) -> None:
    """While a new release is rolled out, a new page may ask a process that still has the old sheets."""
    assert visit(None).get(f"/sheets/tokens,base.css{version}").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "names", ["nothing", "tokens,nothing", "../../wsgi", "tokens," * 16 + "tokens", ",", "..,tokens"]
)
def test_other_sheets_than_ours_are_not_found(visit: Visitor, names: str) -> None:
    assert visit(None).get(f"/sheets/{names}.css").status_code == 404
