//! Reverse mode.

use crate::mode::with_recording;
use crate::node::History;
use crate::{Arguments, Tensor};
use latent_numeric::{Scalar, compiled_here};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How gradients are computed.
#[derive(Clone, Debug)]
pub struct GradOptions<E: Scalar = f32> {
    /// Whether the gradients get a history, so that they can be differentiated again.
    pub create_graph: bool,
    /// What each output's Jacobian is multiplied with, of the output's shape; ones if not given.
    pub cotangents: Option<Vec<Tensor<E>>>,
}

impl<E: Scalar> Default for GradOptions<E> {
    fn default() -> Self {
        Self { create_graph: false, cotangents: None }
    }
}

impl<E: Scalar> GradOptions<E> {
    /// Gradients that can be differentiated again.
    pub fn create_graph() -> Self {
        Self { create_graph: true, ..Self::default() }
    }

    /// With these cotangents instead of ones.
    #[must_use]
    pub fn cotangents(self, cotangents: Vec<Tensor<E>>) -> Self {
        Self { cotangents: Some(cotangents), ..self }
    }
}

/// The gradients of the sum of all elements of all outputs, or of `sum_k <cotangent_k, output_k>`, with respect to
/// the inputs.
///
/// An input that no output depends on has a gradient of zero. Inputs need not be variables: any tracked tensor
/// will do, and is then taken as independent of what it was computed from.
///
/// A variable whose elements were changed while what was computed from it still lived is a new one, which that does not
/// depend on. A gradient by it would be zero whatever was computed: that is refused.
///
/// # Shapes
/// Each gradient has the shape of its input.
///
/// # Panics
/// If an input is not tracked, or was changed after the outputs were computed from it, or cotangents differ from the
/// outputs in number or shape.
#[compiled_here]
#[track_caller]
pub fn grad<E: Scalar>(outputs: &[Tensor<E>], inputs: &[Tensor<E>], options: GradOptions<E>) -> Vec<Tensor<E>> {
    let wanted: Vec<u64> = inputs
        .iter()
        .enumerate()
        .map(|(i, input)| {
            input
                .id()
                .unwrap_or_else(|| panic!("grad: input {i} of shape {:?} is a constant, not tracked", input.shape()))
        })
        .collect();
    let cotangents = match options.cotangents {
        Some(given) => {
            let shapes = |tensors: &[Tensor<E>]| tensors.iter().map(|t| t.shape().to_vec()).collect::<Vec<_>>();
            assert_eq!(shapes(&given), shapes(outputs), "grad: shapes of the cotangents and of the outputs differ");
            given
        }
        None => outputs.iter().map(|output| Tensor::ones(output.shape())).collect(),
    };
    let between = mark(outputs, &wanted.iter().copied().collect(), false);
    refuse_changed(outputs, inputs, &between);
    backwards(outputs, inputs, cotangents, &between, false, options.create_graph)
}

/// The gradients with respect to tracked inputs that are ends: nothing is looked for behind them, so that one may have
/// been computed from another.
#[compiled_here]
pub(crate) fn grad_by_ends<E: Scalar>(
    output: Tensor<E>,
    inputs: &[Tensor<E>],
    cotangent: Tensor<E>,
    create_graph: bool,
) -> Vec<Tensor<E>> {
    let outputs = [output];
    let between = mark(&outputs, &inputs.iter().filter_map(Tensor::id).collect(), true);
    backwards(&outputs, inputs, vec![cotangent], &between, true, create_graph)
}

/// Refuses inputs that the outputs do not depend on, where they depend on an earlier value of the same variable.
#[track_caller]
fn refuse_changed<E: Scalar>(outputs: &[Tensor<E>], inputs: &[Tensor<E>], between: &BTreeSet<u64>) {
    let histories = inputs.iter().map(|input| input.node.history.as_ref().expect("it is tracked"));
    let changed: HashMap<u64, usize> = histories
        .enumerate()
        .filter(|(_, history)| history.first != history.id && !between.contains(&history.id))
        .map(|(i, history)| (history.first, i))
        .collect();
    let Some(&oldest) = changed.keys().min() else { return };
    for history in reached(outputs, |history| history.id >= oldest, |_| false).into_values() {
        if let Some(&i) = changed.get(&history.first) {
            panic!(
                "grad: the outputs depend on input {i} of shape {:?} as it was before its elements were changed: compute \
                 them again, or ask for the gradient by the tensor that they were computed from",
                inputs[i].shape()
            );
        }
    }
}

