//! A factor of variation with its values.

use crate::DatasetError;

/// Numbers at even distances, both ends among them; one number is [held](Self::held) there.
///
/// ```
/// use latent_datasets::factors::Evenly;
///
/// assert_eq!(Evenly::new(3, 0.5, 1.0).values()?, [0.5, 0.75, 1.0]);
/// assert_eq!(Evenly::held(2.0).values()?, [2.0]);
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evenly {
    /// How many, at least 1.
    pub count: usize,
    /// The first.
    pub from: f64,
    /// The last; of one number alone the first counts.
    pub to: f64,
}

impl Evenly {
    /// So many numbers from one end to the other.
    pub const fn new(count: usize, from: f64, to: f64) -> Self {
        Self { count, from, to }
    }

    /// One number: a factor that does not vary.
    pub const fn held(value: f64) -> Self {
        Self::new(1, value, value)
    }

    /// The numbers, `from (1 - t) + to t` for `t = 0, 1/(count - 1), ..., 1`.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there are none, more than memory holds, or an end is not finite.
    pub fn values(self) -> Result<Vec<f64>, DatasetError> {
        let Self { count, from, to } = self;
        let bad = |expected: &str| DatasetError::parameter("values", format!("{count} from {from} to {to}"), expected);
        if count == 0 {
            return Err(bad("at least one"));
        }
        if !(from.is_finite() && to.is_finite()) {
            return Err(bad("finite ends"));
        }
        let mut values = Vec::new();
        values.try_reserve_exact(count).map_err(|_| bad("as many as fit into memory"))?;
        let last = (count - 1).max(1) as f64;
        values.extend((0..count).map(|i| i as f64 / last).map(|t| from * (1.0 - t) + to * t));
        Ok(values)
    }
}

/// One way in which the images of a set differ: its name, and a value for each of its levels.
///
/// A level is the number of a value, from zero. Values of kinds, as those of a shape, are the levels themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    name: String,
    values: Vec<f64>,
}

impl Factor {
    /// A factor with these values.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there are none, or one is not finite.
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Result<Self, DatasetError> {
        let name = name.into();
        if values.is_empty() {
            return Err(DatasetError::parameter("values", format!("none, of the factor {name}"), "at least one"));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(DatasetError::parameter("values", format!("{value}, of the factor {name}"), "finite numbers"));
        }
        Ok(Self { name, values })
    }

    /// A factor of categories, such as shapes: its values are their numbers 0, 1, ...
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there are none, or more than memory holds.
    pub fn kinds(name: impl Into<String>, count: usize) -> Result<Self, DatasetError> {
        Self::evenly(name, Evenly::new(count, 0.0, count.saturating_sub(1) as f64))
    }

    /// A factor with values at even distances.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] as [`Evenly::values`].
    pub fn evenly(name: impl Into<String>, values: Evenly) -> Result<Self, DatasetError> {
        Ok(Self { name: name.into(), values: values.values()? })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of each level.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many levels it has.
    pub fn count(&self) -> usize {
        self.values.len()
    }
}
