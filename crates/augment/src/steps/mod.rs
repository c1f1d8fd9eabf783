//! What chains of images and of texts share: steps with probabilities, composites, and the names of random streams.

mod chain;
mod config;
mod registry;

pub use chain::Chain;
pub(crate) use config::read_list;
pub(crate) use config::write_list;
use config::{read_document, write_document};
pub use registry::{Own, Registry};
pub(crate) use registry::{same, written};

use crate::error::{AugmentError, Fault, Place};
use latent_numeric::random::Stream;
use toml::Table;

/// What a chain has to know of its operators. It is public only as the bound of what is private.
pub trait Configured: Sized {
    /// The names of all operators, as in a configuration.
    const NAMES: &'static [&'static str];
    /// Those of them that have `steps` of their own.
    const NESTING: &'static [&'static str] = &[];

    /// The name, as in a configuration and in the names of random streams.
    fn name(&self) -> &'static str;

    /// Whether the parameters are in their domain.
    ///
    /// # Errors
    /// The first that is not.
    fn check(&self) -> Result<(), Fault>;

    /// The steps of its own.
    fn inner(&self) -> &[Step<Self>] {
        &[]
    }

    /// The operator of this name with the parameters of a table and steps of its own; `None` if there is none.
    fn read(name: &str, table: Table, inner: Vec<Step<Self>>) -> Option<Result<Self, toml::de::Error>>;

    /// The parameters as a table.
    ///
    /// # Errors
    /// If a number is not one that TOML knows.
    fn write(&self) -> Result<Table, toml::ser::Error>;
}

/// An operator or a composite with its probability. It is checked when a chain is made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<O> {
    pub(crate) p: f64,
    pub(crate) work: Work<O>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Work<O> {
    Operator(O),
    Compose(Vec<Step<O>>),
    OneOf { steps: Vec<Step<O>>, weights: Option<Vec<f64>> },
}

const COMPOSE: &str = "compose";
const ONE_OF: &str = "one_of";

impl<O> Step<O> {
    /// An operator applied with probability `p`.
    pub fn new(p: f64, operator: impl Into<O>) -> Self {
        Self { p, work: Work::Operator(operator.into()) }
    }

    /// An operator that is always applied.
    pub fn always(operator: impl Into<O>) -> Self {
        Self::new(1.0, operator)
    }

    /// All of the steps, with probability `p`; else none.
    pub fn random_apply(p: f64, steps: Vec<Self>) -> Self {
        Self { p, work: Work::Compose(steps) }
    }

    /// With probability `p` one of the steps, all equally likely.
    pub fn one_of(p: f64, steps: Vec<Self>) -> Self {
        Self { p, work: Work::OneOf { steps, weights: None } }
    }

    /// With probability `p` one of the steps, drawn in proportion to their weights.
    pub fn weighted(p: f64, weighted: Vec<(f64, Self)>) -> Self {
        let (weights, steps) = weighted.into_iter().unzip();
        Self { p, work: Work::OneOf { steps, weights: Some(weights) } }
    }
}

impl<O: Configured> Step<O> {
    pub(crate) fn name(&self) -> &'static str {
        match &self.work {
            Work::Operator(operator) => operator.name(),
            Work::Compose(_) => COMPOSE,
            Work::OneOf { .. } => ONE_OF,
        }
    }

    /// Notes what is out of its domain, here and in steps of this one.
    fn check(&self, path: &mut Vec<usize>, errors: &mut Vec<AugmentError>) {
        if let Err(fault) = self.check_here() {
            errors.push(AugmentError::new(Place::operator(path, self.name()), fault));
        }
        match &self.work {
            Work::Operator(operator) => check_all(operator.inner(), path, errors),
            Work::Compose(steps) | Work::OneOf { steps, .. } => check_all(steps, path, errors),
        }
    }

    fn check_here(&self) -> Result<(), Fault> {
        if !(0.0..=1.0).contains(&self.p) {
            return Err(Fault::parameter("p", self.p, "a probability in [0, 1]"));
        }
        match &self.work {
            Work::Operator(operator) => operator.check(),
            Work::OneOf { steps, .. } if steps.is_empty() => {
                Err(Fault::parameter("steps", "[]", "at least one alternative"))
            }
            Work::Compose(_) | Work::OneOf { weights: None, .. } => Ok(()),
            Work::OneOf { steps, weights: Some(weights) } => {
                let listed = || format!("{weights:?}");
                if weights.len() != steps.len() {
                    return Err(Fault::parameter("weights", listed(), "one for each step"));
                }
                let sum: f64 = weights.iter().sum();
                if !(weights.iter().all(|&weight| weight >= 0.0) && sum > 0.0 && sum.is_finite()) {
                    return Err(Fault::parameter("weights", listed(), "finite numbers of at least 0, some above 0"));
                }
                Ok(())
            }
        }
    }

    /// Draws what is to be done, and tells each operator in turn with its name and its stream.
    fn draw<F: FnMut(&O, &mut Name, &mut Stream)>(&self, name: &mut Name, act: &mut F) {
        if self.p == 0.0 {
            return;
        }
        if let (Work::Compose(steps), 1.0) = (&self.work, self.p) {
            return draw_all(steps, name, act);
        }
        let mut stream = Stream::new(name.seed, self.name(), &name.indices);
        if self.p < 1.0 && !stream.bernoulli(self.p) {
            return;
        }
        match &self.work {
            Work::Operator(operator) => act(operator, name, &mut stream),
            Work::Compose(steps) => draw_all(steps, name, act),
            Work::OneOf { steps, weights } => {
                let index = match weights {
                    None => stream.below(steps.len()),
                    Some(weights) => weighted_choice(weights, stream.uniform()),
                };
                name.indices.push(index as u64);
                steps[index].draw(name, act);
                name.indices.pop();
            }
        }
    }
}

/// The first index whose cumulated weight is above the share `uniform` of the sum.
fn weighted_choice(weights: &[f64], uniform: f64) -> usize {
    let mut left = uniform * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    // Only rounding leads here.
    weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0)
}

/// Notes each parameter that is out of its domain, with its operator and its place.
pub(crate) fn check_all<O: Configured>(steps: &[Step<O>], path: &mut Vec<usize>, errors: &mut Vec<AugmentError>) {
    for (index, step) in steps.iter().enumerate() {
        path.push(index);
        step.check(path, errors);
        path.pop();
    }
}

/// Draws one step after the other; `act` is told each operator that is to be applied, with its name and its stream.
pub(crate) fn draw_all<O, F>(steps: &[Step<O>], name: &mut Name, act: &mut F)
where
    O: Configured,
    F: FnMut(&O, &mut Name, &mut Stream),
{
    for (index, step) in steps.iter().enumerate() {
        name.indices.push(index as u64);
        step.draw(name, act);
        name.indices.pop();
    }
}

/// The names of random streams: the seed, then epoch, sample and the place in the chain.
#[derive(Debug, Default)]
pub(crate) struct Name {
    pub(crate) seed: u64,
    pub(crate) indices: Vec<u64>,
}

impl Name {
    /// The name of a chain for one sample.
    pub(crate) fn reset(&mut self, seed: u64, epoch: u64, sample: u64) {
        self.seed = seed;
        self.indices.clear();
        self.indices.extend([epoch, sample]);
    }
}
