//! Loops over elements, compiled for several instruction sets, in parallel where it pays.

use crate::{pool, shape};
use latent_numeric::Scalar;
use ndarray::{ArcArray, ArrayD, IxDyn, Zip};
use rayon::prelude::*;

/// Elements that one thread treats at a time. Each output element depends on its own inputs alone, so how work is
/// cut makes no difference to any bit.
pub(crate) const BLOCK: usize = 1 << 14;

/// Rows shorter than this are not worth a call each.
const SHORTEST_ROW: usize = 8;

/// `f(a)` for every element, in row-major order.
pub(crate) fn map<E: Scalar>(a: &ArcArray<E, IxDyn>, f: impl Fn(E) -> E + Copy + Sync) -> ArrayD<E> {
    match a.as_slice() {
        Some(a_slice) => {
            let mut out = pool::take(a.len());
            blocks(&mut out, |start, out| map_slice(&a_slice[start..start + out.len()], out, f));
            shape::array(a.shape(), out)
        }
        None => {
            let mut out = shape::array(a.shape(), pool::take(a.len()));
            Zip::from(&mut out).and(a).for_each(|out, &a| *out = f(a));
            out
        }
    }
}

/// Applies `f(from, to)` to blocks of elements: for functions that are vectorised over slices.
pub(crate) fn map_slices<E: Scalar>(a: &ArcArray<E, IxDyn>, f: impl Fn(&[E], &mut [E]) + Sync) -> ArrayD<E> {
    let mut out = pool::take(a.len());
    match a.as_slice() {
        Some(a) => blocks(&mut out, |start, out| f(&a[start..start + out.len()], out)),
        None => {
            let mut from = pool::take(a.len());
            from.iter_mut().zip(a).for_each(|(from, &a)| *from = a);
            blocks(&mut out, |start, out| f(&from[start..start + out.len()], out));
            pool::give(from);
        }
    }
    shape::array(a.shape(), out)
}

/// `f(a, b)` for every pair of elements, with broadcasting, in row-major order.
///
/// # Panics
/// If the shapes do not broadcast; the message names the operator and both shapes.
#[track_caller]
pub(crate) fn zip<E: Scalar>(
    operator: &str,
    a: &ArcArray<E, IxDyn>,
    b: &ArcArray<E, IxDyn>,
    f: impl Fn(E, E) -> E + Copy + Sync,
) -> ArrayD<E> {
    let shape = shape::broadcast(operator, a.shape(), b.shape());
    let len = shape.iter().product();
    if let (Some(x), Some(y)) = (a.as_slice(), b.as_slice()) {
        let mut out = pool::take(len);
        // The operand that is repeated along the leading axes, if any, is as long as the trailing ones.
        if x.len() == len && y.len() == len {
            blocks(&mut out, |start, out| {
                zip_slice(&x[start..start + out.len()], &y[start..start + out.len()], out, f)
            });
            return shape::array(&shape, out);
        }
        if x.len() == len && y.len() == 1 {
            let y = y[0];
            blocks(&mut out, |start, out| map_slice(&x[start..start + out.len()], out, |x| f(x, y)));
            return shape::array(&shape, out);
        }
        if y.len() == len && x.len() == 1 {
            let x = x[0];
            blocks(&mut out, |start, out| map_slice(&y[start..start + out.len()], out, |y| f(x, y)));
            return shape::array(&shape, out);
        }
        if x.len() == len && is_suffix(b.shape(), &shape) && !y.is_empty() {
            rows(&mut out, y.len(), |start, out| zip_slice(&x[start..start + out.len()], y, out, f));
            return shape::array(&shape, out);
        }
        if y.len() == len && is_suffix(a.shape(), &shape) && !x.is_empty() {
            rows(&mut out, x.len(), |start, out| zip_slice(x, &y[start..start + out.len()], out, f));
            return shape::array(&shape, out);
        }
        // The operand that stays the same along the trailing axes has one element for each row.
        let width = constant_run(b.shape(), &shape);
        if x.len() == len
            && width >= SHORTEST_ROW
            && let Some(of_row) = for_rows(b, &shape, len / width, width)
        {
            rows(&mut out, width, |start, out| {
                let y = of_row[start / width];
                map_slice(&x[start..start + out.len()], out, |x| f(x, y));
            });
            return shape::array(&shape, out);
        }
        let width = constant_run(a.shape(), &shape);
        if y.len() == len
            && width >= SHORTEST_ROW
            && let Some(of_row) = for_rows(a, &shape, len / width, width)
        {
            rows(&mut out, width, |start, out| {
                let x = of_row[start / width];
                map_slice(&y[start..start + out.len()], out, |y| f(x, y));
            });
            return shape::array(&shape, out);
        }
        pool::give(out);
    }
    let mut out = shape::array(&shape, pool::take(len));
    let (a, b) = (a.broadcast(&shape[..]).expect("checked"), b.broadcast(&shape[..]).expect("checked"));
    Zip::from(&mut out).and(a).and(b).for_each(|out, &a, &b| *out = f(a, b));
    out
}

