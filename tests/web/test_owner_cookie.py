import asyncio
import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from viz_models.web.owner_cookie import OWNER, OWNER_COOKIE, OwnerCookie

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
    assert re.match(rf"{OWNER_COOKIE}=[0-9a-f]{{32}};", first[0])
    assert "httponly" in first[0].lower()
    assert "samesite=lax" in first[0].lower()
    assert "secure" not in first[0].lower()
    assert first != second


def test_a_browser_that_has_one_keeps_it():
    name = answer(A_PAGE)[0].partition(";")[0]
    assert answer(A_PAGE | {"cookie": f"other=1; {name}"}) == []


@pytest.mark.parametrize("forged", ["local", "", "a" * 31, "A" * 32, "a" * 33, "../../etc"])
def test_a_name_that_we_cannot_have_given_is_replaced(forged):
    assert len(answer(A_PAGE | {"cookie": f"owner={forged}"})) == 1
    assert not OWNER.fullmatch(forged)


def test_files_that_a_page_loads_bring_no_second_name():
    assert answer({"accept": "*/*"}) == []


def test_over_https_it_stays_there():
    assert "secure" in answer(A_PAGE, scheme="https")[0].lower()


def test_in_a_frame_of_another_site_it_is_that_sites_own():
    cookie = answer(A_PAGE, {"FORWARD_PASS_EMBED_HOSTS": "https://*.hf.space"})[0].lower()
    for word in ("samesite=none", "secure", "partitioned", "httponly"):
        assert word in cookie
