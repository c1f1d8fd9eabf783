//! Recurrent layers over whole sequences, as one operator.
//!
//! The recurrence of a sample needs nothing of other samples, so blocks of samples run through all steps side by
//! side, each in cache, and threads meet but once. The gradient of the recurrent weights is one product over all
//! steps. That is the rule where nothing is recorded; otherwise it is that of the same recurrence composed of
//! differentiable operations.

use crate::checkpoint::pull_back;
use crate::{Activation, Arguments, Operator, Tensor, is_recording, pool, shape};
use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use ndarray::{ArrayView2, ArrayViewMut2, Slice};
use rayon::prelude::*;
use std::array::from_fn;
use std::marker::PhantomData;

/// What one step does to a sample, whose `N` states go from one step to the next; the first is the output, which the
/// recurrent weights multiply.
pub(crate) trait Cell<const N: usize>: Send + Sync + 'static {
    const NAME: &'static str;
    /// The outputs of the linear maps for each hidden unit.
    const GATES: usize;
    /// What the rule needs of a step, for each hidden unit.
    const SAVED: usize;
    /// Whether the cotangents of the linear maps of the input and of the state differ.
    const SEPARATE: bool;

    /// The next states and what the rule needs, from the linear maps of the input and of the state; the latter lacks
    /// its bias.
    fn step<E: Scalar>(linear: [&[E]; 2], bias: &[E], states: [&[E]; N], saved: &mut [E], next: [&mut [E]; N]);

    /// Replaces the cotangents of the next states by those of the states, as far as they do not come through the
    /// recurrent weights, and writes those of the linear maps. If these do not differ, the first is empty.
    fn step_back<E: Scalar>(saved: &[E], states: [&[E]; N], cotangents: [&mut [E]; N], linear: [&mut [E]; 2]);

    /// The next states of all samples, in differentiable operations.
    fn composed<E: Scalar>(linear: [&Tensor<E>; 2], states: [Tensor<E>; N]) -> [Tensor<E>; N];
}

/// The inputs are the linear map of the input, the recurrent weights, the initial states, and the bias if there is one.
struct Recurrence<E: Scalar, C, const N: usize> {
    /// (steps, batch, saved hidden)
    saved: Tensor<E>,
    cell: PhantomData<C>,
}

/// Samples that one thread takes through all steps.
const SAMPLES: usize = 64;
/// Recurrences of fewer multiplications are computed on the calling thread.
const PARALLEL_FROM: usize = 1 << 20;

/// All states after each step, of the shape (`N`, steps, batch, hidden).
///
/// # Shapes
/// `x`, the linear map of the input, is (steps, batch, gates hidden), the states (batch, hidden), `weight`
/// (gates hidden, hidden), `bias` (gates hidden).
///
/// # Panics
/// If the shapes do not fit; the message names the operator.
#[track_caller]
pub(crate) fn run<E: Scalar, C: Cell<N>, const N: usize>(
    x: &Tensor<E>,
    weight: &Tensor<E>,
    initial: [&Tensor<E>; N],
    bias: Option<&Tensor<E>>,
) -> Tensor<E> {
    let inputs: Vec<_> = [x, weight].into_iter().chain(initial).chain(bias).cloned().collect();
    let sizes @ Sizes { steps, batch, width, hidden } = Sizes::new::<E, C, N>(&inputs);
    let keep = if is_recording() && inputs.iter().any(Tensor::is_tracked) { steps } else { steps.min(1) };
    let mut saved = pool::take(keep * batch * C::SAVED * hidden);
    let mut states = pool::take(N * steps * batch * hidden);
    let weight = weight.view_as();
    let [x, bias] = [x, bias.unwrap_or(&Tensor::zeros(&[width]))].map(|x| x.array().as_standard_layout().into_owned());
    let bias = bias.as_slice().expect("row-major");
    let initial = initial.map(|state| state.array().as_standard_layout().into_owned());
    let xs = blocks(x.as_slice().expect("row-major"), batch, width);
    let initial = initial.each_ref().map(|state| blocks(state.as_slice().expect("row-major"), batch, hidden));
    let saved_blocks = blocks_mut(&mut saved, batch, C::SAVED * hidden);
    let work = xs.into_iter().zip(blocks_mut(&mut states, batch, hidden)).zip(saved_blocks).enumerate();
    sizes.each(work.collect(), |(i, ((x, mut states), mut saved))| {
        let initial = initial.each_ref().map(|state| state[i][0]);
        let samples = initial[0].len() / hidden;
        let mut linear = pool::take(samples * width);
        for t in 0..steps {
            // The steps of one state come before those of the next.
            let mut rest = &mut states[..];
            let pairs: [(&[E], &mut [E]); N] = from_fn(|n| {
                let (state, others) = std::mem::take(&mut rest).split_at_mut(steps);
                rest = others;
                let (past, next) = state.split_at_mut(t);
                (past.last().map_or(initial[n], |past| past), &mut *next[0])
            });
            let product = matrix_mut(&mut linear, width);
            matmul_into(E::one(), matrix(pairs[0].0, hidden), weight.t(), E::zero(), product, Threads::One);
            let saved = &mut saved[t % keep];
            let mut pairs = pairs.map(|(past, next)| (past.chunks_exact(hidden), next.chunks_exact_mut(hidden)));
            let maps = x[t].chunks_exact(width).zip(linear.chunks_exact(width));
            for ((x, linear), saved) in maps.zip(saved.chunks_exact_mut(C::SAVED * hidden)) {
                let past = pairs.each_mut().map(|pair| pair.0.next().expect("a sample"));
                let next = pairs.each_mut().map(|pair| pair.1.next().expect("a sample"));
                C::step([x, linear], bias, past, saved, next);
            }
        }
        pool::give(linear);
    });
    let saved = Tensor::from_buffer(&[keep, batch, C::SAVED * hidden], saved);
    let value = shape::array(&[N, steps, batch, hidden], states);
    Tensor::from_operator(Recurrence::<E, C, N> { saved, cell: PhantomData }, inputs, value)
}

