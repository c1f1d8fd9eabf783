//! The minimiser of the lasso as an operator: on its support `S`, with signs `s`,
//! `z_S = K (W_S' x - lambda s)`, `K = (W_S' W_S + l2 I)^-1`. With the residual `r = x - W z` and `u = K c_S`:
//! `x' = W u`, `W' = r u' - W u z'`, `lambda' = -s' u`

use super::checked;
use super::support_solve::{Supports, support_solve};
use crate::lasso::{Certificate, Lasso, LassoParams, Solver, Stop};
use crate::{Dictionary, SparseError};
use latent_numeric::Scalar;
use latent_tensor::{Arguments, Operator, Tensor, is_recording};
use ndarray::Ix2;
use std::sync::Arc;

/// The codes of least `1/2 ||x - W z||^2 + lambda ||z||_1 + l2/2 ||z||^2`, differentiable by the implicit function
/// theorem.
///
/// Where the minimiser has the support `S` and the signs `s`, its optimality conditions are
/// `W_S' (x - W_S z_S) - l2 z_S = lambda s`. If
///
/// 1. the atoms of `S` are linearly independent, or `l2 > 0`, and
/// 2. `|w_j' (x - W z)| < lambda` for every atom outside of `S` (strict complementarity),
///
/// support and signs stay the same nearby, and the derivatives of `z_S` follow from this linear system. The second
/// condition fails only where an atom is just about to come in; the derivatives are then those of one side.
/// They are exact for a code of the right support: take a solver that finds it, such as
/// [`ActiveSet`](crate::lasso::ActiveSet) or [`CoordinateDescent`](crate::lasso::CoordinateDescent) at a small gap.
///
/// Mairal, Bach and Ponce, *Task-driven dictionary learning*, IEEE TPAMI 34 (2012), section 3; Bertrand et al.,
/// *Implicit differentiation of Lasso-type models*, ICML 2020.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImplicitLasso<E> {
    /// The weight of `l2/2 ||z||^2`, at least 0, a constant.
    pub l2: E,
    /// Whether codes are held to `z >= 0`.
    pub positive: bool,
}

impl<E: Scalar> Default for ImplicitLasso<E> {
    /// The plain lasso.
    fn default() -> Self {
        Self { l2: E::zero(), positive: false }
    }
}

/// The codes of a batch as a tensor that gradients go through, with their certificates.
#[derive(Clone, Debug)]
pub struct DifferentiableCodes<E: Scalar> {
    /// The codes, (samples, atoms).
    pub codes: Tensor<E>,
    /// One certificate for each sample.
    pub certificates: Vec<Certificate>,
}

impl<E: Scalar> ImplicitLasso<E> {
    /// Solves the lasso. See the [module](super) for an example.
    ///
    /// # Shapes
    /// `x` (samples, features), `dictionary` (features, atoms), `lambda` one element.
    ///
    /// # Errors
    /// If shapes do not fit, a value is not finite, lambda or l2 is negative, the solver refuses the problem, or, where
    /// gradients are asked for, the atoms of a support are linearly dependent.
    pub fn solve(
        &self,
        x: &Tensor<E>,
        dictionary: &Tensor<E>,
        lambda: &Tensor<E>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<DifferentiableCodes<E>, SparseError> {
        let atoms = Dictionary::new(checked(x, dictionary, lambda)?)?;
        let params = LassoParams { l2: self.l2, positive: self.positive, ..LassoParams::new(lambda.item()) };
        let lasso = Lasso::new(&atoms, params)?;
        let found = lasso.solve(x.view_as::<Ix2>(), solver, stop)?;
        let inputs = vec![x.clone(), dictionary.clone(), lambda.clone()];
        let tracked = is_recording() && inputs.iter().any(Tensor::is_tracked);
        let codes = if tracked {
            let supports = Arc::new(Supports::of(found.codes.view(), lasso.hessian())?);
            Tensor::from_operator(Minimiser(supports), inputs, found.codes)
        } else {
            Tensor::constant(found.codes)
        };
        Ok(DifferentiableCodes { codes, certificates: found.certificates })
    }
}

struct Minimiser<E>(Arc<Supports<E>>);

impl<E: Scalar> Operator<E> for Minimiser<E> {
    fn name(&self) -> &'static str {
        "lasso"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, dictionary, lambda) = (arguments.input(0), arguments.input(1), arguments.input(2));
        let z = arguments.output();
        let u = support_solve(cotangent, dictionary, &self.0);
        let seen = u.matmul(&dictionary.transpose());
        let by_dictionary = arguments.needed(1).then(|| {
            let residual = x - z.matmul(&dictionary.transpose());
            residual.transpose().matmul(&u) - seen.transpose().matmul(z)
        });
        let by_lambda = arguments.needed(2).then(|| {
            let signs = Tensor::constant(z.array().mapv(|z| if z == E::zero() { E::zero() } else { z.signum() }));
            -(u * signs).sum().reshape(lambda.shape())
        });
        vec![arguments.needed(0).then_some(seen), by_dictionary, by_lambda]
    }
}
