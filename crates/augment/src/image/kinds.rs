//! The kinds of operators: what moves pixels and what changes values.

use super::Shape;
use super::drawn::Apply;
use super::warp::Warp;
use crate::error::Fault;
use latent_numeric::random::Stream;

/// What is common to all operators: a name, a domain of parameters, and a rule for shapes.
pub(crate) trait Parameters {
    /// The name in a configuration and in the names of random streams.
    const NAME: &'static str;

    /// Whether the parameters are in their domain.
    fn check(&self) -> Result<(), Fault>;

    /// The shape of the result for an image of the given shape; it never depends on what is drawn.
    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }
}

/// An operator that moves pixels.
pub(crate) trait Geometric: Parameters {
    /// Draws where each pixel of the result comes from.
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp;
}

/// An operator that changes values.
pub(crate) trait Photometric: Parameters {
    /// The random parameters of one change.
    type Drawn: Apply + 'static;

    /// Draws the parameters for one image.
    fn draw(&self, input: Shape, stream: &mut Stream) -> Self::Drawn;
}
