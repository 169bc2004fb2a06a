"""What a notebook gets: a network traced, two of them compared, and ways to show the result."""

from dataclasses import fields
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_models.records import Recorded, RecordSpec, SideBySide, Trace, TraceSpec

if TYPE_CHECKING:
    import pandas as pd


def trace(
    what: Any,  # noqa: ANN401
    *args: Any,  # noqa: ANN401
    loss: Any = None,  # noqa: ANN401 (a function)
    **kwargs: Any,  # noqa: ANN401
) -> "Trace | Shown":
    """Run a network once and keep every intermediate value.

    There are three ways to call it:

    - `trace(net, x)` runs any eager module with whatever its forward takes.
    - `trace(RecordSpec(statistics=False), net, x)` does the same and says how.
    - `trace(net, x, loss=lambda out: out.sum())` also keeps the gradient at every value.
    - `trace(TraceSpec(model=...), array)` runs one of this project's own networks on a photo.

    Args:
        what: The network, or a spec before it.
        args: What the network's forward takes by position.
        loss: A function from what the network gives to one number; see `Recorded.gradient`.
        kwargs: What it takes by name.

    Raises:
        ValueError: With one line, if the network cannot be run with this.
    """
    if isinstance(what, TraceSpec):
        from viz_models.analysis.flow.trace import trace as trace_photo

        return trace_photo(what, *args, **kwargs)
    from viz_models.analysis.anynet.record import record

    spec = what if isinstance(what, RecordSpec) else None
    if spec and not args:
        raise ValueError("name the network after the spec: trace(RecordSpec(...), net, x)")
    module, given = (args[0], args[1:]) if spec else (what, args)
    return Shown.of(record(module, given, kwargs, spec, loss))


def compare(a: Recorded, b: Recorded) -> "ShownPairs":
    """Put two traces beside each other, step by step: where do two networks or checkpoints part?

    Steps with the same name are partners. Give both networks the same input:
    `compare(trace(first, x), trace(second, x))`.

    Args:
        a: What `trace` gave of one network.
        b: What it gave of the other.

    Raises:
        ValueError: If one of the two is no trace.
    """
    either: tuple[object, object] = (a, b)
    for given in either:
        if not isinstance(given, Recorded):
            kind = type(given).__name__
            raise ValueError(
                f"compare takes two traces, but this is {kind}: compare(trace(a, x), trace(b, x))"
            )
    from viz_models.analysis.anynet.beside import side_by_side

    return ShownPairs.of(side_by_side(a, b))


class ShownPairs(SideBySide):
    """Two networks beside each other, also as a DataFrame."""

    __slots__ = ()

    @classmethod
    def of(cls, found: SideBySide) -> "ShownPairs":
        """Return the same record with the ways to show it."""
        return cls(**{f.name: getattr(found, f.name) for f in fields(found)})

    def frame(self) -> "pd.DataFrame":
        """Return one row for each pair of tensors."""
        import pandas as pd

        return pd.DataFrame(self.rows())


class Shown(Recorded):
    """A recorded forward pass with ways to show it: a table, a DataFrame, a file, a picture."""

    __slots__ = ()

    @classmethod
    def of(cls, recorded: Recorded) -> "Shown":
        """Return the same record with the ways to show it."""
        return cls(**{f.name: getattr(recorded, f.name) for f in fields(recorded)})

    def frame(self) -> "pd.DataFrame":
        """Return one row for each tensor that a step gave."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def html(self, file: str | Path | None = None) -> str:
        """Return one HTML page with the diagram, the steps, their statistics and their maps.

        It needs no server and no network: everything is in it.

        Args:
            file: Where to write it as well.
        """
        from viz_models.figures.network.page import page

        text = page(self)
        if file is not None:
            Path(file).write_text(text, encoding="utf-8")
        return text

    def show(self, height: int = 620) -> Any:  # noqa: ANN401 (of IPython)
        """Show the page of `html()` inside a notebook.

        Args:
            height: In pixels.

        Raises:
            ValueError: Outside of a notebook.
        """
        try:
            show: Any = import_module("IPython.display").HTML
        except ImportError as error:
            raise ValueError('this is no notebook; use .html("net.html") instead') from error
        inner = escape(self.html(), quote=True)
        style = f"width:100%;height:{height}px;border:0"
        return show(f'<iframe srcdoc="{inner}" style="{style}"></iframe>')
