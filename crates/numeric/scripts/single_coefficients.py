"""Minimax coefficients of the kernels for f32 in src/math, printed as Rust. Needs mpmath.

Each is the polynomial p of its degree with the least largest |weight(x) (p(x) - f(x))| on an interval, found by the
exchange algorithm of Remez.
"""
from mpmath import cos, erf, erfc, exp, log, log1p, lu_solve, matrix, mp, mpf, nstr, pi, sqrt, tanh

mp.dps = 40


def minimax(f, weight, low, high, degree, grid=1500):
    low, high = mpf(low), mpf(high)

    def at(i, n):
        return (low + high) / 2 - (high - low) / 2 * cos(pi * (i + mpf(1) / 2) / n)

    points = [at(i, grid) for i in range(grid)]
    values, weights = [f(x) for x in points], [weight(x) for x in points]
    count = degree + 2
    chosen = [int((i + mpf(1) / 2) * grid / count) for i in range(count)]
    for _ in range(30):
        rows, right = matrix(count, count), matrix(count, 1)
        for row, i in enumerate(chosen):
            for j in range(degree + 1):
                rows[row, j] = points[i] ** j
            rows[row, degree + 1] = (-1) ** row / weights[i]
            right[row] = values[i]
        solved = lu_solve(rows, right)
        c, levelled = list(solved[: degree + 1]), abs(solved[degree + 1])
        errors = [w * (mp.polyval(c[::-1], x) - y) for x, y, w in zip(points, values, weights)]
        # The largest error of each stretch of one sign.
        extrema = []
        for i, e in enumerate(errors):
            if extrema and (errors[extrema[-1]] > 0) == (e > 0):
                if abs(e) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        worst = max(abs(e) for e in errors)
        if len(extrema) < count or worst < levelled * mpf("1.001"):
            break
        chosen = extrema
    return c, worst


def rust(name, comment, fit):
    c, worst = fit
    print(f"/// {comment}; error {nstr(worst, 2)}.")
    print(f"const {name}: [f32; {len(c)}] = [")
    for value in c:
        print(f"    {nstr(value, 9)},")
    print("];")


def over(function, power, *taylor):
    """`(f(x) - t_0 - t_1 x - ...) / x^power`."""
    return lambda x: (function(x) - sum(c * x**i for i, c in enumerate(taylor))) / x**power


if __name__ == "__main__":
    half = mpf(1) / 2
    bound = log(2) / 2 * mpf("1.001")
    rust("EXP", "`(e^r - 1 - r) / r^2`", minimax(over(exp, 2, 1, 1), lambda r: r**2, -bound, bound, 4))
    rust("LN", "`(ln(1 + f) - f + f^2 / 2) / f^3`",
         minimax(over(log1p, 3, 0, 1, -half), lambda f: f**3 / log1p(f), sqrt(half) - 1, half, 8))
    rust("TANH", "`(tanh(x) / x - 1) / x^2` in `x^2`",
         minimax(lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z, lambda z: z, 0, mpf("0.8") ** 2, 5))
    rust("ERF", "`erf(x) / x - 1` in `x^2`",
         minimax(lambda z: erf(sqrt(z)) / sqrt(z) - 1, lambda z: sqrt(z) / erf(sqrt(z)), 0, 1, 6))
    rust("LN_ERFC", "`(ln erfc(x) + x) / x`",
         minimax(lambda x: log(erfc(x)) / x + 1, lambda x: x * erfc(x) / erf(x), mpf("0.95"), 4, 6))
