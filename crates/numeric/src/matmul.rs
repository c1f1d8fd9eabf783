//! Matrix products over `ndarray` views of any strides, through `faer`.
//!
//! A transposed view costs nothing: only its strides differ. Every product gives the same bits on
//! any number of threads; see [`Threads`].
//!
//! On processors with AVX2 and FMA, a row of a product does not depend on how many rows there are: the product of some
//! rows of `a` with `b` has the bits of these rows of `a b`, in any layout. (A product with one column alone sums in an
//! order that goes by the layout of `a`: there the rows must lie as they do among the others, either each of them
//! contiguous, or not.)
//!
//! ```
//! use latent_numeric::matmul::matmul;
//! use ndarray::array;
//!
//! let a = array![[1.0, 2.0], [3.0, 4.0]];
//! assert_eq!(matmul(a.t(), a.view()), array![[10.0, 14.0], [14.0, 20.0]]);
//! ```

mod block;

use crate::{Scalar, compiled_here};
use faer::{Accum, MatMut, MatRef};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// Products of fewer multiplications than four times this are one block: waking other threads costs more.
const BLOCK: usize = 1 << 20;

/// Blocks are cut at multiples of this many rows or columns, which are those of the innermost kernels.
const ALIGNMENT: usize = 16;

/// Which threads a product may use. Its bits are the same either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// The calling thread alone, for products inside a loop that is parallel already.
    One,
    /// The current `rayon` pool, where the product is large enough to gain by it.
    #[default]
    Pool,
}

/// The product `a b`.
///
/// # Shapes
/// `a` is (m, k), `b` is (k, n), the result (m, n). With `k = 0` it is zero.
///
/// # Panics
/// If the inner dimensions differ.
pub fn matmul<E: Scalar>(a: ArrayView2<E>, b: ArrayView2<E>) -> Array2<E> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    matmul_into(E::one(), a, b, E::zero(), c.view_mut(), Threads::Pool);
    c
}

/// The general product `c <- alpha a b + beta c`. With `beta = 0` the old `c` is not read, so it may
/// hold anything, NaN included.
///
/// # Shapes
/// `a` is (m, k), `b` is (k, n), `c` is (m, n); any strides.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul_into<E: Scalar>(
    alpha: E,
    a: ArrayView2<E>,
    b: ArrayView2<E>,
    beta: E,
    c: ArrayViewMut2<E>,
    threads: Threads,
) {
    let ((m, k), (k_b, n)) = (a.dim(), b.dim());
    assert!(k == k_b && c.dim() == (m, n), "matmul: cannot form {:?} from {:?} times {:?}", c.dim(), a.dim(), b.dim());
    general(alpha, a, b, beta, c, threads);
}

/// [`matmul_into`] of shapes that fit.
#[compiled_here]
fn general<E: Scalar>(
    alpha: E,
    a: ArrayView2<'_, E>,
    b: ArrayView2<'_, E>,
    beta: E,
    mut c: ArrayViewMut2<'_, E>,
    threads: Threads,
) {
    let ((m, k), n) = (a.dim(), b.ncols());
    let accumulate = if beta == E::zero() {
        Accum::Replace
    } else {
        if beta != E::one() {
            c.mapv_inplace(|x| beta * x);
        }
        Accum::Add
    };
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        if accumulate == Accum::Replace {
            c.fill(E::zero());
        }
        return;
    }
    // Larger products have more blocks and larger ones.
    let halvings = (m * n * k / BLOCK).checked_ilog2().unwrap_or(0) / 2;
    halves(alpha, [a, b], accumulate, c, halvings, threads);
}

/// The product in `2^halvings` blocks of `c`, each computed by one thread. Their shapes, on which the order of sums
/// depends, follow from that of the product alone. (The threads of `faer`'s own parallel products wait for each other
/// several times in each, spinning; here they meet once.)
fn halves<E: Scalar>(
    alpha: E,
    [a, b]: [ArrayView2<E>; 2],
    accumulate: Accum,
    c: ArrayViewMut2<E>,
    halvings: u32,
    threads: Threads,
) {
    let (m, n) = c.dim();
    let longer = m.max(n);
    if halvings == 0 || longer < 4 * ALIGNMENT {
        return block::product(alpha, a, b, accumulate, c);
    }
    let middle = (longer / 2).next_multiple_of(ALIGNMENT);
    let (of_first, of_second, first, second) = if m >= n {
        let ((above, below), (first, second)) = (a.split_at(Axis(0), middle), c.split_at(Axis(0), middle));
        ([above, b], [below, b], first, second)
    } else {
        let ((left, right), (first, second)) = (b.split_at(Axis(1), middle), c.split_at(Axis(1), middle));
        ([a, left], [a, right], first, second)
    };
    let first = || halves(alpha, of_first, accumulate, first, halvings - 1, threads);
    let second = || halves(alpha, of_second, accumulate, second, halvings - 1, threads);
    match threads {
        Threads::One => {
            first();
            second();
        }
        Threads::Pool => {
            rayon::join(first, second);
        }
    }
}

