//! Checks that the pooling layers share.

use crate::{Context, LayerError, settings};
use latent_tensor::ops::Pool2dOptions;

pub(crate) fn check_settings(layer: &'static str, options: Pool2dOptions) -> Result<(), LayerError> {
    let Pool2dOptions { kernel, stride, padding } = options;
    settings::positive(layer, &[("the kernel", &kernel), ("the stride", &stride)])?;
    if (0..2).any(|a| 2 * padding[a] > kernel[a]) {
        let reason = format!("the padding {padding:?} must be at most half of the kernel {kernel:?}");
        return Err(LayerError::settings(layer, reason));
    }
    Ok(())
}

pub(crate) fn check_shape(
    layer: &'static str,
    options: Pool2dOptions,
    shape: &[usize],
    context: &Context,
) -> Result<(), LayerError> {
    let [height, width] = [0, 1].map(|a| (options.kernel[a] - 2 * options.padding[a]).max(1));
    if matches!(shape, &[_, _, h, w] if h >= height && w >= width) {
        return Ok(());
    }
    let expected = format!("(samples, channels, height >= {height}, width >= {width})");
    Err(context.shape_error(layer, expected, shape))
}
