//! One sampling of an image for any number of joined transforms.

use super::displacement::displace;
use super::lattice::Lattice;
use super::{Homography, Map, Warp};
use crate::image::filter;
use crate::image::frame::Frame;
use crate::image::{Border, Interpolation, Sampling, Shape};

/// Pixels of border kept around the source: as many as a cubic needs that is centred two pixels outside.
const MARGIN: usize = 4;

/// About as many pixels are sampled at a time.
const PIXELS: usize = 1024;

/// Memory to work with.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    stages: Vec<Stage>,
    fields: Vec<Frame>,
    filter: filter::Buffers,
    padded: Vec<f32>,
    columns: Vec<Option<usize>>,
    xs: Vec<f64>,
    ys: Vec<f64>,
    index: Vec<u32>,
    fx: Vec<f32>,
    fy: Vec<f32>,
}

/// A step on the way of coordinates from the result to the source.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Projective(Homography),
    /// The displacement field of this number.
    Field(usize),
}

/// How many of the first transforms are joined, and how they are sampled.
pub(crate) fn joined(warps: &[&Warp]) -> (usize, Sampling) {
    let mut common = None;
    let mut count = 0;
    for warp in warps {
        match (common, warp.sampling) {
            (Some(own), Some(other)) if own != other => break,
            (None, other) => common = other,
            _ => {}
        }
        count += 1;
    }
    (count, common.unwrap_or_default())
}

/// Samples the frame once for all transforms; `other` is memory for the result, which is exchanged with the frame.
pub(crate) fn apply(warps: &[&Warp], sampling: Sampling, frame: &mut Frame, other: &mut Frame, buffers: &mut Buffers) {
    let Some(last) = warps.last() else { return };
    let input = frame.shape();
    let output = input.sized(last.output.0, last.output.1);
    plan(warps.iter().rev().copied(), buffers);
    let whole = match buffers.stages[..] {
        [] => Lattice::of(&Homography::IDENTITY),
        [Stage::Projective(map)] => Lattice::of(&map),
        _ => None,
    };
    if whole.is_some_and(|map| map.is_identity()) && input == output {
        return;
    }
    other.resize(output);
    match whole {
        Some(map) => {
            for (from, to) in frame.planes().zip(other.planes_mut()) {
                map.copy(from, input, to, output, sampling.border, &mut buffers.columns);
            }
        }
        None => sample(frame, other, sampling, buffers),
    }
    std::mem::swap(frame, other);
}

/// The stages from the result to the source, neighbouring matrices multiplied, and the fields that they need.
fn plan<'a>(last_to_first: impl Iterator<Item = &'a Warp>, buffers: &mut Buffers) {
    let Buffers { stages, fields, filter, .. } = buffers;
    stages.clear();
    let mut count = 0;
    for warp in last_to_first {
        match &warp.map {
            Map::Projective(map) => match stages.last_mut() {
                Some(Stage::Projective(before)) => *before = map.after(before),
                _ => stages.push(Stage::Projective(*map)),
            },
            Map::Displaced(displacement) if displacement.alpha == 0.0 => {}
            Map::Displaced(displacement) => {
                if fields.len() == count {
                    fields.push(Frame::default());
                }
                displacement.field(&mut fields[count], filter);
                stages.push(Stage::Field(count));
                count += 1;
            }
        }
    }
}

fn sample(frame: &Frame, other: &mut Frame, sampling: Sampling, buffers: &mut Buffers) {
    let Buffers { stages, fields, padded, columns, xs, ys, index, fx, fy, .. } = buffers;
    let (input, output) = (frame.shape(), other.shape());
    let stride = input.width + 2 * MARGIN;
    pad(frame, sampling.border, padded, columns);
    let fold_x = Fold::new(sampling.border, input.width);
    let fold_y = Fold::new(sampling.border, input.height);
    // Several rows at a time, so that short ones fill vectors too.
    let rows = (PIXELS / output.width).clamp(1, output.height);
    let padded_plane = stride * (input.height + 2 * MARGIN);
    let half = if sampling.interpolation == Interpolation::Nearest { 0.5 } else { 0.0 };
    for first in (0..output.height).step_by(rows) {
        let count = rows.min(output.height - first) * output.width;
        xs.resize(count, 0.0);
        ys.resize(count, 0.0);
        index.resize(count, 0);
        fx.resize(count, 0.0);
        fy.resize(count, 0.0);
        coordinates(stages, fields, first, output.width, xs, ys);
        fold(fold_x, half, xs);
        fold(fold_y, half, ys);
        place(xs, ys, stride as f64, index, fx, fy);
        for (plane, source) in padded.chunks_exact(padded_plane).enumerate() {
            let to = &mut other.values_mut()[plane * output.plane() + first * output.width..][..count];
            match sampling.interpolation {
                Interpolation::Nearest => nearest(source, index, to),
                Interpolation::Bilinear => bilinear(source, stride, index, fx, fy, to),
                Interpolation::Bicubic => bicubic(source, stride, index, fx, fy, to),
            }
        }
    }
}

