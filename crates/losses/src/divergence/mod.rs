//! Kullback-Leibler divergences in closed form and by Monte Carlo, and what is done with them.
//!
//! `KL(q || p) = E_q[ln q(x) - ln p(x)]` is in nats, is never negative, and is zero only if `q = p`. The functions
//! `kl_*` give it for each element, or for each sample where it does not decompose, before their
//! [`Reduction`](crate::Reduction).

mod bernoulli;
mod capacity;
mod categorical;
mod diagonal_gaussian;
mod free_bits;
mod gaussian;
mod laplace;
mod matrix_normal;
mod monte_carlo;
mod von_mises_fisher;

pub use bernoulli::kl_bernoulli;
pub use capacity::{Capacity, capacity_penalty};
pub use categorical::kl_categorical;
pub use diagonal_gaussian::{kl_diagonal_gaussian, kl_standard_normal};
pub use free_bits::free_bits;
pub use gaussian::kl_gaussian;
pub use laplace::kl_laplace;
pub use matrix_normal::{kl_low_rank_matrix_normal, kl_matrix_normal};
pub use monte_carlo::{MonteCarlo, kl_monte_carlo, kl_monte_carlo_score};
pub use von_mises_fisher::{kl_von_mises_fisher, kl_von_mises_fisher_uniform};

#[cfg(test)]
mod tests;
