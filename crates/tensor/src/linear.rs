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

    /// Adds to the input plane of number `plane`, which is zero before.
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

/// Calls `work(number, plane)` for each plane of `out`, in parallel where it pays.
pub(crate) fn each_plane<T: Send>(out: &mut [T], len: usize, from: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    if out.len().max(from) < PARALLEL_FROM {
        out.chunks_mut(len).enumerate().for_each(|(plane, out)| work(plane, out));
    } else {
        let together = (PARALLEL_FROM / 4).div_ceil(len);
        out.par_chunks_mut(together * len).enumerate().for_each(|(i, planes)| {
            planes.chunks_mut(len).enumerate().for_each(|(k, out)| work(i * together + k, out));
        });
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::{GradOptions, Tensor, grad};

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
