//! What can go wrong, and where in a chain.

use std::fmt;

/// Something is wrong with a configuration or with data, at a place of a chain.
///
/// ```
/// use latent_augment::image::Chain;
///
/// let text = r#"
///     [[augment]]
///     op = "vertical_flip"
///     [[augment]]
///     op = "gaussian_blur"
///     sigma = -1.0
/// "#;
/// let error = Chain::from_toml(text).unwrap_err();
/// assert_eq!(error.to_string(), "augment[1] (gaussian_blur): sigma = -1: expected a finite number above 0");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct AugmentError {
    /// The step of the chain, or the parameter, that is at fault.
    pub place: Place,
    /// The mistake, with its numbers.
    pub fault: Box<Fault>,
}

impl AugmentError {
    pub(crate) fn new(place: Place, fault: Fault) -> Self {
        Self { place, fault: Box::new(fault) }
    }

    /// No error if there are none, the one there is, or one that has them all.
    pub(crate) fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.pop() {
            None => Ok(()),
            Some(only) if errors.is_empty() => Err(only),
            Some(last) => {
                errors.push(last);
                Err(Self::new(Place::default(), Fault::Several { errors }))
            }
        }
    }
}

/// A place in a chain: `augment[2].steps[0] (rotate)` is the operator `rotate`, the first step of the composite that is
/// the third step of the chain, `mixup` one that is in no chain. Places are counted from zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The steps that lead to the place, outermost first; empty for the chain as a whole, and outside of chains.
    pub path: Vec<usize>,
    /// The name of the operator, as in a configuration; empty for the chain as a whole.
    pub operator: String,
}

impl Place {
    pub(crate) fn operator(path: &[usize], operator: &str) -> Self {
        Self { path: path.to_vec(), operator: operator.to_owned() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() && !self.operator.is_empty() {
            return f.write_str(&self.operator);
        }
        f.write_str("augment")?;
        for (depth, step) in self.path.iter().enumerate() {
            write!(f, "{}[{step}]", if depth == 0 { "" } else { ".steps" })?;
        }
        if self.operator.is_empty() { Ok(()) } else { write!(f, " ({})", self.operator) }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A parameter is out of its domain.
    #[error("{name} = {value}: expected {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value given.
        value: String,
        /// The values that are allowed.
        expected: &'static str,
    },
    /// A configuration names an operator that does not exist.
    #[error("there is no operator `{name}`{}", closest.map_or_else(String::new, |name| format!("; did you mean `{name}`?")))]
    UnknownOperator {
        /// The name given.
        name: String,
        /// The operator whose name is most like it, if any is.
        closest: Option<&'static str>,
    },
    /// An operator of your own has the name of another one.
    #[error("there is an operator of this name already")]
    NameTaken,
    /// A configuration cannot be read: a field is missing, unknown or of another type.
    #[error("{message}")]
    Config {
        /// What was found and what was expected.
        message: String,
    },
    /// Several steps of a configuration are wrong.
    #[error("{} steps are wrong:{}", errors.len(), listed(errors))]
    Several {
        /// The error of each operator that cannot be used.
        errors: Vec<AugmentError>,
    },
    /// An image has no pixels.
    #[error("the image is empty: {channels} channels of {height} x {width} pixels")]
    Empty {
        /// Channels of the image.
        channels: usize,
        /// Rows of pixels.
        height: usize,
        /// Columns of pixels.
        width: usize,
    },
    /// A crop does not fit into the image.
    #[error("a crop of {} x {} pixels does not fit into an image of {} x {}", crop.0, crop.1, image.0, image.1)]
    CropTooLarge {
        /// Height and width of the crop.
        crop: (usize, usize),
        /// Height and width of the image.
        image: (usize, usize),
    },
    /// An operator is not defined for images of so many channels.
    #[error("the image has {channels} channels: expected {expected}")]
    Channels {
        /// Channels of the image.
        channels: usize,
        /// What the operator takes.
        expected: &'static str,
    },
    /// An image is too large for an operator.
    #[error("the image has {height} x {width} pixels: expected at most {limit} along each side")]
    TooLarge {
        /// Rows of pixels.
        height: usize,
        /// Columns of pixels.
        width: usize,
        /// The longest side there can be.
        limit: usize,
    },
    /// A pixel is not a number in [0, 1].
    #[error(
        "pixel (channel {channel}, row {row}, column {column}) of sample {sample} is {value}: expected a number in [0, 1]"
    )]
    Pixel {
        /// The number of the sample, as given by the caller.
        sample: u64,
        /// Its channel.
        channel: usize,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// The value at this pixel.
        value: f32,
    },
    /// A chain works with something that it was not given.
    #[error("needs `{name}`, which the resources do not have")]
    MissingResource {
        /// The field of [`Resources`](crate::text::Resources).
        name: &'static str,
    },
    /// Two shapes, or a number of images and of samples, do not agree.
    #[error("{what}: {found}, expected {expected}")]
    Mismatch {
        /// What disagrees.
        what: &'static str,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
}

fn listed(errors: &[AugmentError]) -> String {
    errors.iter().fold(String::new(), |list, error| list + "\n    " + &error.to_string())
}

impl Fault {
    /// A parameter that is out of its domain.
    pub fn parameter(name: &'static str, value: impl fmt::Display, expected: &'static str) -> Self {
        Self::Parameter { name, value: value.to_string(), expected }
    }
}
