"""Questions on MNIST and Fashion-MNIST: 60,000 images of 28x28 pixels to train on."""

from dataclasses import replace

from viz_models.language import N_
from viz_models.records.build.builder import ConvSpec, MlpSpec, RnnSpec
from viz_models.records.train.cards import Card, Comparison
from viz_models.records.train.experiments import Budget, DataSpec, OptimizerSpec, RunSpec
from viz_models.training.cards.parts import choices, experiment
from viz_models.training.cards.steps import BATCHES, batches

_MLP = MlpSpec(in_channels=1, size=28, depth=1, width=64, init="he")
_CNN = ConvSpec(
    in_channels=1,
    size=28,
    depths=(1, 1),
    widths=(16, 32),
    stem_width=8,
    stride=2,
    connect="plain",
    norm="batch",
)


def fashion() -> Card:
    """Clothes read at once, row by row, and neighborhood by neighborhood."""
    base = RunSpec(
        model=_MLP,
        data=DataSpec(name="fashion_mnist"),
        optimizer=OptimizerSpec(name="adam", lr=0.003, schedule="one cycle", clip=1.0),
        batch_size=64,
        budget=Budget(amount=30720),
        evaluations=4,
    )
    arms = {
        "MLP": base,
        N_("RNN, row by row"): replace(base, model=RnnSpec(cell="rnn", size=28)),
        N_("GRU, row by row"): replace(base, model=RnnSpec(cell="gru", size=28)),
        "CNN": replace(base, model=_CNN),
    }
    return Card(
        id="fashion",
        title=N_("Fashion-MNIST"),
        experiment=experiment("fashion", arms),
        comparisons=(
            Comparison(plus=(1,), minus=(0,)),
            Comparison(plus=(1,), minus=(0,), measure="seconds"),
            Comparison(plus=(2,), minus=(0,)),
            Comparison(plus=(2,), minus=(0,), measure="seconds"),
            Comparison(plus=(3,), minus=(0,)),
        ),
        choices=choices(N_("the RNN is more accurate"), N_("the MLP is more accurate")),
        shows="training loss",  # its few tests are no curve
    )


def mnist_batch() -> Card:
    """Return the same samples in many small steps or in few large ones, on MNIST."""
    small = RunSpec(
        model=_MLP,
        data=DataSpec(name="mnist"),
        optimizer=OptimizerSpec(name="sgd", lr=0.05),
        batch_size=64,
        budget=Budget(amount=64000),
        evaluations=10,
    )
    return Card(
        id="mnist-batch",
        title=N_("64 or 640 on MNIST"),
        experiment=experiment("mnist-batch", batches(small)),
        comparisons=(
            Comparison(plus=(0,), minus=(1,)),
            Comparison(plus=(0,), minus=(2,)),
            Comparison(plus=(0,), minus=(1,), where="step"),
            Comparison(plus=(0,), minus=(1,), where="second"),
        ),
        choices=choices(*BATCHES),
        shows="test accuracy",
    )
