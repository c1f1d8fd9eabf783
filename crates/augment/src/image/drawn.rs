//! A change of an image whose random choices have been made.

use super::frame::Frame;
use super::scratch::Scratch;
use super::warp::Warp;
use super::{Homography, Sampling, Shape};
use ndarray::ArrayViewMut3;
use std::fmt;
use std::sync::Arc;

/// Parameters drawn for one image, ready to be applied any number of times.
pub(crate) trait Apply: fmt::Debug + Send + Sync {
    /// Changes the image.
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch);
}

/// A change of one image by an operator whose random parameters have been drawn.
#[derive(Clone, Debug)]
pub struct Drawn(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Warp(Warp),
    Change(Arc<dyn Apply>),
}

impl Drawn {
    /// Changes the values of pixels, given as (C, H, W) in `f32` on [0, 1]. Values that leave this interval are brought back
    /// to its end.
    pub fn change(work: impl Fn(ArrayViewMut3<f32>) + Send + Sync + 'static) -> Self {
        Self(Kind::Change(Arc::new(Work(work))))
    }

    /// Moves pixels: `map` leads from pixels of the result, which is as large as `input`, to pixels of the input. It is
    /// joined with the geometric operators before and after it.
    pub fn projective(map: Homography, input: Shape, sampling: Sampling) -> Self {
        Self(Kind::Warp(Warp::projective(map, input, sampling)))
    }
}

/// A function as a change.
struct Work<F>(F);

impl<F> fmt::Debug for Work<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

impl<F: Fn(ArrayViewMut3<f32>) + Send + Sync> Apply for Work<F> {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        let Shape { channels, height, width } = frame.shape();
        let pixels = ArrayViewMut3::from_shape((channels, height, width), frame.values_mut()).expect("all values");
        (self.0)(pixels);
        frame.values_mut().iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
    }
}
