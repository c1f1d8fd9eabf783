//! Synthetic sets that need no files, with known ground truth.
//!
//! | module | what it makes |
//! |---|---|
//! | [`strokes`] | drawn digits, 28x28 bytes with labels: a stand-in for MNIST |
//! | [`dead_leaves`] | discs that hide one another, grey or in colour: a stand-in for photographs |
//! | [`shapes`] | squares, ellipses and hearts on a full grid of shape, scale, orientation, place and colour |
//! | [`moving_digits`] | sequences of digits that move and bounce in a larger picture |
//! | [`planted`] | `X = Z W' + noise` with known dictionary `W` and sparse codes `Z` |
//! | [`reviews`] | short texts, good or bad, with synonyms, negations and concessions |

pub mod dead_leaves;
pub mod moving_digits;
pub mod planted;
pub mod reviews;
pub mod shapes;
pub mod strokes;