/// The image with [`MARGIN`] pixels of its border on each side.
fn pad(frame: &Frame, border: Border, padded: &mut Vec<f32>, columns: &mut Vec<Option<usize>>) {
    let Shape { height, width, .. } = frame.shape();
    let margin = MARGIN as i64;
    columns.clear();
    columns.extend((-margin..width as i64 + margin).map(|x| border.index(x, width)));
    let fill = border.fill();
    padded.clear();
    for plane in frame.planes() {
        for y in -margin..height as i64 + margin {
            let Some(y) = border.index(y, height) else {
                padded.resize(padded.len() + columns.len(), fill);
                continue;
            };
            let row = &plane[y * width..(y + 1) * width];
            let side = |columns: &[Option<usize>], padded: &mut Vec<f32>| {
                padded.extend(columns.iter().map(|column| column.map_or(fill, |column| row[column])));
            };
            side(&columns[..MARGIN], padded);
            padded.extend_from_slice(row);
            side(&columns[MARGIN + width..], padded);
        }
    }
}

/// Where the pixels of some rows of the result come from.
fn coordinates(stages: &[Stage], fields: &[Frame], first: usize, width: usize, xs: &mut [f64], ys: &mut [f64]) {
    let (map, rest) = match stages {
        [Stage::Projective(map), rest @ ..] => (*map, rest),
        _ => (Homography::IDENTITY, stages),
    };
    if map.is_affine() {
        affine(map.matrix(), first, width, xs, ys);
    } else {
        projective(map.matrix(), first, width, xs, ys);
    }
    for stage in rest {
        match stage {
            Stage::Field(number) => displace(&fields[*number], xs, ys),
            Stage::Projective(map) => {
                for (x, y) in xs.iter_mut().zip(ys.iter_mut()) {
                    (*x, *y) = map.apply(*x, *y);
                }
            }
        }
    }
}

/// How coordinates along an axis are brought to where the padded image has pixels.
#[derive(Clone, Copy, Debug)]
struct Fold {
    border: Border,
    len: f64,
}

impl Fold {
    fn new(border: Border, len: usize) -> Self {
        Self { border, len: len as f64 }
    }
}

fn fold(fold: Fold, half: f64, coordinates: &mut [f64]) {
    let Fold { border, len } = fold;
    match border {
        // Two pixels outside, every interpolation sees the border alone.
        Border::Constant(_) | Border::Replicate => clamp(-2.0, len + 1.0, half, coordinates),
        Border::Wrap => wrap(len, half, coordinates),
        Border::Reflect => reflect(len - 1.0, half, coordinates),
    }
}

