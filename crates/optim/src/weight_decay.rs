//! Weight decay of the two kinds.

use crate::OptimError;
use crate::error::Check;
use latent_numeric::Scalar;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What pulls the weights `p` towards zero in a step of learning rate `lr`.
///
/// For plain SGD the two are the same; for anything that rescales the gradient they are not (Loshchilov and Hutter,
/// *Decoupled weight decay regularization*, ICLR 2019).
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Adam, Algorithm, Optimizer, WeightDecay};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // Nothing but the decay moves a weight whose gradient is zero.
/// let step = |weight_decay| {
///     let w = Parameter::<f64>::new(array![1.0]);
///     let mut adam = Adam { learning_rate: 0.1, weight_decay, ..Adam::default() }.optimizer().unwrap();
///     adam.step(&[("w".into(), &w)], &[Tensor::zeros(&[1])]).unwrap();
///     w.tensor().item()
/// };
/// assert_eq!(step(WeightDecay::None), 1.0);
/// assert_eq!(step(WeightDecay::Decoupled(0.01)), 1.0 - 0.1 * 0.01);
/// // Through the gradient, Adam's normalisation makes a full step of it.
/// assert!((step(WeightDecay::Coupled(0.01)) - 0.9).abs() < 1e-6);
/// ```
///
/// In a configuration it is a number, which is coupled, 0 for none; or a table that names the kind.
///
/// ```
/// use latent_optim::WeightDecay;
///
/// let read = |text| serde_json::from_str::<WeightDecay>(text);
/// assert_eq!(read("0")?, WeightDecay::None);
/// assert_eq!(read("1e-4")?, WeightDecay::Coupled(1e-4));
/// assert_eq!(read(r#"{"decoupled": 0.01}"#)?, WeightDecay::Decoupled(0.01));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum WeightDecay {
    /// Nothing does.
    #[default]
    None,
    /// The gradient of `lambda / 2 ||p||^2` is added to the gradient, `g + lambda p`, before anything else is done
    /// with it: L2 regularisation. `weight_decay` of PyTorch's `SGD`, `RMSprop`, `Adam` and `Adagrad`.
    Coupled(f64),
    /// The weights shrink by themselves, `p (1 - lr lambda)`, and the gradient does not know: `weight_decay` of
    /// PyTorch's `AdamW`.
    Decoupled(f64),
}

impl Serialize for WeightDecay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_f64(0.0),
            Self::Coupled(lambda) => serializer.serialize_f64(*lambda),
            Self::Decoupled(lambda) => serializer.collect_map([("decoupled", lambda)]),
        }
    }
}

impl<'de> Deserialize<'de> for WeightDecay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrTable)
    }
}

struct NumberOrTable;

impl<'de> Visitor<'de> for NumberOrTable {
    type Value = WeightDecay;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or { decoupled = a number }")
    }

    fn visit_f64<E: Error>(self, lambda: f64) -> Result<WeightDecay, E> {
        Ok(if lambda == 0.0 { WeightDecay::None } else { WeightDecay::Coupled(lambda) })
    }

    fn visit_i64<E: Error>(self, lambda: i64) -> Result<WeightDecay, E> {
        self.visit_f64(lambda as f64)
    }

    fn visit_u64<E: Error>(self, lambda: u64) -> Result<WeightDecay, E> {
        self.visit_f64(lambda as f64)
    }

    fn visit_str<E: Error>(self, kind: &str) -> Result<WeightDecay, E> {
        if kind == "none" {
            Ok(WeightDecay::None)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(kind), &self))
        }
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<WeightDecay, M::Error> {
        let kind = map.next_key::<String>()?;
        match kind.as_deref() {
            Some("coupled") => map.next_value().map(WeightDecay::Coupled),
            Some("decoupled") => map.next_value().map(WeightDecay::Decoupled),
            _ => Err(M::Error::invalid_type(serde::de::Unexpected::Map, &self)),
        }
    }
}

impl WeightDecay {
    pub(crate) fn check(self, check: Check) -> Result<(), OptimError> {
        match self {
            Self::None => Ok(()),
            Self::Coupled(lambda) | Self::Decoupled(lambda) => check.not_negative("weight_decay", lambda).map(|_| ()),
        }
    }

    /// What is done with an element, at this learning rate.
    pub(crate) fn at<E: Scalar>(self, learning_rate: f64) -> Decay<E> {
        let (added, kept) = match self {
            Self::None => (0.0, 1.0),
            Self::Coupled(lambda) => (lambda, 1.0),
            Self::Decoupled(lambda) => (0.0, 1.0 - learning_rate * lambda),
        };
        Decay { added: E::of(added), kept: E::of(kept) }
    }
}

/// `g + added p` and `kept p`.
#[derive(Clone, Copy, Debug)]
pub struct Decay<E> {
    added: E,
    kept: E,
}

impl<E: Scalar> Decay<E> {
    /// The parameter and the gradient after the decay.
    #[inline(always)]
    pub(crate) fn apply(self, p: E, g: E) -> (E, E) {
        (p * self.kept, g + self.added * p)
    }
}
