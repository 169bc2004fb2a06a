"""Results for the lesson on windows; torch is imported when one is computed."""

from viz_models.records import Bottleneck, BottleneckSpec, Windows, WindowSpec
from viz_models.ui.kit.cache import cached


@cached()
def windows(spec: WindowSpec) -> Windows:
    """Several small windows beside one that reaches as far."""
    from viz_models.analysis.build.window import windows as compute

    return compute(spec)


@cached()
def bottleneck(spec: BottleneckSpec) -> Bottleneck:
    """Return a block of ResNet-50 beside basic blocks."""
    from viz_models.analysis.build.window_bottleneck import bottleneck as compute

    return compute(spec)
