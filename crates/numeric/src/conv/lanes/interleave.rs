//! Rows taken side by side, and apart again.

use crate::Scalar;

/// `out[width k + row] = rows[row][k]` for `width` rows, a power of two, in rounds that are each of them pairs of rows
/// merged. Rows that are missing are zero; `spare` is as long as `out`.
pub fn interleave<E: Scalar>(rows: &[&[E]], width: usize, out: &mut [E], spare: &mut [E]) {
    let len = out.len() / width;
    let (mut from, mut to) = if width.trailing_zeros().is_multiple_of(2) { (out, spare) } else { (spare, out) };
    for (i, to) in from.chunks_exact_mut(len).enumerate() {
        match rows.get(i) {
            Some(row) => to.copy_from_slice(&row[..len]),
            None => to.fill(E::zero()),
        }
    }
    let mut run = len;
    while run < from.len() {
        merge(from, to, run);
        run *= 2;
        (from, to) = (to, from);
    }
}

/// The reverse of [`interleave`]: the rows come one after the other. Destroys `from`; `to` is as long.
pub fn deinterleave<'a, E: Scalar>(width: usize, mut from: &'a mut [E], mut to: &'a mut [E]) -> &'a [E] {
    let len = from.len() / width;
    let mut run = from.len();
    while run > len {
        run /= 2;
        split(from, to, run);
        (from, to) = (to, from);
    }
    from
}

// Functions of their own, so that the compiler knows that source and target do not overlap.
crate::vectorized! {
    /// Each run of the first half is merged with that of the second.
    fn merge<E: Scalar>(from: &[E], to: &mut [E], run: usize) {
        let (left, right) = from.split_at(from.len() / 2);
        for ((left, right), to) in left.chunks_exact(run).zip(right.chunks_exact(run)).zip(to.chunks_exact_mut(2 * run)) {
            for ((pair, &a), &b) in to.as_chunks_mut::<2>().0.iter_mut().zip(left).zip(right) {
                *pair = [a, b];
            }
        }
    }

    /// The reverse.
    fn split<E: Scalar>(from: &[E], to: &mut [E], run: usize) {
        let (left, right) = to.split_at_mut(from.len() / 2);
        for ((left, right), from) in left.chunks_exact_mut(run).zip(right.chunks_exact_mut(run)).zip(from.chunks_exact(2 * run)) {
            for ((a, b), pair) in left.iter_mut().zip(right).zip(from.as_chunks::<2>().0) {
                [*a, *b] = *pair;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn apart_again(rounds in 0_u32..5, len in 1_usize..70, missing in 0_usize..9) {
            let width = 1 << rounds;
            let count = (width - missing.min(width - 1)).max(1);
            let store: Vec<f32> = (1..=count * len).map(|i| i as f32).collect();
            let rows: Vec<_> = store.chunks(len).collect();
            let (mut out, mut spare) = (vec![f32::NAN; width * len], vec![f32::NAN; width * len]);
            interleave(&rows, width, &mut out, &mut spare);
            for k in 0..len {
                for row in 0..width {
                    prop_assert_eq!(out[k * width + row], rows.get(row).map_or(0.0, |row| row[k]));
                }
            }
            let apart = deinterleave(width, &mut out, &mut spare);
            prop_assert_eq!(&apart[..store.len()], &store[..]);
        }
    }
}
