//! Both models as tables of layers.

use latent_layers::{Applied, Context, Module, Summary};
use latent_models::train::each_class_in_turn;
use latent_models::{Gan, ModelError};
use latent_tensor::{Tensor, no_grad};
use std::fmt::Write;

/// The layers of both, on a batch of so many.
///
/// # Errors
/// If they do not take their input.
pub fn describe(gan: &Gan, samples: usize) -> Result<String, ModelError> {
    let classes = each_class_in_turn(gan.generator.classes(), samples);
    let codes = Tensor::zeros(&[samples, gan.generator.latent_dim()]);
    let (mut of_generator, mut of_discriminator) = (Context::trace(), Context::trace());
    let images = no_grad(|| gan.generator.forward(&codes, classes.as_deref(), &mut of_generator))?;
    let outputs = no_grad(|| gan.discriminator.forward(&images, classes.as_deref(), &mut of_discriminator))?;
    let tables = [
        table(&gan.generator, &codes, &images, &of_generator),
        table(&gan.discriminator, &images, &outputs, &of_discriminator),
    ];
    Ok(tables.iter().fold(String::new(), |mut text, table| {
        let _ = writeln!(text, "{table}\n");
        text
    }))
}

fn table(model: &dyn Module, input: &Tensor, output: &Tensor, context: &Context) -> Summary {
    let whole = Applied {
        path: String::new(),
        kind: model.kind(),
        input: input.shape().to_vec(),
        output: output.shape().to_vec(),
        parameters: model.parameter_count(),
    };
    Summary {
        layers: [whole].into_iter().chain(context.applied().iter().cloned()).collect(),
        parameters: model.parameter_count(),
        state: model.states().iter().map(|(_, state)| state.len()).sum(),
    }
}
