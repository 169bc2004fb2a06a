import asyncio
import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from viz_models.web import owner_cookie, secret
from viz_models.web.owner_cookie import OWNER_COOKIE, OwnerCookie, new_cookie, owner_in

A_PAGE = {"accept": "text/html,application/xhtml+xml;q=0.9"}


async def hello(_):
    return PlainTextResponse("hello")


def answer(headers, environ=None, scheme="http"):
    """What Starlette sends through the middleware: its Set-Cookie headers."""
    app = Starlette(
        routes=[Route("/train", hello)],
        middleware=[Middleware(OwnerCookie, environ=environ or {})],
    )
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/train",
        "query_string": b"",
        "scheme": scheme,
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    said = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        said.append(message)

    asyncio.run(app(scope, receive, send))
    assert said[0]["status"] == 200
    return [v.decode() for k, v in said[0]["headers"] if k == b"set-cookie"]


def test_a_new_browser_gets_a_random_name_that_scripts_cannot_read():
    first, second = answer(A_PAGE), answer(A_PAGE)
    assert len(first) == 1
    assert re.match(rf"{OWNER_COOKIE}=[0-9a-f]{{32}}\.[0-9a-f]{{32}};", first[0])
    assert "httponly" in first[0].lower()
    assert "samesite=lax" in first[0].lower()
    assert "secure" not in first[0].lower()
    assert first != second


def test_a_browser_that_has_one_keeps_it():
    name = answer(A_PAGE)[0].partition(";")[0]
    assert answer(A_PAGE | {"cookie": f"other=1; {name}"}) == []


FORGED = ["local", "", "a" * 31, "a" * 32, "A" * 32, "../../etc", f"{'a' * 32}.{'b' * 32}"]


@pytest.mark.parametrize("forged", FORGED)
def test_a_name_that_we_cannot_have_given_is_replaced(forged):
    assert len(answer(A_PAGE | {"cookie": f"owner={forged}"})) == 1
    assert owner_in(forged) == ""


def test_files_that_a_page_loads_bring_no_second_name():
    assert answer({"accept": "*/*"}) == []


def test_over_https_it_stays_there():
    assert "secure" in answer(A_PAGE, scheme="https")[0].lower()


def test_in_a_frame_of_another_site_it_is_that_sites_own():
    cookie = answer(A_PAGE, {"FORWARD_PASS_EMBED_HOSTS": "https://*.hf.space"})[0].lower()
    for word in ("samesite=none", "secure", "partitioned", "httponly"):
        assert word in cookie


def test_only_the_server_can_sign():
    cookie = new_cookie()
    name, _, signed = cookie.partition(".")
    assert owner_in(cookie) == name
    assert owner_in(f"{name[:-1]}{'1' if name[-1] == '0' else '0'}.{signed}") == ""
    assert owner_in(name) == ""  # the cookies of before


def test_a_restart_forgets_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    cookie = new_cookie()
    secret._secret.cache_clear()
    assert owner_in(cookie)
    assert (tmp_path / "owner.key").stat().st_mode & 0o077 == 0
    (tmp_path / "owner.key").unlink()
    secret._secret.cache_clear()
    assert owner_in(cookie) == ""


def test_where_nothing_can_be_written_a_cookie_lasts_as_long_as_the_server(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path / "file" / "in it"))
    assert owner_in(new_cookie())


def test_one_address_gets_names_for_a_class_an_hour_and_no_more(monkeypatch):
    monkeypatch.setattr(owner_cookie, "EACH_HOUR", 60)
    now = [0.0]
    app = OwnerCookie(hello, {"FORWARD_PASS_HOSTED": "1"}, lambda: now[0])

    def names(count, address):
        return sum(bool(of(app, address)) for _ in range(count))

    assert names(100, "203.0.113.1") == 60
    assert names(1, "203.0.113.2") == 1
    assert names(100, "2001:db8::1") + names(100, "2001:db8::2") == 60  # one customer's
    now[0] = 60.0
    assert names(5, "203.0.113.1") == 1
    assert names(5, "203.0.113.2") == 5


def of(app, address):
    said = []

    async def inside(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        said.append(message)

    app._app = inside
    headers = [(b"accept", b"text/html")]
    scope = {"type": "http", "scheme": "http", "headers": headers, "client": (address, 1)}
    asyncio.run(app(scope, None, send))
    return [v for k, v in said[0]["headers"] if k == b"set-cookie"]
