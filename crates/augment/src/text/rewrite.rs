//! The trait of operators on texts, and operators of your own.

use super::{Resources, TokenizedText};
use crate::error::Fault;
use crate::steps::{same, written};
use latent_numeric::random::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use toml::Table;

/// An operator that changes words: its parameters, as `serde` reads and writes them.
///
/// The operators of this crate implement it, and so can yours: [`Operator::own`](super::Operator::own) makes a step of it, a
/// [`Registry`](crate::Registry) names it in configurations.
///
/// ```
/// use latent_augment::Registry;
/// use latent_augment::text::{Augmenter, Chain, Resources, Rewrite, TokenizedText};
/// use latent_numeric::random::Stream;
/// use serde::{Deserialize, Serialize};
///
/// /// Some words are shouted.
/// #[derive(Debug, Serialize, Deserialize)]
/// struct Shout {
///     rate: f64,
/// }
///
/// impl Rewrite for Shout {
///     const NAME: &'static str = "shout";
///
///     fn apply(&self, text: &mut TokenizedText, _: &Resources, stream: &mut Stream) {
///         for index in 0..text.words().len() {
///             if stream.bernoulli(self.rate) {
///                 let loud = text.words()[index].to_uppercase();
///                 text.replace(index, &loud);
///             }
///         }
///     }
/// }
///
/// let registry = Registry::new().with::<Shout>()?;
/// let chain = Chain::from_toml_with("[[augment]]\nop = 'shout'\nrate = 1.0\n", &registry)?;
/// let augmenter = Augmenter::new(chain, Resources::default())?;
/// assert_eq!(augmenter.apply("What, this?", 1, 0, 0), "WHAT, THIS?");
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
pub trait Rewrite: Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static {
    /// The name in a configuration and in the names of random streams.
    const NAME: &'static str;

    /// Whether the parameters are in their domain.
    ///
    /// # Errors
    /// The first that is not.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether there is what the operator needs.
    ///
    /// # Errors
    /// The first resource that is missing.
    fn check_resources(&self, _: &Resources) -> Result<(), Fault> {
        Ok(())
    }

    /// Changes a text that has words. The resources have been checked.
    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream);
}

/// Any [`Rewrite`] of which nothing but its methods is known.
pub(super) trait Object: fmt::Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn check(&self) -> Result<(), Fault>;
    fn check_resources(&self, resources: &Resources) -> Result<(), Fault>;
    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream);
    fn write(&self) -> Result<Table, toml::ser::Error>;
}

impl<T: Rewrite> Object for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn check(&self) -> Result<(), Fault> {
        Rewrite::check(self)
    }

    fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
        Rewrite::check_resources(self, resources)
    }

    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream) {
        Rewrite::apply(self, text, resources, stream);
    }

    fn write(&self) -> Result<Table, toml::ser::Error> {
        written(self)
    }
}

/// An operator that is none of this crate: a [`Rewrite`]. Two are equal if their names and parameters are.
#[derive(Clone, Debug)]
pub struct Own(pub(super) Arc<dyn Object>);

impl Own {
    pub(super) fn new(operator: impl Rewrite) -> Self {
        Self(Arc::new(operator))
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        same((self.0.name(), self.0.write()), (other.0.name(), other.0.write()))
    }
}
