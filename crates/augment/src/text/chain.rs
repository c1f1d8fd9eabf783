//! Text operators one after the other.

use super::Operator;

/// Operators that are applied one after the other, each with its probability.
///
/// In a configuration it is a list of tables as that of [images](crate::image::Chain), with the same composites:
/// `compose` and `one_of`. `preserve_sentiment` has `steps` too.
///
/// ```
/// use latent_augment::text::Chain;
///
/// let chain = Chain::from_toml(
///     r#"
///     [[augment]]
///     op = "preserve_sentiment"
///     steps = [{ op = "synonym_replacement", alpha = 0.1 }, { op = "random_deletion", rate = 0.1 }]
///
///     [[augment]]
///     op = "random_swap"
///     p = 0.5
///     "#,
/// )?;
/// assert_eq!(Chain::from_toml(&chain.to_toml())?, chain);
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
pub type Chain = crate::Chain<Operator>;

/// A step of a chain of text operators.
pub type Step = crate::Step<Operator>;
