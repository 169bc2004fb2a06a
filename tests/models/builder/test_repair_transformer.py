"""Choices that cannot go together move, and say so."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.builder.transformer_specs import ASKED, example
from viz_models.models.builder import build
from viz_models.models.builder.repair import repaired
from viz_models.models.builder.repair_transformer import RANGES
from viz_models.records import TransformerSpec

FORGED = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=60),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=60)
@given(ASKED)
def test_what_is_repaired_stays_and_runs(asked):
    spec, moved = repaired(asked)
    assert repaired(spec) == (spec, ())
    assert {m.field for m in moved} >= {
        f.name for f in fields(spec) if getattr(spec, f.name) != getattr(asked, f.name)
    }
    assert build(spec, 0)(example(spec, 1)).isfinite().all()


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from([f.name for f in fields(TransformerSpec)]), FORGED))
def test_forged_values_find_a_home(forged):
    spec, moved = repaired(replace(TransformerSpec(), **forged))
    assert repaired(spec) == (spec, ())
    assert all(low <= getattr(spec, name) <= high for name, (low, high) in RANGES.items())
    assert spec.d_model % spec.num_heads == spec.num_heads % spec.num_kv_heads == 0
    assert all(m.why and "\n" not in m.why for m in moved)


@pytest.mark.parametrize(
    ("asked", "field", "became", "why"),
    [
        (
            {"num_heads": 6},
            "num_heads",
            4,
            "6 heads do not split d_model 64 into equal parts; 4 can",
        ),
        (
            {"d_model": 24, "num_heads": 8, "positions": "rotary"},
            "num_heads",
            6,
            "8 heads do not split d_model 24 into even parts; 6 can",
        ),
        (
            {"num_heads": 8, "num_kv_heads": 3},
            "num_kv_heads",
            2,
            "3 K/V heads cannot be shared evenly by 8 query heads; 2 can",
        ),
        (
            {"d_model": 7, "num_heads": 7, "num_kv_heads": 7, "positions": "sinusoidal"},
            "d_model",
            8,
            "sinusoidal positions take features in pairs, so d_model is even",
        ),
        ({"patch": 5}, "patch", 4, "patches of 5 do not tile 32 pixels; 4 can"),
        ({"layers": 10**9}, "layers", 48, "layers: from 1 to 48"),
        ({"dropout": float("nan")}, "dropout", 0.0, "dropout is a number, not nan"),
        ({"norm": "batch"}, "norm", "layer", "norm is layer or rms, not batch"),
    ],
)
def test_it_says_what_moved(asked, field, became, why):
    _, moved = repaired(replace(TransformerSpec(), **asked))
    repair = next(m for m in moved if m.field == field)
    assert (repair.asked, repair.became, repair.why) == (
        pytest.approx(asked[field], nan_ok=True) if field == "dropout" else asked[field],
        became,
        why,
    )
