//! A whole figure.

use super::canvas::Canvas;
use super::{Panel, draw};
use crate::font;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};
use std::sync::{Arc, LazyLock};

/// A figure could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// The drawing library refused.
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    /// The size in pixels is zero or too large.
    #[error("cannot make a picture of {width} x {height} pixels")]
    Size {
        /// Pixels along x.
        width: u32,
        /// Pixels along y.
        height: u32,
    },
}

/// A title, a legend and panels side by side.
#[derive(Clone, Debug)]
pub struct Figure {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
    size: Option<(u32, u32)>,
}

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(font::regular().to_vec());
    fonts.load_font_data(font::bold().to_vec());
    Arc::new(fonts)
});

impl Figure {
    /// A figure without panels. An empty title takes no room.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), panels: Vec::new(), size: None }
    }

    /// Adds a panel to the right.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Sets the size in CSS pixels; without it a panel is 500 x 400.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width, height));
        self
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn svg(&self) -> Result<String, PlotError> {
        let size = self.size.unwrap_or((500 * self.panels.len().max(1) as u32, 400));
        Canvas::svg(size, |canvas| draw::figure(canvas, self, size))
    }

    /// The figure as PNG, `scale` pixels to a CSS pixel; 2 suits slides and print.
    ///
    /// # Errors
    /// [`PlotError::Draw`]; [`PlotError::Size`] if the picture would be empty or too large.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, PlotError> {
        let svg = self.svg()?;
        let options =
            usvg::Options { fontdb: FONTS.clone(), font_family: font::FAMILY.to_owned(), ..usvg::Options::default() };
        let tree = usvg::Tree::from_str(&svg, &options).map_err(|error| PlotError::Draw(error.to_string()))?;
        let size = tree.size();
        let (width, height) = ((size.width() * scale).round() as u32, (size.height() * scale).round() as u32);
        let mut pixels = Pixmap::new(width, height).ok_or(PlotError::Size { width, height })?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| PlotError::Draw(error.to_string()))
    }
}
