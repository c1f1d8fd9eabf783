//! Whitening: a linear map after which the data have identity covariance.
//!
//! With the covariance `C = 1/n sum (x - m)(x - m)' = U diag(v) U'` and `s_j = (v_j + epsilon)^-1/2`,
//!
//! - PCA: `y = diag(s) U' (x - m)`, uncorrelated coordinates by descending variance;
//! - ZCA: `y = U diag(s) U' (x - m)`, the whitening nearest to the data (Bell and Sejnowski, *The
//!   "independent components" of natural scenes are edge filters*, 1997).
//!
//! For `epsilon = 0` the covariance of `y` is the identity; `epsilon > 0` shrinks coordinate `j` to
//! the variance `v_j / (v_j + epsilon)`, which keeps noise from being blown up.
//!
//! ```
//! use latent_datasets::whiten::{Kind, Whitening};
//! use latent_numeric::random::Stream;
//! use ndarray::{Array2, array};
//!
//! let x: Array2<f64> = Stream::new(7, "example", &[]).normal_array((50, 2));
//! let x = x.dot(&array![[3.0, 1.0], [0.0, 0.5]]) + 4.0;
//! let whitening = Whitening::fit(x.view(), Kind::Zca, 0.0)?;
//! let y = whitening.apply(x.view());
//! let covariance = y.t().dot(&y) / 50.0;
//! assert!((covariance - Array2::<f64>::eye(2)).iter().all(|d| d.abs() < 1e-12));
//! assert!((whitening.invert(y.view()) - x).iter().all(|d| d.abs() < 1e-12));
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::DatasetError;
use latent_numeric::linalg::symmetric_eigen;
use latent_numeric::{Scalar, matmul::matmul};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// Which of the whitening maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Principal components, all of them or the first so many.
    Pca {
        /// The number of principal components to keep; `None` for all.
        components: Option<usize>,
    },
    /// Symmetric.
    Zca,
}

/// A whitening map that was fitted to data.
#[derive(Clone, Debug, PartialEq)]
pub struct Whitening<E> {
    mean: Array1<E>,
    variances: Array1<E>,
    forward: Array2<E>,
    backward: Array2<E>,
}

impl<E: Scalar> Whitening<E> {
    /// Fits a map to data (n, features).
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there is no sample, `epsilon` is negative or not finite, or
    /// the number of components is not in 1..=features; [`DatasetError::Singular`] if a direction
    /// has no variance and `epsilon` is zero; [`DatasetError::Decomposition`] if the data are not
    /// finite.
    pub fn fit(data: ArrayView2<E>, kind: Kind, epsilon: f64) -> Result<Self, DatasetError> {
        let (samples, features) = data.dim();
        if samples == 0 || features == 0 {
            return Err(DatasetError::parameter("data to whiten", format!("{samples} x {features}"), "at least 1 x 1"));
        }
        if !(epsilon >= 0.0 && epsilon.is_finite()) {
            return Err(DatasetError::parameter("epsilon", epsilon, "finite and not negative"));
        }
        let components = match kind {
            Kind::Pca { components: Some(k) } if !(1..=features).contains(&k) => {
                return Err(DatasetError::parameter("components", k, format!("1 to the {features} features")));
            }
            Kind::Pca { components: Some(k) } => k,
            _ => features,
        };
        let n = E::of(samples as f64);
        let mean = data.sum_axis(Axis(0)) / n;
        let centred = &data - &mean;
        let covariance = matmul(centred.t(), centred.view()) / n;
        let eigen = symmetric_eigen(covariance.view()).map_err(|source| DatasetError::Decomposition {
            samples,
            features,
            source,
        })?;
        let variances = eigen.values.slice(s![..;-1]).slice(s![..components]).mapv(|v| v.max(E::zero()));
        let mut basis = eigen.vectors.slice(s![.., ..;-1]).slice(s![.., ..components]).to_owned();
        fix_signs(&mut basis);

        // Below this the eigenvalue is rounding error.
        let least = variances[0].as_f64() * features as f64 * E::epsilon().as_f64();
        let flat = |variance: &E| variance.as_f64() <= least;
        if let (true, Some(component)) = (epsilon == 0.0, variances.iter().position(flat)) {
            let variance = variances[component].as_f64();
            return Err(DatasetError::Singular { component, features, variance });
        }
        let scales = variances.mapv(|v| E::of((v.as_f64() + epsilon).sqrt()));
        let (down, up) = (&basis / &scales, &basis * &scales);
        let (forward, backward) = match kind {
            Kind::Pca { .. } => (down, up.reversed_axes()),
            Kind::Zca => (symmetric(&down, &basis), symmetric(&up, &basis)),
        };
        Ok(Self { mean, variances, forward, backward })
    }

    /// Whitens data: (n, features) to (n, components).
    ///
    /// # Panics
    /// If the number of features is another than fitted.
    pub fn apply(&self, data: ArrayView2<E>) -> Array2<E> {
        assert_eq!(data.ncols(), self.mean.len(), "Whitening::apply: {:?} has other features", data.dim());
        matmul((&data - &self.mean).view(), self.forward.view())
    }

    /// Undoes [`apply`](Self::apply): exactly with all components, else up to what was left out.
    ///
    /// # Shapes
    /// (n, components) to (n, features).
    ///
    /// # Panics
    /// If the number of components is another than fitted.
    pub fn invert(&self, whitened: ArrayView2<E>) -> Array2<E> {
        assert_eq!(
            whitened.ncols(),
            self.forward.ncols(),
            "Whitening::invert: {:?} has other components",
            whitened.dim()
        );
        matmul(whitened, self.backward.view()) + &self.mean
    }

    /// The mean `m` of the data, (features).
    pub fn mean(&self) -> &Array1<E> {
        &self.mean
    }

    /// The variances `v` along the principal directions, descending, (components).
    pub fn variances(&self) -> &Array1<E> {
        &self.variances
    }

    /// The matrix `F` of `y = F' (x - m)`, (features, components); its columns are the filters.
    pub fn matrix(&self) -> &Array2<E> {
        &self.forward
    }
}

/// Makes the entry of largest magnitude positive in each column: eigenvectors have no sign of their own.
fn fix_signs<E: Scalar>(basis: &mut Array2<E>) {
    for mut column in basis.columns_mut() {
        let largest = column.iter().copied().fold(E::zero(), |m: E, v| if v.abs() > m.abs() { v } else { m });
        if largest < E::zero() {
            column.mapv_inplace(|v| -v);
        }
    }
}

/// `a b'`, which is symmetric but for rounding, made exactly so.
fn symmetric<E: Scalar>(a: &Array2<E>, b: &Array2<E>) -> Array2<E> {
    let product = matmul(a.view(), b.t());
    (&product + &product.t()) * E::of(0.5)
}
