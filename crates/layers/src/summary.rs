//! A table of a model's layers.

use crate::{Applied, Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, no_grad};
use std::fmt;

/// The layers of a model in the order in which they are applied, with shapes and parameters; prints as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The model itself, with an empty path, and then the layers inside; an outer one before those inside it.
    pub layers: Vec<Applied>,
    /// The elements of all parameters.
    pub parameters: usize,
    /// The elements of all state.
    pub state: usize,
}

/// The layers that are applied to an input of this shape; evaluates the model once, at zeros.
///
/// # Errors
/// If a layer does not take what it is given.
///
/// ```
/// use latent_layers::{Activation, Linear, Sequential, summary};
/// use latent_numeric::random::Stream;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let encoder = Sequential::new().then(Linear::new(784, 100, &mut stream)).then(Activation::Relu);
/// let model: Sequential = Sequential::new().then(encoder).then(Linear::new(100, 10, &mut stream));
/// let table = summary(&model, &[32, 784]).unwrap();
/// assert_eq!(table.parameters, 78_500 + 1_010);
/// assert_eq!(
///     table.to_string(),
///     "\
/// path  layer       input      output     parameters
///       sequential  [32, 784]  [32, 10]        79510
/// 0     sequential  [32, 784]  [32, 100]       78500
/// 0.0   linear      [32, 784]  [32, 100]       78500
/// 0.1   relu        [32, 100]  [32, 100]           0
/// 1     linear      [32, 100]  [32, 10]         1010
/// 79510 parameters, state of 0 elements"
/// );
/// ```
pub fn summary<E: Scalar, L: Layer<E> + ?Sized>(model: &L, input: &[usize]) -> Result<Summary, LayerError> {
    let mut context = Context::trace();
    let output = no_grad(|| model.forward(&Tensor::zeros(input), &mut context))?;
    let parameters = Module::parameter_count(model);
    let kind = model.kind();
    let whole =
        Applied { path: String::new(), kind, input: input.to_vec(), output: output.shape().to_vec(), parameters };
    let layers = [whole].into_iter().chain(context.applied().iter().cloned()).collect();
    let state = Module::states(model).iter().map(|(_, state)| state.len()).sum();
    Ok(Summary { layers, parameters, state })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["path", "layer", "input", "output", "parameters"].map(String::from);
        let row = |layer: &Applied| {
            let shapes = [&layer.input, &layer.output].map(|shape| format!("{shape:?}"));
            let [input, output] = shapes;
            [layer.path.clone(), layer.kind.into(), input, output, layer.parameters.to_string()]
        };
        let rows: Vec<[String; 5]> = [head].into_iter().chain(self.layers.iter().map(row)).collect();
        let widths: [usize; 5] =
            std::array::from_fn(|i| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0));
        for [path, kind, input, output, parameters] in &rows {
            let [a, b, c, d, e] = widths;
            writeln!(f, "{path:a$}  {kind:b$}  {input:c$}  {output:d$}  {parameters:>e$}")?;
        }
        write!(f, "{} parameters, state of {} elements", self.parameters, self.state)
    }
}
