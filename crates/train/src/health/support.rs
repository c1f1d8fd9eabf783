//! Data outside the range of a likelihood.

use super::Warning;
use crate::Source;
use latent_tensor::Tensor;

/// The values to which a likelihood gives probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Zero and one: Bernoulli.
    Binary,
    /// [0, 1]: cross-entropy of grey values, continuous Bernoulli.
    UnitInterval,
    /// All finite numbers: Gaussian, Laplace.
    Real,
}

impl Support {
    fn contains(self, value: f32) -> bool {
        match self {
            Self::Binary => value == 0.0 || value == 1.0,
            Self::UnitInterval => (0.0..=1.0).contains(&value),
            Self::Real => value.is_finite(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Binary => "{0, 1}",
            Self::UnitInterval => "[0, 1]",
            Self::Real => "the finite numbers",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Binary => "binarise the data, or take a likelihood of grey values",
            Self::UnitInterval => "scale the data into [0, 1], or take a Gaussian likelihood",
            Self::Real => "look for missing values and divisions by zero in the preparation of the data",
        }
    }
}

/// Looks through the first epoch, before training, for values to which the likelihood gives no probability.
///
/// `values` picks out of a batch what is to be reconstructed.
pub fn check_support<S: Source + ?Sized>(
    source: &S,
    support: Support,
    values: impl Fn(&S::Batch) -> Tensor,
) -> Option<Warning> {
    let (mut outside, mut total, mut first) = (0_u64, 0_u64, None);
    for index in 0..source.batches() {
        let tensor = values(&source.batch(0, index));
        for (place, &value) in tensor.array().iter().enumerate() {
            total += 1;
            if !support.contains(value) {
                outside += 1;
                let sample = place / (tensor.array().len() / tensor.shape().first().copied().unwrap_or(1)).max(1);
                first.get_or_insert((index, sample, value));
            }
        }
    }
    let (batch, sample, value) = first?;
    Some(Warning {
        message: format!(
            "{outside} of {total} values of the data are outside {}, the support of the likelihood; the first is \
             {value} in sample {sample} of batch {batch}",
            support.name()
        ),
        remedy: support.remedy().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    struct Two([f32; 2]);

    impl Source for Two {
        type Batch = Tensor;

        fn batches(&self) -> usize {
            2
        }

        fn batch(&self, _: u64, index: usize) -> Tensor {
            Tensor::constant(array![[0.0, 1.0], [1.0, self.0[index]]])
        }

        fn fingerprint(&self) -> String {
            String::new()
        }
    }

    #[test]
    fn values_outside_are_counted_and_the_first_is_named() {
        let look = |values, support| check_support(&Two(values), support, Tensor::clone);
        assert_eq!(look([0.0, 1.0], Support::Binary), None);
        assert_eq!(look([0.5, 1.0], Support::UnitInterval), None);
        assert_eq!(look([-7.0, 1e9], Support::Real), None);
        let told = look([0.5, 1.5], Support::UnitInterval).unwrap();
        assert_eq!(
            told.message,
            "1 of 8 values of the data are outside [0, 1], the support of the likelihood; the first is 1.5 in sample 1 \
             of batch 1"
        );
        assert!(look([0.5, 1.0], Support::Binary).unwrap().message.contains("sample 1 of batch 0"));
        assert!(look([f32::NAN, 1.0], Support::Real).unwrap().message.contains("is NaN"));
    }
}
