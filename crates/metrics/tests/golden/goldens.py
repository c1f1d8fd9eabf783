"""Figures by other people's programs, in double precision.

    pip install numpy scipy scikit-learn scikit-image
    python goldens.py                # writes goldens.json beside this file

Each case is a table of arrays {"shape": [...], "data": [...]}: arguments, and what the figures are of them.

Distances, kernels, mutual information (also of Ross 2014), lasso, logistic regression, areas under curves: scikit-learn.
Matrix roots, entropies, correlations of ranks, tests of uniformity, logarithms of sums: SciPy. SSIM and PSNR:
scikit-image. What no package has (KID, density and coverage, IRS, UDR, MS-SSIM) is its published formula in NumPy.
"""
import json
import pathlib

import numpy as np
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.feature_selection._mutual_info import _compute_mi_cd
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.metrics import mutual_info_score, pairwise_distances, roc_auc_score
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel

random = np.random.default_rng(2026)
CASES = {}


def case(name, **arrays):
    def one(a):
        a = np.asarray(a)
        return {"shape": list(a.shape), "data": a.reshape(-1).tolist()}

    CASES[name] = {key: one(a) for key, a in arrays.items()}


def standard(x):
    return (x - x.mean(0)) / x.std(0)


# Samples.
real = random.normal(size=(40, 5)) @ random.normal(size=(5, 5))
fake = 0.8 * random.normal(size=(30, 5)) @ random.normal(size=(5, 5)) + 0.3


def frechet(x, y):
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(a @ b)
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b) - 2 * np.trace(root).real


def kid(x, y):
    k = lambda a, b: polynomial_kernel(a, b, degree=3, coef0=1)
    own = lambda a: (k(a, a).sum() - np.trace(k(a, a))) / (len(a) * (len(a) - 1))
    return own(x) + own(y) - 2 * k(x, y).mean()


def kth(x, k):
    return np.sort(pairwise_distances(x), axis=1)[:, k]


between = pairwise_distances(real, fake)
inside = between <= kth(real, 3)[:, None]
case(
    "samples",
    real=real,
    fake=fake,
    frechet=frechet(real, fake),
    kid=kid(real, fake),
    precision=inside.any(0).mean(),
    recall=(between <= kth(fake, 3)[None]).any(1).mean(),
    density=inside.sum() / (3 * len(fake)),
    coverage=inside.any(1).mean(),
    nearest=between.min(0),
)
logits = 2 * random.normal(size=(30, 4))
shares = scipy.special.softmax(logits, axis=1)
scores = [np.exp(scipy.stats.entropy(p, p.mean(0)[None], axis=1).mean()) for p in np.split(shares, 3)]
case("classifier_score", logits=logits, score=np.mean(scores), deviation=np.std(scores))

# Disentanglement.
n = 200
factors = np.stack([random.integers(0, 4, n), random.integers(0, 3, n), random.integers(0, 5, n)], 1)
codes = np.stack(
    [
        factors[:, 0] + 0.3 * random.normal(size=n),
        factors[:, 1] - 0.5 * factors[:, 0] + 0.5 * random.normal(size=n),
        random.normal(size=n),
        np.exp(0.5 * factors[:, 2]) + 0.1 * random.normal(size=n),
    ],
    1,
)


def binned(x, bins=20):
    return np.digitize(x, np.histogram(x, bins)[1][:-1])


def table(f):
    return np.array([[f(z, v) for v in factors.T] for z in codes.T])


histogram = table(lambda z, v: mutual_info_score(binned(z), v))
ross = table(lambda z, v: _compute_mi_cd(z, v, 3))
correlations = table(lambda z, v: np.corrcoef(z, v)[0, 1] ** 2)
penalty = 0.05
lasso = np.stack([Lasso(penalty, tol=1e-14, max_iter=100000).fit(standard(codes), v).coef_ for v in standard(factors).T], 1)
importance = np.abs(lasso)


def purity(table):
    table = table / np.maximum(table.sum(0), 1e-300)
    return 1 - np.nan_to_num(scipy.stats.entropy(table, base=len(table)), nan=1)


disentanglement = (purity(importance.T) * importance.sum(1)).sum() / importance.sum()
completeness = (purity(importance) * importance.sum(0)).sum() / importance.sum()


def explicitness(v, half):
    mean, deviation = codes[:half].mean(0), codes[:half].std(0)
    x, test = (codes[:half] - mean) / deviation, (codes[half:] - mean) / deviation
    fit = LogisticRegression(C=1 / (1e-2 * half), tol=1e-12, max_iter=100000).fit(x, v[:half])
    p = fit.predict_proba(test)
    return 2 * np.mean([roc_auc_score(v[half:] == c, p[:, i]) for i, c in enumerate(fit.classes_)]) - 1


def irs(quantile=0.9):
    largest = np.abs(codes - codes.mean(0)).max(0)
    moved = np.zeros((codes.shape[1], factors.shape[1]))
    for k, v in enumerate(factors.T):
        groups = [codes[v == value] for value in np.unique(v)]
        moved[:, k] = np.mean([np.quantile(np.abs(g - g.mean(0)), quantile, axis=0) for g in groups], 0)
    scores = 1 - moved / largest[:, None]
    return scores, np.average(scores.max(1), weights=largest)


