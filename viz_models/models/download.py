"""Weights that are too large to ship: fetched on demand, with progress, into torch's cache."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from viz_models.language import gettext as _

CHUNK = 1 << 20  # bytes between two reports
SILENCE = 20  # s without a byte, after which we give up


class DownloadError(OSError):
    """A file could not be fetched; the message is one line for the reader."""


def target_of(url: str) -> Path:
    """Where torch.hub keeps the file of that address."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints" / Path(urlsplit(url).path).name


def download(url: str, target: Path, sha256: str) -> Iterator[tuple[int, int]]:
    """Fetch a file; stop reading to stop the download, which leaves nothing behind.

    Args:
        url: Address.
        target: Where it goes, once it is whole and right.
        sha256: Its digest, or how it begins.

    Yields:
        Bytes so far and in all; in all is 0 where the server does not say.

    Raises:
        DownloadError: With one line for the reader: the network says no, the disk is full, or what
            came is not the file.
    """
    host = urlsplit(url).hostname
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        answer = urlopen(url, timeout=SILENCE)
    except HTTPError as trouble:
        raise DownloadError(
            _("{host} answers {code} {reason}; try later").format(
                host=host, code=trouble.code, reason=trouble.reason
            )
        ) from trouble
    except (URLError, TimeoutError) as trouble:
        reason = getattr(trouble, "reason", trouble)
        raise DownloadError(
            _("{host} cannot be reached ({reason}); is there a network?").format(
                host=host, reason=reason
            )
        ) from trouble
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".partial")
    partial = Path(name)
    total, free = int(answer.headers.get("Content-Length") or 0), shutil.disk_usage(partial).free
    try:
        if total > free:
            raise DownloadError(
                _("the disk has {free} MiB left; {total} MiB are needed").format(
                    free=free >> 20, total=total >> 20
                )
            )
        with answer, os.fdopen(handle, "wb") as file:
            yield from _copy(answer, file, total, sha256)
        shutil.move(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _copy(
    answer: HTTPResponse, file: BinaryIO, total: int, sha256: str
) -> Iterator[tuple[int, int]]:
    digest, done = hashlib.sha256(), 0
    while True:
        try:
            chunk = answer.read(CHUNK)
        except (OSError, HTTPException) as trouble:
            raise DownloadError(
                _("the connection broke after {done} MiB; try again").format(done=done >> 20)
            ) from trouble
        if not chunk:
            break
        file.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        yield done, total
    if done < total:
        raise DownloadError(
            _("the connection broke after {done} of {total} MiB; try again").format(
                done=done >> 20, total=total >> 20
            )
        )
    if not digest.hexdigest().startswith(sha256):
        raise DownloadError(_("what came is not the file that was asked for (its SHA-256 differs)"))
