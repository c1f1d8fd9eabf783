//! An exponential moving average of the weights.

use crate::block::blend;
use crate::error::Check;
use crate::parameters::{Known, Named};
use crate::{OptimError, SavedState};
use latent_layers::{Count, Module, Parameter, State};
use latent_numeric::{Scalar, parallel};
use latent_tensor::Tensor;
use ndarray::{ArrayD, IxDyn};
use serde::{Deserialize, Serialize};
use std::slice::IterMut;

const NAME: &str = "weight_average";

/// How weights are averaged: the share of the past, and how the average begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AverageSettings {
    /// The share of the past, `d`, in [0, 1).
    pub decay: f64,
    /// Whether the share grows with the number of updates: `min(d, (1 + t) / (10 + t))` in update `t` = 1, 2, ...
    pub warm_up: bool,
    /// Whether the average begins with nothing, and is divided by the weight of all that is in it, instead of
    /// beginning with the weights as they are when it is made.
    pub bias_correction: bool,
}

impl Default for AverageSettings {
    fn default() -> Self {
        Self { decay: 0.999, warm_up: false, bias_correction: false }
    }
}

/// An exponential moving average of all parameters of a module, `a_t = d a_(t-1) + (1 - d) p_t`, beside copies of its
/// state, such as running statistics and the vectors of spectral norms, which belong to the last parameters and are
/// never averaged.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_numeric::random::Stream;
/// use latent_optim::{Adam, Algorithm, AverageSettings, Optimizer, StepOptions, WeightAverage};
/// use latent_tensor::Tensor;
///
/// let model = Linear::<f32>::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let mut average = WeightAverage::new(AverageSettings { decay: 0.99, ..Default::default() }, &model)?;
/// let mut adam = Adam::default().optimizer()?;
/// let gradients = [Tensor::ones(&[2, 3]), Tensor::ones(&[2])];
/// // In the same pass over memory as the step.
/// let options = StepOptions { average: Some(average.following(&model)), ..StepOptions::default() };
/// adam.step_with(&model.parameters(), &gradients, options)?;
///
/// let trained = model.variables()[0].to_array();
/// {
///     let _averaged = average.swap_in(&model)?;
///     assert_ne!(model.variables()[0].to_array(), trained);
/// }
/// assert_eq!(model.variables()[0].to_array(), trained);
/// # Ok::<(), latent_optim::OptimError>(())
/// ```
#[derive(Clone, Debug)]
pub struct WeightAverage<E: Scalar = f32> {
    settings: AverageSettings,
    known: Known,
    updates: u64,
    /// The weight of what the average began with.
    initial: f64,
    averages: Vec<Vec<E>>,
    states: Vec<(String, Tensor<E>)>,
    counts: Vec<(String, u64)>,
}

impl<E: Scalar> WeightAverage<E> {
    /// An average of the weights of this module that begins with the weights as they are, or with nothing if it is
    /// corrected for that.
    ///
    /// # Errors
    /// If a setting is outside its domain, or a parameter is there twice.
    pub fn new<M: Module<E> + ?Sized>(settings: AverageSettings, module: &M) -> Result<Self, OptimError> {
        Check(NAME).decay("decay", settings.decay)?;
        let parameters = module.parameters();
        let known = Known::new(&parameters)?;
        let averages = parameters.iter().map(|(_, parameter)| {
            if settings.bias_correction {
                vec![E::zero(); parameter.len()]
            } else {
                parameter.tensor().array().iter().copied().collect()
            }
        });
        let averages = averages.collect();
        Ok(Self { settings, known, updates: 0, initial: 1.0, averages, states: copies(module), counts: counts(module) })
    }

    /// The number of updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// The weight of the new parameters in the next update.
    fn weight(&self) -> f64 {
        let t = (self.updates + 1) as f64;
        let share = if self.settings.warm_up { (1.0 + t) / (10.0 + t) } else { 1.0 };
        1.0 - self.settings.decay.min(share)
    }

    fn count(&mut self) -> f64 {
        let weight = self.weight();
        self.updates += 1;
        self.initial *= 1.0 - weight;
        weight
    }

