"""Coefficients for src/math/erf.rs, printed as Rust. Needs mpmath.

The scaled complementary error function exp(x^2) erfc(x) on [1, 6] is interpolated in the Chebyshev
nodes of t = (2.6 x - 6.6) / (x + 3), which maps [1, 6] onto [-1, 1], and written in powers of t.
The Taylor series of erf(x) / x - 1 in x^2 is printed too.
"""
from mpmath import mp, mpf, erfc, exp, cos, factorial, pi, sqrt, matrix, lu_solve, nstr

mp.dps = 60


def scaled_erfc(t):
    x = (3 * t + mpf("6.6")) / (mpf("2.6") - t)
    return exp(x * x) * erfc(x)


def fit(degree):
    nodes = [cos(pi * (2 * i + 1) / (2 * degree + 2)) for i in range(degree + 1)]
    powers = matrix(degree + 1, degree + 1)
    for i, t in enumerate(nodes):
        for j in range(degree + 1):
            powers[i, j] = t**j
    c = list(lu_solve(powers, matrix([scaled_erfc(t) for t in nodes])))
    grid = [mpf(i) / 500 - 1 for i in range(1001)]
    worst = max(abs(sum(a * t**j for j, a in enumerate(c)) / scaled_erfc(t) - 1) for t in grid)
    return c, worst


def rust(name, values):
    print(f"const {name}: [f64; {len(values)}] = [")
    for value in values:
        print(f"    {float(value)!r},")
    print("];")


if __name__ == "__main__":
    c, worst = fit(15)
    print(f"// Relative error {nstr(worst, 3)}.")
    rust("SCALED_ERFC", c)
    series = [2 / sqrt(pi) * (-1) ** n / (factorial(n) * (2 * n + 1)) for n in range(20)]
    rust("SERIES", [series[0] - 1] + series[1:])