impl<E: Scalar, C: Cell<N>, const N: usize> Operator<E> for Recurrence<E, C, N> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        if cotangent.is_empty() {
            vec![None; arguments.inputs().len()]
        } else if is_recording() {
            pull_back(composed::<E, C, N>, arguments, cotangent)
        } else {
            self.back(arguments, cotangent)
        }
    }
}

impl<E: Scalar, C: Cell<N>, const N: usize> Recurrence<E, C, N> {
    fn back(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let sizes @ Sizes { steps, batch, width, hidden } = Sizes::new::<E, C, N>(arguments.inputs());
        let weight: ArrayView2<E> = arguments.input(1).view_as();
        let initial: [_; N] = from_fn(|n| arguments.input(2 + n).array().as_standard_layout());
        let initial = initial.each_ref().map(|state| state.as_slice().expect("row-major"));
        let states = arguments.output().array().as_slice().expect("row-major");
        let cotangent = cotangent.array().as_standard_layout();
        let cotangents = blocks(cotangent.as_slice().expect("row-major"), batch, hidden);
        let saved = blocks(self.saved.array().as_slice().expect("row-major"), batch, C::SAVED * hidden);
        let (starts, past) = (initial.map(|state| blocks(state, batch, hidden)), blocks(states, batch, hidden));
        let of_map = || pool::take(steps * batch * width);
        let [mut of_x, mut of_linear] = [if C::SEPARATE { of_map() } else { Vec::new() }, of_map()];
        let mut of_states: [Vec<E>; N] = from_fn(|_| pool::take(batch * hidden));
        let mut xs = blocks_mut(&mut of_x, batch, width).into_iter();
        let mut running = of_states.each_mut().map(|state| blocks_mut(state, batch, hidden).into_iter());
        let work = blocks_mut(&mut of_linear, batch, width).into_iter().enumerate().map(|(i, linear)| {
            let running = running.each_mut().map(|state| state.next().expect("a block").remove(0));
            (i, xs.next(), linear, running)
        });
        sizes.each(work.collect(), |(i, mut xs, mut linear, mut running)| {
            running.iter_mut().for_each(|state| state.fill(E::zero()));
            for t in (0..steps).rev() {
                for (n, state) in running.iter_mut().enumerate() {
                    state.iter_mut().zip(cotangents[i][n * steps + t]).for_each(|(to, &from)| *to += from);
                }
                let past: [&[E]; N] = from_fn(|n| if t == 0 { starts[n][i][0] } else { past[i][n * steps + t - 1] });
                let mut past = past.map(|state| state.chunks_exact(hidden));
                let mut of_states = running.each_mut().map(|state| state.chunks_exact_mut(hidden));
                let mut of_x = xs.as_mut().map(|xs| xs[t].chunks_exact_mut(width));
                let saved = saved[i][t].chunks_exact(C::SAVED * hidden);
                for (linear, saved) in linear[t].chunks_exact_mut(width).zip(saved) {
                    let x = of_x.as_mut().map_or_else(Default::default, |x| x.next().expect("a sample"));
                    let past = past.each_mut().map(|state| state.next().expect("a sample"));
                    let of_states = of_states.each_mut().map(|state| state.next().expect("a sample"));
                    C::step_back(saved, past, of_states, [x, linear]);
                }
                let through = matrix_mut(running[0], hidden);
                matmul_into(E::one(), matrix(linear[t], width), weight.view(), E::one(), through, Threads::One);
            }
        });
        let of_weight = arguments.needed(1).then(|| {
            let mut product = pool::take(width * hidden);
            let (first, later) = of_linear.split_at(batch * width);
            let outputs = &states[..(steps - 1) * batch * hidden];
            for (linear, outputs, beta) in [(first, initial[0], E::zero()), (later, outputs, E::one())] {
                let (linear, outputs) = (matrix(linear, width), matrix(outputs, hidden));
                matmul_into(E::one(), linear.t(), outputs, beta, matrix_mut(&mut product, hidden), Threads::Pool);
            }
            Tensor::from_buffer(&[width, hidden], product)
        });
        let of_linear = Tensor::from_buffer(&[steps, batch, width], of_linear);
        let of_x = if C::SEPARATE { Tensor::from_buffer(&[steps, batch, width], of_x) } else { of_linear.clone() };
        let mut answers = vec![Some(of_x), of_weight];
        answers.extend(of_states.map(|state| Some(Tensor::from_buffer(&[batch, hidden], state))));
        if answers.len() < arguments.inputs().len() {
            answers.push(Some(of_linear.sum_axes(&[0, 1], false)));
        }
        answers
    }
}