    /// Prepares the update that goes with a step, for [`StepOptions`](crate::StepOptions): copies the module's state
    /// now, and blends the parameters in when the optimiser takes its step.
    pub fn following<M: Module<E> + ?Sized>(&mut self, module: &M) -> Following<'_, E> {
        self.states = copies(module);
        self.counts = counts(module);
        Following(self)
    }

    /// Updates the average with the module's parameters and state as they are, outside of a step.
    ///
    /// ```
    /// use latent_layers::{Linear, Module};
    /// use latent_numeric::random::Stream;
    /// use latent_optim::{AverageSettings, WeightAverage};
    ///
    /// let model = Linear::<f64>::new(2, 1, &mut Stream::new(1, "initialisation", &[]));
    /// model.parameters()[0].1.elements().fill(1.0);
    /// let mut average = WeightAverage::new(AverageSettings { decay: 0.75, ..Default::default() }, &model)?;
    /// model.parameters()[0].1.elements().fill(5.0);
    /// average.update(&model)?;
    /// assert!(average.parameters()[0].1.iter().all(|&a| a == 2.0));
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// If the parameters are not those of the module that the average was made of.
    pub fn update<M: Module<E> + ?Sized>(&mut self, module: &M) -> Result<(), OptimError> {
        self.following(module).update(&module.parameters())
    }

    /// The averages with their paths, to be saved as the weights of a model.
    ///
    /// ```
    /// use latent_layers::{Linear, Module};
    /// use latent_numeric::random::Stream;
    /// use latent_optim::{AverageSettings, WeightAverage};
    ///
    /// let model = Linear::<f64>::new(2, 1, &mut Stream::new(1, "initialisation", &[]));
    /// // Corrected for its beginning with nothing, the average of one update is what it was updated with.
    /// let settings = AverageSettings { bias_correction: true, ..Default::default() };
    /// let mut average = WeightAverage::new(settings, &model)?;
    /// average.update(&model)?;
    /// assert_eq!(average.updates(), 1);
    /// let (path, weight) = &average.parameters()[0];
    /// assert_eq!(path, "weight");
    /// assert!((weight - &model.variables()[0].to_array()).iter().all(|d| d.abs() < 1e-12));
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    pub fn parameters(&self) -> Vec<(String, ArrayD<E>)> {
        let scale = if self.settings.bias_correction && self.updates > 0 { 1.0 - self.initial } else { 1.0 };
        let scale = E::of(scale);
        let pairs = self.known.iter().zip(&self.averages);
        let arrays = pairs.map(|((path, shape), average)| {
            let values = average.iter().map(|&a| a / scale).collect();
            (path.clone(), ArrayD::from_shape_vec(IxDyn(shape), values).expect("one for each element"))
        });
        arrays.collect()
    }

    /// The copies of the state with their paths.
    pub fn states(&self) -> Vec<(String, ArrayD<E>)> {
        self.states.iter().map(|(path, state)| (path.clone(), state.to_array())).collect()
    }

    /// Puts the averages, and the state that goes with them, into the module until the result is dropped; then its own
    /// are back, bit for bit.
    ///
    /// # Errors
    /// If the module is not the one that the average was made of. Nothing is changed then.
    pub fn swap_in<'a, M: Module<E> + ?Sized>(&self, module: &'a M) -> Result<Swapped<'a, E>, OptimError> {
        let (parameters, states) = (module.parameters(), module.states());
        self.known.check(&parameters)?;
        let now: Vec<_> = states.iter().map(|(path, state)| (path.clone(), state.shape())).collect();
        let then: Vec<_> = self.states.iter().map(|(path, state)| (path.clone(), state.shape().to_vec())).collect();
        if now != then {
            let mismatches = vec![format!("{then:?} were copied, the module has {now:?}")];
            return Err(OptimError::Mismatch { what: "the copies of the state", mismatches });
        }
        let cells = module.counts();
        if !cells.iter().map(|(path, _)| path).eq(self.counts.iter().map(|(path, _)| path)) {
            let mismatches = vec![format!("{:?} were copied, the module has {cells:?}", self.counts)];
            return Err(OptimError::Mismatch { what: "the copies of the counts", mismatches });
        }
        let swapped = Swapped {
            parameters: parameters.iter().map(|(_, parameter)| (*parameter, parameter.tensor())).collect(),
            states: states.iter().map(|(_, state)| (*state, state.tensor())).collect(),
            counts: cells.iter().map(|(_, count)| (*count, count.value())).collect(),
        };
        for ((_, parameter), (_, average)) in parameters.iter().zip(self.parameters()) {
            parameter.set(average).expect("the shapes were compared");
        }
        for ((_, state), (_, copy)) in states.iter().zip(&self.states) {
            state.set(copy.array().clone()).expect("the shapes were compared");
        }
        for ((_, count), (_, copy)) in cells.iter().zip(&self.counts) {
            count.set(*copy);
        }
        Ok(swapped)
    }

    /// The averages, the copies of the state and the number of updates: all that the next updates depend on, beside the
    /// settings.
    ///
    /// ```
    /// use latent_layers::Linear;
    /// use latent_numeric::random::Stream;
    /// use latent_optim::{AverageSettings, SavedState, WeightAverage};
    ///
    /// let model = Linear::<f32>::new(2, 1, &mut Stream::new(1, "initialisation", &[]));
    /// let mut average = WeightAverage::new(AverageSettings::default(), &model)?;
    /// average.update(&model)?;
    /// let bytes = average.save().to_bytes();
    /// let mut resumed = WeightAverage::new(AverageSettings::default(), &model)?;
    /// resumed.load(&SavedState::from_bytes(&bytes)?)?;
    /// assert_eq!(resumed.save(), average.save());
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    pub fn save(&self) -> SavedState<E> {
        let averages = self.known.iter().zip(&self.averages).map(|((path, shape), average)| {
            let array = ArrayD::from_shape_vec(IxDyn(shape), average.clone()).expect("one for each element");
            (format!("{path}.average"), array)
        });
        let states = self.states.iter().map(|(path, state)| (format!("{path}.state"), state.to_array()));
        let counts = self.counts.iter().map(|(path, count)| (format!("{path}.count"), *count as f64));
        SavedState {
            of: NAME.into(),
            steps: self.updates,
            scalars: counts.chain([("initial".into(), self.initial)]).collect(),
            tensors: averages.chain(states).collect(),
        }
    }

    /// Takes up the state of an average that was saved, whose next updates this one then makes.
    ///
    /// # Errors
    /// If the state is not of an average of such a module: all differences. Nothing is changed then.
    pub fn load(&mut self, saved: &SavedState<E>) -> Result<(), OptimError> {
        let saved = self.with_counts(saved);
        let parameters = self.known.iter().map(|(path, shape)| (format!("{path}.average"), shape.clone()));
        let states = self.states.iter().map(|(path, state)| (format!("{path}.state"), state.shape().to_vec()));
        let scalars: Vec<String> = self.counts.iter().map(|(path, _)| format!("{path}.count")).collect();
        let scalars = [scalars, vec!["initial".into()]].concat();
        saved.check(NAME, &parameters.chain(states).collect::<Vec<_>>(), &scalars)?;
        for ((path, _), average) in self.known.iter().zip(&mut self.averages) {
            average.iter_mut().zip(&saved.tensors[&format!("{path}.average")]).for_each(|(to, &from)| *to = from);
        }
        for (path, state) in &mut self.states {
            *state = Tensor::constant(saved.tensors[&format!("{path}.state")].clone());
        }
        for (path, count) in &mut self.counts {
            *count = saved.scalars[&format!("{path}.count")] as u64;
        }
        self.updates = saved.steps;
        self.initial = saved.scalars["initial"];
        Ok(())
    }

    /// With counts as numbers, where they were once saved as tensors.
    fn with_counts(&self, saved: &SavedState<E>) -> SavedState<E> {
        let mut saved = saved.clone();
        for (path, _) in &self.counts {
            let before = saved.tensors.remove(&format!("{path}.state"));
            if let Some(&count) = before.as_ref().and_then(|array| array.first()) {
                saved.scalars.insert(format!("{path}.count"), count.as_f64());
            }
        }
        saved
    }
}

