"""Expected values of convolutional sparse coding, by SPORCO.

    minimise over z:  1/2 ||W (sum_k d_k * z_k - s)||^2 + lambda sum_k ||z_k||_1

with circular convolution, on a small grey image, on a colour image with shared maps, and on the grey image with a
binary mask W (`ConvBPDNMaskDcpl`); solved by ADMM in double precision until nothing moves. Each minimum is checked by
its duality gap. Beside them the grey image's low-pass part by `sporco.signal.tikhonov_filter`.

Run `python convolutional.py`: writes convolutional.json. Needs sporco (values made with sporco 0.2.2, numpy 2.4).
"""

import json
import pathlib
import warnings

import numpy as np

warnings.filterwarnings("ignore")
from sporco import signal  # noqa: E402
from sporco.admm import cbpdn  # noqa: E402

H, W, K, SIZE, LAMBDA = 14, 11, 4, (4, 3), 0.08


def convolve(d, z):
    """sum_k d_k * z_k with d (h, w, C, K) and z (H, W, K): (H, W, C)."""
    spectrum = np.fft.fft2(d, (z.shape[0], z.shape[1]), axes=(0, 1)) * np.fft.fft2(z, axes=(0, 1))[:, :, None, :]
    return np.real(np.fft.ifft2(spectrum.sum(-1), axes=(0, 1)))


def correlate(d, r):
    spectrum = np.conj(np.fft.fft2(d, r.shape[:2], axes=(0, 1))) * np.fft.fft2(r, axes=(0, 1))[..., None]
    return np.real(np.fft.ifft2(spectrum.sum(2), axes=(0, 1)))


def judged(d, s, mask, z):
    r = mask * (s - convolve(d, z))
    objective = 0.5 * (r**2).sum() + LAMBDA * np.abs(z).sum()
    dual = r * min(1.0, LAMBDA / np.abs(correlate(d, mask * r)).max())
    gap = objective - (0.5 * ((mask * s) ** 2).sum() - 0.5 * ((dual - mask * s) ** 2).sum())
    assert 0 <= gap < 1e-6, gap
    return {"objective": float(objective), "l1": float(np.abs(z).sum())}


def options(kind):
    return kind.Options(
        {"Verbose": False, "MaxMainIter": 20000, "RelStopTol": 1e-9, "rho": 1.0, "AutoRho": {"Enabled": False}}
    )


def main():
    rng = np.random.default_rng(7)
    d = rng.standard_normal((*SIZE, 3, K))
    d /= np.sqrt((d**2).sum((0, 1, 2)))
    grey_d = d[:, :, 0, :] / np.sqrt((d[:, :, 0, :] ** 2).sum((0, 1)))
    s = rng.standard_normal((H, W, 3)) * 0.5
    grey_s = s[..., 0]
    mask = (rng.random((H, W)) > 0.3).astype(float)

    grey = cbpdn.ConvBPDN(grey_d, grey_s, LAMBDA, options(cbpdn.ConvBPDN), dimK=0).solve().squeeze()
    colour = cbpdn.ConvBPDN(d, s, LAMBDA, options(cbpdn.ConvBPDN), dimK=0).solve().squeeze()
    solver = cbpdn.ConvBPDNMaskDcpl(grey_d, grey_s, LAMBDA, mask, options(cbpdn.ConvBPDNMaskDcpl), dimK=0)
    masked = solver.solve().squeeze()
    low, high = signal.tikhonov_filter(grey_s, 5, 16)

    ones = np.ones((H, W, 1))
    golden = {
        "lambda": LAMBDA,
        # Filters (K, C, h, w), images (1, C, H, W), maps (1, K, H, W).
        "colour_filters": d.transpose(3, 2, 0, 1),
        "grey_filters": grey_d.transpose(2, 0, 1)[:, None],
        "image": s.transpose(2, 0, 1)[None],
        "mask": mask[None, None],
        "grey": judged(grey_d[:, :, None, :], grey_s[..., None], ones, grey),
        "grey_maps": np.round(grey, 12).transpose(2, 0, 1)[None],
        "colour": judged(d, s, ones, colour),
        "masked": judged(grey_d[:, :, None, :], grey_s[..., None], mask[..., None], masked),
        "low": low[None, None],
    }

    # ndarray's serde format, one array a line.
    def encode(value):
        if isinstance(value, np.ndarray):
            return json.dumps({"v": 1, "dim": value.shape, "data": (value + 0).ravel().tolist()})
        if isinstance(value, dict):
            return "{\n" + ",\n".join(f'"{k}": {encode(v)}' for k, v in value.items()) + "\n}"
        return json.dumps(value)

    pathlib.Path(__file__).with_name("convolutional.json").write_text(encode(golden) + "\n")
    for name in ("grey", "colour", "masked"):
        print(name, golden[name])


if __name__ == "__main__":
    main()
