//! What codes carry, and what can be done with them.
//!
//! | figure | what it says | estimator |
//! |---|---|---|
//! | [`code_information`] | nats that codes tell of the data, at most `ln n` | draws of posteriors beside their mixture |
//! | [`kl_by_dimension`], [`active_units`], [`LatentStatistics`] | what each dimension carries | exact, over the data |
//! | [`aggregate_posterior`] | codes of all data beside the prior | moments; unbiased discrepancy; histograms |
//! | [`probe`] | classes told from codes with few labels | held-out accuracy |
//! | [`reconstruction`], [`ssim`], [`ms_ssim`] | how near reconstructions are | image by image |
//! | [`posterior_calibration`] | whether posteriors are right | distance of transforms from uniform ones |

mod aggregate;
mod calibration;
mod information;
mod probe;
mod reconstruction;
mod ssim;
mod statistics;

pub use aggregate::{AggregatePosterior, aggregate_posterior};
pub use calibration::{Calibration, posterior_calibration};
pub use information::{CodeInformation, CodeInformationOptions, code_information};
pub use probe::{LabelledCodes, Probe, ProbeAccuracy, probe};
pub use reconstruction::{Reconstruction, reconstruction};
pub use ssim::{ms_ssim, ssim};
pub use statistics::{ActiveUnits, LatentStatistics, active_units, kl_by_dimension};
