//! To be filled.

pub mod prox;
