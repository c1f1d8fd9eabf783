"""Codes of small sparse coding problems by scikit-learn and SPAMS, written to `lasso.json`.

    minimise over z:  1/2 ||x - W z||^2 + penalty(z),   W (20, 40) with unit columns, x a row of signals (4, 20)

Conversions. scikit-learn divides the data term by the number of rows n = 20, so alpha = lambda / n, and for
the elastic net alpha * l1_ratio = l1 / n, alpha * (1 - l1_ratio) = l2 / n with the penalty l1 ||z||_1 + l2/2 ||z||^2.
SPAMS (mode 2) has this scaling already. The tolerance of orthogonal matching pursuit is the squared residual norm.
SPAMS's `omp` is order recursive matching pursuit: it divides the correlation of an atom by the norm of the atom's
part orthogonal to the atoms chosen, and so selects others from some step on. It is not used here; scikit-learn's
codes are held against the definition.

Every penalised code is scikit-learn's, its support then solved for exactly from the optimality conditions, and
held against SPAMS, which must agree to 1e-6; for weights, scikit-learn gets the columns divided by them.

Run `python lasso.py`; needs numpy, scikit-learn and spams-bin (file made with numpy 2.4.6, scikit-learn 1.9.1,
spams-bin 2.6.14).
"""

import json
import pathlib
import warnings

import numpy as np
import spams
from sklearn.linear_model import ElasticNet, lars_path, lasso_path, orthogonal_mp

ROWS, ATOMS, SAMPLES = 20, 40, 4
FRACTIONS = (0.5, 0.1, 0.02)  # of each problem's lambda_max over all samples


def draw():
    random = np.random.RandomState(2027)
    w = random.randn(ROWS, ATOMS)
    w /= np.linalg.norm(w, axis=0)
    z = random.randn(SAMPLES, ATOMS) * (random.uniform(size=(SAMPLES, ATOMS)) < 0.12)
    x = z @ w.T + 0.05 * random.randn(SAMPLES, ROWS)
    return w, x


def fortran(a):
    return np.asfortranarray(a, dtype=np.float64)


def polish(w, x, code, l1, l2):
    """Solves the optimality conditions on the support of `code`; l1 is a number per atom."""
    support = np.flatnonzero(code)
    signs = np.sign(code[support])
    active = w[:, support]
    exact = np.zeros(ATOMS)
    gram = active.T @ active + l2 * np.eye(len(support))
    exact[support] = np.linalg.solve(gram, active.T @ x - l1[support] * signs)
    assert (np.sign(exact[support]) == signs).all()
    return exact


def check_optimal(w, x, code, l1, l2, positive):
    slope = w.T @ (x - w @ code) - l2 * code
    on = code != 0
    assert np.abs(slope[on] - l1[on] * np.sign(code[on])).max(initial=0) < 1e-12
    assert ((slope if positive else np.abs(slope))[~on] <= l1[~on] + 1e-12).all()


def objective(w, x, code, l1, l2):
    r = x - w @ code
    return 0.5 * (r @ r) + l1 @ np.abs(code) + 0.5 * l2 * (code @ code)


def penalised(w, x, lambdas, l2=0.0, weights=None, positive=False):
    weights = np.ones(ATOMS) if weights is None else weights
    codes, objectives = np.zeros((len(lambdas), SAMPLES, ATOMS)), np.zeros((len(lambdas), SAMPLES))
    for i, lam in enumerate(lambdas):
        if (weights == 1).all():
            peer = spams.lasso(fortran(x.T), fortran(w), lambda1=lam, lambda2=l2, mode=2, pos=positive, numThreads=1)
        else:
            peer = spams.lassoWeighted(
                fortran(x.T), fortran(w), fortran(np.tile(weights[:, None], SAMPLES)), lambda1=lam, mode=2, numThreads=1
            )
        for j in range(SAMPLES):
            total = lam + l2
            model = ElasticNet(
                alpha=total / ROWS, l1_ratio=lam / total, fit_intercept=False, tol=1e-14, max_iter=1_000_000, positive=positive
            )
            rough = model.fit(w / weights, x[j]).coef_ / weights
            l1 = lam * weights
            code = polish(w, x[j], rough, l1, l2)
            check_optimal(w, x[j], code, l1, l2, positive)
            # SPAMS never takes more atoms than rows, which is right for the lasso but not for the elastic net.
            if np.count_nonzero(code) <= ROWS:
                assert np.abs(code - peer.toarray()[:, j]).max() < 1e-6
            codes[i, j], objectives[i, j] = code, objective(w, x[j], code, l1, l2)
    return codes, objectives


def fractions(largest):
    return np.array([round(f * float(largest), 6) for f in FRACTIONS])