/// A `faer` view of an `ndarray` view: the same memory and strides.
pub(crate) fn mat_ref<'a, E: Scalar>(a: &'a ArrayView2<'_, E>) -> MatRef<'a, E> {
    let strides = a.strides();
    // SAFETY: an `ArrayView2` guarantees that every element of its shape lies in one live
    // allocation at these (possibly negative) strides, for at least the lifetime of the borrow.
    unsafe { MatRef::from_raw_parts(a.as_ptr(), a.nrows(), a.ncols(), strides[0], strides[1]) }
}

/// A mutable `faer` view of an `ndarray` view: the same memory and strides.
pub(crate) fn mat_mut<'a, E: Scalar>(a: &'a mut ArrayViewMut2<'_, E>) -> MatMut<'a, E> {
    let (rows, cols) = a.dim();
    let (row_stride, col_stride) = (a.strides()[0], a.strides()[1]);
    // SAFETY: as in `mat_ref`; `ndarray` further guarantees that no two elements of a mutable view
    // are the same memory, and the borrow is exclusive.
    unsafe { MatMut::from_raw_parts_mut(a.as_mut_ptr(), rows, cols, row_stride, col_stride) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::with_threads;
    use crate::random::Stream;
    use approx::assert_abs_diff_eq;
    use ndarray::s;
    use proptest::prelude::*;

    /// A (rows, cols) view with one of eight layouts into `store`.
    fn layout(store: &Array2<f64>, rows: usize, cols: usize, kind: u8) -> ArrayView2<'_, f64> {
        let transposed = kind & 1 == 1;
        let (r, c) = if transposed { (cols, rows) } else { (rows, cols) };
        let mut v = if kind & 2 == 2 { store.slice(s![..2 * r; 2, ..3 * c; 3]) } else { store.slice(s![..r, ..c]) };
        if kind & 4 == 4 {
            v.invert_axis(Axis(0));
        }
        if transposed { v.reversed_axes() } else { v }
    }

    fn naive(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
        Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| (0..a.ncols()).map(|l| a[[i, l]] * b[[l, j]]).sum())
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            seed: u64, m in 0_usize..40, k in 0_usize..40, n in 0_usize..40, la in 0_u8..8, lb in 0_u8..8, lc in 0_u8..8,
            alpha in -2.0..2.0_f64, beta in prop::sample::select(vec![0.0, 1.0, -0.7]),
        ) {
            let mut stream = Stream::new(seed, "matmul", &[]);
            let stores: [Array2<f64>; 3] = std::array::from_fn(|_| stream.normal_array((120, 120)));
            let (a, b) = (layout(&stores[0], m, k, la), layout(&stores[1], k, n, lb));
            let want = alpha * naive(a, b) + beta * &layout(&stores[2], m, n, lc);
            let mut whole = stores[2].clone();
            let transposed = lc & 1 == 1;
            let (r, c) = if transposed { (n, m) } else { (m, n) };
            let mut target = if lc & 2 == 2 { whole.slice_mut(s![..2 * r; 2, ..3 * c; 3]) } else { whole.slice_mut(s![..r, ..c]) };
            if lc & 4 == 4 { target.invert_axis(Axis(0)); }
            let mut target = if transposed { target.reversed_axes() } else { target };
            matmul_into(alpha, a, b, beta, target.view_mut(), Threads::Pool);
            for (got, want) in target.iter().zip(&want) {
                assert_abs_diff_eq!(got, want, epsilon = 1e-12 * (1.0 + want.abs()) * 40.0);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn same_bits_on_every_thread_count(seed: u64, m in 1_usize..400, k in 1_usize..400, n in 1_usize..400, ta: bool, tb: bool) {
            let mut stream = Stream::new(seed, "matmul", &[]);
            let a: Array2<f32> = stream.normal_array(if ta { (k, m) } else { (m, k) });
            let b: Array2<f32> = stream.normal_array(if tb { (n, k) } else { (k, n) });
            let (av, bv) = (if ta { a.t() } else { a.view() }, if tb { b.t() } else { b.view() });
            let product = || matmul(av, bv).mapv(f32::to_bits);
            let mut alone = Array2::zeros((m, n));
            matmul_into(1.0, av, bv, 0.0, alone.view_mut(), Threads::One);
            for threads in [1, 2, 3, 4, 7] {
                prop_assert_eq!(&with_threads(threads, product).unwrap(), &alone.mapv(f32::to_bits), "{} threads", threads);
            }
        }
    }

    /// A matrix of this shape in memory that goes down columns if `columns`, with gaps if `gaps`.
    fn lain<E: Scalar>(stream: &mut Stream, rows: usize, cols: usize, columns: bool, gaps: bool) -> Array2<E> {
        let (r, c) = if columns { (cols, rows) } else { (rows, cols) };
        let whole: Array2<E> = stream.normal_array(if gaps { (2 * r, 3 * c) } else { (r, c) });
        let part = if gaps { whole.slice_move(s![..;2, ..;3]) } else { whole };
        if columns { part.reversed_axes() } else { part }
    }

    fn rows_alone<E: Scalar>(seed: u64, [m, k, n]: [usize; 3], lain_as: [bool; 6], [alpha, beta]: [f64; 2]) {
        let mut stream = Stream::new(seed, "matmul", &[]);
        let a = lain::<E>(&mut stream, m, k, lain_as[0], lain_as[1]);
        let b = lain::<E>(&mut stream, k, n, lain_as[2], lain_as[3]);
        let before = lain::<E>(&mut stream, m, n, lain_as[4], lain_as[5]);
        let product = |a: ArrayView2<E>, c: ArrayView2<E>| {
            let mut c = if lain_as[4] { c.reversed_axes().to_owned().reversed_axes() } else { c.to_owned() };
            matmul_into(E::of(alpha), a, b.view(), E::of(beta), c.view_mut(), Threads::One);
            c.mapv(|x| x.as_f64().to_bits())
        };
        let whole = product(a.view(), before.view());
        for rows in [1, 2, 3, 7, 40] {
            for start in [0, m / 2, m.saturating_sub(rows)] {
                let some = start..(start + rows).min(m);
                let part = a.slice(s![some.clone(), ..]);
                // What lies alone does not lie as it did: of no account where there are two columns.
                let copies = if n > 1 { vec![part.to_owned()] } else { vec![] };
                for part in copies.iter().map(|copy| copy.view()).chain([part]) {
                    let got = product(part, before.slice(s![some.clone(), ..]));
                    assert_eq!(
                        got,
                        whole.slice(s![some.clone(), ..]),
                        "rows {some:?} of {m} x {k} x {n} {lain_as:?} {alpha} {beta}"
                    );
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn a_row_does_not_depend_on_how_many_there_are(
            seed: u64, m in 1_usize..90, k in prop_oneof![1_usize..40, 400_usize..1200],
            n in prop_oneof![1_usize..8, 1_usize..200], lain_as: [bool; 6],
            alpha in prop::sample::select(vec![1.0, -0.7]), beta in prop::sample::select(vec![0.0, 1.0, 0.3]),
        ) {
            prop_assume!(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"));
            rows_alone::<f32>(seed, [m, k, n], lain_as, [alpha, beta]);
            rows_alone::<f64>(seed, [m, k, n], lain_as, [alpha, beta]);
        }
    }

    /// Large enough to be cut into blocks.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_row_of_many() {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            for columns in [false, true] {
                rows_alone::<f32>(1, [300, 784, 600], [false, false, columns, false, false, false], [1.0, 0.0]);
                rows_alone::<f32>(2, [3000, 1700, 1], [columns, false, false, false, false, false], [1.0, 0.0]);
                rows_alone::<f64>(3, [17, 600, 2000], [columns, false, false, true, false, false], [1.0, 1.0]);
            }
        }
    }

    #[test]
    fn old_contents_are_not_read() {
        let a = Array2::<f32>::ones((3, 2));
        let mut c = Array2::from_elem((3, 3), f32::NAN);
        matmul_into(1.0, a.view(), a.t(), 0.0, c.view_mut(), Threads::Pool);
        assert_eq!(c, Array2::from_elem((3, 3), 2.0));
        let mut c = Array2::from_elem((3, 3), f32::NAN);
        let empty = Array2::<f32>::zeros((3, 0));
        matmul_into(1.0, empty.view(), empty.t(), 0.0, c.view_mut(), Threads::Pool);
        assert_eq!(c, Array2::zeros((3, 3)));
    }

    #[test]
    #[should_panic(expected = "matmul: cannot form (2, 5) from (2, 3) times (4, 5)")]
    fn shapes_that_do_not_fit() {
        matmul::<f64>(Array2::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
    }
}
