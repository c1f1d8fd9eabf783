//! What has named parameters and state.

use crate::{Count, Parameter, Slot, State};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Something with named parameters and state, its own and those of the modules inside it.
///
/// A struct of layers is a module by [`#[derive(Module)]`](macro@crate::Module): its fields are its parts, in their
/// order.
///
/// ```
/// use latent_layers::{Context, Layer, LayerError, Linear, Module, Parameter};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// #[derive(Module)]
/// struct Scaled {
///     linear: Linear,
///     scale: Parameter,
/// }
///
/// impl Layer for Scaled {
///     fn forward(&self, x: &Tensor, context: &mut Context) -> Result<Tensor, LayerError> {
///         Ok(context.apply("linear", &self.linear, x)? * self.scale.tensor())
///     }
/// }
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let model = Scaled { linear: Linear::new(3, 2, &mut stream), scale: Parameter::new(ndarray::array![2.0]) };
/// let names: Vec<String> = model.parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["linear.weight", "linear.bias", "scale"]);
/// assert_eq!(model.parameter_count(), 9);
/// ```
///
/// Any other module shows its parts to a [`Visitor`] itself, in the order in which they are listed, saved and optimised
/// ever after.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module of numbers of type `{E}`",
    label = "no module of numbers of type `{E}`",
    note = "a module has `#[derive(Module)]`, or `impl Module<{E}>` written by hand",
    note = "`#[module(skip)]` before a field of a `#[derive(Module)]` struct leaves it out"
)]
pub trait Module<E: Scalar = f32>: Send + Sync {
    /// The kind of module, such as `linear`, for errors and summaries.
    fn kind(&self) -> &'static str;

    /// Shows the visitor all parameters, state and modules inside, always in the same order.
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>);

    /// All parameters with their paths (`encoder.0.weight`), in order.
    fn parameters(&self) -> Vec<(String, &Parameter<E>)> {
        let entries = Visitor::entries(self).into_iter();
        entries
            .filter_map(|entry| match entry.slot {
                Slot::Parameter(parameter) => Some((entry.path, parameter)),
                Slot::State(_) | Slot::Count(_) => None,
            })
            .collect()
    }

    /// All state with its paths (`encoder.1.running_mean`), in order.
    fn states(&self) -> Vec<(String, &State<E>)> {
        let entries = Visitor::entries(self).into_iter();
        entries
            .filter_map(|entry| match entry.slot {
                Slot::State(state) => Some((entry.path, state)),
                Slot::Parameter(_) | Slot::Count(_) => None,
            })
            .collect()
    }

    /// All counts with their paths (`encoder.1.num_batches_tracked`), in order.
    fn counts(&self) -> Vec<(String, &Count)> {
        let entries = Visitor::entries(self).into_iter();
        entries
            .filter_map(|entry| match entry.slot {
                Slot::Count(count) => Some((entry.path, count)),
                Slot::Parameter(_) | Slot::State(_) => None,
            })
            .collect()
    }

    /// The present values of all parameters, in order: the variables with respect to which gradients are asked for.
    fn variables(&self) -> Vec<Tensor<E>> {
        self.parameters().into_iter().map(|(_, parameter)| parameter.tensor()).collect()
    }

    /// The number of elements of all parameters.
    fn parameter_count(&self) -> usize {
        self.parameters().iter().map(|(_, parameter)| parameter.len()).sum()
    }
}

/// A parameter, state or count that a module owns, with its path.
#[derive(Clone, Debug)]
pub struct Entry<'a, E: Scalar = f32> {
    /// Names of the modules around it and its own, with dots between.
    pub path: String,
    /// The parameter, state or count.
    pub slot: Slot<'a, E>,
}

/// Collects what a module owns: parameters, states and counts with their paths.
///
/// ```
/// use latent_layers::{Count, Linear, Module, Parameter, State, Visitor};
///
/// struct Own {
///     linear: Linear,
///     scale: Parameter,
///     mean: State,
///     steps: Count,
/// }
///
/// impl Module for Own {
///     fn kind(&self) -> &'static str {
///         "own"
///     }
///
///     fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
///         visitor.module("linear", &self.linear);
///         visitor.parameter("scale", &self.scale);
///         visitor.state("mean", &self.mean);
///         visitor.count("steps", &self.steps);
///     }
/// }
/// ```
pub struct Visitor<'a, E: Scalar = f32> {
    path: Vec<String>,
    entries: Vec<Entry<'a, E>>,
}

impl<'a, E: Scalar> Visitor<'a, E> {
    /// All parameters, state and counts of a module, in its order.
    ///
    /// ```
    /// # use latent_layers::{BatchNorm, Visitor};
    /// let layer = BatchNorm::<f32>::new(4);
    /// let names: Vec<String> = Visitor::entries(&layer).into_iter().map(|entry| entry.path).collect();
    /// assert_eq!(names, ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]);
    /// ```
    pub fn entries<M: Module<E> + ?Sized>(module: &'a M) -> Vec<Entry<'a, E>> {
        Self::collect(|visitor| module.visit(visitor))
    }

    /// All that is shown to a visitor, in order.
    pub fn collect(show: impl FnOnce(&mut Self)) -> Vec<Entry<'a, E>> {
        let mut visitor = Self { path: Vec::new(), entries: Vec::new() };
        show(&mut visitor);
        visitor.entries
    }

    /// Shows a parameter of the module, under this name.
    pub fn parameter(&mut self, name: &str, parameter: &'a Parameter<E>) {
        self.enter(name, Slot::Parameter(parameter));
    }

    /// Shows a state of the module, under this name.
    pub fn state(&mut self, name: &str, state: &'a State<E>) {
        self.enter(name, Slot::State(state));
    }

    /// Shows a count of the module, under this name: how often something happened that the module itself goes by. Files
    /// have it as an integer.
    pub fn count(&mut self, name: &str, count: &'a Count) {
        self.enter(name, Slot::Count(count));
    }

    /// Shows a module inside the module, whose parts have paths that begin with this name.
    pub fn module<M: Module<E> + ?Sized>(&mut self, name: &str, module: &'a M) {
        self.within(name, |visitor| module.visit(visitor));
    }

    /// Shows something under paths that begin with this name.
    pub(crate) fn within(&mut self, name: &str, show: impl FnOnce(&mut Self)) {
        self.path.push(name.into());
        show(self);
        self.path.pop();
    }

    fn enter(&mut self, name: &str, slot: Slot<'a, E>) {
        let path = self.path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".");
        debug_assert!(self.entries.iter().all(|entry| entry.path != path), "two parts of a module are named {path}");
        self.entries.push(Entry { path, slot });
    }
}
