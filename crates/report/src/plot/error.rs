//! Why a figure could not be drawn.

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// The figure cannot be rasterised, or the data have no picture.
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    /// The size in pixels is zero or too large.
    #[error("cannot make a picture of {width} x {height} pixels")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}
