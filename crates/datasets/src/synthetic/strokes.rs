//! Stand-in for handwritten digits.
use crate::{LabelledImages, Provenance};
use ndarray::Array4;
use std::ops::Range;

/// Samples `range` of the set with this seed.
pub fn generate(seed: u64, samples: Range<u64>) -> LabelledImages {
    let n = (samples.end - samples.start) as usize;
    LabelledImages::unlabelled(
        "strokes",
        Array4::zeros((n, 1, 28, 28)),
        Provenance::Generated { generator: "strokes".into(), seed },
    )
}
