//! How far single codes stand for single factors of the data.
//!
//! Codes are (samples, codes), the factors that the samples were made from (samples, factors), numbers of values.
//! Scores that need samples with a factor fixed take a closure which makes and encodes them, or draw them from arrays.
//!
//! | figure | what it says | estimator |
//! |---|---|---|
//! | [`beta_vae_score`], [`beta_vae_score_of`] | a linear classifier finds the factor that pairs share | held-out examples |
//! | [`factor_vae_score`], [`factor_vae_score_of`] | the code that varies least tells the factor that a batch shares | held-out votes |
//! | [`mig`] | how much more the best code tells than the second best | mutual information by [`Information`] |
//! | [`sap`] | how much better the best code predicts than the second best | [`Predictability`], in sample |
//! | [`dci`] | each code matters for one factor, each factor has one code | importances: [`lasso_importances`] or others |
//! | [`modularity`], [`explicitness`] | each code tells of one factor; values are told apart linearly | mutual information; held-out areas under curves |
//! | [`irs`] | codes stay while other factors change | quantiles of deviations |
//! | [`udr`] | models of different seeds agree | correlations of ranks, or lasso |
//!
//! A constant code tells nothing, and a constant factor counts with zero: no score is NaN. If no factor varies, that is
//! an error.

mod beta_vae;
mod dci;
mod explicitness;
mod factor_vae;
mod factors;
mod information;
mod irs;
mod lasso;
mod mig;
mod modularity;
mod sap;
mod udr;

pub use beta_vae::{BetaVaeOptions, SharedFactorScore, beta_vae_score, beta_vae_score_of};
pub use dci::{Dci, dci};
pub use explicitness::{Explicitness, Labelled, explicitness};
pub use factor_vae::{FactorVaeOptions, factor_vae_score, factor_vae_score_of};
pub use information::{Information, MutualInformation, mutual_information};
pub use irs::{Irs, irs};
pub use lasso::{LassoImportances, lasso_importances};
pub use mig::{Mig, mig};
pub use modularity::{Modularity, modularity};
pub use sap::{Predictability, Sap, sap};
pub use udr::{ModelCodes, Similarity, Udr, udr};
