//! Planted sparse codes: data whose dictionary, codes and support are known.
//!
//! `X = Z W' + N`, with unit columns in the dictionary `W` (features, atoms), sparse codes `Z`
//! (samples, atoms) and white Gaussian noise `N`. The recipes are those of the LISTA literature,
//! for example `Support::Bernoulli(0.1)` with `Coefficients::Normal` (Chen, Liu, Wang and Yin,
//! *Theoretical linear convergence of unfolded ISTA*, NeurIPS 2018).
//!
//! ```
//! use latent_datasets::synthetic::planted::{Coefficients, Noise, Planting, Support};
//!
//! let planted = Planting {
//!     features: 20,
//!     atoms: 50,
//!     samples: 100,
//!     support: Support::Exactly(4),
//!     coefficients: Coefficients::Signs,
//!     noise: Noise::Sd(0.0),
//! }
//! .generate::<f64>(7)?;
//! assert_eq!(planted.data.dim(), (100, 20));
//! assert!((&planted.codes.dot(&planted.dictionary.t()) - &planted.data).iter().all(|d| d.abs() < 1e-12));
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::{DatasetError, Provenance};
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, matmul::matmul, parallel};
use ndarray::{Array1, Array2};

/// Which coefficients of a code are not zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Support {
    /// So many of them in each sample, chosen uniformly.
    Exactly(usize),
    /// Each one with this probability, independently.
    Bernoulli(f64),
}

/// The distribution of the coefficients that are not zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coefficients {
    /// The standard normal distribution.
    Normal,
    /// Plus or minus one, with equal probability.
    Signs,
    /// Uniform in [low, high) with a random sign, `0 < low <= high`: bounded away from zero.
    SignedUniform {
        /// The least magnitude.
        low: f64,
        /// The greatest magnitude.
        high: f64,
    },
    /// The exponential distribution with mean 1: non-negative codes.
    Exponential,
}

/// White Gaussian noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Gaussian noise of this standard deviation; zero for none.
    Sd(f64),
    /// So that each sample has this signal-to-noise ratio `10 log10(||W z||^2 / ||n||^2)` in
    /// decibels, exactly; a sample without signal gets none.
    SnrDb(f64),
}

/// A recipe for planted codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Planting {
    /// Numbers in a sample, at least 1.
    pub features: usize,
    /// Columns of the dictionary, at least 1.
    pub atoms: usize,
    /// Rows of the data.
    pub samples: usize,
    /// Which coefficients are not zero.
    pub support: Support,
    /// The distribution of the non-zero coefficients.
    pub coefficients: Coefficients,
    /// The noise that is added to the samples.
    pub noise: Noise,
}

/// Data with all that they were made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Planted<E> {
    /// `X = Z W' + N`, (samples, features).
    pub data: Array2<E>,
    /// `W`, (features, atoms): normal entries, then unit columns.
    pub dictionary: Array2<E>,
    /// `Z`, (samples, atoms).
    pub codes: Array2<E>,
    /// The atoms of each sample's support, ascending.
    pub support: Vec<Vec<usize>>,
    /// `N`, (samples, features).
    pub noise: Array2<E>,
    /// The generator and its seed.
    pub provenance: Provenance,
}

