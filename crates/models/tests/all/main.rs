//! Properties of the models as they are used from outside.

mod gan;
mod interchange;
mod linear_gaussian;
mod parts;
mod support;
mod vae;
