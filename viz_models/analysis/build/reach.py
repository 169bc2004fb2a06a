"""How many pixels of the photo one value sees, after every block."""

from viz_models.models.builder import plan
from viz_models.records import ConvSpec


def receptive_fields(spec: ConvSpec) -> tuple[int, ...]:
    """Side of the receptive field after the stem and after each block, in input pixels.

    A skip sees less than the branch beside it, so the branch counts. Global pooling and what
    follows see everything. Squeeze and excitation is left out: its gates see all of a map.

    References:
        Araujo et al. 2019, eq. 2, doi:10.23915/distill.00021.
    """
    size, jump = 1, 1

    def through(kernel: int, stride: int = 1, dilation: int = 1) -> None:
        nonlocal size, jump
        size += dilation * (kernel - 1) * jump
        jump *= stride

    first = plan.stem(spec)
    if first is not None:
        through(first.kernel, first.stride)
        if spec.stem == "7x7 pool":
            through(3, 2)
    found = [size]
    for stage in plan.stages(spec):
        if stage.pool or stage.transition:
            through(2, 2)
        for block in stage.blocks:
            for conv in block.branch:
                through(conv.kernel, conv.stride, conv.dilation)
            found.append(size)
    return tuple(found)