/// The same as [`run`], of the inputs of the operator, in differentiable operations.
pub(crate) fn composed<E: Scalar, C: Cell<N>, const N: usize>(inputs: &[Tensor<E>]) -> Tensor<E> {
    let (x, weight, bias) = (&inputs[0], &inputs[1], inputs.get(2 + N));
    let mut states: [Tensor<E>; N] = from_fn(|n| inputs[2 + n].clone());
    let mut all: [Vec<Tensor<E>>; N] = from_fn(|_| Vec::new());
    for t in 0..x.shape()[0] {
        let x = x.slice_axis(0, Slice::from(t..t + 1)).reshape(&x.shape()[1..]);
        let linear = states[0].linear(weight, bias, Activation::Identity);
        states = C::composed([&x, &linear], states);
        all.iter_mut().zip(&states).for_each(|(all, state)| all.push(state.clone()));
    }
    Tensor::stack(&all.map(|states| Tensor::stack(&states, 0)), 0)
}

struct Sizes {
    steps: usize,
    batch: usize,
    /// Of the linear maps.
    width: usize,
    hidden: usize,
}

impl Sizes {
    #[track_caller]
    fn new<E: Scalar, C: Cell<N>, const N: usize>(inputs: &[Tensor<E>]) -> Self {
        let name = C::NAME;
        let (&[steps, batch, gates], &[width, hidden]) = (inputs[0].shape(), inputs[1].shape()) else {
            panic!("{name}: recurrent weights of the shape {:?}: two axes are needed", inputs[1].shape());
        };
        assert!(
            width == gates && width == C::GATES * hidden,
            "{name}: recurrent weights of the shape {:?} beside input weights for {gates} gates: {} for each hidden \
             unit are needed",
            [width, hidden],
            C::GATES
        );
        for state in &inputs[2..2 + N] {
            let (want, found) = ([batch, hidden], state.shape());
            assert!(found == want, "{name}: a state of the shape {found:?} where {want:?} is needed");
        }
        if let Some(bias) = inputs.get(2 + N) {
            assert!(bias.shape() == [width], "{name}: a bias of the shape {:?} for {width} gates", bias.shape());
        }
        Self { steps, batch, width, hidden }
    }

    /// Calls `f` with the work of each block, in parallel where it pays.
    fn each<T: Send>(&self, work: Vec<T>, f: impl Fn(T) + Sync + Send) {
        if self.steps * self.batch * self.width * self.hidden < PARALLEL_FROM {
            work.into_iter().for_each(f);
        } else {
            work.into_par_iter().with_max_len(1).for_each(f);
        }
    }
}

