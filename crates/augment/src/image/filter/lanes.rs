//! Rows in pieces that fill vectors.

/// What is computed for the `L` elements of a row that begin at `start`, from inputs alone.
pub(super) trait Piece {
    fn piece<const L: usize>(&mut self, start: usize);
}

/// Covers `0..width` with pieces of one size, the last one overlapping the one before it: computing some elements twice
/// costs less than a remainder one by one.
#[inline(always)]
pub(super) fn cover(width: usize, work: &mut impl Piece) {
    if width >= 16 {
        pieces::<16>(width, work);
    } else if width >= 4 {
        pieces::<4>(width, work);
    } else {
        pieces::<1>(width, work);
    }
}

#[inline(always)]
fn pieces<const L: usize>(width: usize, work: &mut impl Piece) {
    let mut start = 0;
    while start + L <= width {
        work.piece::<L>(start);
        start += L;
    }
    if start < width {
        work.piece::<L>(width - L);
    }
}

/// `sum += weight * values[..L]`.
#[inline(always)]
pub(super) fn accumulate<const L: usize>(sum: &mut [f32; L], weight: f32, values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(&values[..L]) {
        *sum += weight * value;
    }
}
