import tracemalloc

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import ResNet18_Weights
from torchvision.transforms._presets import ImageClassification

from viz_models.analysis.flow.preprocess import prepare
from viz_models.images import samples
from viz_models.records import ImageRef, Photo

TORCHVISION = ResNet18_Weights.IMAGENET1K_V1.transforms()
RNG = np.random.default_rng(0)


def photo_of(height, width):
    pixels = RNG.integers(0, 256, (height, width, 3), np.uint8)
    return Photo(ImageRef(kind="upload", name="upload"), pixels, (height, width))


def torchvisions(photo):
    return TORCHVISION(Image.fromarray(photo.pixels)).numpy()


@pytest.mark.parametrize("name", samples.NAMES)
def test_samples_equal_torchvision_bit_for_bit(name):
    photo = samples.load(name)
    assert np.array_equal(prepare(photo).tensor, torchvisions(photo))


SIZES = [(1, 1), (1, 64), (64, 1), (2, 3), (223, 225), (224, 224), (255, 257), (256, 256)]
SIZES += [(257, 600), (601, 333), (300, 451), (1080, 1921), (5, 320), (2000, 1500)]


@pytest.mark.parametrize("size", SIZES)
def test_odd_sizes_equal_torchvision_bit_for_bit(size):
    photo = photo_of(*size)
    prepared = prepare(photo)
    assert prepared.tensor.shape == (3, 224, 224)
    assert prepared.tensor.dtype == np.float32
    assert np.array_equal(prepared.tensor, torchvisions(photo))


@pytest.mark.parametrize("size", SIZES)
def test_the_middle_quantities_lead_to_the_tensor(size):
    photo = photo_of(*size)
    prepared = prepare(photo)

    top, left, bottom, right = prepared.crop_box
    resized = Image.fromarray(photo.pixels).resize(
        prepared.resized_size[::-1], Image.Resampling.BILINEAR
    )
    assert min(prepared.resized_size) == 256
    assert np.array_equal(np.asarray(resized)[top:bottom, left:right], prepared.cropped)

    scaled = prepared.cropped.astype(np.float32).transpose(2, 0, 1) / np.float32(255)
    mean = np.array(prepared.normalize_mean, np.float32)[:, None, None]
    std = np.array(prepared.normalize_std, np.float32)[:, None, None]
    assert np.array_equal((scaled - mean) / std, prepared.tensor)


def test_means_and_stds_are_those_of_the_planes():
    prepared = prepare(samples.load("cat"))
    planes = prepared.cropped.transpose(2, 0, 1).astype(np.float64) / 255
    np.testing.assert_allclose(prepared.mean_before, planes.mean((1, 2)), rtol=1e-6)
    np.testing.assert_allclose(prepared.std_before, planes.std((1, 2)), rtol=1e-6)
    tensor = prepared.tensor.astype(np.float64)
    np.testing.assert_allclose(prepared.mean_after, tensor.mean((1, 2)), rtol=1e-6)
    np.testing.assert_allclose(prepared.std_after, tensor.std((1, 2)), rtol=1e-6)
    assert prepared.normalize_mean == (0.485, 0.456, 0.406)
    assert prepared.normalize_std == (0.229, 0.224, 0.225)


@pytest.mark.parametrize("size", [(1, 10_000), (10_000, 1), (3, 9_000)])
def test_a_thread_is_cut_before_it_explodes(size):
    tracemalloc.start()
    prepared = prepare(photo_of(*size))
    assert max(prepared.resized_size) == 64 * 256
    assert np.isfinite(prepared.tensor).all()
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_the_photo_is_left_as_it_was():
    photo = samples.load("cat")
    before = photo.pixels.copy()
    prepare(photo)
    assert np.array_equal(photo.pixels, before)


def test_no_gradient_or_torch_memory_is_shared_with_later_calls():
    photo = samples.load("cat")
    first = prepare(photo)
    first.tensor[:] = 0
    assert torch.from_numpy(prepare(photo).tensor).abs().sum() > 0


@pytest.mark.parametrize("side", [1, 8, 31, 32, 224])
def test_another_side_is_torchvisions_preset_with_other_numbers(side):
    photo = samples.load("cat")
    preset = ImageClassification(crop_size=side, resize_size=round(side * 256 / 224))
    expected = preset(Image.fromarray(photo.pixels)).numpy()
    assert np.array_equal(prepare(photo, side).tensor, expected)


@pytest.mark.parametrize("size", [(300, 600), (600, 300), (500, 500), (224, 224), (40, 2000)])
def test_the_whole_photo_is_shown_with_what_is_cut_off_pale(size):
    photo = Photo(ImageRef(), np.zeros((*size, 3), np.uint8), size)
    found = prepare(photo)
    height, width, _ = found.whole.shape
    assert max(height, width) <= 320
    assert width / height == pytest.approx(size[1] / size[0], rel=0.25)
    kept = (found.whole == 0).all(axis=2).mean()
    resized = found.resized_size[0] * found.resized_size[1]
    assert kept == pytest.approx(224 * 224 / resized, abs=0.05)
    assert (found.whole[height // 2, width // 2] == 0).all()
    assert (found.whole[0, 0] == 170).all()  # two thirds of the way to white
