//! Normalising flows: invertible maps of codes whose Jacobian determinants are cheap.
//!
//! If `z` has the density `q`, then `f(z)` has `ln q(z) - ln |det df/dz|`. A flow of one's own implements [`Flow`] and goes
//! into a [`FlowEncoder`](crate::posterior::FlowEncoder).

mod inverse_autoregressive;
mod planar;
mod radial;

pub use inverse_autoregressive::InverseAutoregressive;
pub use planar::Planar;
pub use radial::Radial;

use crate::error::ModelError;
use latent_layers::{Context, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// An invertible map of codes.
pub trait Flow<E: Scalar = f32>: Module<E> {
    /// `f(z)`, (N, d), and `ln |det df/dz|` of each code, (N).
    ///
    /// # Errors
    /// If the codes are of another size.
    fn transform(&self, z: &Tensor<E>, context: &mut Context) -> Result<(Tensor<E>, Tensor<E>), ModelError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::linalg::singular_values;
    use latent_numeric::random::Stream;
    use latent_tensor::{GradOptions, grad};
    use ndarray::{Array2, Ix2};
    use proptest::prelude::*;

    fn flows(d: usize, seed: u64) -> Vec<Box<dyn Flow<f64>>> {
        let stream = &mut Stream::new(seed, "initialisation", &[]);
        let flows: Vec<Box<dyn Flow<f64>>> = vec![
            Box::new(Planar::new(d, stream)),
            Box::new(Radial::new(d, stream)),
            Box::new(InverseAutoregressive::new(d, &[7, 5], stream)),
        ];
        for (_, parameter) in flows.iter().flat_map(|flow| flow.parameters()) {
            // Away from the identity.
            parameter.elements().iter_mut().for_each(|x| *x += 0.7 * stream.normal::<f64>());
        }
        flows
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_log_determinant_is_that_of_the_jacobian(seed: u64, d in 1_usize..6) {
            let z = Stream::new(seed, "codes", &[]).normal_array::<f64, _, _>((1, d));
            for flow in flows(d, seed) {
                let z = Tensor::variable(z.clone());
                let (y, log_det) = flow.transform(&z, &mut Context::evaluate()).unwrap();
                let mut jacobian = Array2::zeros((d, d));
                for i in 0..d {
                    let output = y.slice_axis(1, (i..i + 1).into()).sum();
                    let slope = grad(&[output], std::slice::from_ref(&z), GradOptions::default()).remove(0);
                    jacobian.row_mut(i).assign(&slope.view_as::<Ix2>().row(0));
                }
                let want = singular_values(jacobian.view()).unwrap().mapv(f64::ln).sum();
                prop_assert!((log_det.item() - want).abs() < 1e-9 * (1.0 + want.abs()), "{} {}: {want}", flow.kind(), log_det.item());
            }
        }
    }
}
