//! What samples are called.

/// What samples are called.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// One sample, such as `image`.
    pub sample: &'static str,
    /// Several of them.
    pub samples: &'static str,
}
