"""Writes exp.txt, ln.txt, ...: arguments of the elementary functions with results from mpmath.

A line is `x y fraction`: the bits of the argument and of the nearest double to the result, in
hexadecimal, and the exact result minus y, in units of the distance of the doubles around the result.

    python elementary.py [points] [seed] [folder]
"""
import math
import random
import struct
import sys
from pathlib import Path

from mpmath import mp, mpf

mp.prec = 240


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def from_bits(b):
    return struct.unpack("<d", struct.pack("<Q", b))[0]


def sigmoid(x):
    e = mp.exp(-abs(x))
    return (e if x < 0 else 1) / (1 + e)


def erf(x):
    return mp.erf(x) if abs(x) < 30 else mp.sign(x)


def ln(x):
    return mp.log(x) if x > 0 else mpf("-inf") if x == 0 else mp.nan


def tanh(x):
    # mpmath's own loses digits where the argument is tiny.
    return x - x**3 / 3 if abs(x) < mpf(2) ** -100 else mp.tanh(x)


def exp(x):
    return mp.exp(x) if x < 2000 else mpf("inf")


# The function, the range of arguments that matter, and the places where kernels change their mind.
FUNCTIONS = {
    "exp": (exp, (-760, 720), [-745.2, -745.13, -744.5, -708.4, -709.1, 709.78, 709.79, 710.0, -746.0]),
    "ln": (ln, (0, 4), [2**-0.5, 2**0.5, 1, 0.5, 2, 2.0**-1022, 2.0**-1074]),
    "tanh": (tanh, (-25, 25), [math.log(2) / 4, 0.1733, 0.52, 19.06, 20.0, 22.0]),
    "sigmoid": (sigmoid, (-760, 60), [-745.2, -745.13, -708.4, -709.78, -37, 36.7, -36.8, -0.3466]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)) if x < 1000 else x, (-760, 60), [-745.2, -708.4, math.log(2), -math.log(2), 36.7, -36.8, 33.3]),
    "erf": (erf, (-7, 7), [1.0, -1.0, 5.92, 5.93, 6.0, 0.5, 2.0]),
}


def line(function, x):
    y = function(mpf(x))
    if mp.isnan(y) or mp.isinf(y):
        return bits(x), bits(math.nan if mp.isnan(y) else float(y)), 0.0
    # Rounded by hand: conversions do not round subnormal numbers once.
    exponent = max(mp.frexp(y)[1] - 53, -1074) if y else -1074
    ulp = mpf(2) ** exponent
    scaled = y / ulp
    nearest = mp.nint(scaled)
    if nearest * ulp >= mpf(2) ** 1024:
        return bits(x), bits(math.inf), 0.0
    value = math.copysign(math.ldexp(int(abs(nearest)), exponent), -1 if y < 0 else 1)
    if y == 0:
        value = math.copysign(0.0, x) if function in (tanh, erf) else 0.0
    return bits(x), bits(value), float(scaled - nearest)


def arguments(name, points, rng):
    _, (low, high), edges = FUNCTIONS[name]
    specials = [0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-20, 2.0**-54, 2.0**-27, 1.0, 1e300, 1.7976931348623157e308, math.inf]
    xs = [s * x for x in specials for s in (1, -1)]
    for edge in edges:
        b = bits(edge)
        xs += [from_bits(max(b + d, 0)) for d in (-64, -2, -1, 0, 1, 2, 64)]
    share = (points - len(xs)) // 4
    xs += [rng.uniform(low, high) for _ in range(share)]
    xs += [rng.uniform(-2, 2) for _ in range(share)]
    # Log-spaced over all magnitudes, and over those that matter most.
    xs += [rng.choice((-1, 1)) * math.ldexp(rng.uniform(1, 2), rng.randint(-1074, 1022)) for _ in range(share)]
    xs += [rng.choice((-1, 1)) * math.ldexp(rng.uniform(1, 2), rng.randint(-30, 9)) for _ in range(share)]
    return [abs(x) if name == "ln" and x < 0 and i % 16 else x for i, x in enumerate(xs)]


if __name__ == "__main__":
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(__file__).parent
    for name, (function, _, _) in FUNCTIONS.items():
        rng = random.Random(f"{name} {seed}")
        with open(folder / f"{name}.txt", "w") as out:
            for x in arguments(name, points, rng):
                b, y, fraction = line(function, x)
                out.write(f"{b:016x} {y:016x} {fraction:+.4f}\n")