fn counts<E: Scalar, M: Module<E> + ?Sized>(module: &M) -> Vec<(String, u64)> {
    module.counts().into_iter().map(|(path, count)| (path, count.value())).collect()
}

fn copies<E: Scalar, M: Module<E> + ?Sized>(module: &M) -> Vec<(String, Tensor<E>)> {
    module.states().into_iter().map(|(path, state)| (path, state.tensor())).collect()
}

/// An average that is about to be updated with a step; made by [`WeightAverage::following`].
#[derive(Debug)]
pub struct Following<'a, E: Scalar>(&'a mut WeightAverage<E>);

impl<E: Scalar> Following<'_, E> {
    /// The weight of the new parameters, and the averages that they go into.
    pub(crate) fn next(&mut self, parameters: &Named<'_, E>) -> Result<(E, IterMut<'_, Vec<E>>), OptimError> {
        self.0.known.check(parameters)?;
        Ok((E::of(self.0.count()), self.0.averages.iter_mut()))
    }

    /// Updates them with the parameters as they are.
    pub(crate) fn update(&mut self, parameters: &Named<'_, E>) -> Result<(), OptimError> {
        let (weight, averages) = self.next(parameters)?;
        for (average, (_, parameter)) in averages.zip(parameters) {
            let elements = parameter.elements();
            let parts = average.chunks_mut(1 << 14).zip(elements.chunks(1 << 14));
            parallel::each(parts, |_, (average, elements)| blend(average, elements, weight));
        }
        Ok(())
    }
}

/// A module with averaged weights, which gets its own back when this is dropped.
#[must_use = "the module gets its own weights back when this is dropped"]
pub struct Swapped<'a, E: Scalar> {
    parameters: Vec<(&'a Parameter<E>, Tensor<E>)>,
    states: Vec<(&'a State<E>, Tensor<E>)>,
    counts: Vec<(&'a Count, u64)>,
}

impl<E: Scalar> Drop for Swapped<'_, E> {
    fn drop(&mut self) {
        for (parameter, own) in &self.parameters {
            parameter.set(own.array().clone()).expect("its own shape");
        }
        for (state, own) in &self.states {
            state.set(own.array().clone()).expect("its own shape");
        }
        for (count, own) in &self.counts {
            count.set(*own);
        }
    }
}
