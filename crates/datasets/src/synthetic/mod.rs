//! Synthetic sets that need no files, with known ground truth.
//!
//! | module | what it makes |
//! |---|---|
//! | [`strokes`] | drawn digits, 28x28 bytes with labels: a stand-in for MNIST |
//! | [`planted`] | `X = Z W' + noise` with known dictionary `W` and sparse codes `Z` |

pub mod planted;
pub mod strokes;
