"""Golden values of image operators, by torchvision and SciPy: prints golden.csv.

Each line is a name, channels, height, width, and the values, channel after channel and row after row. Made with
torchvision 0.29.2, torch 2.15.0 and SciPy 1.17.1:

    python make.py > golden.csv

Conventions that differ from those of latent-augment:

- torchvision's `rotate` turns counter-clockwise, as ours; its `affine` turns clockwise, and its shear by `x` moves
  content below the centre to the left: our angle is its angle with the other sign.
- torchvision's `resize` takes its bicubic kernel with a = -1/2 only with `antialias=True`, which renormalises the weights
  at the border: those rows and columns are left out by the test.
- torchvision weighs red by 0.2989, we by 0.299.
- SciPy's `mirror` is our reflect, `nearest` our replicate, `grid-wrap` our wrap, `grid-constant` our constant.
- SciPy's `affine_transform` takes (row, column), the matrix from the result to the input.
"""

import numpy as np
import torch
from scipy import ndimage
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2 import InterpolationMode


def line(name, values):
    values = np.asarray(values, dtype=np.float64)
    values = values.reshape((1,) * (3 - values.ndim) + values.shape)
    print(",".join([name, *map(str, values.shape), *(f"{v:.7g}" for v in values.ravel())]))


rng = np.random.default_rng(5)
color = np.round(rng.random((3, 9, 12)), 4).astype(np.float32)
grey = color[:1]
line("image", color)
image = torch.from_numpy(color)

for name, mode in [("bilinear", InterpolationMode.BILINEAR), ("nearest", InterpolationMode.NEAREST)]:
    line(f"torchvision rotate 25 {name}", F.rotate(image, 25, interpolation=mode))


def affine(translate=(0, 0), scale=1.0, shear=(0.0, 0.0)):
    return F.affine(image, angle=0.0, translate=list(translate), scale=scale, shear=list(shear),
                    interpolation=InterpolationMode.BILINEAR)


line("torchvision translate 2 -1", affine(translate=(2, -1)))
line("torchvision scale 1.3", affine(scale=1.3))
line("torchvision shear x 20", affine(shear=(-20.0, 0.0)))
line("torchvision shear y 15", affine(shear=(0.0, -15.0)))
line("torchvision resize 6 17", F.resize(image, [6, 17], interpolation=InterpolationMode.BILINEAR, antialias=False))
line("torchvision resize bicubic 18 31",
     F.resize(image, [18, 31], interpolation=InterpolationMode.BICUBIC, antialias=True))
line("torchvision blur 5 1.0", F.gaussian_blur(image, [5, 5], [1.0, 1.0]))
line("torchvision brightness 1.4", F.adjust_brightness(image, 1.4))
line("torchvision contrast 0.6", F.adjust_contrast(image, 0.6))
line("torchvision contrast 1.5", F.adjust_contrast(image, 1.5))
line("torchvision saturation 0.3", F.adjust_saturation(image, 0.3))
line("torchvision saturation 1.8", F.adjust_saturation(image, 1.8))
line("torchvision hue 0.2", F.adjust_hue(image, 0.2))
line("torchvision hue -0.35", F.adjust_hue(image, -0.35))
line("torchvision gamma 2.2", F.adjust_gamma(image, 2.2))
start = [[0, 0], [11, 0], [11, 8], [0, 8]]
end = [[1, 2], [9, 0], [10, 7], [2, 8]]
from torchvision.transforms.functional import _get_perspective_coeffs
line("torchvision perspective", np.array(_get_perspective_coeffs(start, end) + [1.0]).reshape(3, 3))
smooth = ndimage.gaussian_filter(rng.random((21, 30)), 2.5)
smooth = np.round((smooth - smooth.min()) / np.ptp(smooth) * 255).astype(np.uint8)
line("smooth", smooth / 255.0)
line("torchvision jpeg 50", F.jpeg(torch.from_numpy(smooth)[None], 50).numpy() / 255.0)

# Rotation by 40 degrees counter-clockwise: the pixel at c + (x, y) comes from c + (x cos - y sin, x sin + y cos).
angle = np.deg2rad(40.0)
cos, sin = np.cos(angle), np.sin(angle)
matrix = np.array([[cos, sin], [-sin, cos]])
center = (np.array(grey.shape[1:]) - 1) / 2
offset = center - matrix @ center
for mode in ["grid-constant", "nearest", "mirror", "grid-wrap"]:
    rotated = ndimage.affine_transform(grey[0].astype(np.float64), matrix, offset, order=1, mode=mode, cval=0.25)
    line(f"scipy rotate 40 {mode}", rotated)
for mode in ["constant", "nearest", "mirror", "wrap"]:
    line(f"scipy gaussian 1.3 {mode}", ndimage.gaussian_filter(grey[0].astype(np.float64), 1.3, mode=mode, cval=0.25))
