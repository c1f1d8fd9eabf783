//! Steps at work on a text.

use super::{Resources, TokenizedText};
use crate::Step;
use crate::error::{AugmentError, Fault, Place};
use crate::steps::{Configured, Name, Work, draw_all};
use latent_numeric::random::Stream;

/// Any operator on texts, those with steps of their own too.
pub(crate) trait Run: Configured {
    /// Whether there is what the operator needs.
    fn check_resources(&self, resources: &Resources) -> Result<(), Fault>;

    /// Changes a text that has words. The resources have been checked.
    fn run(&self, text: &mut TokenizedText, resources: &Resources, name: &mut Name, stream: &mut Stream);
}

/// Whether there is what the steps need that may be applied.
pub(super) fn check_resources<O: Run>(
    steps: &[Step<O>],
    resources: &Resources,
    path: &mut Vec<usize>,
) -> Result<(), AugmentError> {
    for (index, step) in steps.iter().enumerate().filter(|(_, step)| step.p > 0.0) {
        path.push(index);
        match &step.work {
            Work::Operator(operator) => {
                operator
                    .check_resources(resources)
                    .map_err(|fault| AugmentError::new(Place::operator(path, operator.name()), fault))?;
                check_resources(operator.inner(), resources, path)?;
            }
            Work::Compose(steps) | Work::OneOf { steps, .. } => check_resources(steps, resources, path)?,
        }
        path.pop();
    }
    Ok(())
}

/// Applies steps to a text that has words.
pub(super) fn run<O: Run>(steps: &[Step<O>], name: &mut Name, text: &mut TokenizedText, resources: &Resources) {
    draw_all(steps, name, &mut |operator: &O, name, stream| operator.run(text, resources, name, stream));
}
