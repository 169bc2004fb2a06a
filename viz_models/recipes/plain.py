"""A network without skips that learned what the demo did, to compare with.

VGG-11 (Simonyan & Zisserman 2015, table 1, column A: arXiv:1409.1556) at a quarter of its width,
with BatchNorm and the mean of the last maps in place of its large linear layers: minutes of
training instead of a day.
"""

from collections.abc import Callable

from torch import Tensor, nn

from viz_models.models import registry
from viz_models.recipes.demo_recipe import Phase, Recipe
from viz_models.recipes.recognize import Training
from viz_models.records import ConvSpec, ModelRef
from viz_models.training.data.dataset import Dataset

TITLE = "VGG-11, a quarter as wide"
SPEC = ConvSpec(
    depths=(1, 1, 2, 2, 2),
    widths=(16, 32, 64, 128, 128),
    size=64,
    stem="none",
    down="max pool",
    last_pool="max pool",
    connect="plain",
    norm="batch",
)
RECIPE = Recipe(
    phases=(
        Phase(size=48, samples=100_000, area=(0.2, 1.0)),
        Phase(size=64, samples=50_000, area=(0.3, 1.0)),
    ),
    moments=(),
)


def trained(
    data: Dataset, progress: Callable[[int, int], None] | None = None, recipe: Recipe = RECIPE
) -> dict[str, Tensor]:
    """Return the weights of `SPEC`, by parameter, float32.

    Args:
        data: CIFAR-10.
        progress: Told after each step how many are done, and of how many.
        recipe: The demo's, but shorter.

    Raises:
        ValueError: If the data is not CIFAR-10.
    """
    net: nn.Module = registry.build(ModelRef(build=SPEC, seed=recipe.seed))
    for told in Training(recipe, data, net).steps():
        if progress:
            progress(told.step, told.steps)
    return {name: value.contiguous() for name, value in net.state_dict().items()}
