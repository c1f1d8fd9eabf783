"""Golden areas of shapes within convex polygons, by the polygon clipping of shapely (GEOS).

Run `python coverage.py` in this folder (numpy, shapely). Ellipses are polygons of 2^16 corners there, of the ellipse's own
area, whose edge is within 1e-8 of it. `coverage.csv` has a row for each case: the kind of the piece (0 polygon, 1 ellipse,
2 half an ellipse), its eight numbers, the polygon's eight, and the area. `coverage_heart.csv` is the part of each pixel of a
picture of 24 x 24 that a heart covers.
"""
import numpy as np
from shapely import affinity, unary_union
from shapely.geometry import Polygon

rng = np.random.RandomState(7)
CORNERS = 1 << 16


def ellipse(centre, radii):
    t = 2 * np.pi * np.arange(CORNERS) / CORNERS
    grow = np.sqrt(np.pi / (CORNERS / 2 * np.sin(2 * np.pi / CORNERS)))
    return Polygon(np.array(centre) + grow * np.array(radii) * np.stack([np.cos(t), np.sin(t)], 1))


def half_plane(point, normal):
    n = np.array(normal) / np.hypot(*normal)
    along = np.array([-n[1], n[0]])
    return Polygon([point + 99 * along, point - 99 * along, point - 99 * along + 99 * n, point + 99 * along + 99 * n])


def convex(scale):
    """Four points of a turned ellipse, in positive order."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, 4))
    points = np.stack([np.cos(angles), rng.uniform(0.3, 1) * np.sin(angles)], 1)
    turn = rng.uniform(0, 2 * np.pi)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return scale * points @ matrix.T + rng.uniform(-1, 1, 2)


rows = []
for i in range(120):
    kind = i % 3
    within = convex(10 ** rng.uniform(-1.2, 0.5))
    if kind == 0:
        numbers = convex(rng.uniform(0.3, 1.5)).ravel()
        piece = Polygon(numbers.reshape(4, 2))
    else:
        centre, radii = rng.uniform(-0.5, 0.5, 2), rng.uniform(0.2, 1.5, 2)
        direction = rng.randn(2)
        numbers = np.concatenate([centre, radii, direction, [0, 0]])
        piece = ellipse(centre, radii)
        if kind == 2:
            piece = piece.intersection(half_plane(centre, direction))
    area = piece.intersection(Polygon(within)).area
    rows.append(np.concatenate([[kind], numbers, within.ravel(), [area]]))
np.savetxt("coverage.csv", rows, fmt="%.17g", delimiter=",")

# A heart of scale 0.9 at (0.4, 0.55), turned by 0.7: a square on a corner, two half discs, its centre of area the origin.
side, scale, angle, x, y = 24, 0.9, 0.7, 0.4, 0.55
square = Polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)])
heart = unary_union([square, ellipse((1, 0), (1, 1)), ellipse((0, 1), (1, 1))])
m = heart.centroid.x
reach = np.hypot(1 + m, 1 + m)
heart = affinity.translate(heart, -m, -m)
heart = affinity.rotate(heart, 45 + np.degrees(angle), origin=(0, 0))
heart = affinity.scale(heart, 0.25 / reach * side * scale, -0.25 / reach * side * scale, origin=(0, 0))
heart = affinity.translate(heart, *[side * (33 + 62 * p) / 128 for p in (x, y)])
pixel = lambda i, j: Polygon([(j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1)])
np.savetxt(
    "coverage_heart.csv",
    [[heart.intersection(pixel(i, j)).area for j in range(side)] for i in range(side)],
    fmt="%.12g",
    delimiter=",",
)
