"""Golden measurements of digits, by scikit-image and SciPy.

Run `python morphology.py` in this folder (numpy, scikit-image) once `morphology_digits.csv` is there: drawn digits of 28 x
28, a row each, which `cargo test -p latent-datasets write_morphology_digits -- --ignored` writes. `morphology.csv` has a row
for each: area, length, thickness, slant, width and height, as Morpho-MNIST defines them. Ties of the medial axis are broken
at random there, so lengths are means over several seeds.
"""
import numpy as np
from skimage.morphology import medial_axis
from skimage.transform import pyramid_expand

FINE = 4


def length(skeleton):
    across = (skeleton[:, 1:] & skeleton[:, :-1]).sum() + (skeleton[1:] & skeleton[:-1]).sum()
    corner = (skeleton[1:, 1:] & skeleton[:-1, :-1]).sum() + (skeleton[1:, :-1] & skeleton[:-1, 1:]).sum()
    return across + np.sqrt(2) * corner


def span(at, weight):
    """Between the first and the last hundredth of the weight, spread evenly between whole numbers."""
    ticks = np.arange(np.floor(at.min()), np.floor(at.max()) + 2)
    cumulated = np.array([weight[at < tick].sum() for tick in ticks]) / weight.sum()
    low, high = np.interp([0.01, 0.99], cumulated, ticks)
    return high - low


def measure(image):
    fine = pyramid_expand(image / 255, upscale=FINE, order=3)
    ink = fine >= (fine.min() + fine.max()) / 2
    lengths, thicknesses = [], []
    for seed in range(8):
        skeleton, distance = medial_axis(ink, return_distance=True, rng=seed)
        lengths.append(length(skeleton) / FINE)
        thicknesses.append(2 * distance[skeleton].mean() / FINE)
    y, x = np.indices(fine.shape).astype(float)
    cx, cy = (x * fine).sum() / fine.sum(), (y * fine).sum() / fine.sum()
    shear = ((x - cx) * (y - cy) * fine).sum() / ((y - cy) ** 2 * fine).sum()
    width = span(x + 0.5 - shear * (y - cy), fine) / FINE
    height = span(y + 0.5, fine) / FINE
    return [ink.sum() / FINE**2, np.mean(lengths), np.mean(thicknesses), np.arctan(-shear), width, height]


digits = np.loadtxt("morphology_digits.csv", delimiter=",").reshape(-1, 28, 28)
np.savetxt("morphology.csv", [measure(digit) for digit in digits], fmt="%.12g", delimiter=",")