// `max` and `min` give the bound where the coordinate is NaN, behind a horizon: there is border there.
latent_numeric::vectorized! {
    fn affine(map: [[f64; 3]; 3], first: usize, width: usize, xs: &mut [f64], ys: &mut [f64]) {
        let [u, v, _] = map;
        for (row, (xs, ys)) in xs.chunks_exact_mut(width).zip(ys.chunks_exact_mut(width)).enumerate() {
            let y = (first + row) as f64;
            let (by_x, by_y) = (u[1] * y + u[2], v[1] * y + v[2]);
            for (column, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
                let at = f64::from(column as i32);
                *x = u[0] * at + by_x;
                *y = v[0] * at + by_y;
            }
        }
    }

    fn projective(map: [[f64; 3]; 3], first: usize, width: usize, xs: &mut [f64], ys: &mut [f64]) {
        for (row, (xs, ys)) in xs.chunks_exact_mut(width).zip(ys.chunks_exact_mut(width)).enumerate() {
            let y = (first + row) as f64;
            let lines = map.map(|[a, b, c]| [a, b * y + c]);
            for (column, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
                let [u, v, w] = lines.map(|[a, b]| a * f64::from(column as i32) + b);
                let inverse = if w > 0.0 { 1.0 / w } else { f64::NAN };
                *x = u * inverse;
                *y = v * inverse;
            }
        }
    }

    fn clamp(low: f64, high: f64, half: f64, coordinates: &mut [f64]) {
        for x in coordinates {
            *x = x.max(low).min(high) + half;
        }
    }

    fn wrap(len: f64, half: f64, coordinates: &mut [f64]) {
        for x in coordinates {
            let folded = *x - len * (*x / len).floor();
            *x = folded.max(0.0).min(len) + half;
        }
    }

    fn reflect(last: f64, half: f64, coordinates: &mut [f64]) {
        let period = 2.0 * last.max(0.5);
        for x in coordinates {
            let folded = (*x - period * (*x / period + 0.5).floor()).abs();
            *x = folded.max(0.0).min(last) + half;
        }
    }

    fn place(xs: &[f64], ys: &[f64], stride: f64, index: &mut [u32], fx: &mut [f32], fy: &mut [f32]) {
        let margin = MARGIN as f64;
        for ((((&x, &y), index), fx), fy) in xs.iter().zip(ys).zip(index).zip(fx).zip(fy) {
            let (column, row) = (x.floor(), y.floor());
            // 2^52 moves a whole number into the low bits. A cast would check the range and not be vectorised.
            *index = ((row + margin) * stride + (column + margin) + 4_503_599_627_370_496.0).to_bits() as u32;
            *fx = (x - column) as f32;
            *fy = (y - row) as f32;
        }
    }
}

fn nearest(source: &[f32], index: &[u32], to: &mut [f32]) {
    for (value, &at) in to.iter_mut().zip(index) {
        *value = source[at as usize];
    }
}

/// Pixels whose neighbours are collected before anything is computed, so that the computing is vectorised.
const LANES: usize = 16;

latent_numeric::vectorized! {
    fn bilinear(source: &[f32], stride: usize, index: &[u32], fx: &[f32], fy: &[f32], to: &mut [f32]) {
        let places = index.chunks(LANES).zip(fx.chunks(LANES).zip(fy.chunks(LANES)));
        for (to, (index, (fx, fy))) in to.chunks_mut(LANES).zip(places) {
            let [mut a, mut b, mut c, mut d, mut across, mut down] = [[0.0; LANES]; 6];
            for (lane, &at) in index.iter().enumerate() {
                let window = &source[at as usize..at as usize + stride + 2];
                (a[lane], b[lane], c[lane], d[lane]) = (window[0], window[1], window[stride], window[stride + 1]);
            }
            across[..fx.len()].copy_from_slice(fx);
            down[..fy.len()].copy_from_slice(fy);
            let values: [f32; LANES] = std::array::from_fn(|lane| {
                // Exact where a fraction is zero, and where both ends are equal.
                let top = a[lane] + (b[lane] - a[lane]) * across[lane];
                let low = c[lane] + (d[lane] - c[lane]) * across[lane];
                (top + (low - top) * down[lane]).clamp(0.0, 1.0)
            });
            to.copy_from_slice(&values[..to.len()]);
        }
    }
}

fn bicubic(source: &[f32], stride: usize, index: &[u32], fx: &[f32], fy: &[f32], to: &mut [f32]) {
    for (((value, &at), &fx), &fy) in to.iter_mut().zip(index).zip(fx).zip(fy) {
        let window = &source[at as usize - stride - 1..][..3 * stride + 4];
        let (across, down) = (keys(fx), keys(fy));
        let mut sum = 0.0;
        for (k, weight) in down.into_iter().enumerate() {
            let row = &window[k * stride..k * stride + 4];
            sum += weight * (across[0] * row[0] + across[1] * row[1] + across[2] * row[2] + across[3] * row[3]);
        }
        *value = sum.clamp(0.0, 1.0);
    }
}

/// The weights of the pixels at -1, 0, 1 and 2 for the value at `f` in [0, 1).
#[inline(always)]
fn keys(f: f32) -> [f32; 4] {
    let (f2, f3) = (f * f, f * f * f);
    [0.5 * (-f3 + 2.0 * f2 - f), 0.5 * (3.0 * f3 - 5.0 * f2 + 2.0), 0.5 * (-3.0 * f3 + 4.0 * f2 + f), 0.5 * (f3 - f2)]
}
