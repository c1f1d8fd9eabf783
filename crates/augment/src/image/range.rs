//! Where a parameter is drawn from.

use crate::error::Fault;
use latent_numeric::random::Stream;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An interval from which a parameter is drawn uniformly; in a configuration `[low, high]`, or a number for an interval
/// of one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
}

impl Range {
    /// The interval `[low, high]`.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The interval that holds one value: nothing random.
    pub const fn only(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// A value drawn uniformly.
    pub fn draw(self, stream: &mut Stream) -> f64 {
        // The sum below may round to just outside.
        (self.low + (self.high - self.low) * stream.uniform::<f64>()).clamp(self.low, self.high)
    }

    /// A value drawn uniformly in its logarithm: a factor and its inverse are equally likely.
    pub fn draw_logarithmic(self, stream: &mut Stream) -> f64 {
        Self::new(self.low.ln(), self.high.ln()).draw(stream).exp().clamp(self.low, self.high)
    }

    /// Whether both ends are finite, in order, and as `fits` says.
    ///
    /// # Errors
    /// If they are not: the end that does not fit, and what was `expected` of the parameter of this name.
    pub fn check(self, name: &'static str, fits: impl Fn(f64) -> bool, expected: &'static str) -> Result<(), Fault> {
        for end in [self.low, self.high] {
            if !(end.is_finite() && fits(end)) {
                return Err(Fault::parameter(name, end, expected));
            }
        }
        if self.low > self.high {
            return Err(Fault::parameter(name, self, "the lower end first"));
        }
        Ok(())
    }
}

impl From<(f64, f64)> for Range {
    fn from((low, high): (f64, f64)) -> Self {
        Self { low, high }
    }
}

impl From<f64> for Range {
    fn from(value: f64) -> Self {
        Self::only(value)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", self.low, self.high)
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.low == self.high { self.low.serialize(serializer) } else { [self.low, self.high].serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrPair)
    }
}

struct NumberOrPair;

impl<'de> Visitor<'de> for NumberOrPair {
    type Value = Range;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or [low, high]")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Range, E> {
        Ok(Range::only(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Range, E> {
        Ok(Range::only(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Range, E> {
        Ok(Range::only(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut ends: A) -> Result<Range, A::Error> {
        let mut end = |place| ends.next_element::<f64>()?.ok_or_else(|| A::Error::invalid_length(place, &self));
        let range = Range::new(end(0)?, end(1)?);
        match ends.next_element::<f64>()? {
            Some(_) => Err(A::Error::invalid_length(3, &self)),
            None => Ok(range),
        }
    }
}
