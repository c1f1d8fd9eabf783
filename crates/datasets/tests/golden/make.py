"""Golden values for whitening, the Olshausen-Field filter and patches, by NumPy and scikit-learn.

Run `python make.py` in this folder (numpy, scikit-learn). Each CSV file is one matrix, a row a line.
"""
import numpy as np
from sklearn.decomposition import PCA
from sklearn.feature_extraction.image import extract_patches_2d, reconstruct_from_patches_2d

rng = np.random.RandomState(20)


def save(name, matrix):
    np.savetxt(f"{name}.csv", matrix, fmt="%.17g", delimiter=",")


# Whitening: scikit-learn divides the covariance by n - 1, Latent by n.
n, features = 30, 5
x = rng.randn(n, features) @ rng.randn(features, features) + rng.randn(features)
y = PCA(whiten=True).fit_transform(x) * np.sqrt(n / (n - 1))
save("whiten_data", x)
save("whiten_pca", y)

# ZCA from the singular value decomposition.
u, _, vt = np.linalg.svd(x - x.mean(0), full_matrices=False)
save("whiten_zca", np.sqrt(n) * u @ vt)

# The filter f exp(-(f / 0.4)^4), f in cycles per pixel; odd and even sides.
image = rng.randn(9, 14)
fy, fx = np.meshgrid(np.fft.fftfreq(9), np.fft.fftfreq(14), indexing="ij")
f = np.hypot(fx, fy)
save("filter_image", image)
save("filter_result", np.fft.ifft2(np.fft.fft2(image) * f * np.exp(-((f / 0.4) ** 4))).real)

# All patches, and the image put together from patches that do not agree.
patches = extract_patches_2d(image, (3, 4))
save("patches", patches.reshape(len(patches), -1))
changed = patches**2 + np.arange(len(patches))[:, None, None]
save("patches_changed", changed.reshape(len(patches), -1))
save("patches_reassembled", reconstruct_from_patches_2d(changed, image.shape))
