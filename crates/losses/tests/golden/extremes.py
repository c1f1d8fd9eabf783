"""Values and derivatives of losses at extreme parameters, by mpmath.

    pip install mpmath
    python extremes.py               # writes extremes.json beside this file

`von_mises_fisher`: rows of p, the concentration k, U(k) = KL(vMF(k) || uniform), and its first three derivatives.
`von_mises_fisher_pairs`: rows of p, k_q, k_p, the squared distance of the directions, and KL(q || p).
`densities`: cases of a function's name, its arguments, its value, and for each argument the first and the second
derivative (null where there is none).
"""
import json
import pathlib

import mpmath
from mpmath import mp, mpf

mp.dps = 160


def ratio_and_derivatives(v, x):
    """A_v = I_(v+1) / I_v and three derivatives, from Riccati's equation differentiated."""
    a = mpmath.besseli(v + 1, x) / mpmath.besseli(v, x)
    c = 2 * v + 1
    first = 1 - a * a - c * a / x
    second = -2 * a * first - c * (first / x - a / x**2)
    third = -2 * (first**2 + a * second) - c * (second / x - 2 * first / x**2 + 2 * a / x**3)
    return a, first, second, third


def log_scaled(v, x):
    """ln(I_v(x) / x^v)"""
    return mpmath.log(mpmath.besseli(v, x)) - v * mpmath.log(x)


def log_scaled_at_zero(v):
    return -v * mpmath.log(2) - mpmath.loggamma(v + 1)


uniform = []
for p in [2, 3, 4, 7, 20, 64, 101, 300, 1000]:
    v = mpf(p) / 2 - 1
    for exponent in range(-8, 13):
        for factor in [1, 3]:
            k = mpf(factor) * mpf(10) ** exponent
            if k > mpf(10) ** 12:
                continue
            k = mpf(float(k))
            a, first, second, third = ratio_and_derivatives(v, k)
            value = k * a - log_scaled(v, k) + log_scaled_at_zero(v)
            uniform.append([p] + [float(x) for x in [k, value, k * first, first + k * second, 2 * second + k * third]])

pairs = []
for p in [2, 3, 10, 200]:
    v = mpf(p) / 2 - 1
    for k, other in [(1e-4, 2e-4), (3.0, 5.0), (1e3, 1.5e3), (1e5, 1e5), (1e8, 4e8), (1e12, 3e11)]:
        k, other = mpf(k), mpf(other)
        for squared in [0.0, 1e-6, 0.5]:
            # Of directions whose squared distance is this.
            a = ratio_and_derivatives(v, k)[0]
            both = log_scaled(v, other) - log_scaled(v, k) + a * (k - other * (1 - mpf(squared) / 2))
            pairs.append([p, float(k), float(other), squared, float(both)])


def gaussian_nll(x, m, v):
    return (mpmath.log(2 * mp.pi) + v + (x - m) ** 2 * mpmath.exp(-v)) / 2


def kl_gaussian(m, v, n, w):
    return (mpmath.exp(v - w) - 1 - v + w + (m - n) ** 2 * mpmath.exp(-w)) / 2


def laplace_nll(x, m, s):
    return abs(x - m) * mpmath.exp(-s) + s + mpmath.log(2)


def kl_laplace(m, s, n, t):
    r, u = mpmath.exp(s - t), abs(m - n) * mpmath.exp(-s)
    return r - 1 - s + t + r * (u + mpmath.exp(-u) - 1)


def logistic_bin_nll(m, s):
    """Of the level 1/2 of the levels 0, 1/4, ..., 1."""
    at = lambda edge: 1 / (1 + mpmath.exp(-(edge - m) * mpmath.exp(-s)))
    return -mpmath.log(at(mpf(5) / 8) - at(mpf(3) / 8))


CASES = [
    (gaussian_nll, [(0.5, 0.5, -100.0), (0.5, 0.5, -300.0), (1e-3, 0.0, -60.0), (1e-25, 0.0, -115.0), (3e-20, 0.0, -90.0),
                    (2.0, -1.0, 100.0), (0.5, 0.5, 200.0), (0.3, -0.4, 0.7)]),
    (kl_gaussian, [(0.5, -100.0, 0.5, -100.0), (0.5, -300.0, 0.5, -300.0), (1e-20, -90.0, 0.0, -91.0), (0.0, -200.0, 0.0, 100.0),
                   (1.0, 100.0, -2.0, 100.0), (0.3, 0.2, -0.4, 0.7)]),
    (laplace_nll, [(0.5, 0.5, -200.0), (1e-30, 0.0, -69.0), (0.25, 1.0, -80.0), (2.0, -1.0, 200.0), (0.3, -0.4, 0.7)]),
    (kl_laplace, [(0.5, -200.0, 0.5, -200.0), (0.5, -100.0, 0.5, 100.0), (0.5, -100.0, 0.25, 100.0), (0.5, -100.0, 0.25, 0.0),
                  (0.5, -3.0, 0.25, -2.0), (2.0, 0.0, -5.0, -60.0), (1e-30, -69.0, 0.0, -69.5), (1.0, -4.0, 0.0, -4.5),
                  (1.0, -3.9, 0.0, -4.5), (0.3, 0.2, -0.4, 0.7)]),
    (logistic_bin_nll, [(0.5, -100.0), (0.5, -300.0), (0.625, -30.0), (0.4, 100.0), (0.4, 50.0), (0.7, -3.0), (0.52, -2.0),
                        (0.45, 0.5), (0.45, -1.4)]),
]


def derivative(f, point, k, order):
    """By central differences, of a width that is small beside the case's own scale."""
    if f in (laplace_nll,) and point[0] == point[1] and k < 2:
        return 0.0 if order == 1 else None
    mp.dps = 400
    h = mpf(10) ** -150
    at = lambda steps: f(*[x + steps * h if i == k else x for i, x in enumerate(point)])
    difference = (at(1) - at(-1)) / (2 * h) if order == 1 else (at(1) - 2 * at(0) + at(-1)) / h**2
    mp.dps = 160
    return float(difference)


def finite(x):
    """JSON has no infinities."""
    return x if x is None or abs(x) < mpmath.inf else ("inf" if x > 0 else "-inf")


densities = []
for f, points in CASES:
    for point in points:
        exact = [mpf(x) for x in point]
        first, second = ([finite(derivative(f, exact, k, order)) for k in range(len(point))] for order in (1, 2))
        mp.dps = 400
        value = float(f(*exact))
        mp.dps = 160
        densities.append({"name": f.__name__, "at": point, "value": value, "first": first, "second": second})

out = {"made_by": {"mpmath": mpmath.__version__}, "von_mises_fisher": uniform, "von_mises_fisher_pairs": pairs}
target = pathlib.Path(__file__).with_name("extremes.json")
target.write_text(json.dumps(out | {"densities": densities}))
print(f"{len(uniform)} + {len(pairs)} + {len(densities)} rows, {target.stat().st_size} bytes")
