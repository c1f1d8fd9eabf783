//! Least squares with any penalty or constraint that has a proximal operator, over a batch of samples.
//!
//! ```text
//! min_z 1/2 ||x - W z||^2 + g(z)
//! ```
//!
//! [`Composite`] is the problem: a dictionary `W` and a [`Prox`](crate::prox::Prox), of this crate (group lasso, elastic
//! net, non-negative or bounded codes, balls, nuclear norm, number of non-zeros) or your own. Proximal gradient solves it,
//! [`Ista`](crate::lasso::Ista) or [`Fista`](crate::lasso::Fista). For the l1 penalty alone the [`lasso`](crate::lasso) has
//! faster solvers.
//!
//! # How good an answer is
//! The [`Criterion`] that ends the iterations decides what is known of a code, and the answer says so in its type:
//!
//! | criterion | for | certificate |
//! |---|---|---|
//! | [`Stop`](crate::lasso::Stop) | a penalty with a [known conjugate](crate::prox::FenchelConjugate) | [`GapCertificate`]: `F(z) - F(z*) <= gap` |
//! | [`SmallStep`] | any penalty | [`StepCertificate`]: by how much one more step would move the code |
//!
//! The dual point of the gap is the residual, scaled down until g* is finite at its correlations. With a penalty that
//! leaves a direction free, such as a bound on one side alone or a coordinate in no group, there is mostly no such scale
//! but 0, and the gap says little; use a small step there.
//!
//! A penalty that is not convex, such as [`L0`](crate::prox::L0), has fixed points that are no minima. ISTA leads down to
//! one of them (iterative hard thresholding: Blumensath and Davies 2008; in general: Attouch, Bolte and Svaiter 2013);
//! FISTA is refused, as nothing is known of it there.
//!
//! Data in another unit change nothing but the unit of the codes: each sample is solved in a power of two of its own.
//!
//! # Examples
//! ```
//! use latent_sparse::Dictionary;
//! use latent_sparse::composite::Composite;
//! use latent_sparse::lasso::{Fista, Stop};
//! use latent_sparse::prox::GroupL2;
//! use ndarray::array;
//!
//! // Two groups of two atoms; the sample is made of the first.
//! let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.8, 1.0]])?;
//! let groups = GroupL2::contiguous(0.5, 4, 2)?;
//! let problem = Composite::new(&dictionary, &groups)?;
//! let solution = problem.solve(array![[3.0, 4.0, 0.0]].view(), Fista::restarted(), &Stop::gap(1e-9))?;
//! // 5 is the length of the sample: the group is shrunk by a tenth, and the other one is left out.
//! assert!((&solution.codes - &array![[2.7, 3.6, 0.0, 0.0]]).iter().all(|d: &f64| d.abs() < 1e-3));
//! assert!(solution.certificates[0].relative_gap <= 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A penalty of your own, the distance from given codes:
//!
//! ```
//! use latent_sparse::Dictionary;
//! use latent_sparse::composite::{Composite, SmallStep};
//! use latent_sparse::lasso::{Ista, Stop};
//! use latent_sparse::prox::{FenchelConjugate, Prox, soft_threshold};
//! use ndarray::{Array1, ArrayView1, ArrayViewMut1, array};
//!
//! /// `lambda ||z - centre||_1`
//! struct Near {
//!     centre: Array1<f64>,
//!     lambda: f64,
//! }
//!
//! impl Prox<f64> for Near {
//!     fn value(&self, z: ArrayView1<f64>) -> f64 {
//!         self.lambda * (&z - &self.centre).mapv(f64::abs).sum()
//!     }
//!
//!     fn apply(&self, mut z: ArrayViewMut1<f64>, step: f64) {
//!         z.zip_mut_with(&self.centre, |z, &c| *z = c + soft_threshold(*z - c, step * self.lambda));
//!     }
//!
//!     fn dimension(&self) -> Option<usize> {
//!         Some(self.centre.len())
//!     }
//! }
//!
//! let dictionary = Dictionary::new(array![[1.0, 0.0], [0.0, 1.0]])?;
//! let near = Near { centre: array![2.0, 2.0], lambda: 0.5 };
//! let problem = Composite::new(&dictionary, &near)?;
//! let x = array![[2.2, 7.0]];
//! let solution = problem.solve(x.view(), Ista::default(), &SmallStep::below(1e-12))?;
//! assert_eq!(solution.codes, array![[2.0, 6.5]]);
//!
//! // Who knows the conjugate gets duality gaps.
//! impl FenchelConjugate<f64> for Near {
//!     fn conjugate_value(&self, y: ArrayView1<f64>) -> f64 {
//!         let inside = y.iter().all(|y| y.abs() <= self.lambda);
//!         if inside { y.dot(&self.centre) } else { f64::INFINITY }
//!     }
//! }
//! let solution = problem.solve(x.view(), Ista::default(), &Stop::gap(1e-12))?;
//! assert!(solution.certificates[0].gap < 1e-10);
//! # Ok::<(), latent_sparse::SparseError>(())
//! ```
//!
//! Sources: Combettes and Wajs 2005; Beck and Teboulle 2009; the gap: Rockafellar 1970, section 31.

mod certificates;
mod criterion;
mod method;
mod point;
mod problem;
mod rows;
mod solution;

pub use certificates::{GapCertificate, StepCertificate};
pub use criterion::{Criterion, SmallStep};
pub use method::ProximalMethod;
pub use problem::Composite;
pub use solution::Solution;
