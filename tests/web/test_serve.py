"""`python -m viz_models serve`, and what a container is made of."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT
from viz_models.cli import serve


@pytest.mark.slow
def test_serve_sets_what_strangers_need_and_ends_when_told(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != "FORWARD_PASS_HOSTED"}
    process = subprocess.Popen(
        [sys.executable, "-m", "viz_models", "serve", "--address", "127.0.0.1"],
        cwd=ROOT,
        env=environment | {"FORWARD_PASS_HOME": str(tmp_path / "home"), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        answer = _ready(f"http://127.0.0.1:{port}")
        assert answer.json()["ready"], answer.text
        closed = ("metrics", "script-health-check", "agent/", "agent/sessions")
        for path in closed:
            assert requests.get(f"{answer.url[:-7]}/_stcore/{path}", timeout=10).status_code == 404
        assert requests.get(f"{answer.url[:-7]}/status", timeout=10).status_code == 404
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
    finally:
        process.kill()
    first = json.loads(said.splitlines()[0])
    assert first["event"] == "start"
    assert re.fullmatch(r"/status\?key=[0-9a-f]{32}", first["status"])
    assert "Traceback" not in said


def _ready(url):
    for _ in range(120):
        try:
            return requests.get(f"{url}/readyz", timeout=10)
        except requests.ConnectionError:
            time.sleep(0.25)
    pytest.fail("no answer in 30 s")


def test_streamlit_knows_every_setting():
    from streamlit import config

    known = config.get_config_options()
    assert [name for name in serve.SETTINGS if name not in known] == []


# ---------------------------------------------------------------- the container


def instructions():
    """(word, rest) of every instruction, with continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def test_the_linter_finds_nothing_in_the_dockerfile():
    tool = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [tool, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_the_image_runs_as_a_user_under_an_init_process():
    last = dict(instructions())
    assert last["USER"] == "1000:1000"
    assert json.loads(last["ENTRYPOINT"])[0] == "tini"
    assert json.loads(last["CMD"]) == ["python", "-m", "viz_models", "serve"]


def test_everything_that_is_copied_exists_and_is_not_ignored(tmp_path):
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = [
        name
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    ]
    assert set(copied) == allowed
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.slow
def test_what_is_copied_is_all_that_the_server_reads(tmp_path):
    names = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if "!" in line]
    for name in names:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    code = "import app; from viz_models.ui.kit import lessons; print(len(lessons.index()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "FORWARD_PASS_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert int(done.stdout) > 20, done.stderr
