//! `MN(X; M, A A^T, B B^T)`: `vec X ~ N(vec M, (A A^T) kron (B B^T))`, rows first;
//! `ln p(X) = -1/2 ||A^-1 (X - M) B^-T||^2 - n ln|A| - m ln|B| - m n / 2 ln 2 pi`
//!
//! Wang, Yuan and Ji, *Spatial variational auto-encoding via matrix-variate normal distributions*, 2019.

use super::{Distribution, Reparameterized, check_factor, half_log_determinant, squares};
use crate::error::{LossError, check_same_shape};
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use std::f64::consts::PI;

/// Matrix-variate normal distributions: means (N, ..., m, n) and lower triangular factors of the covariances of the
/// rows, (N, ..., m, m), and of the columns, (N, ..., n, n).
#[derive(Clone, Debug)]
pub struct MatrixNormal<E: Scalar> {
    mean: Tensor<E>,
    row_tril: Tensor<E>,
    col_tril: Tensor<E>,
}

impl<E: Scalar> MatrixNormal<E> {
    /// Matrix normal distributions with row covariances `A A^T` and column covariances `B B^T`.
    ///
    /// ```
    /// use latent_losses::distributions::{Distribution, MatrixNormal};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let rows = Tensor::constant(array![[[2.0, 0.0], [0.0, 1.0]]]);
    /// let columns = Tensor::constant(array![[[1.0]]]);
    /// let q = MatrixNormal::new(Tensor::zeros(&[1, 2, 1]), rows, columns)?;
    /// let at_mean = q.log_prob(&Tensor::zeros(&[1, 2, 1])).item();
    /// assert!((at_mean + 2.0_f64.ln() + (2.0 * std::f64::consts::PI).ln()).abs() < 1e-14);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    ///
    /// # Errors
    /// [`LossError::FactorDiagonal`] if a diagonal element is not positive and finite.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn new(mean: Tensor<E>, row_tril: Tensor<E>, col_tril: Tensor<E>) -> Result<Self, LossError> {
        let (shape, rows, cols) = (mean.shape(), row_tril.shape(), col_tril.shape());
        assert!(shape.len() > 2, "MatrixNormal: means of the shape {shape:?}, not (N, ..., m, n)");
        let (batch, size) = shape.split_at(shape.len() - 2);
        let square = |n: usize| [batch, &[n, n]].concat();
        assert!(
            rows == square(size[0]) && cols == square(size[1]),
            "MatrixNormal: factors of the shapes {rows:?} and {cols:?} for means of the shape {shape:?}"
        );
        check_factor("MatrixNormal: row_tril", &row_tril)?;
        check_factor("MatrixNormal: col_tril", &col_tril)?;
        Ok(Self { mean, row_tril: row_tril.tril(), col_tril: col_tril.tril() })
    }

    /// The means.
    ///
    /// ```
    /// # use latent_losses::distributions::MatrixNormal;
    /// # use latent_tensor::Tensor;
    /// # use ndarray::Array2;
    /// let identity = |n| Tensor::constant(Array2::<f32>::eye(n)).unsqueeze(0);
    /// let q = MatrixNormal::new(Tensor::zeros(&[1, 2, 3]), identity(2), identity(3))?;
    /// assert_eq!(q.mean().shape(), [1, 2, 3]);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn mean(&self) -> &Tensor<E> {
        &self.mean
    }

    /// The factors of the rows' covariances.
    ///
    /// ```
    /// # use latent_losses::distributions::MatrixNormal;
    /// # use latent_tensor::Tensor;
    /// # use ndarray::Array2;
    /// let identity = |n| Tensor::constant(Array2::<f32>::eye(n)).unsqueeze(0);
    /// let q = MatrixNormal::new(Tensor::zeros(&[1, 2, 3]), identity(2), identity(3))?;
    /// assert_eq!(q.row_tril().shape(), [1, 2, 2]);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn row_tril(&self) -> &Tensor<E> {
        &self.row_tril
    }

    /// The factors of the columns' covariances.
    ///
    /// ```
    /// # use latent_losses::distributions::MatrixNormal;
    /// # use latent_tensor::Tensor;
    /// # use ndarray::Array2;
    /// let identity = |n| Tensor::constant(Array2::<f32>::eye(n)).unsqueeze(0);
    /// let q = MatrixNormal::new(Tensor::zeros(&[1, 2, 3]), identity(2), identity(3))?;
    /// assert_eq!(q.col_tril().shape(), [1, 3, 3]);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn col_tril(&self) -> &Tensor<E> {
        &self.col_tril
    }

    /// m and n.
    pub(crate) fn size(&self) -> [usize; 2] {
        let rank = self.mean.rank();
        [self.mean.shape()[rank - 2], self.mean.shape()[rank - 1]]
    }

    /// `||A^-1 (X - M) B^-T||^2`, shape (N, ...).
    pub(crate) fn mahalanobis(&self, x: &Tensor<E>) -> Tensor<E> {
        let left = self.row_tril.triangular_solve(&(x - &self.mean), false);
        squares(&self.col_tril.triangular_solve(&left.transpose(), false), 2)
    }

    /// `n ln|A| + m ln|B|`, shape (N, ...): half of the log-determinant of the whole covariance.
    pub(crate) fn half_log_determinant(&self) -> Tensor<E> {
        let [m, n] = self.size().map(|n| E::of(n as f64));
        half_log_determinant(&self.row_tril) * n + half_log_determinant(&self.col_tril) * m
    }
}

