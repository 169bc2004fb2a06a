from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F  # noqa: N812
from torch.optim import lr_scheduler
from torchvision.models import resnet18
from torchvision.transforms.v2 import functional as transforms

from viz_models.recipes import recognize, views
from viz_models.recipes.demo_recipe import Phase, Recipe
from viz_models.recipes.recognize import Training
from viz_models.records import CIFAR10_CLASSES
from viz_models.training.data.dataset import Dataset

SHORT = Recipe(
    phases=(
        Phase(size=32, samples=24, area=(0.5, 1.0)),
        Phase(size=40, samples=16, area=(0.5, 1.0)),
    ),
    batch_size=8,
)


@pytest.fixture(scope="module")
def noise():
    generator = torch.Generator().manual_seed(0)
    return Dataset(
        train_inputs=torch.randint(256, (40, 3, 32, 32), generator=generator, dtype=torch.uint8),
        train_targets=torch.arange(40) % 10,
        test_inputs=torch.randint(256, (20, 3, 32, 32), generator=generator, dtype=torch.uint8),
        test_targets=torch.arange(20) % 10,
        classes=CIFAR10_CLASSES,
    )


@pytest.mark.slow
def test_a_stopped_training_goes_on_as_if_nothing_had_been(noise, tmp_path):
    whole = Training(SHORT, noise)
    told = [p.loss for p in whole.steps()]
    first = Training(SHORT, noise)
    steps = first.steps()
    before = [next(steps).loss for _ in range(2)]
    first.save(tmp_path)
    second = Training(replace(SHORT), noise)
    second.restore(tmp_path)
    assert before + [p.loss for p in second.steps()] == told
    again = second.shipped()
    for name, value in whole.shipped().items():
        assert torch.equal(again[name], value), name


def test_pictures_grow_phase_by_phase(noise):
    assert [p.size for p in Training(SHORT, noise).steps()] == [32, 32, 32, 40, 40]


def test_a_whole_picture_is_what_torchvision_would_enlarge():
    pixels = torch.randint(256, (4, 3, 32, 32), dtype=torch.uint8)
    ours = views.enlarged(pixels, 64)
    large = F.interpolate(pixels / 255, size=(64, 64), mode="bilinear")
    theirs = transforms.normalize(large, list(views.MEAN), list(views.STD))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_views_have_no_padding_and_keep_the_range():
    pixels = torch.full((16, 3, 32, 32), 255, dtype=torch.uint8)
    seen = views.views(pixels, 48, (0.2, 1.0), torch.Generator().manual_seed(0))
    assert seen.shape == (16, 3, 48, 48)
    for picture in seen:  # of a white picture every part is of one color
        assert picture.std(dim=(1, 2)).max() < 1e-4


def test_views_show_as_much_of_a_picture_as_they_are_told():
    ramp = (torch.arange(32) * 8).to(torch.uint8).expand(64, 3, 32, 32)  # dark left, light right
    rise = {}
    for share in (0.25, 1.0):
        seen = views.views(ramp, 32, (share, share), torch.Generator().manual_seed(0))
        edges = (seen[..., -1] - seen[..., 0]).abs().mean((1, 2))
        rise[share] = edges.median().item()
    assert 0.4 < rise[0.25] / rise[1.0] < 0.6  # a quarter of the area is half of the width


@pytest.mark.slow
def test_the_shipped_network_is_half_precision_of_the_average_and_torchvisions(noise):
    training = Training(SHORT, noise)
    list(training.steps())
    kept = training.shipped()
    theirs = resnet18(num_classes=10)
    assert {k: v.shape for k, v in kept.items()} == {
        k: v.shape for k, v in theirs.state_dict().items()
    }
    assert kept["conv1.weight"].dtype == torch.float16
    assert kept["bn1.running_var"].dtype == torch.float32
    theirs.load_state_dict(kept)
    inputs = views.enlarged(noise.test_inputs, 64)
    with torch.no_grad():
        right = (theirs.eval()(inputs).argmax(1) == noise.test_targets).float().mean().item()
    assert recognize.share_right(recognize.network(kept), noise, 64) == pytest.approx(right)


def test_the_learning_rate_rises_and_falls():
    rates = [recognize.factor(i, 100, 0.1, 0.03) for i in range(100)]
    assert rates.index(max(rates)) == 9
    assert rates[:10] == sorted(rates[:10])
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[-1] == 0.03


def test_the_learning_rate_is_the_largest_of_three_schedules_of_torch():
    steps, warm, lowest = 100, 10, 0.03
    after = steps - warm
    line = torch.arange(1, warm) / warm
    falling = [
        torchs_factors(lambda o: lr_scheduler.CosineAnnealingLR(o, after), after + 1),
        torchs_factors(lambda o: lr_scheduler.PolynomialLR(o, after), after + 1),
        [lowest] * (after + 1),
    ]
    expected = [*line.tolist(), *map(max, zip(*falling, strict=True))]
    found = [recognize.factor(i, steps, warm / steps, lowest) for i in range(steps)]
    assert found == pytest.approx(expected)


def torchs_factors(make, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedule = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_a_phase_can_have_a_learning_rate_of_its_own(noise):
    last = Phase(size=32, samples=32, area=(0.5, 1.0), lr=(0.2, 0.1))
    told = list(Training(replace(SHORT, phases=(*SHORT.phases, last)), noise).steps())
    assert [p.lr for p in told[:5]] == [p.lr for p in Training(SHORT, noise).steps()]
    assert [p.lr for p in told[5:]] == pytest.approx([0.2, 0.175, 0.15, 0.125])


def test_other_data_is_refused_with_what_to_give(noise):
    with pytest.raises(ValueError, match="ten folders, airplane, automobile"):
        Training(SHORT, replace(noise, classes=("cat", "dog")))
