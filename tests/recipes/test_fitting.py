import itertools

import pytest
import torch
from torch.optim import lr_scheduler

from viz_models.recipes import fitting


@pytest.mark.parametrize("steps", [20, 45, 100])
def test_the_learning_rate_is_torchs_line_and_then_torchs_cosine(steps):
    """The rates that Adam is given while a network is trained."""
    warm = round(fitting.WARM_UP * steps)
    model, found = torch.nn.Linear(1, 1), []
    one = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 3e-3)
    rise = lr_scheduler.LinearLR(one, 1 / warm, total_iters=warm)
    fall = lr_scheduler.CosineAnnealingLR(one, steps - warm)
    both = lr_scheduler.SequentialLR(one, [rise, fall], [warm])
    expected = []
    for step in range(steps):
        if step < warm:
            expected.append(3e-3 * (step + 1) / warm)  # torch's line begins a step earlier
        else:
            expected.append(one.param_groups[0]["lr"])
        one.step()
        both.step()

    class Watched(torch.optim.AdamW):
        def step(self, closure=None):
            found.append(self.param_groups[0]["lr"])
            return super().step(closure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim, "AdamW", Watched)
        spec = fitting.FitSpec(steps=steps, batch_size=1)
        batches = itertools.repeat(torch.ones(1, 1))
        list(fitting.fit(model, batches, lambda x: (model(x).sum(), 0.0), spec))
    assert found == pytest.approx(expected)
