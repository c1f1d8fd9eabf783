//! `x = G(z, y)`

use super::chain::Chain;
use super::classes::Classes;
use crate::error::ModelError;
use crate::{Interpolation, path};
use latent_layers::{Context, Module};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array2, Axis, Ix2};

/// A generator: codes `z ~ N(0, I)`, and classes if it has some, to images in `[-1, 1]`.
#[derive(Module)]
pub struct Generator<E: Scalar = f32> {
    #[module(flatten)]
    pub(super) chain: Chain<E>,
    #[module(skip)]
    pub(super) latent_dim: usize,
    #[module(skip)]
    pub(super) classes: usize,
}

impl<E: Scalar> Generator<E> {
    /// The number of dimensions of a code.
    pub fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    /// The number of classes, zero if it is not conditional.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Images (samples, features) in `[-1, 1]` from codes (samples, latent_dim).
    ///
    /// # Errors
    /// If the codes have another length, or the classes do not fit.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::GanSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
    /// let x = gan.generator.forward(&Tensor::zeros(&[4, 100]), None, &mut Context::evaluate())?;
    /// assert_eq!(x.shape(), [4, 784]);
    /// let error = gan.generator.forward(&Tensor::zeros(&[4, 99]), None, &mut Context::evaluate()).unwrap_err();
    /// assert_eq!(error.to_string(), "generator: expected (samples, 100), got the shape [4, 99]");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn forward(
        &self,
        z: &Tensor<E>,
        classes: Option<&[usize]>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        if !matches!(z.shape(), &[_, given] if given == self.latent_dim) {
            return Err(context.shape_error("generator", format!("(samples, {})", self.latent_dim), z.shape()).into());
        }
        let classes = Classes::check(self.classes, z.shape()[0], classes)?;
        context.within("generator", |context| Ok(self.chain.forward(z, classes.as_ref(), context)?))
    }

    /// Images in `[-1, 1]` from codes drawn from the prior.
    ///
    /// # Errors
    /// If the classes do not fit.
    pub(super) fn draw(
        &self,
        samples: usize,
        classes: Option<&[usize]>,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        self.forward(&Tensor::normal(&[samples, self.latent_dim], noise), classes, context)
    }

    /// Images in `[0, 1]` from codes drawn from the prior, in evaluation.
    ///
    /// # Errors
    /// If the classes do not fit: a conditional generator needs one for each sample.
    ///
    /// ```
    /// use latent_models::GanSettings;
    /// use latent_numeric::random::Stream;
    ///
    /// let gan = GanSettings::conditional(10).build::<f32>([1, 28, 28], 7)?;
    /// let digits = gan.generator.sample(3, Some(&[0, 1, 2]), &mut Stream::new(7, "samples", &[]))?;
    /// assert_eq!(digits.shape(), [3, 784]);
    /// let error = gan.generator.sample(3, None, &mut Stream::new(7, "samples", &[])).unwrap_err();
    /// assert_eq!(error.to_string(), "the classes of a batch: none, but the model is conditional, of 10 classes");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn sample(
        &self,
        samples: usize,
        classes: Option<&[usize]>,
        stream: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        self.generate(&Tensor::normal(&[samples, self.latent_dim], stream), classes)
    }

    /// Images in `[0, 1]` from these codes, (samples, latent_dim), in evaluation.
    ///
    /// # Errors
    /// If the codes have another length, or the classes do not fit.
    ///
    /// ```
    /// use latent_models::GanSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::conditional(10).build::<f32>([1, 28, 28], 7)?;
    /// let two = gan.generator.generate(&Tensor::zeros(&[2, 100]), Some(&[4, 9]))?;
    /// assert!(two.array().iter().all(|x| (0.0..=1.0).contains(x)));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn generate(&self, codes: &Tensor<E>, classes: Option<&[usize]>) -> Result<Tensor<E>, ModelError> {
        let half = E::of(0.5);
        no_grad(|| Ok(self.forward(codes, classes, &mut Context::evaluate())? * half + half))
    }

    /// Images in `[0, 1]` on the ways from each code of `from` to that of `to`, (samples steps, features), all steps of
    /// the first pair first. A pair has one class.
    ///
    /// # Errors
    /// If the codes have another length, there are not as many of both, or the classes do not fit.
    ///
    /// # Panics
    /// If there are not two steps.
    ///
    /// ```
    /// use latent_models::{GanSettings, Interpolation};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::conditional(10).build::<f32>([1, 28, 28], 7)?;
    /// let mut stream = Stream::new(7, "codes", &[]);
    /// let [from, to] = [(); 2].map(|()| Tensor::normal(&[3, 100], &mut stream));
    /// let ways = gan.generator.interpolate(&from, &to, Some(&[0, 1, 2]), 8, Interpolation::Spherical)?;
    /// assert_eq!(ways.shape(), [24, 784]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn interpolate(
        &self,
        from: &Tensor<E>,
        to: &Tensor<E>,
        classes: Option<&[usize]>,
        steps: usize,
        interpolation: Interpolation,
    ) -> Result<Tensor<E>, ModelError> {
        let context = Context::evaluate();
        if !matches!(from.shape(), &[_, given] if given == self.latent_dim) {
            let expected = format!("(samples, {})", self.latent_dim);
            return Err(context.shape_error("generator", expected, from.shape()).into());
        }
        if from.shape() != to.shape() {
            let expected = format!("{:?}, a second code for each", from.shape());
            return Err(context.shape_error("generator", expected, to.shape()).into());
        }
        let (from, to) = (from.view_as::<Ix2>(), to.view_as::<Ix2>());
        let mut codes = Array2::zeros((from.nrows() * steps, self.latent_dim));
        for ((mut codes, a), b) in codes.axis_chunks_iter_mut(Axis(0), steps).zip(from.rows()).zip(to.rows()) {
            codes.assign(&path(a, b, steps, interpolation));
        }
        let each: Option<Vec<usize>> =
            classes.map(|classes| classes.iter().flat_map(|&class| vec![class; steps]).collect());
        self.generate(&Tensor::constant(codes), each.as_deref())
    }
}
