//! `lambda sum_g sqrt(p_g) ||w_g||`

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda sum_g sqrt(p) ||w_g||_2`, where group `g` holds the `p` elements at index `g` of an axis (Yuan and Lin 2006).
///
/// Whole groups become zero together. For weights of shape (outputs, inputs, ...), axis 0 has a group for each output
/// or filter, and axis 1 one for each input (Scardapane et al. 2017). A group of zeros has a gradient of zero.
///
/// # Shapes
/// `w` is of any shape with the axis; the result has no axes.
///
/// # Panics
/// If the axis is not below the rank.
///
/// ```
/// use latent_regularizers::group_lasso;
/// use latent_tensor::Tensor;
///
/// let w = Tensor::constant(ndarray::array![[3.0, 4.0], [0.0, 0.0]]);
/// assert!((group_lasso(&w, 1.0, 0).item() - 5.0 * 2.0_f64.sqrt()).abs() < 1e-14);
/// assert!((group_lasso(&w, 1.0, 1).item() - 7.0 * 2.0_f64.sqrt()).abs() < 1e-14);
/// ```
#[track_caller]
pub fn group_lasso<E: Scalar>(w: &Tensor<E>, lambda: f64, axis: usize) -> Tensor<E> {
    assert!(axis < w.rank(), "group_lasso: the axis {axis} of a tensor of shape {:?}", w.shape());
    let within: Vec<usize> = (0..w.rank()).filter(|&other| other != axis).collect();
    let size: usize = within.iter().map(|&other| w.shape()[other]).product();
    w.norm(&within, false).sum() * E::of(lambda * (size as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal;
    use crate::{elastic_net, l1, l2};
    use latent_tensor::check::gradients;
    use latent_tensor::{GradOptions, grad};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn gradients_of_norm_penalties(seed: u64, rows in 1_usize..4, columns in 1_usize..4, axis in 0_usize..2) {
            // Away from the kinks at zero.
            let w = normal(seed, &[rows, columns]).mapv(|w| w + 0.1 * w.signum());
            prop_assert_eq!(gradients(std::slice::from_ref(&w), |x| group_lasso(&x[0], 0.7, axis)), Ok(()));
            prop_assert_eq!(gradients(std::slice::from_ref(&w), |x| l1(&x[0], 0.7)), Ok(()));
            prop_assert_eq!(gradients(std::slice::from_ref(&w), |x| l2(&x[0], 0.7)), Ok(()));
            prop_assert_eq!(gradients(&[w], |x| elastic_net(&x[0], 0.7, 0.2)), Ok(()));
        }

        #[test]
        fn groups_of_one_are_the_lasso(seed: u64, n in 1_usize..6) {
            let w = Tensor::constant(normal(seed, &[n]));
            prop_assert!((group_lasso(&w, 0.3, 0).item() - l1(&w, 0.3).item()).abs() < 1e-14);
        }
    }

    #[test]
    fn a_group_of_zeros_has_no_gradient() {
        let w = Tensor::variable(ndarray::array![[0.0, 0.0], [3.0, 4.0]]);
        let slope = grad(&[group_lasso(&w, 1.0, 0)], &[w], GradOptions::default()).remove(0).to_array();
        let root = 2.0_f64.sqrt();
        let want = ndarray::array![[0.0, 0.0], [0.6 * root, 0.8 * root]].into_dyn();
        assert!(slope.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-15));
    }
}