/// Of a buffer (.., batch, width), the rows of each block of samples, one slice for each of the leading indices.
fn blocks<E>(buffer: &[E], batch: usize, width: usize) -> Vec<Vec<&[E]>> {
    let mut blocks: Vec<_> = (0..batch.div_ceil(SAMPLES)).map(|_| Vec::new()).collect();
    for step in buffer.chunks_exact((batch * width).max(1)) {
        blocks.iter_mut().zip(step.chunks(SAMPLES * width)).for_each(|(block, rows)| block.push(rows));
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn blocks_mut<E>(buffer: &mut [E], batch: usize, width: usize) -> Vec<Vec<&mut [E]>> {
    let mut blocks: Vec<_> = (0..batch.div_ceil(SAMPLES)).map(|_| Vec::new()).collect();
    for step in buffer.chunks_exact_mut((batch * width).max(1)) {
        blocks.iter_mut().zip(step.chunks_mut(SAMPLES * width)).for_each(|(block, rows)| block.push(rows));
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn matrix<E>(rows: &[E], width: usize) -> ArrayView2<'_, E> {
    ArrayView2::from_shape((rows.len() / width, width), rows).expect("whole rows")
}

fn matrix_mut<E>(rows: &mut [E], width: usize) -> ArrayViewMut2<'_, E> {
    ArrayViewMut2::from_shape((rows.len() / width, width), rows).expect("whole rows")
}

latent_numeric::vectorized! {
    /// The linear maps added up, as far as there is room.
    pub(crate) fn add<E: Scalar>(x: &[E], linear: &[E], bias: &[E], out: &mut [E]) {
        for (((out, &x), &linear), &bias) in out.iter_mut().zip(x).zip(linear).zip(bias) {
            *out = x + (linear + bias);
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::ops::testing::{array, distance};
    use crate::{GradOptions, grad};
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use ndarray::ArrayD;
    use proptest::prelude::*;
    use proptest::test_runner::TestCaseError;

    /// Steps, batch, inputs, hidden.
    pub fn sizes() -> impl Strategy<Value = [usize; 4]> {
        (0_usize..4, [0_usize..3, 0_usize..3, 0_usize..3])
            .prop_map(|(steps, rest): (usize, [usize; 3])| [steps, rest[0], rest[1], rest[2]])
    }

    /// A sequence, both weights, the states, both biases if there are any.
    pub fn arguments(
        seed: u64,
        gates: usize,
        states: usize,
        [steps, batch, inputs, hidden]: [usize; 4],
        biased: bool,
    ) -> Vec<ArrayD<f64>> {
        let width = gates * hidden;
        let mut shapes = vec![vec![steps, batch, inputs], vec![width, inputs], vec![width, hidden]];
        shapes.resize(3 + states, vec![batch, hidden]);
        shapes.resize(3 + states + if biased { 2 } else { 0 }, vec![width]);
        shapes.iter().zip(seed % 1000..).map(|(shape, seed)| array(seed, shape, -1.0, 1.0)).collect()
    }

    /// Value and gradients, with recording and without, against the composition, in more than one block.
    pub fn holds_against_composition<C: Cell<N>, const N: usize>(
        seed: u64,
        [steps, batch, _, hidden]: [usize; 4],
        biased: bool,
    ) -> Result<(), TestCaseError> {
        let (steps, width) = (steps + 1, C::GATES * hidden);
        let batch = batch + SAMPLES;
        let mut arguments = arguments(seed, C::GATES, N, [steps, batch, width, hidden], biased);
        arguments.remove(1);
        arguments.truncate(2 + N + usize::from(biased));
        let x: Vec<Tensor<f64>> = arguments.into_iter().map(Tensor::variable).collect();
        let states = from_fn(|n| &x[2 + n]);
        let (got, want) = (run::<f64, C, N>(&x[0], &x[1], states, x.get(2 + N)), composed::<f64, C, N>(&x));
        prop_assert!(distance(&got.to_array(), &want.to_array()) < 1e-14);
        let cotangent = Tensor::constant(array(seed, got.shape(), -1.0, 1.0));
        let options = |create_graph| GradOptions { create_graph, cotangents: Some(vec![cotangent.clone()]) };
        let want = grad(&[want], &x, options(false));
        for create_graph in [false, true] {
            let found = grad(std::slice::from_ref(&got), &x, options(create_graph));
            for (found, want) in found.iter().zip(&want) {
                prop_assert!(distance(&found.to_array(), &want.to_array()) < 1e-12);
            }
        }
        Ok(())
    }

    /// A value and its gradients on one and on three threads.
    pub fn same_bits<C: Cell<N>, const N: usize>() {
        let (steps, batch, hidden) = (3, 3 * SAMPLES - 5, 48);
        let width = C::GATES * hidden;
        let results = |threads| {
            let work = || {
                let mut stream = Stream::new(0, "recurrence", &[]);
                let mut draw = |shape: &[usize]| Tensor::<f32>::variable(Tensor::normal(shape, &mut stream).to_array());
                let mut x = vec![draw(&[steps, batch, width]), draw(&[width, hidden])];
                x.extend((0..N).map(|_| draw(&[batch, hidden])));
                let y = run::<f32, C, N>(&x[0], &x[1], from_fn(|n| &x[2 + n]), None);
                let mut results = grad(std::slice::from_ref(&y), &x, GradOptions::default());
                results.push(y);
                results.iter().map(|x| x.to_array().mapv(f32::to_bits)).collect::<Vec<_>>()
            };
            with_threads(threads, work).expect("threads")
        };
        assert!(steps * batch * width * hidden >= PARALLEL_FROM);
        assert_eq!(results(1), results(3));
    }
}
