import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from viz_models.models import download as downloads
from viz_models.models import vision_models
from viz_models.models.download import CHUNK, download

CONTENT = bytes(range(256)) * (3 * CHUNK // 256)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Files(BaseHTTPRequestHandler):
    """/good is the file, /cut ends early, /huge claims more than any disk has."""

    def do_GET(self):
        if self.path == "/none":
            self.send_error(503, "busy")
            return
        self.send_response(200)
        sizes = {"/good": len(CONTENT), "/cut": len(CONTENT), "/huge": 1 << 60}
        if self.path in sizes:
            self.send_header("Content-Length", str(sizes[self.path]))
        self.end_headers()
        self.wfile.write(CONTENT if self.path != "/cut" else CONTENT[: CHUNK + 5])

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_arrives_whole_with_progress(address, tmp_path):
    target = tmp_path / "deep" / "weights.pth"
    told = list(download(f"{address}/good", target, DIGEST[:8]))
    assert target.read_bytes() == CONTENT
    assert [p.name for p in target.parent.iterdir()] == ["weights.pth"]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) >= 3


def test_a_server_may_keep_the_size_to_itself(address, tmp_path):
    told = list(download(f"{address}/silent", tmp_path / "w", DIGEST))
    assert told[-1] == (len(CONTENT), 0)


def test_stopping_leaves_nothing_behind(address, tmp_path):
    running = download(f"{address}/good", tmp_path / "w", DIGEST)
    next(running)
    assert len(list(tmp_path.iterdir())) == 1
    running.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "digest", "message"),
    [
        ("none", DIGEST, "127.0.0.1 answers 503 busy"),
        ("cut", DIGEST, "the connection broke after 1 "),
        ("good", "0000", "not the file"),
        ("huge", DIGEST, "the disk has"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line(address, tmp_path, path, digest, message):
    with pytest.raises(OSError, match=message) as trouble:
        list(download(f"{address}/{path}", tmp_path / "w", digest))
    assert "\n" not in str(trouble.value)
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_told_in_one_line(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        port = unused.getsockname()[1]
        with pytest.raises(OSError, match="cannot be reached"):
            list(download(f"http://127.0.0.1:{port}/x", tmp_path / "w", DIGEST))


def test_vit_lies_where_torch_looks_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert vision_models.vit_file().parent == tmp_path / "hub" / "checkpoints"
    assert vision_models.VIT_SHA256 in vision_models.vit_url()
    assert vision_models.vit_file().name == downloads.target_of(vision_models.vit_url()).name
    with pytest.raises(ValueError, match="download them first"):
        vision_models.vit_b_16()
