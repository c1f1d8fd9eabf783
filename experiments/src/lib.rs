//! Reproducible studies.