impl<E: Scalar> Distribution<E> for MatrixNormal<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        check_same_shape("MatrixNormal", ("x", x), ("mean", &self.mean));
        let [m, n] = self.size();
        let quadratic = self.mahalanobis(x) * E::of(-0.5) - self.half_log_determinant();
        PerSample.reduce(&(quadratic - E::of(0.5 * (m * n) as f64 * (2.0 * PI).ln())))
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        no_grad(|| self.rsample(stream))
    }
}

impl<E: Scalar> Reparameterized<E> for MatrixNormal<E> {
    fn rsample(&self, stream: &mut Stream) -> Tensor<E> {
        let noise = Tensor::normal(self.mean.shape(), stream);
        &self.mean + self.row_tril.matmul(&noise).matmul(&self.col_tril.transpose())
    }
}

/// Matrix-variate normal distributions whose mean `mu nu^T` has rank one and whose covariances are diagonal:
/// `X_ij = mu_i nu_j + sqrt(s_i t_j) E_ij` with independent standard normal `E`.
///
/// An encoder gives `2 (m + n)` numbers for a map instead of `2 m n`. The distribution stays the same if
/// `(mu, nu)` becomes `(c mu, nu / c)`, or `(s, t)` becomes `(c s, t / c)`.
#[derive(Clone, Debug)]
pub struct LowRankMatrixNormal<E: Scalar> {
    mu: Tensor<E>,
    log_row_var: Tensor<E>,
    nu: Tensor<E>,
    log_col_var: Tensor<E>,
}

impl<E: Scalar> LowRankMatrixNormal<E> {
    /// `mu` and `ln s` of shape (N, ..., m), `nu` and `ln t` of shape (N, ..., n), with the same leading axes.
    ///
    /// ```
    /// use latent_losses::distributions::LowRankMatrixNormal;
    /// use latent_tensor::Tensor;
    ///
    /// let row = || Tensor::<f32>::zeros(&[8, 16, 3]);
    /// let q = LowRankMatrixNormal::new(row(), row(), row(), row());
    /// assert_eq!(q.mean().shape(), [8, 16, 3, 3]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn new(mu: Tensor<E>, log_row_var: Tensor<E>, nu: Tensor<E>, log_col_var: Tensor<E>) -> Self {
        check_same_shape("LowRankMatrixNormal", ("mu", &mu), ("log_row_var", &log_row_var));
        check_same_shape("LowRankMatrixNormal", ("nu", &nu), ("log_col_var", &log_col_var));
        let (m, n) = (mu.shape(), nu.shape());
        assert!(
            m.len() > 1 && m.len() == n.len() && m[..m.len() - 1] == n[..n.len() - 1],
            "LowRankMatrixNormal: mu of the shape {m:?} and nu of the shape {n:?}, not (N, ..., m) and (N, ..., n)"
        );
        Self { mu, log_row_var, nu, log_col_var }
    }

    /// `mu nu^T`, shape (N, ..., m, n).
    ///
    /// ```
    /// # use latent_losses::distributions::LowRankMatrixNormal;
    /// # use latent_tensor::Tensor;
    /// # use ndarray::array;
    /// let (mu, nu) = (array![[1.0, 2.0]], array![[3.0, 4.0]]);
    /// let [mu, nu, s, t] = [mu.clone(), nu.clone(), mu, nu].map(Tensor::constant);
    /// let q = LowRankMatrixNormal::new(mu, s, nu, t);
    /// assert_eq!(q.mean().to_array(), array![[[3.0, 4.0], [6.0, 8.0]]].into_dyn());
    /// ```
    pub fn mean(&self) -> Tensor<E> {
        outer(&self.mu, &self.nu, |mu, nu| mu * nu)
    }

    /// `ln s_i + ln t_j`, shape (N, ..., m, n).
    ///
    /// ```
    /// # use latent_losses::distributions::LowRankMatrixNormal;
    /// # use latent_tensor::Tensor;
    /// # use ndarray::array;
    /// let (mu, nu) = (array![[1.0, 2.0]], array![[3.0, 4.0]]);
    /// let [mu, nu, s, t] = [mu.clone(), nu.clone(), mu, nu].map(Tensor::constant);
    /// let q = LowRankMatrixNormal::new(mu, s, nu, t);
    /// assert_eq!(q.log_var().to_array(), array![[[4.0, 5.0], [5.0, 6.0]]].into_dyn());
    /// ```
    pub fn log_var(&self) -> Tensor<E> {
        outer(&self.log_row_var, &self.log_col_var, |s, t| s + t)
    }

    /// `mu`, `ln s`, `nu`, `ln t`.
    pub(crate) fn parts(&self) -> [&Tensor<E>; 4] {
        [&self.mu, &self.log_row_var, &self.nu, &self.log_col_var]
    }

    fn elements(&self) -> super::DiagonalGaussian<E> {
        super::DiagonalGaussian::new(self.mean(), self.log_var())
    }
}

fn outer<E: Scalar>(a: &Tensor<E>, b: &Tensor<E>, f: impl Fn(Tensor<E>, Tensor<E>) -> Tensor<E>) -> Tensor<E> {
    f(a.unsqueeze(a.rank()), b.unsqueeze(b.rank() - 1))
}

impl<E: Scalar> Distribution<E> for LowRankMatrixNormal<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        self.elements().log_prob(x)
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        self.elements().sample(stream)
    }
}

impl<E: Scalar> Reparameterized<E> for LowRankMatrixNormal<E> {
    fn rsample(&self, stream: &mut Stream) -> Tensor<E> {
        self.elements().rsample(stream)
    }
}
