//! A figure as files: SVG and PNG.

use super::{Figure, PlotError};
#[cfg(feature = "png")]
use crate::font;
#[cfg(feature = "png")]
use resvg::tiny_skia::{Pixmap, Transform};
#[cfg(feature = "png")]
use resvg::usvg::{self, fontdb};
#[cfg(feature = "png")]
use std::sync::{Arc, LazyLock};

#[cfg(feature = "png")]
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(font::regular().to_vec());
    fonts.load_font_data(font::bold().to_vec());
    Arc::new(fonts)
});

impl Figure {
    /// The files of the figure in a run folder: `images/<name>.svg` and, with the feature `png`, `images/<name>.png` at
    /// twice its size in pixels.
    ///
    /// # Errors
    /// Those of [`png`](Self::png).
    pub fn files(&self, name: &str) -> Result<Vec<(String, Vec<u8>)>, PlotError> {
        let svg = (format!("images/{name}.svg"), self.svg().into_bytes());
        #[cfg(feature = "png")]
        return Ok(vec![svg, (format!("images/{name}.png"), self.png(2.0)?)]);
        #[cfg(not(feature = "png"))]
        Ok(vec![svg])
    }

    /// The figure as PNG, `scale` pixels to a CSS pixel; 2 suits slides and print.
    ///
    /// # Errors
    /// [`PlotError::Draw`]; [`PlotError::Size`] if the picture would be empty or too large.
    #[cfg(feature = "png")]
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, PlotError> {
        let svg = self.svg();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Bar, Interval, Panel};

    fn example() -> Figure {
        let curve: Vec<(f64, f64)> = (0..50).map(|k| (f64::from(k), 10_f64.powi(-k / 5))).collect();
        let bars = vec![Bar { from: 0.0, to: 1.0, height: 2.0 }, Bar { from: 1.0, to: 2.0, height: 5.0 }];
        Figure::new("Two & more")
            .panel(
                Panel::new(Axis::linear("iteration"), Axis::log("gap"))
                    .curve("FISTA", curve.clone())
                    .curve("ISTA", curve),
            )
            .panel(Panel::new(Axis::linear("atom"), Axis::linear("use")).title("Use").bars("", bars))
    }

    #[cfg(feature = "png")]
    #[test]
    fn the_png_has_the_size_of_the_svg_times_the_scale() {
        let png = image::load_from_memory(&example().png(2.0).unwrap()).unwrap();
        assert_eq!((png.width(), png.height()), (2000, 800));
        let rows = image::load_from_memory(&example().columns(1).png(1.0).unwrap()).unwrap();
        assert_eq!((rows.width(), rows.height()), (500, 800));
        let small = image::load_from_memory(&example().size(300, 200).png(1.0).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (300, 200));
    }

    #[cfg(feature = "png")]
    #[test]
    fn curves_bars_and_text_are_on_the_paper() {
        let png = image::load_from_memory(&example().png(1.0).unwrap()).unwrap().into_rgb8();
        let count =
            |color: [u8; 3]| png.pixels().filter(|p| p.0.iter().zip(color).all(|(a, b)| a.abs_diff(b) < 8)).count();
        // The second curve covers the first, whose blue is left in the legend and in the bars' panel.
        assert!(count([0xd5, 0x5e, 0x00]) > 300, "a curve");
        assert!(count([0x00, 0x72, 0xb2]) > 5_000, "bars");
        assert!(count([0x22, 0x22, 0x22]) > 200, "text");
        assert!(count([0xff, 0xff, 0xff]) > 200_000, "paper");
    }

    #[test]
    fn the_svg_escapes_text_and_names_each_curve_once() {
        let svg = example().svg();
        assert!(svg.contains("Two &amp; more"), "{svg}");
        assert_eq!(svg.matches(">FISTA</text>").count(), 1);
        assert!(svg.contains("width=\"1000\" height=\"400\""));
    }

    #[test]
    fn a_figure_without_data_still_draws() {
        let odd = vec![(0.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)];
        let empty = Panel::new(Axis::log("x"), Axis::log("y")).curve("none", vec![]).curve("odd", odd);
        let bars = Panel::new(Axis::linear("x"), Axis::log("y"))
            .bars("", vec![Bar { from: 0.0, to: f64::NAN, height: 1.0 }, Bar { from: 0.0, to: 1.0, height: 0.0 }]);
        let nowhere = Interval { y: 0.0, from: f64::NAN, x: 1.0, to: 2.0 };
        let intervals = Panel::new(Axis::log("x"), Axis::names([])).intervals("", vec![nowhere]);
        let panels = [empty, bars, intervals].map(|panel| Figure::new("a").panel(panel));
        for figure in [Figure::new("")].iter().chain(&panels) {
            assert!(figure.svg().ends_with("</svg>") && !figure.svg().contains("NaN"), "{}", figure.svg());
            #[cfg(feature = "png")]
            assert!(figure.png(1.0).is_ok());
        }
    }

    #[cfg(feature = "png")]
    #[test]
    fn no_pixels_are_an_error() {
        assert!(matches!(example().png(0.0), Err(PlotError::Size { width: 0, height: 0 })));
    }
}
