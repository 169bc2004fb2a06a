import json
import struct

import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.ui.instruments import heads as instrument


def part(t=5, s=4, key="cross"):
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(s), size=(2, 4, t)).astype(np.float32)
    return instrument.Part(
        key=key,
        title="cross-attention",
        queries=[f"q{i}" for i in range(t)],
        keys=[f"k{i}" for i in range(s)],
        weights=weights,
        captions=[["0.5"] * 4] * 2,
        warned=[[False] * 4] * 2,
    )


@pytest.fixture
def sent(monkeypatch):
    """What goes to the browser: header and arrays."""
    caught = {}
    monkeypatch.setattr(instrument, "mounted", lambda name: lambda **kw: caught.update(kw))

    def _send(parts, chosen="cross.1.2", off=()):
        instrument.heads(
            parts, key="k", chosen=chosen, fallback=chosen, off=off, query=0,
            lut=theme.lut("sequential"), note="", height=200,
            on_head=lambda: None, on_off=lambda: None,
        )  # fmt: skip
        raw = caught["data"]
        (length,) = struct.unpack("<I", raw[:4])
        header = json.loads(raw[4 : 4 + length])
        arrays = []
        for dtype, shape, offset in header["arrays"]:
            start = 4 + length + offset
            arrays.append(np.frombuffer(raw, dtype, int(np.prod(shape)), start).reshape(shape))
        return header, arrays, len(raw)

    return _send


def test_the_enlarged_head_is_sent_exactly_and_all_as_bytes(sent):
    shown = part()
    header, (small, exact, lut), _ = sent([shown], off=["cross.1.0", "cross.0.3"])
    np.testing.assert_array_equal(exact, shown.weights[1, 2])
    assert np.abs(small / 255 - shown.weights).max() <= 0.5 / 255 + 1e-6
    assert lut.shape == (256, 3)
    assert header["off"] == ["cross.0.3", "cross.1.0"]
    assert header["stride"] == 1


def test_long_texts_are_sent_smaller_and_no_strong_weight_is_lost(sent):
    long = part(129, 129)
    header, (small, *_, exact, _), size = sent([long] * 3)
    assert header["stride"] > 1
    assert size < 300_000
    assert exact.shape == (129, 129)
    assert small.max() >= round(255 * float(long.weights.max())) - 1


@pytest.mark.parametrize("chosen", ["encoder.0.0", "cross.2.0", "cross.0.4"])
def test_a_head_that_is_not_there_is_refused(sent, chosen):
    with pytest.raises(ValueError, match="there is no head"):
        sent([part()], chosen=chosen)
