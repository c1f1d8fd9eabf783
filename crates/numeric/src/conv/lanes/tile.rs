//! Sums of products of vectors, held in registers.

use crate::Scalar;
use faer::traits::SimdCtx;
use pulp::{Simd, WithSimd};
use std::marker::PhantomData;

/// A sum over three indices, each of which moves the positions of both operands by a step.
#[derive(Clone, Copy, Debug)]
pub struct Loops {
    pub counts: [usize; 3],
    pub vectors: [isize; 3],
    pub factors: [isize; 3],
}

impl Loops {
    /// Whether all positions of an operand that begins at `begin`, moved by these steps, are below `len`.
    fn stay_inside(&self, steps: [isize; 3], begin: usize, len: usize) -> bool {
        if self.counts.contains(&0) {
            return true;
        }
        let ends = self.counts.iter().zip(steps).map(|(&count, step)| (count.cast_signed() - 1) * step);
        let (down, up): (isize, isize) = ends.fold((0, 0), |(down, up), end| (down + end.min(0), up + end.max(0)));
        let begin = begin.cast_signed();
        begin + down >= 0 && begin + up < len.cast_signed()
    }
}

/// The shape of vectors and tiles on this processor.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Numbers in a vector.
    pub lanes: usize,
    /// Factors in the largest tile, a power of two.
    pub factors: usize,
}

impl Shape {
    pub fn of<E: Scalar>() -> Self {
        pulp::Arch::new().dispatch(ShapeOf(PhantomData::<E>))
    }
}

struct ShapeOf<E>(PhantomData<E>);

impl<E: Scalar> WithSimd for ShapeOf<E> {
    type Output = Shape;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Shape {
        Shape { lanes: size_of::<E::SimdVec<S>>() / size_of::<E>(), factors: if many::<S>() { 8 } else { 4 } }
    }
}

/// Whether there are registers for 24 sums and their operands; otherwise there are for 12.
#[inline(always)]
fn many<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32
}

/// `out[to + step q] = sum over the loops of vectors[from + ..] numbers[.. + q]` for each target `[from, to]` and each
/// `q` below `width`, in vectors.
pub struct TimesNumbers<'a, E> {
    pub loops: Loops,
    pub vectors: &'a [E],
    pub targets: &'a [[usize; 2]],
    pub numbers: &'a [E],
    /// Where the first numbers are.
    pub start: usize,
    pub width: usize,
    pub out: &'a mut [E],
    pub step: usize,
}

impl<E: Scalar> WithSimd for TimesNumbers<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (ctx, step) = (E::simd_ctx(simd), self.step);
        let form = Numbers { numbers: self.numbers, start: self.start };
        let out = vectors_mut::<E, S>(self.out);
        each_tile::<E, S>(
            &ctx,
            &self.loops,
            vectors::<E, S>(self.vectors),
            self.targets,
            &form,
            self.width,
            |to, q, sum| {
                out[to + step * q] = sum;
            },
        );
    }
}

/// `out[to + q] += sum over the loops of vectors[from + ..] factors[at[q] + ..]` for each target `[from, to]` and each
/// `q`, in vectors.
pub struct TimesVectors<'a, E> {
    pub loops: Loops,
    pub vectors: &'a [E],
    pub targets: &'a [[usize; 2]],
    pub factors: &'a [E],
    pub at: &'a [usize],
    pub out: &'a mut [E],
}

impl<E: Scalar> WithSimd for TimesVectors<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (ctx, width) = (E::simd_ctx(simd), self.at.len());
        let out = vectors_mut::<E, S>(self.out);
        let form = Vectors { factors: vectors::<E, S>(self.factors), at: self.at };
        each_tile::<E, S>(
            &ctx,
            &self.loops,
            vectors::<E, S>(self.vectors),
            self.targets,
            &form,
            width,
            |to, q, sum| {
                out[to + q] = SimdCtx::<E, S>::new(&ctx).add(out[to + q], sum);
            },
        );
    }
}

/// `sums[k] += sum of the lanes of vectors[k]`
pub struct SumLanes<'a, E> {
    pub vectors: &'a [E],
    pub sums: &'a mut [E],
}

impl<E: Scalar> WithSimd for SumLanes<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let ctx = E::simd_ctx(simd);
        for (sum, &vector) in self.sums.iter_mut().zip(vectors::<E, S>(self.vectors)) {
            *sum += SimdCtx::<E, S>::new(&ctx).reduce_sum(vector);
        }
    }
}

/// What vectors are multiplied with.
trait Form<E: Scalar, S: Simd> {
    /// Where each of `Q` factors begins.
    ///
    /// # Panics
    /// If one is read outside of the numbers in these loops.
    fn begin<const Q: usize>(&self, loops: &Loops) -> [usize; Q];

    /// A factor at a position.
    ///
    /// # Safety
    /// The position must be one of the loops for which the beginnings were made.
    unsafe fn at<const Q: usize>(&self, ctx: &SimdCtx<E, S>, begin: &[usize; Q], at: usize, q: usize) -> E::SimdVec<S>;
}

struct Numbers<'a, E> {
    numbers: &'a [E],
    start: usize,
}

impl<E: Scalar, S: Simd> Form<E, S> for Numbers<'_, E> {
    #[inline(always)]
    fn begin<const Q: usize>(&self, loops: &Loops) -> [usize; Q] {
        let first = self.start;
        assert!(loops.stay_inside(loops.factors, first, self.numbers.len() + 1 - Q), "factors are outside");
        [first; Q]
    }

    #[inline(always)]
    unsafe fn at<const Q: usize>(&self, ctx: &SimdCtx<E, S>, begin: &[usize; Q], at: usize, q: usize) -> E::SimdVec<S> {
        // SAFETY: `begin` has seen that this position, and `Q` numbers from it on, are inside.
        ctx.splat(unsafe { self.numbers.get_unchecked(begin[0].wrapping_add(at) + q) })
    }
}

