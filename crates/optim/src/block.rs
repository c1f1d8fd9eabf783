//! Neighbouring elements of a parameter, and the one pass over memory in which they are updated.

use latent_numeric::Scalar;

/// The most numbers that an [`Algorithm`](crate::Algorithm) may keep for each element.
pub const MAX_SLOTS: usize = 3;

/// Elements treated together: two of the widest vectors of `f32`.
const LANES: usize = 32;

/// What is done with a gradient before the optimiser sees it: `clamp(scale g, -bound, bound)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transform<E> {
    pub scale: E,
    pub bound: E,
}

impl<E: Scalar> Transform<E> {
    #[inline(always)]
    pub fn apply(self, g: E) -> E {
        let g = g * self.scale;
        // Comparisons, which leave a NaN a NaN.
        let g = if g > self.bound { self.bound } else { g };
        if g < -self.bound { -self.bound } else { g }
    }
}

/// Neighbouring elements of a parameter, with their gradients and what the optimiser keeps for them.
#[derive(Debug)]
pub struct Block<'a, E: Scalar> {
    pub(crate) parameters: &'a mut [E],
    pub(crate) gradients: &'a [E],
    pub(crate) slots: [&'a mut [E]; MAX_SLOTS],
    pub(crate) transform: Transform<E>,
}

impl<E: Scalar> Block<'_, E> {
    /// Replaces every element `p` with gradient `g`, and the numbers `s` kept for it, by `f(p, g, s)`: vectorised, and
    /// each read and written once. `N` is the number of [slots](crate::Algorithm::slots).
    ///
    /// # Panics
    /// If fewer than `N` numbers are kept for each element.
    #[inline]
    pub fn update<const N: usize>(self, f: impl Fn(E, E, [E; N]) -> (E, [E; N])) {
        let mut slots = self.slots.into_iter();
        let slots = std::array::from_fn(|_| slots.next().expect("no more than MAX_SLOTS"));
        update(self.parameters, self.gradients, slots, self.transform, f);
    }
}

latent_numeric::vectorized! {
    fn update<E: Scalar, const N: usize, F: Fn(E, E, [E; N]) -> (E, [E; N])>(
        parameters: &mut [E],
        gradients: &[E],
        slots: [&mut [E]; N],
        transform: Transform<E>,
        f: F,
    ) {
        let (rows, tail) = parameters.as_chunks_mut::<LANES>();
        let (gradient_rows, gradient_tail) = gradients.as_chunks::<LANES>();
        let slots = slots.map(|slot| slot.as_chunks_mut::<LANES>());
        for (i, (row, g)) in rows.iter_mut().zip(gradient_rows).enumerate() {
            let mut kept: [[E; LANES]; N] = std::array::from_fn(|k| slots[k].0[i]);
            let mut p = *row;
            for lane in 0..LANES {
                let (new, now) = f(p[lane], transform.apply(g[lane]), std::array::from_fn(|k| kept[k][lane]));
                p[lane] = new;
                for k in 0..N {
                    kept[k][lane] = now[k];
                }
            }
            *row = p;
            for k in 0..N {
                slots[k].0[i] = kept[k];
            }
        }
        for (i, (p, &g)) in tail.iter_mut().zip(gradient_tail).enumerate() {
            let (new, now) = f(*p, transform.apply(g), std::array::from_fn(|k| slots[k].1[i]));
            *p = new;
            for k in 0..N {
                slots[k].1[i] = now[k];
            }
        }
    }

    /// Moves averages towards the parameters: `a + weight (p - a)`.
    pub(crate) fn blend<E: Scalar>(average: &mut [E], parameters: &[E], weight: E) {
        for (a, &p) in average.iter_mut().zip(parameters) {
            *a += weight * (p - *a);
        }
    }
}
