//! Operators that are linear maps with an adjoint: their rule is the adjoint's, whose rule is the map's.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::Scalar;
use rayon::prelude::*;
use std::sync::Arc;

/// A linear map that treats each plane, the last two axes, alike.
pub(crate) trait PlaneMap: Send + Sync + 'static {
    /// The operator's name, and that of its adjoint.
    const NAMES: [&'static str; 2];

    /// Height and width of a plane of the input and of the output.
    fn sizes(&self) -> [[usize; 2]; 2];

    /// Overwrites the output plane of number `plane`.
    fn apply<E: Scalar>(&self, plane: usize, input: &[E], output: &mut [E]);

    /// Writes or adds to the input plane of number `plane`, which is zero before.
    fn adjoint<E: Scalar>(&self, plane: usize, output: &[E], input: &mut [E]);
}

struct Linear<M> {
    map: Arc<M>,
    adjoint: bool,
}

impl<E: Scalar, M: PlaneMap> Operator<E> for Linear<M> {
    fn name(&self) -> &'static str {
        M::NAMES[usize::from(self.adjoint)]
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(apply(&self.map, cotangent, !self.adjoint))]
    }
}

/// Work on fewer elements is done on the calling thread.
const PARALLEL_FROM: usize = 1 << 15;

/// The map, or its adjoint, of all planes of a tensor of four axes.
pub(crate) fn apply<E: Scalar, M: PlaneMap>(map: &Arc<M>, x: &Tensor<E>, adjoint: bool) -> Tensor<E> {
    let [mut from, mut to] = map.sizes();
    if adjoint {
        std::mem::swap(&mut from, &mut to);
    }
    let [from, to_len] = [from, to].map(|[h, w]| h * w);
    let shape = [x.shape()[0], x.shape()[1], to[0], to[1]];
    let array = x.array().as_standard_layout();
    let values = array.as_slice().expect("row-major");
    let mut out = pool::take(shape.iter().product());
    each_plane(&mut out, to_len, values.len(), |plane, out| {
        let values = &values[plane * from..(plane + 1) * from];
        if adjoint {
            out.fill(E::zero());
            map.adjoint(plane, values, out);
        } else {
            map.apply(plane, values, out);
        }
    });
    let operator = Linear { map: map.clone(), adjoint };
    Tensor::from_operator(operator, vec![x.clone()], shape::array(&shape, out))
}

/// The map of all planes of a tensor of four axes, whose value is known.
pub(crate) fn applied<E: Scalar, M: PlaneMap>(map: M, x: &Tensor<E>, value: Vec<E>) -> Tensor<E> {
    let [_, [height, width]] = map.sizes();
    let value = shape::array(&[x.shape()[0], x.shape()[1], height, width], value);
    Tensor::from_operator(Linear { map: Arc::new(map), adjoint: false }, vec![x.clone()], value)
}

/// Calls `work(number, plane)` for each plane of `out`, in parallel where it pays.
pub(crate) fn each_plane<T: Send>(out: &mut [T], len: usize, from: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let mut nothing = vec![(); out.len()];
    each_pair(out, &mut nothing, len, from, |plane, out, _| work(plane, out));
}

/// Calls `work(number, plane, plane)` for each pair of planes of two outputs, in parallel where it pays.
pub(crate) fn each_pair<T: Send, U: Send>(
    first: &mut [T],
    second: &mut [U],
    len: usize,
    from: usize,
    work: impl Fn(usize, &mut [T], &mut [U]) + Sync,
) {
    let together = (PARALLEL_FROM / 4).div_ceil(len);
    let several = |(i, (first, second)): (usize, (&mut [T], &mut [U]))| {
        let planes = first.chunks_mut(len).zip(second.chunks_mut(len)).enumerate();
        planes.for_each(|(k, (first, second))| work(i * together + k, first, second));
    };
    if first.len().max(from) < PARALLEL_FROM {
        several((0, (first, second)));
    } else {
        let size = together * len;
        first.par_chunks_mut(size).zip(second.par_chunks_mut(size)).enumerate().for_each(several);
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::{GradOptions, Tensor, grad};
    use latent_numeric::parallel::with_threads;

    /// The bits of a value and of a gradient of order one on one and on three threads.
    pub fn same_bits(x: &Tensor<f32>, f: impl Fn(&Tensor<f32>) -> Tensor<f32> + Sync) {
        let results = |threads| {
            let work = || {
                let x = Tensor::variable(x.to_array());
                let y = f(&x);
                let back = grad(&[(&y * &y).sum()], &[x], GradOptions::default()).remove(0);
                [y, back].map(|x| x.to_array().mapv(f32::to_bits))
            };
            with_threads(threads, work).expect("threads")
        };
        assert_eq!(results(1), results(3));
    }

    /// `|<A x, y> - <x, A' y>|` for a linear operator, `A'` being its vector-Jacobian product.
    pub fn adjoint_gap(x: &Tensor<f64>, y: &Tensor<f64>, f: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> f64 {
        let x = Tensor::variable(x.to_array());
        let value = f(&x);
        let back = grad(
            std::slice::from_ref(&value),
            std::slice::from_ref(&x),
            GradOptions::default().cotangents(vec![y.clone()]),
        )
        .remove(0);
        ((value * y).sum().item() - (back * x).sum().item()).abs()
    }
}