struct Vectors<'a, V> {
    factors: &'a [V],
    at: &'a [usize],
}

impl<E: Scalar, S: Simd> Form<E, S> for Vectors<'_, E::SimdVec<S>> {
    #[inline(always)]
    fn begin<const Q: usize>(&self, loops: &Loops) -> [usize; Q] {
        let inside = |&begin: &usize| loops.stay_inside(loops.factors, begin, self.factors.len());
        assert!(self.at.iter().all(inside), "factors are outside");
        self.at.try_into().expect("as many as the tile takes")
    }

    #[inline(always)]
    unsafe fn at<const Q: usize>(&self, _: &SimdCtx<E, S>, begin: &[usize; Q], at: usize, q: usize) -> E::SimdVec<S> {
        // SAFETY: `begin` has seen that this position is inside.
        unsafe { *self.factors.get_unchecked(begin[q].wrapping_add(at)) }
    }
}

/// Calls `store(to, q, sum)` for all targets and factors.
#[inline(always)]
fn each_tile<E: Scalar, S: Simd>(
    ctx: &E::SimdCtx<S>,
    loops: &Loops,
    vectors: &[E::SimdVec<S>],
    targets: &[[usize; 2]],
    form: &impl Form<E, S>,
    width: usize,
    mut store: impl FnMut(usize, usize, E::SimdVec<S>),
) {
    let ctx = SimdCtx::<E, S>::new(ctx);
    macro_rules! tiles {
        ($q:literal: $($p:literal)*) => {{
            let mut left = targets;
            $(
                let (chunks, rest) = left.as_chunks::<$p>();
                for chunk in chunks {
                    let sums = tile::<E, S, $q, $p>(ctx, loops, vectors, chunk, form);
                    for q in 0..$q {
                        for p in 0..$p {
                            store(chunk[p][1], q, sums[q][p]);
                        }
                    }
                }
                left = rest;
            )*
            debug_assert!(left.is_empty());
        }};
    }
    match (width, many::<S>()) {
        (8, true) => tiles!(8: 3 2 1),
        (4, true) => tiles!(4: 4 2 1),
        (4, false) => tiles!(4: 3 2 1),
        (2, _) => tiles!(2: 4 2 1),
        (1, _) => tiles!(1: 8 4 1),
        _ => unreachable!("tiles of {width} factors"),
    }
}

/// The sums for `P` targets and `Q` factors.
#[inline(always)]
fn tile<E: Scalar, S: Simd, const Q: usize, const P: usize>(
    ctx: &SimdCtx<E, S>,
    loops: &Loops,
    vectors: &[E::SimdVec<S>],
    targets: &[[usize; 2]; P],
    form: &impl Form<E, S>,
) -> [[E::SimdVec<S>; P]; Q] {
    let mut sums = [[ctx.zero(); P]; Q];
    let begin = form.begin::<Q>(loops);
    let inside = |target: &[usize; 2]| loops.stay_inside(loops.vectors, target[0], vectors.len());
    assert!(targets.iter().all(inside), "vectors are outside");
    let [v0, v1, v2] = loops.vectors.map(isize::cast_unsigned);
    let [f0, f1, f2] = loops.factors.map(isize::cast_unsigned);
    // Steps may be negative: positions wrap.
    let (mut v_outer, mut f_outer) = (0_usize, 0_usize);
    for _ in 0..loops.counts[0] {
        let (mut v_inner, mut f_inner) = (v_outer, f_outer);
        for _ in 0..loops.counts[1] {
            let (mut v, mut f) = (v_inner, f_inner);
            for _ in 0..loops.counts[2] {
                let mut x = [ctx.zero(); P];
                for p in 0..P {
                    // SAFETY: all positions of the loops were seen to be inside.
                    x[p] = unsafe { *vectors.get_unchecked(targets[p][0].wrapping_add(v)) };
                }
                for q in 0..Q {
                    // SAFETY: the beginnings were made for these loops.
                    let factor = unsafe { form.at(ctx, &begin, f, q) };
                    for p in 0..P {
                        sums[q][p] = ctx.mul_add(x[p], factor, sums[q][p]);
                    }
                }
                v = v.wrapping_add(v2);
                f = f.wrapping_add(f2);
            }
            v_inner = v_inner.wrapping_add(v1);
            f_inner = f_inner.wrapping_add(f1);
        }
        v_outer = v_outer.wrapping_add(v0);
        f_outer = f_outer.wrapping_add(f0);
    }
    sums
}

#[inline(always)]
fn vectors<E: Scalar, S: Simd>(numbers: &[E]) -> &[E::SimdVec<S>] {
    let pointer = numbers.as_ptr().cast::<E::SimdVec<S>>();
    assert!(pointer.is_aligned());
    // SAFETY: a vector is plain data, numbers of this type side by side; as many as fit are taken, and they are aligned.
    unsafe { std::slice::from_raw_parts(pointer, size_of_val(numbers) / size_of::<E::SimdVec<S>>()) }
}

#[inline(always)]
fn vectors_mut<E: Scalar, S: Simd>(numbers: &mut [E]) -> &mut [E::SimdVec<S>] {
    let count = size_of_val(numbers) / size_of::<E::SimdVec<S>>();
    let pointer = numbers.as_mut_ptr().cast::<E::SimdVec<S>>();
    assert!(pointer.is_aligned());
    // SAFETY: as in `vectors`, and the borrow is exclusive.
    unsafe { std::slice::from_raw_parts_mut(pointer, count) }
}
