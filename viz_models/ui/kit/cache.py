"""Slow results, kept for everyone who asks the same, bounded in bytes.

Keys are frozen specs, never arrays. `st.cache_data` is not used for these: it copies
33 MB on each hit, and samples large arrays when it hashes them.
"""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from itertools import count, islice
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from viz_models.language import gettext as _
from viz_models.ui.kit import owner
from viz_models.ui.kit.sizes import held_bytes, parts
from viz_models.ui.kit.turns import TURNS

T = TypeVar("T")
P = ParamSpec("P")
_LOOKED_AT = "forward_pass.wanted"  # never set; Streamlit refuses an empty key
NOTE_AFTER_S = 1.0  # most turns come sooner
LIMIT = 384 << 20  # bytes, about eleven traces of ResNet18
PARTS = 2000  # of a result that have a name
LARGE_LIMIT = 160 << 20  # a tensor of 51 MB, and what two settings of a norm make of it


class Store:
    """Least recently used results go first once their bytes pass the limit. Thread-safe."""

    def __init__(self, limit: int) -> None:
        """Make an empty store of at most `limit` bytes."""
        self.limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._names: dict[int, int] = {}  # id of a part of a result -> number of that result
        self._named: dict[Hashable, tuple[int, list[int]]] = {}  # number of a result, ids
        self._count = count()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._owners = {""}  # who is still there; "" owns what everybody shares

    def welcome(self, owner: str) -> None:
        """From now on results of this owner are kept, until `drop`."""
        with self._lock:
            self._owners.add(owner)

    def get(self, key: Hashable, compute: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return the result for `key`.

        Computed outside the lock, and once if several ask together.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            turn = self._busy.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:  # somebody else computed it while we waited
                    return self._kept[key][0]
            try:
                result = compute()
                self._put(key, result, size(result))  # unless its owner has left meanwhile
                return result
            finally:
                with self._lock:
                    self._busy.pop(key, None)

    def has(self, key: Hashable) -> bool:
        """Whether the result for `key` is there."""
        with self._lock:
            return key in self._kept

    def find(self, key: Hashable) -> Any | None:  # noqa: ANN401 (as it was kept)
        """Return the result for `key` if it is there; None if not."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def name_of(self, part: object) -> Hashable | None:
        """Return a name for an array, record or container that is part of a shared result.

        The name stays the same as long as the result is kept, and nothing else ever gets it. It is
        None if no shared result holds this very object.
        """
        number = self._names.get(id(part))
        return None if number is None else (number, id(part))

    def _put(self, key: Hashable, result: object, size: int) -> None:
        with self._lock:
            if isinstance(key, tuple) and key[0] not in self._owners:
                return
            if key in self._kept:
                self._remove(key)
            self._kept[key] = (result, size)
            if not (isinstance(key, tuple) and key[0]):  # not what belongs to one owner
                number, ids = next(self._count), list(map(id, islice(parts(result), PARTS)))
                self._named[key] = number, ids
                self._names |= dict.fromkeys(ids, number)
            while self.bytes > self.limit and len(self._kept) > 1:
                self._remove(next(iter(self._kept)))

    def _remove(self, key: Hashable) -> None:
        del self._kept[key]
        number, ids = self._named.pop(key, (None, []))
        for part in ids:
            if self._names.get(part) == number:
                del self._names[part]

    @property
    def bytes(self) -> int:
        """What is held now."""
        return sum(size for _, size in self._kept.values())

    def drop(self, owner: str) -> None:
        """Forget everything whose key begins with this owner, and what is still computed for it."""
        with self._lock:
            self._owners.discard(owner)
            for key in [k for k in self._kept if isinstance(k, tuple) and k[0] == owner]:
                self._remove(key)


# Of this server, all sessions together; what st.cache_resource holds a visitor could empty.
_store, _large_store = Store(LIMIT), Store(LARGE_LIMIT)


@st.cache_resource(show_spinner=False, scope="session", on_release=lambda me: _store.drop(me))
def _session() -> str:
    mine = uuid.uuid4().hex
    _store.welcome(mine)
    return mine


def remembered(
    key: Hashable,
    compute: Callable[[], T],
    size: Callable[[T], int],
    *,
    private: bool = False,
    large: bool = False,
    needs: int = 0,
    turn: bool = True,
) -> T:
    """Return a slow result from the store, or computed now.

    Args:
        key: Frozen spec and the name of what is computed from it.
        compute: Called without arguments when nobody has asked before.
        size: Bytes that a result holds.
        private: For anything made from an upload: never shared between sessions, and freed
            when the session ends.
        large: For results so large that a few would push out everybody's traces: they are kept
            apart, and only the latest few. Not for uploads.
        needs: Bytes that computing it takes for a while, where they are many.
        turn: Whether computing it waits for a turn. False for what takes milliseconds.

    Returns:
        The result. Several sessions may hold the same object, so it must not be changed.
    """
    store = _large_store if large else _store
    whole = (_session() if private else "", key)
    if not turn or store.has(whole):
        return store.get(whole, compute, size)
    with TURNS.taken(person(), needs, Waiting()):  # before the key, which others may wait for
        return store.get(whole, compute, size)


def person() -> str:
    """Whose turn it is: a browser's on a host, a tab's on one's own machine."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return f"thread {threading.get_ident()}"
    if not owner.hosted():
        return _session()
    return owner.browser() if owner.may_take_part() else owner.address()


def still_wanted() -> None:
    """Raise what ends a page's run, if the reader has left or done something else."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        _ = _LOOKED_AT in st.session_state  # Streamlit stops a run at such moments


class Waiting:
    """What happens while a reader waits for a turn: they may leave, and are told their place."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        self._said, self._since = "", time.monotonic()
        self._note: Any = st  # then the note that is there: it is written anew, not once more

    def __call__(self) -> None:
        """Raise if they have left; say their place when it changes, not in the first second."""
        still_wanted()
        said = place_in_words(*TURNS.place())
        if said != self._said and time.monotonic() - self._since > NOTE_AFTER_S:
            self._said = said
            self._note = self._note.toast(said, icon=":material/hourglass_empty:", duration="long")


def place_in_words(place: int, of: int) -> str:
    """Return what to say to whoever waits; "" where nobody does."""
    if not place:
        return ""
    if of == 1:
        return _("Others compute just now. You are next.")
    return _("Others compute just now. You are number {place} of {of} who wait.").format(
        place=place, of=of
    )


def name_of(part: object) -> Hashable | None:
    """Return the name of a part of a shared result, from either store, or None."""
    return _store.name_of(part) or _large_store.name_of(part)


def found(key: Hashable, *, private: bool = False) -> Any | None:  # noqa: ANN401 (as it was kept)
    """Return a result from the store, or None.

    Nothing is computed. Arguments as of `remembered`.
    """
    return _store.find((_session() if private else "", key))


def _arguments(*args: Hashable, **named: Hashable) -> Hashable:
    return args, tuple(sorted(named.items()))


def _nothing(*_: object, **__: object) -> int:
    return 0


def _never(*_: object, **__: object) -> bool:
    return False


def cached(
    key: Callable[..., Hashable] = _arguments,
    *,
    private: Callable[..., bool] = _never,
    large: Callable[..., bool] = _never,
    needs: Callable[..., int] = _nothing,
    turn: bool = True,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Look a function's result up before it is computed; its signature stays as it is.

    Results of different functions never meet: the name of the function is part of the key.

    Args:
        key: What the result depends on, made from the function's arguments; by default the
            arguments themselves, which then must be hashable (frozen specs).
        private: Whether the result is made from an upload, so that it belongs to one session.
        large: Whether the result is kept apart, with the few that are as large.
        needs: Bytes that computing it takes for a while, where they are many.
        turn: Whether computing it waits for a turn. False for a recording, which is only read.
    """

    def decorate(compute: Callable[P, T]) -> Callable[P, T]:
        name = f"{compute.__module__}.{compute.__qualname__}"

        @wraps(compute)
        def look_up(*args: P.args, **named: P.kwargs) -> T:
            return remembered(
                (key(*args, **named), name),
                lambda: compute(*args, **named),
                held_bytes,
                private=private(*args, **named),
                large=large(*args, **named),
                needs=needs(*args, **named),
                turn=turn,
            )

        return look_up

    return decorate
