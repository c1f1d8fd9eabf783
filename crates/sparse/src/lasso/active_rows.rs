//! The rows of a block that are not done yet, kept together at the top of each array.

use latent_numeric::Scalar;
use ndarray::{Array2, ArrayBase, Data, DataMut, Ix2};

/// Which row of the block stands in each of the first slots.
pub(super) struct ActiveRows {
    original: Vec<usize>,
}

impl ActiveRows {
    /// All of `0..rows`.
    pub fn new(rows: usize) -> Self {
        Self { original: (0..rows).collect() }
    }

    /// How many are left; they stand in the slots `0..len`.
    pub fn len(&self) -> usize {
        self.original.len()
    }

    /// The block's row that stands in this slot.
    pub fn row(&self, slot: usize) -> usize {
        self.original[slot]
    }

    /// The block's rows that are left, by slot.
    pub fn rows(&self) -> &[usize] {
        &self.original
    }

    /// Takes out the rows for which `keep(slot, row)` is false and fills each gap with the last slot, in
    /// `arrays` and, through `copy(to, from)`, in whatever else is kept by slot.
    pub fn retain<E: Scalar, const N: usize>(
        &mut self,
        mut keep: impl FnMut(&[&mut Array2<E>; N], usize, usize) -> bool,
        mut arrays: [&mut Array2<E>; N],
        mut copy: impl FnMut(usize, usize),
    ) {
        let mut slot = 0;
        while slot < self.original.len() {
            if keep(&arrays, slot, self.original[slot]) {
                slot += 1;
                continue;
            }
            self.original.swap_remove(slot);
            let last = self.original.len();
            if slot < last {
                for array in &mut arrays {
                    let width = array.ncols();
                    let values = array.as_slice_mut().expect("standard layout");
                    values.copy_within(last * width..(last + 1) * width, slot * width);
                }
                copy(slot, last);
            }
        }
    }
}

/// A row of an array in standard layout.
#[inline(always)]
pub(super) fn row<E, S: Data<Elem = E>>(a: &ArrayBase<S, Ix2>, k: usize) -> &[E] {
    let width = a.ncols();
    &a.as_slice().expect("standard layout")[k * width..(k + 1) * width]
}

/// A row of an array in standard layout.
#[inline(always)]
pub(super) fn row_mut<E, S: DataMut<Elem = E>>(a: &mut ArrayBase<S, Ix2>, k: usize) -> &mut [E] {
    let width = a.ncols();
    &mut a.as_slice_mut().expect("standard layout")[k * width..(k + 1) * width]
}