/// Goes over the tensors `between` outputs and inputs; not behind inputs if these are `ends`.
fn backwards<E: Scalar>(
    outputs: &[Tensor<E>],
    inputs: &[Tensor<E>],
    cotangents: Vec<Tensor<E>>,
    between: &BTreeSet<u64>,
    ends: bool,
    create_graph: bool,
) -> Vec<Tensor<E>> {
    let wanted: Vec<u64> = inputs.iter().map(|input| input.id().expect("it is tracked")).collect();
    with_recording(create_graph, || {
        // The tensors whose cotangents are not complete yet, by number; the largest is next.
        let mut open: BTreeMap<u64, (Tensor<E>, Tensor<E>)> = BTreeMap::new();
        for (output, cotangent) in outputs.iter().zip(cotangents) {
            add(&mut open, between, output, cotangent);
        }
        let mut found: HashMap<u64, Tensor<E>> = HashMap::new();
        while let Some((id, (tensor, cotangent))) = open.pop_last() {
            if wanted.contains(&id) {
                found.insert(id, cotangent.clone());
                if ends {
                    continue;
                }
            }
            let history = tensor.node.history.as_ref().expect("only tracked tensors are open");
            let Some(operator) = &history.operator else { continue };
            let needed: Vec<bool> = history.inputs.iter().map(|input| leads(between, input)).collect();
            if !needed.contains(&true) {
                continue;
            }
            let arguments = Arguments { inputs: &history.inputs, output: &tensor, needed: &needed };
            let answers = operator.vjp(arguments, &cotangent);
            assert_eq!(answers.len(), needed.len(), "{}: one cotangent for each input", operator.name());
            for ((input, answer), needed) in history.inputs.iter().zip(answers).zip(needed) {
                if let (Some(answer), true) = (answer, needed) {
                    assert_eq!(
                        answer.shape(),
                        input.shape(),
                        "{}: the shapes of a cotangent and its input",
                        operator.name()
                    );
                    add(&mut open, between, input, answer);
                }
            }
        }
        let zero = |input: &Tensor<E>| Tensor::zeros(input.shape());
        inputs.iter().zip(&wanted).map(|(input, id)| found.get(id).cloned().unwrap_or_else(|| zero(input))).collect()
    })
}

fn leads<E: Scalar>(marked: &BTreeSet<u64>, tensor: &Tensor<E>) -> bool {
    tensor.id().is_some_and(|id| marked.contains(&id))
}

/// Adds to what is known of a tensor's cotangent.
fn add<E: Scalar>(
    open: &mut BTreeMap<u64, (Tensor<E>, Tensor<E>)>,
    marked: &BTreeSet<u64>,
    tensor: &Tensor<E>,
    cotangent: Tensor<E>,
) {
    let Some(id) = tensor.id().filter(|id| marked.contains(id)) else { return };
    match open.get_mut(&id) {
        Some((_, sum)) => *sum = &*sum + &cotangent,
        None => {
            open.insert(id, (tensor.clone(), cotangent));
        }
    }
}

/// The numbers of the tensors between outputs and inputs, both included; without what is behind inputs that are `ends`.
fn mark<E: Scalar>(outputs: &[Tensor<E>], wanted: &BTreeSet<u64>, ends: bool) -> BTreeSet<u64> {
    // Nothing older than the oldest input can depend on one.
    let Some(&oldest) = wanted.first() else { return BTreeSet::new() };
    let mut marked = BTreeSet::new();
    for (id, history) in
        reached(outputs, |history| history.id >= oldest, |history| ends && wanted.contains(&history.id))
    {
        if wanted.contains(&id) || history.inputs.iter().any(|input| leads(&marked, input)) {
            marked.insert(id);
        }
    }
    marked
}

/// The tracked tensors that the outputs were computed from, and these, by number: of `within` only, and not behind one
/// that `ends` there.
pub(crate) fn reached<E: Scalar>(
    outputs: &[Tensor<E>],
    within: impl Fn(&History<E>) -> bool,
    ends: impl Fn(&History<E>) -> bool,
) -> BTreeMap<u64, &History<E>> {
    let mut seen: BTreeMap<u64, &History<E>> = BTreeMap::new();
    let mut waiting: Vec<&Tensor<E>> = outputs.iter().collect();
    while let Some(tensor) = waiting.pop() {
        let Some(history) = &tensor.node.history else { continue };
        if within(history) && seen.insert(history.id, history).is_none() && !ends(history) {
            waiting.extend(&history.inputs);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    #[should_panic(
        expected = "grad: the outputs depend on input 1 of shape [2] as it was before its elements were changed"
    )]
    fn a_variable_that_was_changed_meanwhile() {
        let (x, mut w) = (Tensor::variable(array![1.0, 2.0]), Tensor::variable(array![3.0, 4.0]));
        let y = (&x * &w).sum();
        w.elements_mut()[0] = 5.0;
        // Twice, so that the present variable is not the next one.
        let _before = w.clone();
        w.elements_mut()[0] = 6.0;
        let _ = grad(&[y], &[x, w], GradOptions::default());
    }

    #[test]
    fn changed_variables_that_nothing_depends_on_have_zero_gradients() {
        let (x, mut w) = (Tensor::variable(array![1.0]), Tensor::variable(array![3.0]));
        let old = w.clone();
        w.elements_mut()[0] = 5.0;
        // What the new one was computed with may have the old one beside it.
        let y = (&x * &w).sum();
        let slopes = |y: &Tensor<f64>, inputs: &[&Tensor<f64>]| -> Vec<f64> {
            let inputs: Vec<_> = inputs.iter().map(|&input| input.clone()).collect();
            grad(std::slice::from_ref(y), &inputs, GradOptions::default()).iter().map(Tensor::item).collect()
        };
        assert_eq!(slopes(&y, &[&w, &x, &old]), [1.0, 5.0, 0.0]);
        assert_eq!(slopes(&(&y + &old), &[&w, &old]), [1.0, 1.0]);
        assert_eq!(slopes(&x.square(), &[&w]), [0.0]);
        // In place, where nobody else has it: the same variable.
        drop(old);
        let mut z = Tensor::variable(array![1.0]);
        z.elements_mut()[0] = 2.0;
        assert_eq!(slopes(&z.square(), &[&z]), [4.0]);
    }
}
