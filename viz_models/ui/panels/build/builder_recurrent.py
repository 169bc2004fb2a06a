"""The knobs of a recurrent network."""

from viz_models.ui.kit.knobs import knob, numbers

RNN = (
    knob("layers", "layers", "layers", numbers=lambda _: range(1, 9)),
    knob(
        "hidden",
        "hidden size",
        "hidden",
        numbers=numbers(8, 16, 32, 64, 128, 256, 512),
        help="Values of a state, in each direction",
    ),
    knob("cell", "cell", "cell", kind="chips", labels={"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"}),
    knob(
        "way",
        "direction",
        "bidirectional",
        kind="chips",
        labels={"forward": False, "both": True},
        help="Both: a second network reads from the end to the start",
    ),
    knob(
        "readout",
        "head reads",
        "readout",
        kind="chips",
        labels={"last state": "last", "mean": "mean", "every state": "every"},
    ),
    knob(
        "forget",
        "forget bias",
        "forget_bias",
        numbers=numbers(0.0, 1.0, 2.0, 4.0),
        shown=lambda spec: spec.cell == "lstm",
        help="Added to what torch draws for the forget gate: a positive one starts it more open",
    ),
)
MORE_RNN = (
    knob(
        "input",
        "input",
        "source",
        kind="chips",
        labels={"rows of an image": "rows", "tokens": "tokens"},
    ),
    knob(
        "side",
        "input side",
        "size",
        numbers=numbers(8, 16, 28, 32, 64),
        shown=lambda spec: spec.source == "rows",
        help="Rows of the image: so many steps in time",
    ),
    knob(
        "tokens",
        "tokens",
        "length",
        numbers=numbers(4, 8, 16, 32, 64, 128),
        shown=lambda spec: spec.source == "tokens",
    ),
    knob(
        "features",
        "embedding",
        "embed",
        numbers=numbers(8, 16, 32, 64, 128, 256),
        shown=lambda spec: spec.source == "tokens",
        help="Features of a token",
    ),
    knob(
        "drop",
        "dropout",
        "dropout",
        numbers=numbers(0.0, 0.1, 0.2, 0.3, 0.5),
        shown=lambda spec: spec.layers > 1,
        help="Between two layers",
    ),
)
