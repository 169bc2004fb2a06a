"""Who asks, and how many may do so at a time."""

import ipaddress
import os
import socket
import sys
from collections.abc import Mapping

from starlette.types import Scope

from viz_models.runs import home

EACH_SOCKET = 4  # file descriptors: its own, and three of the loop of its script's thread
OTHERS = 224  # file descriptors of everything else
MOST, MOST_EACH = 600, 120  # sockets in all, and from one address: a class of sixty, two tabs each


def is_logged(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether requests are logged: where strangers share the server, unless FORWARD_PASS_LOG=0."""
    return environ.get("FORWARD_PASS_LOG", "1" if home.hosted(environ) else "0") != "0"


def address(scope: Scope) -> str:
    """Where a request comes from; "" where that is not known.

    Uvicorn has put in what a proxy on this machine says, or one that FORWARDED_ALLOW_IPS names.
    """
    client = scope.get("client")
    return str(client[0]) if client else ""


def group(address: str) -> str:
    """Who shares an address: of IPv6 a whole /64, of which each customer has a billion billion."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))


def own_address() -> str:
    """Return the address by which others in the same network reach this machine; "" where none.

    Nothing is sent: the system only says which way it would go.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect(("192.0.2.1", 9))  # an address that is nobody's (RFC 5737)
            found: str = way.getsockname()[0]
        except OSError:
            return ""
    return "" if ipaddress.ip_address(found).is_loopback else found


def socket_limits(environ: Mapping[str, str] = os.environ) -> tuple[int, int]:
    """(in all, from one address): FORWARD_PASS_SOCKETS and FORWARD_PASS_SOCKETS_EACH, or usual.

    No more than there are file descriptors for: without one left, nobody is answered.

    Raises:
        ValueError: If one of them is no number above 0.
    """
    all_, each = (
        _count(environ, name, usual)
        for name, usual in (
            ("FORWARD_PASS_SOCKETS", MOST),
            ("FORWARD_PASS_SOCKETS_EACH", MOST_EACH),
        )
    )
    most = min(all_, max(1, (file_descriptors() - OTHERS) // EACH_SOCKET))
    return most, min(each, most)


def file_descriptors() -> int:
    """How many this process may have, after asking for as many as the system lets it."""
    if sys.platform == "win32":
        return EACH_SOCKET * MOST + OTHERS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = EACH_SOCKET * MOST + OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else soft


def _count(environ: Mapping[str, str], name: str, usual: int) -> int:
    text = environ.get(name, "")
    if not text:
        return usual
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name}={text}: give a number above 0")
    return int(text)
