//! The parameters that are optimised: their paths, and whether they stay the same.

use crate::OptimError;
use latent_layers::Parameter;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Parameters with their paths, as [`Module::parameters`](latent_layers::Module::parameters) lists them. Those of
/// several modules have paths of their own in a [`SideBySide`](latent_layers::SideBySide).
pub type Named<'a, E> = [(String, &'a Parameter<E>)];

/// Where parameters and gradients do not match.
pub(crate) fn matched<E: Scalar>(parameters: &Named<'_, E>, gradients: &[Tensor<E>]) -> Result<(), OptimError> {
    let what = "the gradients";
    if parameters.len() != gradients.len() {
        let line = format!("{} gradients for {} parameters", gradients.len(), parameters.len());
        return OptimError::if_any(what, vec![line]);
    }
    let pairs = parameters.iter().zip(gradients);
    let differing = pairs.filter_map(|((path, parameter), gradient)| {
        let shape = parameter.shape();
        (shape != gradient.shape())
            .then(|| format!("{path}: the parameter has the shape {shape:?}, its gradient {:?}", gradient.shape()))
    });
    OptimError::if_any(what, differing.collect())
}

/// The parameters that an optimiser has been given in its first step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Vec<(String, Vec<usize>)>);

impl Known {
    /// These, of which none may be there twice.
    pub fn new<E: Scalar>(parameters: &Named<'_, E>) -> Result<Self, OptimError> {
        distinct(parameters)?;
        let known: Vec<_> = parameters.iter().map(|(path, parameter)| (path.clone(), parameter.shape())).collect();
        let mut paths: Vec<&str> = known.iter().map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        let twice = paths.windows(2).filter(|two| two[0] == two[1]);
        let told =
            |two: &[&str]| format!("{} is there twice: SideBySide names modules that have the same paths", two[0]);
        OptimError::if_any("the paths", twice.map(told).collect())?;
        Ok(Self(known))
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(String, Vec<usize>)> {
        self.0.iter()
    }

    /// Whether the parameters are still the same.
    pub fn check<E: Scalar>(&self, parameters: &Named<'_, E>) -> Result<(), OptimError> {
        distinct(parameters)?;
        let what = "the parameters of the steps before";
        let mut mismatches = Vec::new();
        if parameters.len() != self.0.len() {
            mismatches.push(format!("there are {} parameters, there were {}", parameters.len(), self.0.len()));
        }
        for ((path, parameter), (known, shape)) in parameters.iter().zip(&self.0) {
            if path != known {
                mismatches.push(format!("{path} is in the place of {known}"));
            } else if parameter.shape() != *shape {
                mismatches.push(format!("{path} has the shape {:?}, it had {shape:?}", parameter.shape()));
            }
        }
        OptimError::if_any(what, mismatches)
    }
}

/// A parameter under two paths would be changed twice.
fn distinct<E: Scalar>(parameters: &Named<'_, E>) -> Result<(), OptimError> {
    let mut addresses: Vec<(usize, &str)> =
        parameters.iter().map(|(path, parameter)| (std::ptr::from_ref(*parameter).addr(), path.as_str())).collect();
    addresses.sort_unstable();
    let twice = addresses.windows(2).filter(|two| two[0].0 == two[1].0);
    let lines = twice.map(|two| format!("{} and {} are the same parameter", two[0].1, two[1].1)).collect();
    OptimError::if_any("the paths", lines)
}
