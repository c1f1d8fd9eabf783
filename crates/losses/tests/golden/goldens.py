"""Values and gradients of losses by other people's programs, in double precision.

    pip install torch pytorch-msssim mpmath
    python goldens.py                # writes goldens.json beside this file

Each case is a table of arrays {"shape": [...], "data": [...]}: arguments `x_0`, `x_1`, ..., the `value`, and the
gradients `first_0`, `first_1`, ... of <cotangent, value> with respect to the arguments, where there is a cotangent.

PyTorch: torch.nn.functional, torch.distributions. MS-SSIM: pytorch-msssim. Bessel functions: mpmath, 40 digits.
"""
import json
import math
import pathlib

import mpmath
import torch
import torch.distributions as D
import torch.nn.functional as F
from pytorch_msssim import ms_ssim, ssim

torch.set_default_dtype(torch.float64)
torch.manual_seed(2026)
CASES = {}


def table(**arrays):
    def one(a):
        a = torch.as_tensor(a).detach()
        return {"shape": list(a.shape), "data": a.reshape(-1).tolist()}

    return {name: one(a) for name, a in arrays.items()}


def case(name, f, *arguments):
    x = [a.clone().requires_grad_() for a in arguments]
    y = f(*x)
    c = torch.randn_like(y)
    first = torch.autograd.grad((c * y).sum(), x, allow_unused=True)
    arrays = {"value": y, "cotangent": c}
    for k, (a, g) in enumerate(zip(arguments, first)):
        arrays |= {f"x_{k}": a, f"first_{k}": torch.zeros_like(a) if g is None else g}
    CASES[name] = table(**arrays)


def factor(*shape):
    """Lower triangular with a positive diagonal."""
    a = torch.randn(*shape)
    return torch.tril(a, -1) + torch.diag_embed(torch.diagonal(a, dim1=-2, dim2=-1).abs() + 0.3)


# Reconstruction losses, element by element.
x, t = 3 * torch.randn(4, 5), torch.rand(4, 5)
case("mse", lambda x, t: F.mse_loss(x, t, reduction="none"), x, t)
case("l1", lambda x, t: F.l1_loss(x, t, reduction="none"), x, t)
case("bce", lambda p, t: F.binary_cross_entropy(p, t, reduction="none"), torch.rand(4, 5), t)
case("bce_with_logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"), x, t)
case(
    "gaussian_nll",
    lambda m, t, v: F.gaussian_nll_loss(m, t, v.exp(), full=True, reduction="none"),
    x,
    torch.randn(4, 5),
    torch.randn(4, 5),
)
# PyTorch expands the normaliser between probabilities of 0.499 and 0.501 to a few terms.
logits = x.sign() * (x.abs() + 0.02)
case("continuous_bernoulli_nll", lambda x, t: -D.ContinuousBernoulli(logits=x).log_prob(t), logits, t)
classes = torch.randint(0, 6, (2, 3, 4))
case("categorical_nll", lambda x: F.cross_entropy(x, classes, reduction="none"), 2 * torch.randn(2, 6, 3, 4))
CASES["categorical_nll"] |= table(classes=classes)
a = torch.rand(2, 2, 14, 13)


