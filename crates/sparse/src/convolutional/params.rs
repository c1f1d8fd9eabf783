//! What a user chooses: the penalty, the boundary and what maps mean to channels.

use crate::SparseError;
use crate::error::require;
use crate::lasso::Lambda;
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// What happens to an atom that crosses the border of the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// The atom is wrapped around to the other side. Maps are as large as the image.
    #[default]
    Circular,
    /// The atom is cut off: the image is the valid part of a linear convolution, all of whose terms exist. Maps are
    /// larger than the image by the size of a filter less one, and position `(i, j)` of a map puts the filter's
    /// lower right corner on pixel `(i, j)`.
    Free,
}

/// Whether the channels of an image share their maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channels {
    /// A filter has as many channels as the image, and its one map places all of them.
    #[default]
    Shared,
    /// A filter has one channel, and each channel of the image has maps of its own: it is coded as if it were an
    /// image by itself.
    Separate,
}

/// The settings of a [`ConvolutionalLasso`](super::ConvolutionalLasso), unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConvolutionalParams<E> {
    /// The weight of the l1 term; as a fraction, of each image's own `lambda_max`.
    pub lambda: Lambda<E>,
    /// What happens at the border of the image.
    pub boundary: Boundary,
    /// Whether channels share their maps.
    pub channels: Channels,
}

impl<E: Scalar> ConvolutionalParams<E> {
    /// This lambda, a circular boundary, shared maps.
    pub fn new(lambda: E) -> Self {
        Self { lambda: Lambda::Absolute(lambda), boundary: Boundary::default(), channels: Channels::default() }
    }

    /// This fraction of each image's `lambda_max`, a circular boundary, shared maps.
    pub fn fraction_of_max(fraction: E) -> Self {
        Self { lambda: Lambda::FractionOfMax(fraction), ..Self::new(E::zero()) }
    }

    /// The same settings with this boundary.
    #[must_use]
    pub fn boundary(self, boundary: Boundary) -> Self {
        Self { boundary, ..self }
    }

    /// The same settings with maps of its own for each channel.
    #[must_use]
    pub fn separate_channels(self) -> Self {
        Self { channels: Channels::Separate, ..self }
    }

    pub(super) fn check(&self) -> Result<(), SparseError> {
        match self.lambda {
            Lambda::Absolute(lambda) => require(
                lambda.is_finite() && lambda >= E::zero(),
                "lambda",
                lambda.as_f64(),
                "a finite number, at least 0",
            ),
            Lambda::FractionOfMax(f) => require(
                f >= E::zero() && f <= E::one(),
                "lambda as a fraction of lambda_max",
                f.as_f64(),
                "a number from 0 to 1",
            ),
        }
    }
}
