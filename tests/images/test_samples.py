import io
import os
import subprocess
import sys

import numpy as np
import pytest
import skimage.data
import sklearn.datasets
from PIL import Image, ImageCms

from tests.conftest import ROOT
from viz_models.images import installed, samples
from viz_models.images.decode import fingerprint


def in_srgb(file):
    image = Image.open(installed.path(file))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    exactly, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    srgb = ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(image, profile, srgb, exactly, "RGB", flags=flags))


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_file_in_other_colors_is_named(name):
    notes = samples.load(name).notes
    assert ([n for n in notes if "sRGB" in n] != []) == bool(samples.SAMPLES[name].profile)
    assert samples.SAMPLES[name].profile in " ".join(notes)


@pytest.mark.parametrize("name", samples.NAMES)
def test_pixels_are_the_ones_we_know(name):
    photo = samples.load(name)
    assert fingerprint(photo.pixels) == samples.SAMPLES[name].sha256
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape == (*photo.original_size, 3)
    assert min(photo.original_size) >= 224
    assert photo.ref.kind == "sample"
    assert photo.ref.name == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat", skimage.data.chelsea),
        ("coffee", skimage.data.coffee),
        ("rocket", lambda: in_srgb("skimage/data/rocket.jpg")),
        ("astronaut", skimage.data.astronaut),
        ("galaxies", skimage.data.hubble_deep_field),
        ("camera", lambda: np.stack([skimage.data.camera()] * 3, axis=-1)),
        ("china", lambda: sklearn.datasets.load_sample_image("china.jpg")),
        ("flower", lambda: sklearn.datasets.load_sample_image("flower.jpg")),
    ],
)
def test_photos_are_those_of_the_packages(name, expected):
    assert np.array_equal(samples.load(name).pixels, expected())


@pytest.mark.parametrize("name", samples.NAMES)
def test_credit_names_author_and_licence(name):
    sample = samples.SAMPLES[name]
    assert samples.load(name).credit == f"{sample.title} · {sample.author} · {sample.licence}"
    assert sample.licence in {"CC0", "CC BY 2.0", "public domain"}
    assert sample.source.startswith("http")


def test_authors_are_in_the_packages_own_words():
    readme = installed.path("sklearn/datasets/images/README.txt").read_text()
    fetchers = installed.path("skimage/data/_fetchers.py").read_text()
    for sample in samples.SAMPLES.values():
        told_by = readme if sample.file.startswith("sklearn") else fetchers
        assert sample.author.removesuffix(" on Flickr") in told_by


def test_an_unknown_name_tells_the_choices():
    with pytest.raises(ValueError, match="unknown sample 'dog'; choose from cat, coffee"):
        samples.load("dog")


def test_the_packages_are_not_imported():
    code = (
        "import sys; from viz_models.images import samples; samples.load('cat'); "
        "samples.load('china'); print(sorted({'skimage', 'sklearn', 'torch'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.stdout.strip() == "[]", done.stderr