def window(size):
    """The package's own one is computed in single precision."""
    bell = torch.exp(-((torch.arange(size) - size // 2) ** 2) / (2 * 1.5**2))
    return (bell / bell.sum()).expand(2, 1, 1, size)


single = lambda a, b: 1 - ssim(a, b, data_range=1.0, size_average=False, win=window(11))
case("ssim", single, a, 0.7 * a + 0.3 * torch.rand_like(a))
# The package wants images of more than 16 (window - 1) pixels, however many scales there are.
a = torch.rand(1, 2, 33, 34)
scales = {"win": window(3), "weights": [0.3, 0.5, 0.2]}
several = lambda a, b: 1 - ms_ssim(a, b, data_range=1.0, size_average=False, **scales)
case("ms_ssim", several, a, 0.7 * a + 0.3 * torch.rand_like(a))

# Divergences.
m, n, s, r = torch.randn(3, 4), torch.randn(3, 4), torch.randn(3, 4), torch.randn(3, 4)
normal = lambda m, v: D.Normal(m, (v / 2).exp())
case("kl_diagonal_gaussian", lambda m, v, n, w: D.kl_divergence(normal(m, v), normal(n, w)), m, s, n, r)
case("kl_standard_normal", lambda m, v: D.kl_divergence(normal(m, v), D.Normal(0.0, 1.0)), m, s)
full = lambda m, l: D.MultivariateNormal(m, scale_tril=l)
case(
    "kl_gaussian",
    lambda m, l, n, k: D.kl_divergence(full(m, l.tril()), full(n, k.tril())),
    m,
    factor(3, 4, 4),
    n,
    factor(3, 4, 4),
)
laplace = lambda m, b: D.Laplace(m, b.exp())
case("kl_laplace", lambda m, b, n, c: D.kl_divergence(laplace(m, b), laplace(n, c)), m, s, n, r)
bernoulli = lambda x: D.Bernoulli(logits=x)
case("kl_bernoulli", lambda x, y: D.kl_divergence(bernoulli(x), bernoulli(y)), 3 * m, 3 * n)
categorical = lambda x: D.Categorical(logits=x)
case("kl_categorical", lambda x, y: D.kl_divergence(categorical(x), categorical(y)), 3 * m, 3 * n)


def matrix_normal(m, a, b):
    """As the Gaussian of the matrix's elements, row by row."""
    rows, columns = a.shape[-1], b.shape[-1]
    kron = torch.stack([torch.kron(a.tril(), b.tril()) for a, b in zip(a, b)])
    return full(m.reshape(-1, rows * columns), kron)


case(
    "kl_matrix_normal",
    lambda m, a, b, n, c, d: D.kl_divergence(matrix_normal(m, a, b), matrix_normal(n, c, d)),
    torch.randn(2, 3, 2),
    factor(2, 3, 3),
    factor(2, 2, 2),
    torch.randn(2, 3, 2),
    factor(2, 3, 3),
    factor(2, 2, 2),
)

# Log-densities.
case("log_prob_gaussian", lambda x, m, l: full(m, l.tril()).log_prob(x), torch.randn(3, 4), m, factor(3, 4, 4))
case("log_prob_laplace", lambda x, m, b: laplace(m, b).log_prob(x).sum(1), torch.randn(3, 4), m, s)
case("log_prob_diagonal_gaussian", lambda x, m, v: normal(m, v).log_prob(x).sum(1), torch.randn(3, 4), m, s)

# Adversarial losses, from PyTorch's cross-entropies and margins.
real, fake = 3 * torch.randn(6, 1), 3 * torch.randn(6, 1)
bce = F.binary_cross_entropy_with_logits
one, zero = torch.ones(6, 1), torch.zeros(6, 1)
case("non_saturating_d", lambda r, f: bce(r, one) + bce(f, zero), real, fake)
case("non_saturating_g", lambda r, f: bce(f, one), real, fake)
case("minimax_g", lambda r, f: -bce(f, zero), real, fake)
case("least_squares_d", lambda r, f: 0.5 * F.mse_loss(r, one) + 0.5 * F.mse_loss(f, zero), real, fake)
case("least_squares_g", lambda r, f: 0.5 * F.mse_loss(f, one), real, fake)
margin = lambda x, sign: F.margin_ranking_loss(sign * x, zero, one, margin=1.0)
case("hinge_d", lambda r, f: margin(r, 1) + margin(f, -1), real, fake)
case("relativistic_d", lambda r, f: bce(r - f, one), real, fake)
case("relativistic_g", lambda r, f: bce(f - r, one), real, fake)
case("relativistic_average_d", lambda r, f: bce(r - f.mean(), one) + bce(f - r.mean(), zero), real, fake)
case("relativistic_average_g", lambda r, f: bce(f - r.mean(), one) + bce(r - f.mean(), zero), real, fake)

# Importance-weighted bounds.
case("iwae", lambda w: torch.logsumexp(w, 1) - math.log(w.shape[1]), 5 * torch.randn(4, 7))

# Modified Bessel functions, and von Mises-Fisher distributions.
mpmath.mp.dps = 40
orders = [0.0, 0.5, 1.0, 2.5, 9.0, 24.5, 100.0, 255.0, 1000.0]
arguments = [1e-6, 0.01, 0.7, 3.0, 12.0, 29.0, 31.0, 120.0, 700.0, 5000.0]
rows = []
for v in orders:
    for z in arguments:
        value, above = mpmath.besseli(v, z), mpmath.besseli(v + 1, z)
        rows.append([v, z, float(mpmath.log(value)), float(above / value)])
CASES["bessel"] = table(rows=torch.tensor(rows))


def log_c(p, k):
    v = mpmath.mpf(p) / 2 - 1
    return v * mpmath.log(k) - mpmath.mpf(p) / 2 * mpmath.log(2 * mpmath.pi) - mpmath.log(mpmath.besseli(v, k))


rows = []
for p in [2, 3, 5, 16, 64, 512]:
    for k, other in [(0.01, 2.0), (1.0, 0.5), (10.0, 30.0), (100.0, 80.0), (1500.0, 900.0)]:
        k, other = mpmath.mpf(k), mpmath.mpf(other)
        resultant = mpmath.besseli(mpmath.mpf(p) / 2, k) / mpmath.besseli(mpmath.mpf(p) / 2 - 1, k)
        surface = mpmath.log(2) + mpmath.mpf(p) / 2 * mpmath.log(mpmath.pi) - mpmath.loggamma(mpmath.mpf(p) / 2)
        uniform = k * resultant + log_c(p, k) + surface
        for cosine in [1.0, 0.28, -0.96]:
            both = log_c(p, k) - log_c(p, other) + resultant * (k - other * mpmath.mpf(cosine))
            rows.append([p, float(k), float(other), cosine, float(uniform), float(both)])
CASES["von_mises_fisher"] = table(rows=torch.tensor(rows))

versions = {"torch": torch.__version__, "mpmath": mpmath.__version__}
target = pathlib.Path(__file__).with_name("goldens.json")
target.write_text(json.dumps({"made_by": versions, "cases": CASES}))
print(f"{len(CASES)} cases, {target.stat().st_size} bytes")
