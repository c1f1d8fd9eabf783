//! Which elementary function.

/// The elementary functions of [`math`](super) that map whole slices.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    Exp,
    Ln,
    Tanh,
    Sigmoid,
    Softplus,
    Erf,
}
