//! One sampling of an image for any number of joined transforms.

use super::displacement::displace;
use super::lattice::Lattice;
use super::{Homography, Map, Warp};
use crate::image::filter;
use crate::image::frame::Frame;
use crate::image::operator::Drawn;
use crate::image::{Border, Interpolation, Sampling, Shape};

/// Pixels of border kept around the source: as many as a cubic needs that is centred two pixels outside.
const MARGIN: usize = 4;

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
pub(crate) fn joined(steps: &[Drawn]) -> (usize, Sampling) {
    let mut common = None;
    let mut count = 0;
    for step in steps {
        let Drawn::Warp(warp) = step else { break };
        match (common, warp.sampling) {
            (Some(own), Some(other)) if own != other => break,
            (None, other) => common = other,
            _ => {}
        }
        count += 1;
    }
    (count, common.unwrap_or_default())
}

/// Samples the frame once for all transforms among the steps; `other` is memory for the result, which is exchanged with
/// the frame.
pub(crate) fn apply(
    steps: &[Drawn],
    sampling: Sampling,
    frame: &mut Frame,
    other: &mut Frame,
    buffers: &mut Buffers,
) {
    let warps = steps.iter().filter_map(|step| if let Drawn::Warp(warp) = step { Some(warp) } else { None });
    let Some(last) = warps.clone().next_back() else { return };
    let input = frame.shape();
    let output = input.sized(last.output.0, last.output.1);
    plan(warps.rev(), buffers);
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
    xs.resize(output.width, 0.0);
    ys.resize(output.width, 0.0);
    index.resize(output.width, 0);
    fx.resize(output.width, 0.0);
    fy.resize(output.width, 0.0);
    let padded_plane = stride * (input.height + 2 * MARGIN);
    let half = if sampling.interpolation == Interpolation::Nearest { 0.5 } else { 0.0 };
    for row in 0..output.height {
        coordinates(stages, fields, row, xs, ys);
        fold(fold_x, half, xs);
        fold(fold_y, half, ys);
        place(xs, ys, stride, index, fx, fy);
        for (plane, source) in padded.chunks_exact(padded_plane).enumerate() {
            let to = &mut other.values_mut()[plane * output.plane() + row * output.width..][..output.width];
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

/// Where the pixels of a row of the result come from.
fn coordinates(stages: &[Stage], fields: &[Frame], row: usize, xs: &mut [f64], ys: &mut [f64]) {
    let mut rest = stages;
    if let [Stage::Projective(map), after @ ..] = stages {
        row_of(map, row as f64, xs, ys);
        rest = after;
    } else {
        row_of(&Homography::IDENTITY, row as f64, xs, ys);
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

fn row_of(map: &Homography, y: f64, xs: &mut [f64], ys: &mut [f64]) {
    let [u, v, w] = map.matrix();
    if map.is_affine() {
        affine_row([u[0], u[1] * y + u[2]], xs);
        affine_row([v[0], v[1] * y + v[2]], ys);
    } else {
        projective_row([u, v, w].map(|[a, b, c]| [a, b * y + c]), xs, ys);
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
    fn affine_row(line: [f64; 2], coordinates: &mut [f64]) {
        for (j, x) in coordinates.iter_mut().enumerate() {
            *x = line[0] * (j as i32 as f64) + line[1];
        }
    }

    fn projective_row(lines: [[f64; 2]; 3], xs: &mut [f64], ys: &mut [f64]) {
        for (j, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
            let [u, v, w] = lines.map(|[a, b]| a * (j as i32 as f64) + b);
            let inverse = if w > 0.0 { 1.0 / w } else { f64::NAN };
            *x = u * inverse;
            *y = v * inverse;
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

    fn place(xs: &[f64], ys: &[f64], stride: usize, index: &mut [u32], fx: &mut [f32], fy: &mut [f32]) {
        let (margin, stride) = (MARGIN as i32, stride as i32);
        for ((((&x, &y), index), fx), fy) in xs.iter().zip(ys).zip(index).zip(fx).zip(fy) {
            let (column, row) = (x.floor(), y.floor());
            *index = ((row as i32 + margin) * stride + column as i32 + margin) as u32;
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

fn bilinear(source: &[f32], stride: usize, index: &[u32], fx: &[f32], fy: &[f32], to: &mut [f32]) {
    for (((value, &at), &fx), &fy) in to.iter_mut().zip(index).zip(fx).zip(fy) {
        let window = &source[at as usize..at as usize + stride + 2];
        let (a, b, c, d) = (window[0], window[1], window[stride], window[stride + 1]);
        // Exact where a fraction is zero, and where both ends are equal.
        let top = a + (b - a) * fx;
        let low = c + (d - c) * fx;
        *value = (top + (low - top) * fy).clamp(0.0, 1.0);
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
    [
        0.5 * (-f3 + 2.0 * f2 - f),
        0.5 * (3.0 * f3 - 5.0 * f2 + 2.0),
        0.5 * (-3.0 * f3 + 4.0 * f2 + f),
        0.5 * (f3 - f2),
    ]
}
