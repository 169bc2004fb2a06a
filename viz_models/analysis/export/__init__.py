"""A spec as a Python file of its own, as a person would write that one network."""

from viz_models.records import BuildSpec, ConvSpec, MlpSpec, RnnSpec


def source(spec: BuildSpec, title: str = "A network from the builder") -> str:
    """Return a file that needs nothing but torch and defines `make_model()`.

    The network that it makes has the same parameters under the same names, and gives the same
    outputs; after `torch.manual_seed(seed)` also the same first weights.

    Args:
        spec: One that `repaired` has nothing to say about.
        title: What the docstring calls the network.
    """
    from viz_models.analysis.export import conv, file, mlp, recurrent, transformer
    from viz_models.models.builder import skeleton

    net = skeleton(spec)
    if isinstance(spec, ConvSpec):
        return file.assembled(spec, title, conv.content(spec, net))  # type: ignore[arg-type]
    if isinstance(spec, MlpSpec):
        return file.assembled(spec, title, mlp.content(spec, net))  # type: ignore[arg-type]
    if isinstance(spec, RnnSpec):
        return file.assembled(spec, title, recurrent.content(spec))
    return file.assembled(spec, title, transformer.content(spec))