def lars(w, x, positive):
    alphas, _, codes = lars_path(
        w, x, method="lasso", positive=positive, alpha_min=0.01 * np.abs(w.T @ x).max() / ROWS, eps=1e-300
    )
    lambdas = alphas * ROWS
    for lam, code in zip(lambdas, codes.T):
        slope = w.T @ (x - w @ code)
        assert (slope if positive else np.abs(slope)).max() <= lam * (1 + 1e-10)
    return lambdas, codes.T


def matching_pursuit(w, x, count=ATOMS, squared_tolerance=0.0):
    order, code, r = [], np.zeros(ATOMS), x
    while len(order) < count and r @ r > squared_tolerance:
        scores = np.abs(w.T @ r)
        scores[order] = 0
        first, second = np.sort(scores)[[-1, -2]]
        assert first > second * (1 + 1e-3), "too close a choice to be a golden value"
        order.append(int(scores.argmax()))
        code[order] = np.linalg.lstsq(w[:, order], x, rcond=None)[0]
        r = x - w @ code
    return np.array(order), code


def main():
    warnings.simplefilter("error")
    w, x = draw()
    correlations = x @ w
    golden = {"dictionary": w, "signals": x}

    lambdas = fractions(np.abs(correlations).max())
    codes, objectives = penalised(w, x, lambdas)
    golden["lasso"] = {"lambdas": lambdas, "codes": codes, "objectives": objectives}

    lambdas = fractions(correlations.max())
    codes, objectives = penalised(w, x, lambdas, positive=True)
    golden["positive_lasso"] = {"lambdas": lambdas, "codes": codes, "objectives": objectives}

    lambdas = fractions(np.abs(correlations).max())
    codes, objectives = penalised(w, x, lambdas, l2=0.3)
    golden["elastic_net"] = {"lambdas": lambdas, "l2": 0.3, "codes": codes, "objectives": objectives}

    weights = np.round(np.random.RandomState(7).uniform(0.3, 3.0, ATOMS), 3)
    lambdas = fractions(np.abs(correlations / weights).max())
    codes, objectives = penalised(w, x, lambdas, weights=weights)
    golden["weighted_lasso"] = {"lambdas": lambdas, "weights": weights, "codes": codes, "objectives": objectives}

    # The path of the first signal, at a grid and at its knots.
    largest = np.abs(w.T @ x[0]).max()
    alphas, coefficients, _ = lasso_path(w, x[0], alphas=largest / ROWS * np.geomspace(1, 0.01, 10), tol=1e-14, max_iter=1_000_000)
    path = np.array([polish(w, x[0], c, np.full(ATOMS, a * ROWS), 0.0) for a, c in zip(alphas, coefficients.T)])
    golden["lasso_path"] = {"lambdas": alphas * ROWS, "codes": path}
    for name, positive in (("lars_path", False), ("positive_lars_path", True)):
        knots, at_knots = lars(w, x[0], positive)
        sizes = (at_knots != 0).sum(axis=1)
        drops = int((np.diff(sizes) < 1).sum())
        print(f"{name}: {len(knots)} knots, support sizes {sizes.tolist()}, {drops} drops")
        golden[name] = {"lambdas": knots, "codes": at_knots}

    counts = np.arange(1, 11)
    by_count = np.array([orthogonal_mp(w, x[0], n_nonzero_coefs=int(n)) for n in counts])
    for n, code in zip(counts, by_count):
        order, expected = matching_pursuit(w, x[0], count=n)
        assert np.abs(code - expected).max() < 1e-12
    golden["omp_by_count"] = {
        "counts": counts,
        "codes": by_count,
        "selection_order": order,
        "squared_residuals": np.array([np.sum((x[0] - w @ code) ** 2) for code in by_count]),
    }

    thresholds = np.array([0.5, 0.1, 0.02])
    by_error = np.array([[orthogonal_mp(w, sample, tol=t) for sample in x] for t in thresholds])
    for t, codes in zip(thresholds, by_error):
        expected = np.array([matching_pursuit(w, sample, squared_tolerance=t)[1] for sample in x])
        assert np.abs(codes - expected).max() < 1e-12
    golden["omp_by_error"] = {"squared_tolerances": thresholds, "codes": by_error}

    # ndarray's serde format, one array a line.
    def encode(value):
        if isinstance(value, np.ndarray):
            return json.dumps({"v": 1, "dim": value.shape, "data": (value + 0).ravel().tolist()})
        if isinstance(value, dict):
            return "{\n" + ",\n".join(f'"{k}": {encode(v)}' for k, v in value.items()) + "\n}"
        return json.dumps(value)

    out = pathlib.Path(__file__).with_name("lasso.json")
    out.write_text(encode(golden) + "\n")
    print(out.name, out.stat().st_size, "bytes;", "support sizes", (golden["lasso"]["codes"] != 0).sum(axis=2).tolist())


if __name__ == "__main__":
    main()
