//! What derived modules use, whose crates may not have it under its own name.

pub use latent_numeric::Scalar;
