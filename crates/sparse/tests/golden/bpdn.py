"""Expected values of the basis pursuit denoising problem in SPORCO's notebook `sc/bpdn_cmp`.

    minimise over x:  1/2 ||s - D x||^2 + lambda ||x||_1,    D (512, 2048), lambda = 29.8

The problem is drawn with numpy's legacy generator in the notebook's order: dictionary, permutation of
0..2046, 32 coefficients, 512 noise values. The minimum comes from scikit-learn's coordinate descent, then
from the optimality conditions on its support (a linear system), checked by the duality gap. ISTA and FISTA
(Beck and Teboulle 2009) with the fixed step 1/L from zero give F_k - F*.

Run `python bpdn.py`: it prints the numbers of `tests/support/bpdn.rs` and exits with an error if a published
figure is missed. Needs numpy and scikit-learn (numbers made with numpy 2.4.6, scikit-learn 1.9.1).
"""

import numpy as np
from sklearn.linear_model import Lasso

N, M, NONZEROS, SIGMA, LAMBDA = 512, 2048, 32, 0.5, 2.98e1

# What the problem is known to give, to the digits known.
PUBLISHED = {
    "minimum": (819.41926, 5e-6),
    "data_term": (88.5724, 5e-5),
    "l1_norm": (24.5251, 5e-5),
    "support_size": (78, 0),
    "lipschitz": (4610.5177, 5e-5),
    "ista_10": (1027.451, 5e-4),
    "ista_50": (324.495, 5e-4),
    "ista_100": (42.170, 5e-4),
    "fista_10": (742.415, 5e-4),
    "fista_50": (0.67744, 5e-6),
    "fista_100": (0.002386, 5e-7),
}


def draw():
    random = np.random.RandomState(12345)
    d = random.randn(N, M)
    x0 = np.zeros(M)
    si = random.permutation(list(range(0, M - 1)))
    x0[si[:NONZEROS]] = random.randn(NONZEROS)
    s = d @ x0 + SIGMA * random.randn(N)
    return d, x0, si, s


def objective(d, s, x):
    r = s - d @ x
    return 0.5 * (r @ r) + LAMBDA * np.abs(x).sum()


def soft_threshold(x, t):
    return np.sign(x) * np.maximum(np.abs(x) - t, 0.0)


def solve(d, s):
    # scikit-learn divides the data term by the number of rows.
    fit = Lasso(alpha=LAMBDA / N, fit_intercept=False, tol=1e-13, max_iter=100_000).fit(d, s)
    support = np.flatnonzero(fit.coef_)
    signs = np.sign(fit.coef_[support])
    active = d[:, support]
    x = np.zeros(M)
    x[support] = np.linalg.solve(active.T @ active, active.T @ s - LAMBDA * signs)
    assert (np.sign(x[support]) == signs).all()
    r = s - d @ x
    dual = r * min(1.0, LAMBDA / np.abs(d.T @ r).max())
    gap = objective(d, s, x) - (0.5 * (s @ s) - 0.5 * ((s - dual) @ (s - dual)))
    assert gap < 1e-9, gap
    return x, support


def proximal_gradient(d, s, lipschitz, minimum, at, accelerated):
    x = np.zeros(M)
    y, t = x, 1.0
    gaps = {}
    for k in range(1, max(at) + 1):
        before = x
        x = soft_threshold(y + d.T @ (s - d @ y) / lipschitz, LAMBDA / lipschitz)
        if accelerated:
            t_next = (1.0 + np.sqrt(1.0 + 4.0 * t * t)) / 2.0
            y = x + (t - 1.0) / t_next * (x - before)
            t = t_next
        else:
            y = x
        if k in at:
            gaps[k] = objective(d, s, x) - minimum
    return gaps


def main():
    d, x0, si, s = draw()
    x, support = solve(d, s)
    r = s - d @ x
    lipschitz = np.linalg.norm(d, 2) ** 2
    found = {
        "minimum": objective(d, s, x),
        "data_term": 0.5 * (r @ r),
        "l1_norm": np.abs(x).sum(),
        "support_size": len(support),
        "lipschitz": lipschitz,
    }
    for name, accelerated in (("ista", False), ("fista", True)):
        gaps = proximal_gradient(d, s, lipschitz, found["minimum"], (10, 50, 100), accelerated)
        found |= {f"{name}_{k}": gap for k, gap in gaps.items()}

    print("draws")
    print("  D[0, :3]   ", d[0, :3].tolist())
    print("  D[-1, -3:] ", d[-1, -3:].tolist())
    print("  ||D||_F    ", float(np.linalg.norm(d)))
    print("  si[:4]     ", si[:4].tolist())
    print("  x0[si[:2]] ", x0[si[:2]].tolist())
    print("  s[:2]      ", s[:2].tolist())
    print("  s[-1]      ", float(s[-1]))
    print("  ||s||      ", float(np.linalg.norm(s)))
    print("  lambda_max ", float(np.abs(d.T @ s).max()))
    print("solution")
    print("  support[:5]", support[:5].tolist(), "... support[-1]", int(support[-1]))
    print("  largest    ", int(np.abs(x).argmax()), float(x[np.abs(x).argmax()]))
    print("  ||x*||_2   ", float(np.linalg.norm(x)))
    for name, value in found.items():
        print(f"  {name:12}", repr(float(value)))
    for name, (value, tolerance) in PUBLISHED.items():
        assert abs(found[name] - value) <= tolerance, (name, found[name], value)


if __name__ == "__main__":
    main()
