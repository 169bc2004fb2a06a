import asyncio
import base64
import hashlib
import re
from pathlib import Path

import pytest
import streamlit
from starlette.responses import PlainTextResponse

from viz_models.web.headers import SecurityHeaders, content_security_policy


async def status_of(app, path):
    sent = []

    async def send(message):
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": path, "headers": []}, None, send)
    return sent[0]["status"]


@pytest.mark.parametrize(("value", "status"), [("1", 200), ("0", 404), ("", 404)])
def test_metrics_open_when_asked_for(value, status):
    app = SecurityHeaders(PlainTextResponse("metrics"), {"FORWARD_PASS_METRICS": value})
    assert asyncio.run(status_of(app, "/_stcore/metrics")) == status


# ------------------------------------------------------------------ the policy


def test_the_policy_allows_streamlits_one_inline_script_and_no_other():
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", index.read_text(), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    policy = content_security_policy()
    assert re.findall(r"'sha256-([^']*)'", policy) == hashes
    script_sources = policy.partition("script-src ")[2].partition(";")[0]
    assert "'unsafe-eval'" not in script_sources
    assert "'unsafe-inline'" not in script_sources


def test_hosts_that_may_embed_are_listed():
    policy = content_security_policy("https://huggingface.co, https://*.hf.space")
    assert policy.endswith("frame-ancestors 'self' https://huggingface.co https://*.hf.space")


@pytest.mark.parametrize("hosts", ["*; script-src *", "'unsafe-inline'", "a b\r\nX: y z;"])
def test_a_wrong_host_stops_the_start(hosts):
    with pytest.raises(ValueError, match="FORWARD_PASS_EMBED_HOSTS"):
        SecurityHeaders(PlainTextResponse("ok"), {"FORWARD_PASS_EMBED_HOSTS": hosts})