/// How many elements the trailing axes span along which a part that broadcasts to a shape does not change.
pub(crate) fn constant_run(part: &[usize], shape: &[usize]) -> usize {
    let missing = shape.len() - part.len();
    let run = (0..shape.len()).rev().take_while(|&axis| axis < missing || part[axis - missing] == 1);
    run.map(|axis| shape[axis]).product()
}

/// The element of such a part for every row of `width` elements, where it does not change inside a row.
pub(crate) fn for_rows<E: Scalar>(
    part: &ArcArray<E, IxDyn>,
    shape: &[usize],
    rows: usize,
    width: usize,
) -> Option<Vec<E>> {
    let mut leading = shape.len();
    let mut span = 1;
    while span < width {
        leading -= 1;
        span *= shape[leading];
    }
    let mut short = shape.to_vec();
    short[leading..].fill(1);
    let spread: Vec<E> = part.broadcast(&short[..])?.iter().copied().collect();
    (spread.len() == rows).then_some(spread)
}

/// Whether `part`, leading ones aside, is the end of `whole`.
fn is_suffix(part: &[usize], whole: &[usize]) -> bool {
    let ones = part.iter().take_while(|&&n| n == 1).count();
    whole.ends_with(&part[ones..])
}

/// Runs `work(start, block)` over blocks of `out`.
pub(crate) fn blocks<E: Scalar>(out: &mut [E], work: impl Fn(usize, &mut [E]) + Sync) {
    if out.len() <= 2 * BLOCK {
        work(0, out);
    } else {
        out.par_chunks_mut(BLOCK).enumerate().for_each(|(i, block)| work(i * BLOCK, block));
    }
}

/// Runs `work(start, row)` over rows of `out`.
pub(crate) fn rows<E: Scalar>(out: &mut [E], width: usize, work: impl Fn(usize, &mut [E]) + Sync) {
    row_blocks(out, width, |start, block| {
        block.chunks_mut(width).enumerate().for_each(|(k, row)| work(start + k * width, row));
    });
}

/// Runs `work(start, block)` over blocks of whole rows of `out`; not at all if there are no elements.
pub(crate) fn row_blocks<E: Scalar>(out: &mut [E], width: usize, work: impl Fn(usize, &mut [E]) + Sync) {
    if out.is_empty() {
        return;
    }
    if out.len() <= 2 * BLOCK {
        work(0, out);
    } else {
        let size = BLOCK.div_ceil(width) * width;
        out.par_chunks_mut(size).enumerate().for_each(|(i, block)| work(i * size, block));
    }
}

latent_numeric::vectorized! {
    fn map_slice<E: Scalar, F: Fn(E) -> E>(a: &[E], out: &mut [E], f: F) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(a);
        }
    }

    fn zip_slice<E: Scalar, F: Fn(E, E) -> E>(a: &[E], b: &[E], out: &mut [E], f: F) {
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = f(a, b);
        }
    }
}
