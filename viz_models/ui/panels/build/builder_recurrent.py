"""The knobs of a recurrent network."""

from viz_models.language import N_
from viz_models.ui.kit.knobs import knob, numbers

RNN = (
    knob("layers", N_("layers"), "layers", numbers=lambda _: range(1, 9)),
    knob(
        "hidden",
        N_("hidden size"),
        "hidden",
        numbers=numbers(8, 16, 32, 64, 128, 256, 512),
        help=N_("Values of a state, in each direction"),
    ),
    knob(
        "cell",
        N_("cell"),
        "cell",
        kind="chips",
        labels={"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"},
    ),
    knob(
        "way",
        N_("direction"),
        "bidirectional",
        kind="chips",
        labels={N_("forward"): False, N_("both"): True},
        help=N_("Both: a second network reads from the end to the start"),
    ),
    knob(
        "readout",
        N_("head reads"),
        "readout",
        kind="chips",
        labels={N_("last state"): "last", N_("mean"): "mean", N_("every state"): "every"},
    ),
    knob(
        "forget",
        N_("forget bias"),
        "forget_bias",
        numbers=numbers(0.0, 1.0, 2.0, 4.0),
        shown=lambda spec: spec.cell == "lstm",
        help=N_(
            "Added to what torch draws for the forget gate: a positive one starts it more open"
        ),
    ),
)
MORE_RNN = (
    knob(
        "input",
        N_("input"),
        "source",
        kind="chips",
        labels={N_("rows of an image"): "rows", N_("tokens"): "tokens"},
    ),
    knob(
        "side",
        N_("input side"),
        "size",
        numbers=numbers(8, 16, 28, 32, 64),
        shown=lambda spec: spec.source == "rows",
        help=N_("Rows of the image: so many steps in time"),
    ),
    knob(
        "tokens",
        N_("tokens"),
        "length",
        numbers=numbers(4, 8, 16, 32, 64, 128),
        shown=lambda spec: spec.source == "tokens",
    ),
    knob(
        "features",
        N_("embedding"),
        "embed",
        numbers=numbers(8, 16, 32, 64, 128, 256),
        shown=lambda spec: spec.source == "tokens",
        help=N_("Features of a token"),
    ),
    knob(
        "drop",
        N_("dropout"),
        "dropout",
        numbers=numbers(0.0, 0.1, 0.2, 0.3, 0.5),
        shown=lambda spec: spec.layers > 1,
        help=N_("Between two layers"),
    ),
)
