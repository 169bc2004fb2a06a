"""Specs as the controls can ask for them, small enough to build by the hundred."""

from typing import get_args, get_type_hints

from hypothesis import strategies as st

from viz_models.records import ConvSpec, MlpSpec


def _words(kind, name):
    return st.sampled_from(get_args(get_type_hints(kind)[name]))


@st.composite
def conv_specs(draw):
    """Any combination of choices; most need a repair."""
    stages = draw(st.integers(1, 3))
    numbers = {
        "depths": st.tuples(*[st.integers(1, 3)] * stages),
        "widths": st.tuples(*[st.sampled_from([2, 3, 4, 6, 8, 12, 16, 24, 32])] * stages),
        "in_channels": st.sampled_from([1, 3]),
        "size": st.integers(4, 24),
        "classes": st.integers(2, 10),
        "stem_width": st.sampled_from([0, 0, 4, 8, 12]),
        "kernel_size": st.integers(1, 7),
        "stride": st.integers(1, 3),
        "dilation": st.integers(1, 4),
        "groups": st.integers(1, 24),
        "pointwise_groups": st.integers(1, 8),
        "shuffle": st.booleans(),
        "reduction": st.booleans(),
        "checkpoint": st.booleans(),
        "expansion": st.integers(1, 4),
        "norm_groups": st.integers(1, 8),
        "pre_activation": st.booleans(),
        "inner_activation": st.booleans(),
        "se_ratio": st.sampled_from([0, 0, 1, 2, 4, 16]),
        "bias": st.booleans(),
        "hidden": st.sampled_from([(), (), (5,), (7, 6)]),
        "dropout": st.sampled_from([0.0, 0.5]),
        "flatten": st.booleans(),
    }
    values = {name: draw(strategy) for name, strategy in numbers.items()}
    for name in get_type_hints(ConvSpec):
        if name not in values:
            values[name] = draw(_words(ConvSpec, name))
    return ConvSpec(**values)


@st.composite
def mlp_specs(draw):
    """Any combination of choices; some need a repair."""
    numbers = {
        "depth": st.integers(1, 8),
        "width": st.integers(2, 33),
        "in_channels": st.sampled_from([1, 3]),
        "size": st.integers(1, 9),
        "classes": st.integers(2, 10),
        "residual": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.5]),
    }
    values = {name: draw(strategy) for name, strategy in numbers.items()}
    for name in get_type_hints(MlpSpec):
        if name not in values:
            values[name] = draw(_words(MlpSpec, name))
    return MlpSpec(**values)
