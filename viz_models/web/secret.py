"""A secret of this server, by which it knows again what it has given out."""

import contextlib
import hashlib
import hmac
import os
import secrets
import sys
from functools import cache
from pathlib import Path

from viz_models.runs import home

_BYTES = 32


def signature(text: str) -> str:
    """Return what nobody else can write under a text: 32 hex digits (HMAC-SHA256)."""
    return hmac.new(_secret(_folder()), text.encode(), hashlib.sha256).hexdigest()[:32]


def is_signed(text: str, claimed: str) -> bool:
    """Whether this server has signed a text so."""
    return hmac.compare_digest(signature(text).encode(), claimed.encode())


def _folder() -> Path | None:
    try:
        return home.home()
    except OSError:
        return None


@cache
def _secret(folder: Path | None) -> bytes:
    """Read it, so that a restart forgets nobody; it is new where none is or can be kept."""
    new = secrets.token_bytes(_BYTES)
    if folder is None:
        return new
    path = folder / "owner.key"
    part = path.with_name(f"owner.key.{os.getpid()}.part")
    try:
        if not path.exists():
            file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "wb") as out:
                out.write(new)
            with contextlib.suppress(FileExistsError):  # another server was first: its counts
                os.link(part, path)
            part.unlink()
        kept = path.read_bytes()
    except OSError as error:
        sys.stderr.write(f"no secret is kept ({error}): who comes back after a restart is new\n")
        return new
    return kept if len(kept) == _BYTES else new
