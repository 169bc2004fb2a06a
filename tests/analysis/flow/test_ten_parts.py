"""Ten parts of a photo are torchvision's, and so is what is said of them."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import v2

from viz_models.analysis.flow import ten_parts
from viz_models.analysis.flow.preprocess import PRESET, prepare
from viz_models.images import samples
from viz_models.models import registry
from viz_models.records import CIFAR10_CLASSES, ImageRef, ModelRef, Photo

DEMO = ModelRef(weights="demo")


@pytest.mark.parametrize("name", ["cat", "coffee", "camera"])
def test_they_are_torchvisions_ten_crops(name):
    photo = samples.load(name)
    cut = v2.Compose(
        [
            v2.Resize(PRESET.resize_size, antialias=True),
            v2.TenCrop(PRESET.crop_size),
            lambda ten: torch.stack([PRESET_END(part) for part in ten]),
        ]
    )
    mirrored = [6, 5, 8, 7, 9]  # torchvision cuts the mirrored photo: its left is ours at right
    expected = cut(Image.fromarray(photo.pixels))[[*range(5), *mirrored]]
    seen = []

    class Net(torch.nn.Module):
        def forward(self, x):
            seen.append(x)
            return x.mean((2, 3))

    pictures = ten_parts.cut(photo)
    ten_parts.chances(Net(), pictures)
    torch.testing.assert_close(seen[0], expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(pictures[ten_parts.MIDDLE], prepare(photo).cropped)


PRESET_END = v2.Compose(
    [
        v2.PILToTensor(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(PRESET.mean, PRESET.std),
    ]
)


def test_the_answer_is_the_mean_of_what_the_parts_say():
    photo = samples.load("china")  # its parts disagree
    pictures = ten_parts.cut(photo)
    found = ten_parts.ten_parts(DEMO, pictures)
    each = []
    with registry.shared(DEMO) as net, torch.no_grad():
        for mirrored in (False, True):
            for picture in pictures:
                x = PRESET_END(Image.fromarray(picture[:, ::-1] if mirrored else picture))
                each.append(net(x[None])[0].softmax(0))
    mean = torch.stack(each).mean(0)
    top = found.together.top[0]
    assert top.label == CIFAR10_CLASSES[int(mean.argmax())]
    assert top.probability == pytest.approx(mean.max().item(), abs=1e-5)
    said = [p.plain for p in found.parts] + [p.mirrored for p in found.parts]
    assert [g.label for g in said] == [CIFAR10_CLASSES[int(row.argmax())] for row in each]
    assert [g.probability for g in said] == pytest.approx(
        [row.max().item() for row in each], abs=1e-5
    )
    assert len({g.label for g in said}) > 1
    assert tuple(p.place for p in found.parts) == ten_parts.PLACES
    assert found.together.unsure_below == pytest.approx(0.712)  # the manifest's, of ten parts


def test_a_photo_smaller_than_a_part_and_a_strip_have_ten_too():
    for shape in ((1, 1, 3), (20, 3000, 3)):
        pixels = np.full(shape, 90, np.uint8)
        assert ten_parts.cut(Photo(ImageRef(), pixels, shape[:2])).shape == (5, 224, 224, 3)
