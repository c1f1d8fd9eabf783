//! Names of the figures of a filter bank by its number of filters.

/// Names of the figures of a bank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    size: usize,
    /// Of its objective.
    pub objective: &'static str,
    /// Of its share of coefficients that are not zero.
    pub density: &'static str,
    /// Of what its encoder's codes add to the energy.
    pub prediction: &'static str,
}

macro_rules! names {
    ($($size:literal),*) => {
        [$(Names {
            size: $size,
            objective: concat!("objective_", $size),
            density: concat!("density_", $size),
            prediction: concat!("prediction_", $size),
        }),*]
    };
}

const ALL: [Names; 8] = names![1, 2, 4, 8, 16, 32, 64, 128];

/// The names of a bank of `size` filters, which must be a power of two up to 128.
pub(super) fn names(size: usize) -> Option<Names> {
    ALL.into_iter().find(|names| names.size == size)
}

/// Whether a bank may have this number of filters: a power of two up to 128.
pub fn is_bank_size(size: usize) -> bool {
    names(size).is_some()
}
