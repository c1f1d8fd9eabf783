//! `z_m = mu_m nu_m^T + sqrt(s_m t_m^T) E_m`: maps whose rows and columns have distributions

use super::{Draw, Inference, Posterior};
use crate::error::ModelError;
use crate::posterior::gaussian::encoded;
use crate::prior::{Prior, StandardNormal};
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Visitor};
use latent_losses::PerSample;
use latent_losses::distributions::{Distribution, LowRankMatrixNormal, Reparameterized};
use latent_losses::divergence::kl_low_rank_matrix_normal;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use std::any::Any;

/// Layers that give matrix-variate normal distributions of square latent maps, by row and column factors (Wang, Gao and
/// Duvenaud, *Spatial variational auto-encoding via matrix-variate normal distributions*, 2019).
///
/// # Shapes
/// The layers map (N, features) to (N, 4 maps side): for each map the means of rows, the log-variances of rows, the means
/// of columns and the log-variances of columns. Codes are (N, maps, side, side).
pub struct MatrixNormalEncoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    features: usize,
    maps: usize,
    side: usize,
}

impl<E: Scalar> MatrixNormalEncoder<E> {
    /// Of these layers, for data of this size and so many maps of this side.
    pub fn new(layers: impl Layer<E> + 'static, features: usize, maps: usize, side: usize) -> Self {
        Self { layers: Box::new(layers), features, maps, side }
    }
}

impl<E: Scalar> Module<E> for MatrixNormalEncoder<E> {
    fn kind(&self) -> &'static str {
        "matrix_normal"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Inference<E> for MatrixNormalEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        let Self { layers, features, maps, side } = self;
        let all = encoded(
            &**layers,
            observed,
            *features,
            4 * maps * side,
            format_args!("means and log-variances of the rows and columns of each map"),
            context,
        )?;
        let parts = all.reshape(&[observed.samples(), *maps, 4 * side]).split(2, &[*side; 4]);
        Ok(Box::new(Maps(<[_; 4]>::try_from(parts).expect("four parts"))))
    }
}

/// Row means, row log-variances, column means and column log-variances, (N, maps, side) each.
struct Maps<E: Scalar>([Tensor<E>; 4]);

impl<E: Scalar> Maps<E> {
    fn distribution(&self) -> LowRankMatrixNormal<E> {
        let [mu, log_row_var, nu, log_col_var] = self.0.clone();
        LowRankMatrixNormal::new(mu, log_row_var, nu, log_col_var)
    }
}

impl<E: Scalar> Posterior<E> for Maps<E> {
    fn draw(&self, _: &mut Context, noise: &mut Stream) -> Result<Draw<E>, ModelError> {
        let q = self.distribution();
        let z = q.rsample(noise);
        let log_q = q.log_prob(&z);
        Ok(Draw::new(z, log_q))
    }

    fn mean(&self) -> Tensor<E> {
        self.distribution().mean()
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        Box::new(Self(self.0.clone().map(|part| part.index_select(0, rows))))
    }

    fn log_prob(&self, z: &Tensor<E>, _: &mut Context) -> Result<Option<Tensor<E>>, ModelError> {
        Ok(Some(self.distribution().log_prob(z)))
    }

    fn kl(&self, prior: &dyn Prior<E>) -> Option<Tensor<E>> {
        let standard = (prior as &dyn Any).is::<StandardNormal>();
        standard.then(|| kl_low_rank_matrix_normal(&self.distribution(), PerSample))
    }
}