impl Planting {
    /// Draws dictionary, codes and noise from the streams `(seed, "planted dictionary", [])` and
    /// `(seed, "planted code", [sample])`.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if a parameter is out of its domain.
    pub fn generate<E: Scalar>(&self, seed: u64) -> Result<Planted<E>, DatasetError> {
        self.check()?;
        let dictionary =
            unit_columns(Stream::new(seed, "planted dictionary", &[]).normal_array((self.features, self.atoms)));
        let mut codes = Array2::zeros((self.samples, self.atoms));
        let mut noise = Array2::zeros((self.samples, self.features));
        let rows = codes.outer_iter_mut().zip(noise.outer_iter_mut());
        let support = parallel::map(rows, |sample, (mut code, mut noise)| {
            let mut stream = Stream::new(seed, "planted code", &[sample as u64]);
            let support = self.support.draw(self.atoms, &mut stream);
            for &atom in &support {
                code[atom] = E::of(self.coefficients.draw(&mut stream));
            }
            noise.assign(&stream.normal_array::<E, _, _>(self.features));
            support
        });
        let mut data = matmul(codes.view(), dictionary.t());
        for (signal, mut noise) in data.outer_iter().zip(noise.outer_iter_mut()) {
            let norm = |x: ndarray::ArrayView1<E>| x.iter().map(|v| v.as_f64().powi(2)).sum::<f64>().sqrt();
            let scale = match self.noise {
                Noise::Sd(sd) => sd,
                Noise::SnrDb(decibels) => norm(signal) / norm(noise.view()) * 10.0_f64.powf(-decibels / 20.0),
            };
            noise.mapv_inplace(|v| E::of(scale) * v);
        }
        data += &noise;
        let provenance = Provenance::Generated { generator: "latent-datasets planted, version 1".to_owned(), seed };
        Ok(Planted { data, dictionary, codes, support, noise, provenance })
    }

    fn check(&self) -> Result<(), DatasetError> {
        let bad = |name, value: String, expected: &str| Err(DatasetError::parameter(name, value, expected));
        if self.features == 0 || self.atoms == 0 {
            return bad("features and atoms", format!("{} and {}", self.features, self.atoms), "at least 1 each");
        }
        match self.support {
            Support::Exactly(size) if size > self.atoms => {
                return bad("support size", size.to_string(), &format!("at most the {} atoms", self.atoms));
            }
            Support::Bernoulli(p) if !(0.0..=1.0).contains(&p) => {
                return bad("support probability", p.to_string(), "in [0, 1]");
            }
            _ => {}
        }
        match self.coefficients {
            Coefficients::SignedUniform { low, high } if !(low > 0.0 && low <= high && high.is_finite()) => {
                bad("coefficient magnitudes", format!("{low} to {high}"), "0 < low <= high < infinity")
            }
            _ => match self.noise {
                Noise::Sd(sd) if !(sd >= 0.0 && sd.is_finite()) => {
                    bad("noise standard deviation", sd.to_string(), "finite and not negative")
                }
                Noise::SnrDb(decibels) if !decibels.is_finite() => {
                    bad("signal-to-noise ratio", decibels.to_string(), "finite, in decibels")
                }
                _ => Ok(()),
            },
        }
    }
}

impl Support {
    fn draw(self, atoms: usize, stream: &mut Stream) -> Vec<usize> {
        match self {
            Self::Exactly(size) => {
                let mut chosen = stream.permutation(atoms);
                chosen.truncate(size);
                chosen.sort_unstable();
                chosen
            }
            Self::Bernoulli(p) => (0..atoms).filter(|_| stream.bernoulli(p)).collect(),
        }
    }
}

impl Coefficients {
    /// A draw that is not zero.
    fn draw(self, stream: &mut Stream) -> f64 {
        let sign = |stream: &mut Stream| if stream.bernoulli(0.5) { 1.0 } else { -1.0 };
        loop {
            let value: f64 = match self {
                Self::Normal => stream.normal(),
                Self::Signs => sign(stream),
                Self::SignedUniform { low, high } => sign(stream) * stream.uniform_in(low, high),
                Self::Exponential => -(1.0 - stream.uniform::<f64>()).ln(),
            };
            if value as f32 != 0.0 {
                return value;
            }
        }
    }
}

/// Scales each column to unit Euclidean norm.
fn unit_columns<E: Scalar>(mut matrix: Array2<E>) -> Array2<E> {
    let norms: Array1<f64> =
        matrix.columns().into_iter().map(|c| c.iter().map(|v| v.as_f64().powi(2)).sum::<f64>().sqrt()).collect();
    for mut row in matrix.rows_mut() {
        row.iter_mut().zip(&norms).for_each(|(v, norm)| *v = E::of(v.as_f64() / norm));
    }
    matrix
}
