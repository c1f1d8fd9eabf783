//! A scale and a shift for each class

use super::Affine;
use latent_layers::{Context, LayerError, Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::Array2;

/// `gamma(c)` and `beta(c)` are the rows of tables at class `c` (Dumoulin, Shlens and Kudlur 2017).
///
/// ```
/// use latent_layers::Module;
/// use latent_regularizers::ClassTables;
///
/// let tables: ClassTables = ClassTables::new(10, 64);
/// assert_eq!(tables.parameter_count(), 2 * 10 * 64);
/// ```
#[derive(Clone, Debug, Module)]
pub struct ClassTables<E: Scalar = f32> {
    /// The scales, (classes, channels).
    pub weight: Parameter<E>,
    /// The shifts, (classes, channels).
    pub bias: Parameter<E>,
}

impl<E: Scalar> ClassTables<E> {
    /// All scales one, all shifts zero.
    pub fn new(classes: usize, channels: usize) -> Self {
        let shape = (classes, channels);
        Self { weight: Parameter::new(Array2::ones(shape)), bias: Parameter::new(Array2::zeros(shape)) }
    }
}

impl<E: Scalar> Affine<E> for ClassTables<E> {
    type Condition = [usize];

    fn channels(&self) -> usize {
        self.weight.shape()[1]
    }

    fn scale_and_shift(
        &self,
        samples: usize,
        classes: &[usize],
        context: &mut Context,
    ) -> Result<[Tensor<E>; 2], LayerError> {
        let kind = Module::<E>::kind(self);
        if classes.len() != samples {
            return Err(context.shape_error(kind, format!("{samples} classes, one a sample"), &[classes.len()]));
        }
        let (weight, bias) = (self.weight.tensor(), self.bias.tensor());
        let known = weight.shape()[0];
        if let Some((sample, class)) = classes.iter().enumerate().find(|&(_, &class)| class >= known) {
            let reason = format!("class {class} of sample {sample} at {:?}, where there are {known}", context.path());
            return Err(LayerError::settings(kind, reason));
        }
        Ok([weight, bias].map(|table| table.index_select(0, classes)))
    }
}
