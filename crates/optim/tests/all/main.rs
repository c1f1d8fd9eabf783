//! Optimisers against PyTorch's, and their properties.

mod averages;
mod errors;
mod properties;
mod resume;
mod support;
mod torch;
