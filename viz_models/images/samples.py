"""Photos that come with scikit-image and scikit-learn: nothing to download, nothing to ship.

Authors and licences are those of skimage/data/_fetchers.py (its docstrings) and
sklearn/datasets/images/README.txt. That file names danielbuechele for the flower too, but links
to the page of vultilion, who took it.
"""

from dataclasses import dataclass, replace

from viz_models.images import installed
from viz_models.images.decode import decode
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ImageRef, Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One photo, and whom to thank for it."""

    title: str
    file: str  # "package/path inside the package"
    author: str
    licence: str
    source: str  # where the package got it
    sha256: str  # of the decoded pixels: another picture under the same name is noticed
    profile: str = ""  # the file's color space where it is not sRGB
    shows: str = ""  # one of the ten everyday things that the demo knows; empty: none of them


SAMPLES = {
    N_("cat"): Sample(
        title=N_("Chelsea the cat"),
        file="skimage/data/chelsea.png",
        author="Stefan van der Walt",
        licence="CC0",
        source="https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.chelsea",
        sha256="9ce40e3ad4046feb6a4ab1ebc967bdab48658d087f8a790e71ec9115b85c5f57",
        shows="cat",
    ),
    N_("coffee"): Sample(
        title=N_("A cup of coffee"),
        file="skimage/data/coffee.png",
        author="Rachel Michetti",
        licence="CC0",
        source="https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.coffee",
        sha256="c6e36e9983514e980bdbfd79e1485df5f31149fc85417b6521480342004d95af",
    ),
    N_("rocket"): Sample(
        title=N_("Falcon 9 on its pad"),
        file="skimage/data/rocket.jpg",
        author="SpaceX",
        licence=N_("public domain"),
        source="https://www.flickr.com/photos/spacexphotos/16511594820/",
        profile="Adobe RGB (1998)",
        sha256="c8c6c9d9f5852e8cdeb1e4b6a0d8453e93eca6fbb008df33d1fc784a7274142f",
    ),
    N_("flower"): Sample(
        title=N_("A dahlia"),
        file="sklearn/datasets/images/flower.jpg",
        author="vultilion on Flickr",
        licence="CC BY 2.0",
        source="https://www.flickr.com/photos/vultilion/6056698931/",
        sha256="e6ea6331c9e6e67656b9185eb0692a869fcd2becc72146ba68935f7398ab52f2",
    ),
    N_("china"): Sample(
        title=N_("The Summer Palace in Beijing"),
        file="sklearn/datasets/images/china.jpg",
        author="danielbuechele on Flickr",
        licence="CC BY 2.0",
        source="https://www.flickr.com/photos/danielbuechele/6061409035/",
        sha256="cad4b018c7e1fef69f1689d56e49764eb9c9df9b84a9c8b2275e4e15e0b6499c",
    ),
    N_("astronaut"): Sample(
        title=N_("Eileen Collins"),
        file="skimage/data/astronaut.png",
        author="NASA",
        licence=N_("public domain"),
        source="https://flic.kr/p/r9qvLn",
        sha256="f07f3d10116fc8376881fcf59c4f7788959a240860bc47b9b1b59b4018a3640d",
    ),
    N_("camera"): Sample(
        title=N_("A photographer, in gray"),
        file="skimage/data/camera.png",
        author="Lav Varshney",
        licence="CC0",
        source="https://github.com/scikit-image/scikit-image/issues/3927",
        sha256="8f84d23f9ceb95cdb5b48e86e9f480f5bb12b2c90e7155505c8edc2d00c7fa48",
    ),
    N_("galaxies"): Sample(
        title=N_("Hubble eXtreme Deep Field"),
        file="skimage/data/hubble_deep_field.jpg",
        author="NASA",
        licence=N_("public domain"),
        source="http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/",
        sha256="dcb4a67968911f8f7b96145131ad25084eb196ed17a02f65902474b03fc57d50",
    ),
}
NAMES = tuple(SAMPLES)


def load(name: str) -> Photo:
    """Decode a sample photo.

    Args:
        name: One of NAMES.

    Returns:
        Photo with (H, W, 3) uint8 pixels, its author and licence in `credit`.

    Raises:
        ValueError: If there is no such sample.
    """
    if name not in SAMPLES:
        raise ValueError(
            _("unknown sample {name!r}; choose from {names}").format(
                name=name, names=", ".join(NAMES)
            )
        )
    sample = SAMPLES[name]
    photo = decode(installed.path(sample.file).read_bytes(), sample.title)
    credit = f"{sample.title} · {sample.author} · {sample.licence}"
    return replace(photo, ref=ImageRef(kind="sample", name=name), credit=credit)
