"""Minima of small least-squares problems with penalties and constraints, written to `composite.json`.

    minimise over z:  1/2 ||x - W z||^2 + g(z),   W (20, 12), x a row of signals (4, 20)

The columns of W are independent, so that every minimiser is the only one. What has an exact method is solved by it:
non-negative codes by SciPy's `nnls` (Lawson and Hanson), bounded ones by `lsq_linear` (bounded-variable least squares),
the elastic net by scikit-learn, whose data term is divided by the number of rows n = 20: alpha * l1_ratio = l1 / n and
alpha * (1 - l1_ratio) = l2 / n. Group lasso, l1 ball and nuclear norm are solved by CVXPY with Clarabel, an interior point
method. CVXPY solves the others too, and must agree to 1e-6.

The nuclear norm is of the code as a (3, 4) matrix, row by row. Groups are of three neighbours; the weight of a group is the
square root of its size.

Run `python composite.py`; needs numpy, scipy, scikit-learn and cvxpy (file made with numpy 2.4.6, scipy 1.17.1,
scikit-learn 1.9.1, cvxpy 1.9.3 and clarabel 0.11.1).
"""

import json
import pathlib

import cvxpy as cp
import numpy as np
from scipy.optimize import lsq_linear, nnls
from sklearn.linear_model import ElasticNet

ROWS, ATOMS, SAMPLES = 20, 12, 4


def draw():
    random = np.random.RandomState(2031)
    w = random.randn(ROWS, ATOMS) / np.sqrt(ROWS)
    z = random.randn(SAMPLES, ATOMS) * (random.uniform(size=(SAMPLES, ATOMS)) < 0.5)
    x = z @ w.T + 0.05 * random.randn(SAMPLES, ROWS)
    return w, x


def array(values):
    """As ndarray's serde reads it."""
    values = np.asarray(values)
    return {"v": 1, "dim": list(values.shape), "data": values.ravel().tolist()}


def by_cvxpy(w, x, penalty=lambda z: 0, constraints=lambda z: []):
    z = cp.Variable(ATOMS)
    problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(x - w @ z) + penalty(z)), constraints(z))
    tight = {name: 1e-11 for name in ("tol_gap_abs", "tol_gap_rel", "tol_feas")}
    problem.solve(solver=cp.CLARABEL, **tight)
    assert problem.status in ("optimal", "optimal_inaccurate"), problem.status
    return z.value


def solve(w, signals, value, exact=None, **convex):
    codes = []
    for x in signals:
        peer = by_cvxpy(w, x, **convex)
        code = peer if exact is None else exact(x)
        assert np.abs(code - peer).max() < 1e-6, np.abs(code - peer).max()
        codes.append(code)
    objectives = [0.5 * np.sum((x - w @ z) ** 2) + value(z) for x, z in zip(signals, codes)]
    return {"codes": array(codes), "objectives": array(objectives)}


def main():
    w, x = draw()
    low, high = -0.25, 0.5
    l1, l2 = 0.1, 0.2
    lam, radius = 0.15, 1.5
    groups = [range(i, i + 3) for i in range(0, ATOMS, 3)]

    def elastic_net(sample):
        alpha = (l1 + l2) / ROWS
        model = ElasticNet(alpha=alpha, l1_ratio=l1 / (l1 + l2), fit_intercept=False, tol=1e-15, max_iter=1_000_000)
        return model.fit(w, sample).coef_

    result = {
        "dictionary": array(w),
        "signals": array(x),
        "non_negative": solve(
            w, x, lambda z: 0.0, exact=lambda s: nnls(w, s)[0], constraints=lambda z: [z >= 0]
        ),
        "box": {
            "low": low,
            "high": high,
            **solve(
                w,
                x,
                lambda z: 0.0,
                exact=lambda s: lsq_linear(w, s, bounds=(low, high), method="bvls", tol=1e-15).x,
                constraints=lambda z: [z >= low, z <= high],
            ),
        },
        "elastic_net": {
            "l1": l1,
            "l2": l2,
            **solve(
                w,
                x,
                lambda z: l1 * np.abs(z).sum() + 0.5 * l2 * z @ z,
                exact=elastic_net,
                penalty=lambda z: l1 * cp.norm1(z) + 0.5 * l2 * cp.sum_squares(z),
            ),
        },
        "group_lasso": {
            "lambda": lam,
            **solve(
                w,
                x,
                lambda z: lam * sum(np.sqrt(3) * np.linalg.norm(z[list(g)]) for g in groups),
                penalty=lambda z: lam * sum(np.sqrt(3) * cp.norm2(z[list(g)]) for g in groups),
            ),
        },
        "l1_ball": {
            "radius": radius,
            **solve(w, x, lambda z: 0.0, constraints=lambda z: [cp.norm1(z) <= radius]),
        },
        "nuclear_norm": {
            "lambda": lam,
            **solve(
                w,
                x,
                lambda z: lam * np.linalg.norm(z.reshape(3, 4), "nuc"),
                penalty=lambda z: lam * cp.normNuc(cp.reshape(z, (3, 4), order="C")),
            ),
        },
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in result.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
