//! Reverse mode.

use crate::mode::with_recording;
use crate::{Arguments, Tensor};
use latent_numeric::Scalar;
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
/// # Shapes
/// Each gradient has the shape of its input.
///
/// # Panics
/// If an input is not tracked, or cotangents differ from the outputs in number or shape.
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
    let leads_to_input = mark(outputs, &wanted.iter().copied().collect());
    with_recording(options.create_graph, || {
        // The tensors whose cotangents are not complete yet, by number; the largest is next.
        let mut open: BTreeMap<u64, (Tensor<E>, Tensor<E>)> = BTreeMap::new();
        for (output, cotangent) in outputs.iter().zip(cotangents) {
            add(&mut open, &leads_to_input, output, cotangent);
        }
        let mut found: HashMap<u64, Tensor<E>> = HashMap::new();
        while let Some((id, (tensor, cotangent))) = open.pop_last() {
            if wanted.contains(&id) {
                found.insert(id, cotangent.clone());
            }
            let history = tensor.node.history.as_ref().expect("only tracked tensors are open");
            let Some(operator) = &history.operator else { continue };
            let needed: Vec<bool> = history.inputs.iter().map(|input| leads(&leads_to_input, input)).collect();
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
                    add(&mut open, &leads_to_input, input, answer);
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

/// The numbers of the tensors between outputs and inputs, both included.
fn mark<E: Scalar>(outputs: &[Tensor<E>], wanted: &BTreeSet<u64>) -> BTreeSet<u64> {
    // Nothing older than the oldest input can depend on one.
    let Some(&oldest) = wanted.first() else { return BTreeSet::new() };
    let mut seen: BTreeMap<u64, &Tensor<E>> = BTreeMap::new();
    let mut waiting: Vec<&Tensor<E>> = outputs.iter().collect();
    while let Some(tensor) = waiting.pop() {
        let Some(history) = &tensor.node.history else { continue };
        if history.id >= oldest && seen.insert(history.id, tensor).is_none() {
            waiting.extend(&history.inputs);
        }
    }
    let mut marked = BTreeSet::new();
    for (&id, tensor) in &seen {
        let history = tensor.node.history.as_ref().expect("only tracked tensors were seen");
        if wanted.contains(&id) || history.inputs.iter().any(|input| leads(&marked, input)) {
            marked.insert(id);
        }
    }
    marked
}