robustness, irs_score = irs()
other = codes[:, [2, 0, 3, 1]] + 0.4 * random.normal(size=codes.shape)
ranked = np.abs(scipy.stats.spearmanr(codes, other)[0][:4, 4:])
marks = np.array([[1, 1, 0, 1], [1, 1, 1, 0]], bool)
strength = lambda r: (r.max(0) ** 2 / r.sum(0))
udr = (strength(ranked.T)[marks[0]].sum() + strength(ranked)[marks[1]].sum()) / marks.sum()
ordered = np.sort(histogram, axis=0)
entropies = np.array([scipy.stats.entropy(np.bincount(v)) for v in factors.T])
squares = (histogram / histogram.max(1, keepdims=True)) ** 2
case(
    "disentanglement",
    codes=codes,
    factors=factors,
    histogram=histogram,
    ross=ross,
    entropies=entropies,
    mig=((ordered[-1] - ordered[-2]) / entropies).mean(),
    sap=np.mean([np.sort(c)[-1] - np.sort(c)[-2] for c in correlations.T]),
    correlations=correlations,
    lasso=importance,
    disentanglement=disentanglement,
    completeness=completeness,
    modularity=np.mean(1 - (squares.sum(1) - 1) / 2),
    explicitness=np.mean([explicitness(v, 120) for v in factors.T]),
    robustness=robustness,
    irs=irs_score,
    other=other,
    udr=udr,
)

# Codes.
z = 1.2 * random.normal(size=(60, 3)) + 0.2
d = z.shape[1]
k = rbf_kernel(z, gamma=1 / (2 * d))
to_prior = (1 + 1 / d) ** (-d / 2) * np.exp(-(z**2).sum(1) / (2 * (d + 1)))
mmd = (k.sum() - len(z)) / (len(z) * (len(z) - 1)) - 2 * to_prior.mean() + (1 + 2 / d) ** (-d / 2)
bins = [np.histogram(scipy.stats.norm.cdf(c), 8, (0, 1))[0] / len(z) for c in z.T]
case(
    "aggregate",
    codes=z,
    frechet=(z.mean(0) ** 2).sum() + np.trace(np.cov(z.T) + np.eye(d)) - 2 * np.trace(scipy.linalg.sqrtm(np.cov(z.T))),
    mmd=mmd,
    histograms=bins,
    kl=[scipy.stats.entropy(b, np.full(8, 1 / 8)) for b in bins],
)
means, log_vars = random.normal(size=z.shape), random.normal(size=z.shape)
kl = 0.5 * (means**2 + np.exp(log_vars) - 1 - log_vars).mean(0)
u = scipy.stats.norm.cdf(z, means, np.exp(log_vars / 2))
tests = [scipy.stats.kstest(c, "uniform") for c in u.T]
case(
    "posteriors",
    codes=z,
    means=means,
    log_vars=log_vars,
    kl=kl,
    transforms=u,
    distances=[t.statistic for t in tests],
    p_values=[scipy.stats.kstwobign.sf(t.statistic * np.sqrt(len(z))) for t in tests],
)


def window(x, y):
    """Luminance times contrast, and contrast alone, on average."""
    g = np.exp(-0.5 * ((np.arange(11) - 5) / 1.5) ** 2)
    g = np.outer(g, g) / g.sum() ** 2
    blur = lambda a: scipy.signal.convolve2d(a, g, mode="valid")
    c1, c2 = 0.01**2, 0.03**2
    mx, my = blur(x), blur(y)
    contrast = (2 * (blur(x * y) - mx * my) + c2) / (blur(x * x) - mx**2 + blur(y * y) - my**2 + c2)
    return ((2 * mx * my + c1) / (mx**2 + my**2 + c1) * contrast).mean(), contrast.mean()


def ms_ssim(x, y):
    value = 1
    for scale, weight in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        whole, contrast = window(x, y)
        value *= (whole if scale == 4 else contrast) ** weight
        halve = lambda a: np.pad(a, [(s % 2, s % 2) for s in a.shape])
        shrink = lambda a: a[: len(a) // 2 * 2, : a.shape[1] // 2 * 2].reshape(len(a) // 2, 2, a.shape[1] // 2, 2).mean((1, 3))
        x, y = shrink(halve(x)), shrink(halve(y))
    return value


x = random.random((2, 2, 14, 13)).round(3)
y = np.clip(x + 0.2 * random.normal(size=x.shape), 0, 1).round(3)
options = dict(data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
case(
    "images",
    x=x,
    y=y,
    ssim=[np.mean([structural_similarity(a, b, **options) for a, b in zip(p, q)]) for p, q in zip(x, y)],
    mse=[((p - q) ** 2).mean() for p, q in zip(x, y)],
    psnr=[peak_signal_noise_ratio(p, q, data_range=1) for p, q in zip(x, y)],
)
rows, columns = np.mgrid[:163, :165]
large = 0.5 + 0.25 * np.sin(rows / 7) + 0.25 * np.cos(rows * columns / 900)
spoilt = large + 0.1 * np.sin(rows * 1.3 + columns)
case("ms_ssim", rows=163, columns=165, ms_ssim=ms_ssim(large, spoilt))

# Likelihood.
logs = 3 * random.normal(size=(4, 25)) - 900
weights = np.exp(logs + 900)
case(
    "likelihood",
    logs=logs,
    values=scipy.special.logsumexp(logs, axis=1) - np.log(25),
    errors=weights.std(1, ddof=1) / 5 / weights.mean(1),
    sizes=weights.sum(1) ** 2 / (weights**2).sum(1),
)

path = pathlib.Path(__file__).with_name("goldens.json")
path.write_text(json.dumps({"cases": CASES}) + "\n")
