"""Random changes of a batch's images, all images at once, on whatever device they are."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.records import Augmentation

SHIFT = 8  # an image moves by up to a SHIFT-th of its side, at least by one pixel
SMALLEST = 0.5  # of the image's side, that a crop keeps


def augmented(x: Tensor, changes: tuple[Augmentation, ...]) -> Tensor:
    """Change each image in its own way, by torch's global generator of the images' device.

    Args:
        x: (N, H, W, C), any dtype; what comes in from outside is the batch's darkest value.
        changes: "flip" mirrors left and right every second time; "shift" moves by up to an
            eighth of the side; "crop" enlarges a part with half the side or more.

    Returns:
        (N, H, W, C) of the same dtype.

    References:
        Shift and flip: He et al. 2016, 4.2, arXiv:1512.03385. Crop: Szegedy et al. 2015, 6,
        arXiv:1409.4842.
    """
    if "flip" in changes:
        x = _flipped(x)
    if "shift" in changes:
        x = _shifted(x)
    if "crop" in changes:
        x = _cropped(x)
    return x


def _flipped(x: Tensor) -> Tensor:
    mirror = torch.rand(len(x), device=x.device) < 0.5
    return torch.where(mirror[:, None, None, None], x.flip(2), x)


def _shifted(x: Tensor) -> Tensor:
    n, height, width, _ = x.shape
    reach = max(1, height // SHIFT)
    wide = F.pad(x, (0, 0, reach, reach, reach, reach), value=x.min())  # type: ignore[arg-type]
    down, right = torch.randint(2 * reach + 1, (2, n), device=x.device)
    rows = down[:, None] + torch.arange(height, device=x.device)  # (N, H)
    columns = right[:, None] + torch.arange(width, device=x.device)  # (N, W)
    each = torch.arange(n, device=x.device)
    return wide[each[:, None, None], rows[:, :, None], columns[:, None, :]]


def _cropped(x: Tensor) -> Tensor:
    n = len(x)
    side = SMALLEST + (1 - SMALLEST) * torch.rand(n, device=x.device)
    middle = (2 * torch.rand(2, n, device=x.device) - 1) * (1 - side)  # of -1..1
    theta = torch.zeros(n, 2, 3, device=x.device)
    theta[:, 0, 0] = theta[:, 1, 1] = side
    theta[:, :, 2] = middle.T
    images = x.permute(0, 3, 1, 2)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    found = F.grid_sample(images.float(), grid, align_corners=False, padding_mode="border")
    found = found if x.is_floating_point() else found.round()
    return found.to(x.dtype).permute(0, 2, 3, 1)
