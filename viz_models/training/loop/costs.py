"""What one example costs any network that can be trained."""

from functools import lru_cache

from viz_models.analysis.pricing import price
from viz_models.analysis.pricing.counting import counted
from viz_models.language import gettext as _
from viz_models.records import BuildSpec, DataSpec, ModelSpec, Price
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import MAX_SIZE
from viz_models.training.loop import networks


@lru_cache(maxsize=64)
def cost(spec: ModelSpec, examples: DataSpec) -> Price:
    """Parameters, multiply-adds and memory, by formula or counted on the meta device.

    Args:
        spec: A network that fits the examples.
        examples: What it reads.

    Raises:
        ValueError: If the spec cannot be built, or cannot read examples of that size.
    """
    if isinstance(spec, BuildSpec):
        return price.price(spec)
    net, size = networks.skeleton(spec), data.facts(examples).size
    try:
        return counted(net, (networks.channels(spec), size, size))
    except (RuntimeError, AssertionError, IndexError) as trouble:
        raise ValueError(
            _(
                "this network cannot read examples of {size}×{size}: enlarge them (up to "
                "{most}), or choose another network"
            ).format(size=size, most=MAX_SIZE)
        ) from trouble
