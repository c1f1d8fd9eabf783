//! Division into training, validation and test sets.
//!
//! ```
//! use latent_datasets::split::{Share, split};
//!
//! let parts = split(100, 7, Share::Fraction(0.1), Share::Count(20))?;
//! assert_eq!((parts.train.len(), parts.validation.len(), parts.test.len()), (70, 10, 20));
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::{DatasetError, LabelledImages};
use latent_numeric::random::Stream;
use std::borrow::Cow;

/// The size of a part of a data set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// A number of samples.
    Count(usize),
    /// A fraction in [0, 1], rounded to the nearest count.
    Fraction(f64),
}

/// Three disjoint parts that cover a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<T> {
    /// To fit on: what the other two leave.
    pub train: T,
    /// To choose settings by.
    pub validation: T,
    /// To report on.
    pub test: T,
}

/// A set as its authors divided it; perhaps with a part of what they fit on held out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splits {
    /// To fit on.
    pub train: LabelledImages,
    /// To choose by, if any were [held out](Self::hold_out) of those to fit on.
    pub validation: Option<LabelledImages>,
    /// To report on.
    pub test: LabelledImages,
}

impl Splits {
    /// Holds the last training images out as a validation set; zero holds none out.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if none would be left to fit on.
    ///
    /// ```
    /// use latent_datasets::synthetic::strokes;
    ///
    /// let all = strokes::splits(1, 50, 10);
    /// let held_out = all.clone().hold_out(20)?;
    /// assert_eq!((held_out.train.len(), held_out.validation.as_ref().unwrap().len()), (30, 20));
    /// assert_eq!(*held_out.whole_train(), all.train);
    /// assert!(all.hold_out(50).is_err());
    /// # Ok::<(), latent_datasets::DatasetError>(())
    /// ```
    pub fn hold_out(self, images: usize) -> Result<Self, DatasetError> {
        if images == 0 {
            return Ok(self);
        }
        let left = left_of("images held out", images, self.train.len(), self.train.name())?;
        let set = self.train.name().split('/').next().unwrap_or_default().to_owned();
        let validation = self.train.subset(left..self.train.len()).named(format!("{set}/held-out"));
        Ok(Self { train: self.train.subset(0..left), validation: Some(validation), ..self })
    }

    /// The images to fit on as their authors gave them, those that are held out among them.
    pub fn whole_train(&self) -> Cow<'_, LabelledImages> {
        match &self.validation {
            None => Cow::Borrowed(&self.train),
            Some(held_out) => Cow::Owned(self.train.followed_by(held_out)),
        }
    }
}

/// The training samples that remain when some are held out for validation.
pub(crate) fn left_of(name: &'static str, held_out: usize, all: usize, set: &str) -> Result<usize, DatasetError> {
    all.checked_sub(held_out)
        .filter(|left| *left > 0)
        .ok_or_else(|| DatasetError::parameter(name, held_out, format!("fewer than the {all} of {set}")))
}

/// Divides the samples `0..len` by the permutation of the stream `(seed, "split", [])`.
///
/// The indices of each part ascend.
///
/// # Errors
/// [`DatasetError::Parameter`] if a fraction is not in [0, 1] or the shares exceed the whole.
pub fn split(len: usize, seed: u64, validation: Share, test: Share) -> Result<Parts<Vec<usize>>, DatasetError> {
    let validation = count("validation share", validation, len)?;
    let test = count("test share", test, len)?;
    let Some(train) = len.checked_sub(validation).and_then(|left| left.checked_sub(test)) else {
        return Err(DatasetError::parameter(
            "validation and test shares",
            format!("{validation} and {test} samples"),
            format!("together at most the {len} samples there are"),
        ));
    };
    let order = Stream::new(seed, "split", &[]).permutation(len);
    let part = |range: std::ops::Range<usize>| {
        let mut indices = order[range].to_vec();
        indices.sort_unstable();
        indices
    };
    Ok(Parts {
        train: part(0..train),
        validation: part(train..train + validation),
        test: part(train + validation..len),
    })
}

fn count(name: &'static str, share: Share, len: usize) -> Result<usize, DatasetError> {
    match share {
        Share::Count(count) => Ok(count),
        Share::Fraction(fraction) if (0.0..=1.0).contains(&fraction) => Ok((fraction * len as f64).round() as usize),
        Share::Fraction(fraction) => Err(DatasetError::parameter(name, fraction, "a fraction in [0, 1]")),
    }
}

impl LabelledImages {
    /// Divides the images as [`split`] does.
    ///
    /// # Errors
    /// As [`split`].
    pub fn split(&self, seed: u64, validation: Share, test: Share) -> Result<Parts<Self>, DatasetError> {
        let parts = split(self.len(), seed, validation, test)?;
        Ok(Parts {
            train: self.subset(&parts.train),
            validation: self.subset(&parts.validation),
            test: self.subset(&parts.test),
        })
    }
}
