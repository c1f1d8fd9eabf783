//! Rows taken side by side, and apart again.

use crate::Scalar;
use pulp::{Simd, WithSimd};

/// `out[width k + row] = rows[row][k]` for `width` rows, a power of two, in rounds that are each of them pairs of rows
/// merged.
pub struct Interleave<'a, E> {
    /// Rows that are missing are zero.
    pub rows: &'a [&'a [E]],
    pub width: usize,
    pub out: &'a mut [E],
    /// As long as `out`.
    pub spare: &'a mut [E],
}

impl<E: Scalar> WithSimd for Interleave<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { rows, width, out, spare } = self;
        let len = out.len() / width;
        let (mut from, mut to) = if width.trailing_zeros().is_multiple_of(2) { (out, spare) } else { (spare, out) };
        if width == 1 {
            return from.copy_from_slice(rows[0]);
        }
        for (i, to) in from.chunks_exact_mut(len).enumerate() {
            match rows.get(i) {
                Some(row) => to.copy_from_slice(&row[..len]),
                None => to.fill(E::zero()),
            }
        }
        let mut run = len;
        while run < from.len() {
            let (left, right) = from.split_at(from.len() / 2);
            for ((left, right), to) in
                left.chunks_exact(run).zip(right.chunks_exact(run)).zip(to.chunks_exact_mut(2 * run))
            {
                for ((pair, &a), &b) in to.as_chunks_mut::<2>().0.iter_mut().zip(left).zip(right) {
                    *pair = [a, b];
                }
            }
            run *= 2;
            (from, to) = (to, from);
        }
    }
}

/// The reverse of [`Interleave`]: the rows come one after the other. Destroys `from`.
pub struct Deinterleave<'a, E> {
    pub width: usize,
    pub from: &'a mut [E],
    /// As long as `from`.
    pub spare: &'a mut [E],
}

impl<'a, E: Scalar> WithSimd for Deinterleave<'a, E> {
    type Output = &'a [E];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> &'a [E] {
        let Self { width, mut from, spare: mut to } = self;
        let len = from.len() / width;
        let mut run = from.len();
        while run > len {
            run /= 2;
            let (left, right) = to.split_at_mut(from.len() / 2);
            for ((left, right), from) in
                left.chunks_exact_mut(run).zip(right.chunks_exact_mut(run)).zip(from.chunks_exact(2 * run))
            {
                for ((a, b), pair) in left.iter_mut().zip(right).zip(from.as_chunks::<2>().0) {
                    [*a, *b] = *pair;
                }
            }
            (from, to) = (to, from);
        }
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulp::Arch;

    proptest! {
        #[test]
        fn apart_again(rounds in 0_u32..5, len in 1_usize..70, missing in 0_usize..9) {
            let width = 1 << rounds;
            let count = (width - missing.min(width - 1)).max(1);
            let store: Vec<f32> = (1..=count * len).map(|i| i as f32).collect();
            let rows: Vec<_> = store.chunks(len).collect();
            let (mut out, mut spare) = (vec![f32::NAN; width * len], vec![f32::NAN; width * len]);
            Arch::new().dispatch(Interleave { rows: &rows, width, out: &mut out, spare: &mut spare });
            for k in 0..len {
                for row in 0..width {
                    prop_assert_eq!(out[k * width + row], rows.get(row).map_or(0.0, |row| row[k]));
                }
            }
            let apart = Arch::new().dispatch(Deinterleave { width, from: &mut out, spare: &mut spare });
            prop_assert_eq!(&apart[..store.len()], &store[..]);
        }
    }
}
