"""Questions about networks: depth, growth, what an image is for them."""

from dataclasses import replace

from viz_models.language import N_
from viz_models.records.build.builder import Connect, RnnSpec
from viz_models.records.train.cards import Card, Comparison
from viz_models.records.train.experiments import (
    Budget,
    DataSpec,
    DigitsNetSpec,
    Growth,
    OptimizerSpec,
    RunSpec,
)
from viz_models.training.cards.parts import MLP, MOMENTUM, RESIDUAL, choices, experiment

_CONNECT: dict[str, Connect] = {
    N_("plain, {n} layers"): "plain",
    N_("residual, {n} layers"): "residual",
}


def depth() -> Card:
    """How deep: plain and residual networks with the same parameters, both with BatchNorm."""
    base = RunSpec(
        model=RESIDUAL,
        optimizer=MOMENTUM,
        batch_size=128,
        budget=Budget(amount=4096),
        evaluations=4,
        moments=3,
    )
    arms = {}
    for name, connect in _CONNECT.items():
        for layers in (8, 20, 56):
            blocks = layers // 2 - 1
            depths = (blocks - blocks // 2, blocks // 2)
            model = replace(RESIDUAL, connect=connect, depths=depths)
            arms[name.format(n=layers)] = replace(base, model=model)
    return Card(
        id="depth",
        title=N_("Depth"),
        experiment=experiment("depth", arms),
        comparisons=(
            Comparison(plus=(2,), minus=(1,), measure="training error"),
            Comparison(plus=(5,), minus=(4,), measure="training error"),
            Comparison(plus=(2,), minus=(5,), measure="training error"),
            Comparison(plus=(2,), minus=(5,), measure="gradient ratio"),
        ),
        choices=choices(
            N_("{n} layers fit worse").format(n=56), N_("{n} layers fit better").format(n=56)
        ),
        shows="training loss",
    )


def growth() -> Card:
    """Blocks that begin as the identity, put into a trained network."""
    small = RunSpec(
        model=replace(RESIDUAL, depths=(1, 1)),
        optimizer=OptimizerSpec(name="momentum", lr=0.02),
        batch_size=64,
        budget=Budget(amount=6400),
        evaluations=10,
    )
    arms = {
        N_("small"): small,
        N_("grown"): replace(small, growth=Growth(blocks=4)),
        N_("grown, old blocks frozen"): replace(small, growth=Growth(blocks=4, freeze=True)),
        N_("deep from the start"): replace(small, model=replace(RESIDUAL, depths=(5, 5))),
    }
    return Card(
        id="growth",
        title=N_("Identity blocks"),
        experiment=experiment("growth", arms),
        comparisons=(
            Comparison(plus=(1,), minus=(3,), measure="training loss"),
            Comparison(plus=(1,), minus=(0,), measure="loss where it grows"),
            Comparison(plus=(1,), minus=(0,), measure="training loss"),
            Comparison(plus=(2,), minus=(1,), measure="training loss"),
        ),
        choices=choices(N_("deep from the start fits better"), N_("growing fits better")),
        shows="training loss",
    )


def permuted() -> Card:
    """All pixels in another order, the same for every image."""
    local = RunSpec(
        model=replace(RESIDUAL, block="single", connect="plain", depths=(2,), widths=(16,)),
        optimizer=OptimizerSpec(name="momentum", lr=0.1, schedule="cosine"),
        budget=Budget(amount=10240),
        evaluations=10,
    )
    dense = replace(local, model=MLP)
    arms = {"CNN": local, "MLP": dense}
    arms |= {
        name: replace(run, data=DataSpec(permute=True))
        for name, run in ((N_("CNN, permuted"), local), (N_("MLP, permuted"), dense))
    }
    return Card(
        id="permuted",
        title=N_("Permuted pixels"),
        experiment=experiment("permuted", arms),
        comparisons=(
            Comparison(
                plus=(0, 3), minus=(2, 1), label=N_("what the CNN loses − what the MLP loses")
            ),
            Comparison(plus=(0,), minus=(2,)),
            Comparison(plus=(1,), minus=(3,)),
            Comparison(plus=(0,), minus=(1,)),
        ),
        choices=choices(N_("the CNN loses more"), N_("the MLP loses more")),
        shows="test accuracy",
    )


def hidden_layers() -> Card:
    """Return a perceptron with many hidden layers, and one that is a single linear map."""
    base = RunSpec(
        model=MLP,
        optimizer=OptimizerSpec(name="sgd", lr=0.1),
        budget=Budget(amount=14336),
        evaluations=10,
    )
    arms = {
        N_("no hidden layer"): replace(base, model=replace(MLP, activation="identity")),
        N_("{n} hidden layers").format(n=2): base,
        N_("{n} hidden layers").format(n=8): replace(base, model=replace(MLP, depth=7)),
    }
    return Card(
        id="hidden-layers",
        title=N_("Hidden layers"),
        experiment=experiment("hidden-layers", arms),
        comparisons=(
            Comparison(plus=(2,), minus=(0,)),
            Comparison(plus=(1,), minus=(0,)),
            Comparison(plus=(2,), minus=(1,)),
        ),
        choices=choices(N_("eight hidden layers are better"), N_("no hidden layer is better")),
        shows="test accuracy",
    )


def rows() -> Card:
    """Three ways to read an image: at once, row by row, neighborhood by neighborhood."""
    base = RunSpec(
        model=MLP,
        optimizer=OptimizerSpec(name="adam", lr=0.003),
        budget=Budget(amount=7168),
        evaluations=14,
    )
    arms = {
        "MLP": base,
        N_("RNN, row by row"): replace(base, model=RnnSpec(cell="rnn")),
        "CNN": replace(base, model=DigitsNetSpec()),
    }
    return Card(
        id="rows",
        title=N_("MLP, RNN or CNN"),
        experiment=experiment("rows", arms),
        comparisons=(
            Comparison(plus=(1,), minus=(0,)),
            Comparison(plus=(1,), minus=(0,), measure="seconds"),
            Comparison(plus=(2,), minus=(1,)),
            Comparison(plus=(2,), minus=(1,), measure="seconds"),
        ),
        choices=choices(N_("the RNN is more accurate"), N_("the MLP is more accurate")),
        shows="test accuracy",
    )
