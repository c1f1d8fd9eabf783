//! Drawing primitives in fractions of a pixel.

use super::PlotError;
use super::palette::TEXT;
use crate::font;
use crate::picture::text::Style;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::prelude::{DrawingArea, IntoDrawingArea};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, FontTransform, IntoFont, RGBColor, ShapeStyle, TextStyle, register_font};
use std::sync::Once;

/// `plotters` places everything on whole pixels; a finer grid, undone by the view box of the SVG,
/// keeps curves smooth.
const GRID: f64 = 16.0;

/// The family list of the SVG's text: ours, then what other machines have.
const FAMILIES: &str = "DejaVu Sans, Verdana, Helvetica, sans-serif";

/// `plotters` writes a font size of `size / 1.24` for `size`.
const FONT_FACTOR: f64 = 1.24;

/// Where a text lies from its point, along and across its own direction.
pub use plotters::style::text_anchor::{HPos as Along, VPos as Across};

/// How a text looks and lies.
#[derive(Clone, Copy)]
pub struct Lettering {
    pub size: f64,
    pub bold: bool,
    pub color: RGBColor,
    pub along: HPos,
    pub across: VPos,
    /// Read from below to above.
    pub upright: bool,
}

impl Lettering {
    /// Regular, dark, centred on its point.
    pub fn centered(size: f64) -> Self {
        Self { size, bold: false, color: TEXT, along: HPos::Center, across: VPos::Center, upright: false }
    }

    /// The width of `text`.
    pub fn width(&self, text: &str) -> f64 {
        f64::from(Style { size: self.size as f32, bold: self.bold, color: image::Rgb([0; 3]) }.width(text))
    }
}

/// A sheet of paper that becomes an SVG.
pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

fn fine(x: f64) -> i32 {
    (x * GRID).round() as i32
}

/// A failed draw as an error; the type of `plotters` borrows from the backend.
fn drawn<E: std::error::Error>(result: Result<(), E>) -> Result<(), PlotError> {
    result.map_err(|error| PlotError::Draw(error.to_string()))
}

impl Canvas<'_> {
    /// Draws on white paper of the given size and returns the SVG.
    pub fn svg(
        (width, height): (u32, u32),
        draw: impl FnOnce(&Canvas<'_>) -> Result<(), PlotError>,
    ) -> Result<String, PlotError> {
        register_fonts();
        let fine_size = (fine(f64::from(width)) as u32, fine(f64::from(height)) as u32);
        let mut svg = String::new();
        {
            let canvas = Canvas { area: SVGBackend::with_string(&mut svg, fine_size).into_drawing_area() };
            drawn(canvas.area.fill(&plotters::style::WHITE))?;
            draw(&canvas)?;
            drawn(canvas.area.present())?;
        }
        let (fine_header, header) = (
            format!("<svg width=\"{}\" height=\"{}\"", fine_size.0, fine_size.1),
            // Mitred joins would put spikes on a curve that turns back.
            format!("<svg width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\" stroke-linecap=\"round\""),
        );
        Ok(svg.replacen(&fine_header, &header, 1))
    }

    pub fn line(&self, points: &[(f64, f64)], color: RGBColor, width: f64) -> Result<(), PlotError> {
        let points: Vec<(i32, i32)> = points.iter().map(|&(x, y)| (fine(x), fine(y))).collect();
        drawn(self.area.draw(&PathElement::new(points, stroke(color, width))))
    }

    pub fn rectangle(&self, from: (f64, f64), to: (f64, f64), color: RGBColor) -> Result<(), PlotError> {
        let corners = [(fine(from.0), fine(from.1)), (fine(to.0), fine(to.1))];
        drawn(self.area.draw(&Rectangle::new(corners, color.filled())))
    }

    pub fn dot(&self, at: (f64, f64), radius: f64, color: RGBColor) -> Result<(), PlotError> {
        drawn(self.area.draw(&Circle::new((fine(at.0), fine(at.1)), fine(radius), color.filled())))
    }

    /// A dot that shows what is below it.
    pub fn pale_dot(&self, at: (f64, f64), radius: f64, color: RGBColor) -> Result<(), PlotError> {
        drawn(self.area.draw(&Circle::new((fine(at.0), fine(at.1)), fine(radius), color.mix(0.55).filled())))
    }

    pub fn text(&self, at: (f64, f64), text: &str, look: Lettering) -> Result<(), PlotError> {
        let style = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (FAMILIES, look.size * GRID * FONT_FACTOR, style).into_font();
        let font = if look.upright { font.transform(FontTransform::Rotate270) } else { font };
        let style = TextStyle::from(font).color(&look.color).pos(Pos::new(look.along, look.across));
        drawn(self.area.draw(&Text::new(text.to_owned(), (fine(at.0), fine(at.1)), style)))
    }
}

fn stroke(color: RGBColor, width: f64) -> ShapeStyle {
    ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: fine(width) as u32 }
}

/// `plotters` measures text with the fonts registered under the family name it is given.
fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (style, file) in [(FontStyle::Normal, font::regular()), (FontStyle::Bold, font::bold())] {
            assert!(register_font(FAMILIES, style, file).is_ok(), "the embedded font is whole");
        }
    });
}
