//! Synthetic sets that need no files, with known ground truth.
//!
//! | module | what it makes |
//! |---|---|
//! | [`strokes`] | drawn digits, 28x28 bytes with labels: a stand-in for MNIST |
//! | [`dead_leaves`] | discs that hide one another, grey or in colour: a stand-in for photographs |
//! | [`planted`] | `X = Z W' + noise` with known dictionary `W` and sparse codes `Z` |
//! | [`reviews`] | short texts, good or bad, with synonyms, negations and concessions |

pub mod dead_leaves;
pub mod planted;
pub mod reviews;
pub mod strokes;
