//! From a skeleton to the path of the pen in pixels: a hand's variations.

use super::SIDE;
use super::skeletons::{DIGITS, Knot, Skeleton, Stroke};
use latent_numeric::random::Stream;
use std::f64::consts::{PI, TAU};

/// Straight pieces between two knots.
const STEPS: usize = 7;

/// The larger side of the box that a digit is scaled to, as in MNIST.
const BOX: f64 = 20.0;

/// A point of the path, with the half width of the pen there; all in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dot {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
}

/// The path of each stroke of a digit, written by the hand that the stream draws.
pub(super) fn write(digit: u8, stream: &mut Stream) -> Vec<Vec<Dot>> {
    let skeleton = choose(DIGITS[usize::from(digit)], stream);
    let mut paths: Vec<Vec<Dot>> = skeleton.strokes.iter().map(|stroke| smooth(&jittered(stroke, stream))).collect();
    deform(&mut paths, stream);
    press(&mut paths, stream);
    place(&mut paths, stream);
    paths
}

fn choose<'a>(ways: &'a [Skeleton], stream: &mut Stream) -> &'a Skeleton {
    let total: f64 = ways.iter().map(|way| way.weight).sum();
    let mut left = total * stream.uniform::<f64>();
    ways.iter()
        .find(|way| {
            left -= way.weight;
            left < 0.0
        })
        .unwrap_or(&ways[ways.len() - 1])
}

/// Each knot moved a little, the ends of the stroke more.
fn jittered(stroke: Stroke, stream: &mut Stream) -> Vec<Knot> {
    let last = stroke.len() - 1;
    let moved = |(i, knot): (usize, &Knot)| {
        let sd = if i == 0 || i == last { 0.032 } else { 0.02 };
        Knot { x: knot.x + sd * stream.normal::<f64>(), y: knot.y + sd * stream.normal::<f64>(), ..*knot }
    };
    stroke.iter().enumerate().map(moved).collect()
}

/// A Catmull-Rom spline through the knots, broken at corners.
fn smooth(knots: &[Knot]) -> Vec<Dot> {
    let dot = |x, y| Dot { x, y, radius: 0.0 };
    let mut path = vec![dot(knots[0].x, knots[0].y)];
    for i in 1..knots.len() {
        let (b, c) = (knots[i - 1], knots[i]);
        let reflect = |at: Knot, other: Knot| Knot { x: 2.0 * at.x - other.x, y: 2.0 * at.y - other.y, corner: false };
        let a = if i == 1 || b.corner { reflect(b, c) } else { knots[i - 2] };
        let d = if i + 1 == knots.len() || c.corner { reflect(c, b) } else { knots[i + 1] };
        let spline = |a: f64, b: f64, c: f64, d: f64, t: f64| {
            b + 0.5 * t * ((c - a) + t * ((2.0 * a - 5.0 * b + 4.0 * c - d) + t * (3.0 * (b - c) + d - a)))
        };
        for step in 1..=STEPS {
            let t = step as f64 / STEPS as f64;
            path.push(dot(spline(a.x, b.x, c.x, d.x, t), spline(a.y, b.y, c.y, d.y, t)));
        }
    }
    path
}

/// A smooth elastic deformation, then aspect, slant and rotation about the centre of the square.
fn deform(paths: &mut [Vec<Dot>], stream: &mut Stream) {
    // A few slow waves in random directions, each moving the points in another direction.
    let waves: [[f64; 5]; 4] = std::array::from_fn(|_| {
        let direction = stream.uniform_in(0.0, TAU);
        let frequency: f64 = stream.uniform_in(0.5, 1.4);
        let phase = stream.uniform_in(0.0, TAU);
        let size = 0.026 / frequency.sqrt();
        let (sin, cos) = direction.sin_cos();
        [
            TAU * frequency * cos,
            TAU * frequency * sin,
            phase,
            size * stream.normal::<f64>(),
            size * stream.normal::<f64>(),
        ]
    });
    let aspect = (0.1 * stream.normal::<f64>()).exp();
    let slant = (0.16 + 0.2 * stream.normal::<f64>()).clamp(-0.45, 0.75);
    let (sin, cos) = (PI / 180.0 * 4.5 * stream.normal::<f64>()).sin_cos();
    for dot in paths.iter_mut().flatten() {
        let (mut x, mut y) = (dot.x, dot.y);
        for [u, v, phase, dx, dy] in waves {
            let wave = (u * dot.x + v * dot.y + phase).sin();
            x += dx * wave;
            y += dy * wave;
        }
        x = 0.88 * (x - 0.5) * aspect;
        y = (y - 0.5) / aspect;
        x -= slant * y;
        (dot.x, dot.y) = (cos * x - sin * y, sin * x + cos * y);
    }
}

/// The width of the line: one for the pen, with slow changes of pressure along the strokes.
fn press(paths: &mut [Vec<Dot>], stream: &mut Stream) {
    let pen = (1.27 * (0.26 * stream.normal::<f64>()).exp()).clamp(0.6, 2.1);
    let swing = 0.12 * stream.uniform::<f64>();
    for path in paths {
        let (phase, turns) = (stream.uniform_in(0.0, TAU), stream.uniform_in(0.5, 1.5));
        let last = (path.len() - 1) as f64;
        for (i, dot) in path.iter_mut().enumerate() {
            dot.radius = pen * (1.0 + swing * (TAU * turns * i as f64 / last + phase).sin());
        }
    }
}

/// Scales the digit into its box and puts its centre of mass at the centre of the image.
fn place(paths: &mut [Vec<Dot>], stream: &mut Stream) {
    let dots = || paths.iter().flatten();
    let range = |of: fn(&Dot) -> f64| {
        let (low, high) = dots().map(of).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        high - low
    };
    let widest = dots().map(|dot| dot.radius).fold(0.0, f64::max);
    let size = (BOX - 0.8 * stream.normal::<f64>().abs() - 2.0 * widest) / range(|d| d.x).max(range(|d| d.y));

    let (mut mass, mut at_x, mut at_y) = (0.0, 0.0, 0.0);
    for piece in paths.iter().flat_map(|path| path.windows(2)) {
        let (a, b) = (piece[0], piece[1]);
        let ink = (b.x - a.x).hypot(b.y - a.y) * (a.radius + b.radius);
        mass += ink;
        at_x += ink * 0.5 * (a.x + b.x);
        at_y += ink * 0.5 * (a.y + b.y);
    }
    let centre = SIDE as f64 / 2.0;
    let mut shift = || centre + 0.3 * stream.normal::<f64>();
    let (shift_x, shift_y) = (shift() - size * at_x / mass, shift() - size * at_y / mass);
    for dot in paths.iter_mut().flatten() {
        dot.x = size * dot.x + shift_x;
        dot.y = size * dot.y + shift_y;
    }
}
