//! Image operators of your own.

use super::Shape;
use super::drawn::Drawn;
use crate::error::Fault;
use crate::steps::{same, written};
use latent_numeric::random::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use toml::Table;

/// An image operator of your own: its parameters, as `serde` reads and writes them.
///
/// [`Operator::own`](super::Operator::own) makes a step of it, a [`Registry`](crate::Registry) names it in configurations. All that is
/// random is drawn from the stream that [`draw`](Self::draw) is given, so that it is as replayable as the operators of this
/// crate.
///
/// ```
/// use latent_augment::image::{Chain, Drawn, Operate, Operator, Shape, Step};
/// use latent_augment::{Fault, Registry};
/// use latent_numeric::random::Stream;
/// use ndarray::Array3;
/// use serde::{Deserialize, Serialize};
///
/// /// Values above a level that is drawn are turned over.
/// #[derive(Debug, Serialize, Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Solarize {
///     least: f64,
/// }
///
/// impl Operate for Solarize {
///     const NAME: &'static str = "solarize";
///
///     fn check(&self) -> Result<(), Fault> {
///         let fits = (0.0..=1.0).contains(&self.least);
///         if fits { Ok(()) } else { Err(Fault::parameter("least", self.least, "a number in [0, 1]")) }
///     }
///
///     fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
///         let level: f64 = stream.uniform_in(self.least, 1.0);
///         Drawn::change(move |mut image| image.mapv_inplace(|v| if f64::from(v) > level { 1.0 - v } else { v }))
///     }
/// }
///
/// let registry = Registry::new().with::<Solarize>()?;
/// let text = "[[augment]]\nop = 'solarize'\nleast = 0.4\n[[augment]]\nop = 'vertical_flip'\n";
/// let chain = Chain::from_toml_with(text, &registry)?;
/// let image = Array3::<f32>::from_elem((1, 4, 4), 1.0);
/// assert_eq!(chain.apply(image.view(), 1, 0, 0)?, Array3::zeros((1, 4, 4)));
/// let made = Chain::new(vec![Step::new(0.5, Operator::own(Solarize { least: 0.4 }))])?;
/// assert!(made.to_toml().contains("op = \"solarize\""));
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
pub trait Operate: Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static {
    /// The name in a configuration and in the names of random streams.
    const NAME: &'static str;

    /// Whether the parameters are in their domain.
    ///
    /// # Errors
    /// The first that is not.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// The shape of the result for an image of the given shape; it never depends on what is drawn.
    ///
    /// # Errors
    /// If the operator is not defined for such images.
    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    /// Draws what is done to one image.
    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn;
}

/// Any [`Operate`] of which nothing but its methods is known.
pub(super) trait Object: fmt::Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn check(&self) -> Result<(), Fault>;
    fn output(&self, input: Shape) -> Result<Shape, Fault>;
    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn;
    fn write(&self) -> Result<Table, toml::ser::Error>;
}

impl<T: Operate> Object for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn check(&self) -> Result<(), Fault> {
        Operate::check(self)
    }

    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        Operate::output(self, input)
    }

    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
        Operate::draw(self, input, stream)
    }

    fn write(&self) -> Result<Table, toml::ser::Error> {
        written(self)
    }
}

/// An operator that is none of this crate: an [`Operate`]. Two are equal if their names and parameters are.
#[derive(Clone, Debug)]
pub struct Own(pub(super) Arc<dyn Object>);

impl Own {
    pub(super) fn new(operator: impl Operate) -> Self {
        Self(Arc::new(operator))
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        same((self.0.name(), self.0.write()), (other.0.name(), other.0.write()))
    }
}
