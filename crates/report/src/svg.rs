//! Charts as SVG: what the plots and the charts of pages are both drawn with.

use crate::palette::Ink;
use std::fmt::{self, Display, Formatter, Write};

/// A length along one side: in pixels, or as a share of that side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// Pixels.
    Pixels(f64),
    /// A share, 0 to 1.
    Share(f64),
}

impl Display for Length {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => write!(f, "{}", round(*pixels, 100.0)),
            Self::Share(share) => write!(f, "{}%", round(100.0 * share, 1000.0)),
        }
    }
}

/// A number with as many decimals as can be seen.
fn round(value: f64, per_unit: f64) -> f64 {
    // No minus before zero.
    (value * per_unit).round() / per_unit + 0.0
}

/// The area of a chart in which values are drawn, and how shares of its sides become places.
#[derive(Clone, Copy, Debug)]
pub enum Ground {
    /// A rectangle on paper of fixed size, in pixels.
    Paper {
        /// Pixels from the left edge of the paper.
        left: f64,
        /// Pixels from the upper edge.
        top: f64,
        /// Pixels from the left edge.
        right: f64,
        /// Pixels from the upper edge.
        bottom: f64,
    },
    /// The whole of an element whose size the page decides.
    Fluid,
}

/// Units along each side of the drawing that is stretched over a fluid ground.
pub const SPAN: f64 = 10_000.0;

impl Ground {
    /// A share of the width, from the left.
    pub fn x(self, share: f64) -> Length {
        match self {
            Self::Paper { left, right, .. } => Length::Pixels(left + share * (right - left)),
            Self::Fluid => Length::Share(share),
        }
    }

    /// A share of the height, from below.
    pub fn y(self, share: f64) -> Length {
        match self {
            Self::Paper { top, bottom, .. } => Length::Pixels(bottom - share * (bottom - top)),
            Self::Fluid => Length::Share(1.0 - share),
        }
    }

    /// A point of a path: pixels, or units of a drawing that is stretched.
    pub fn point(self, (x, y): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Paper { left, top, right, bottom } => (left + x * (right - left), bottom - y * (bottom - top)),
            Self::Fluid => (SPAN * x, SPAN * (1.0 - y)),
        }
    }

    /// Adds the lines through points, with `then` behind each. A stretched drawing is of whole units, and gives each point
    /// by its distance from the one before: a page has many.
    fn write(self, path: &mut String, points: impl Iterator<Item = (f64, f64)>, then: &str) {
        let mut before: Option<(f64, f64)> = None;
        for (index, (x, y)) in points.map(|at| self.point(at)).enumerate() {
            let per_unit = if matches!(self, Self::Fluid) { 1.0 } else { 100.0 };
            let (x, y) = (round(x, per_unit), round(y, per_unit));
            let _ = match (self, before) {
                (Self::Fluid, Some((from, above))) if then.is_empty() => {
                    let (dx, dy) = (x - from, y - above);
                    // A sign separates too, and a command holds until the next.
                    let apart = |d: f64| if d < 0.0 { "" } else { " " };
                    let command = if index == 1 { "l" } else { apart(dx) };
                    write!(path, "{command}{dx}{}{dy}", apart(dy))
                }
                (_, Some(_)) if then.is_empty() => write!(path, "L{x} {y}"),
                _ => write!(path, "M{x} {y}{then}"),
            };
            before = Some((x, y));
        }
    }

    /// What keeps the width of a stroke where the drawing is stretched.
    fn stroke(self) -> &'static str {
        if matches!(self, Self::Fluid) { " vector-effect=\"non-scaling-stroke\"" } else { "" }
    }
}

/// Which part of a text lies at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The beginning of the text.
    Start,
    /// The middle of the text.
    Middle,
    /// The end of the text.
    End,
}

/// The size, weight, colour and anchor of a text.
#[derive(Clone, Copy, Debug)]
pub struct Lettering {
    /// The font size in pixels.
    pub size: f64,
    /// Whether it is bold, else regular.
    pub bold: bool,
    /// The colour of the text.
    pub ink: Ink,
    /// Which part of the text lies at its point.
    pub anchor: Anchor,
}

/// An SVG drawing, to which elements are added.
///
/// Colours are `currentColor`, given as an attribute for those who know no style sheets, and as a class for those who
/// have one, such as the dark page.
#[derive(Debug, Default)]
pub struct Svg(pub String);

impl Svg {
    /// Adds an element, or a part of one.
    pub fn raw(&mut self, part: impl Display) {
        let _ = write!(self.0, "{part}");
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: (Length, Length), to: (Length, Length), ink: Ink, width: f64) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.raw(format_args!(
            "<line {ink} x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"currentColor\" stroke-width=\"{width}\"/>"
        ));
    }

    /// Adds a line through points, given as shares; interrupted between pieces.
    pub fn curve(&mut self, ground: Ground, pieces: &[Vec<(f64, f64)>], ink: Ink, width: f64) {
        let mut path = String::new();
        for piece in pieces {
            ground.write(&mut path, piece.iter().copied(), "");
        }
        if !path.is_empty() {
            let stroke = ground.stroke();
            self.raw(format_args!(
                "<path data-is=\"line\" {ink} fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\" \
                 stroke-linejoin=\"round\" stroke-linecap=\"round\"{stroke} d=\"{path}\"/>"
            ));
        }
    }

    /// The area between a lower and an upper line: points with both, given as shares.
    pub fn band(&mut self, ground: Ground, pieces: &[Vec<(f64, f64, f64)>], ink: Ink) {
        let mut path = String::new();
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            let there = piece.iter().map(|&(x, _, high)| (x, high));
            let back = piece.iter().rev().map(|&(x, low, _)| (x, low));
            ground.write(&mut path, there.chain(back), "");
            path.push('Z');
        }
        if !path.is_empty() {
            self.raw(format_args!(
                "<path data-is=\"band\" {ink} fill=\"currentColor\" fill-opacity=\"0.17\" d=\"{path}\"/>"
            ));
        }
    }

    /// Adds round dots at points, given as shares.
    pub fn dots(&mut self, ground: Ground, points: &[(f64, f64)], radius: f64, ink: Ink, opacity: f64) {
        // A line without length has round ends: circles whatever the drawing is stretched to.
        let mut path = String::new();
        ground.write(&mut path, points.iter().copied(), "h0");
        if !path.is_empty() {
            let (stroke, width) = (ground.stroke(), 2.0 * radius);
            self.raw(format_args!(
                "<path data-is=\"dots\" {ink} fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\" \
                 stroke-opacity=\"{opacity}\" stroke-linecap=\"round\"{stroke} d=\"{path}\"/>"
            ));
        }
    }

    /// Adds a filled rectangle between two corners in pixels.
    pub fn rectangle(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) {
        self.tinted(from, to, ink, 1.0);
    }

    /// Adds a rectangle with this share of its colour.
    pub fn tinted(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), ink: Ink, share: f64) {
        let [x, y, width, height] =
            [x1.min(x2), y1.min(y2), (x2 - x1).abs(), (y2 - y1).abs()].map(|length| round(length, 100.0));
        let opacity = if share == 1.0 { String::new() } else { format!(" fill-opacity=\"{}\"", round(share, 1000.0)) };
        self.raw(format_args!(
            "<rect {ink} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"currentColor\"{opacity}/>"
        ));
    }

    /// Adds a text, so many pixels to the right of and below its point.
    pub fn text(&mut self, (x, y): (Length, Length), (dx, dy): (f64, f64), text: &str, look: Lettering) {
        let Lettering { size, bold, ink, anchor } = look;
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let bold = if bold { " font-weight=\"bold\"" } else { "" };
        let (dx, dy) = (round(dx, 100.0), round(dy, 100.0));
        let text = escaped(text);
        self.raw(format_args!(
            "<text {ink} x=\"{x}\" y=\"{y}\" dx=\"{dx}\" dy=\"{dy}\" font-size=\"{size}\"{bold} text-anchor=\"{anchor}\" \
             fill=\"currentColor\">{text}</text>"
        ));
    }

    /// The line and the number of a tick of the horizontal axis, at a share of its length.
    pub fn tick_of_x(&mut self, ground: Ground, share: f64, label: &str, look: Lettering) {
        let at = ground.x(share);
        self.line((at, ground.y(0.0)), (at, ground.y(1.0)), Ink::Grid, 1.0);
        self.text((at, ground.y(0.0)), (0.0, 7.0 + 0.76 * look.size), label, look);
    }

    /// The line and the number of a tick of the vertical axis, at a share of its length.
    pub fn tick_of_y(&mut self, ground: Ground, share: f64, label: &str, look: Lettering) {
        let at = ground.y(share);
        self.line((ground.x(0.0), at), (ground.x(1.0), at), Ink::Grid, 1.0);
        let look = Lettering { anchor: Anchor::End, ..look };
        self.text((ground.x(0.0), at), (-7.0, 0.35 * look.size), label, look);
    }

    /// A text that is read from below to above, about its middle, in pixels.
    pub fn upright(&mut self, (x, y): (f64, f64), text: &str, look: Lettering) {
        let [x, y] = [x, y].map(|at| round(at, 100.0));
        self.raw(format_args!("<g transform=\"translate({x} {y}) rotate(-90)\">"));
        self.text((Length::Pixels(0.0), Length::Pixels(0.0)), (0.0, 0.35 * look.size), text, look);
        self.raw("</g>");
    }
}

/// Escapes a text for the content of an element or the value of an attribute.
pub fn escaped(text: &str) -> String {
    maud::html! { (text) }.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_shares_are_places_on_paper_and_of_a_page() {
        let paper = Ground::Paper { left: 10.0, top: 20.0, right: 110.0, bottom: 70.0 };
        assert_eq!((paper.x(0.5).to_string(), paper.y(0.5).to_string()), ("60".to_owned(), "45".to_owned()));
        assert_eq!((Ground::Fluid.x(0.5).to_string(), Ground::Fluid.y(0.25).to_string()), ("50%".into(), "75%".into()));
        assert_eq!((paper.point((0.0, 0.0)), Ground::Fluid.point((1.0, 1.0))), ((10.0, 70.0), (SPAN, 0.0)));
        assert_eq!(Length::Pixels(-0.001).to_string(), "0");
    }

    #[test]
    fn a_curve_is_cut_where_its_pieces_end() {
        let mut svg = Svg::default();
        let pieces = [vec![(0.0, 0.0), (0.1, 1.0)], vec![(0.5, 0.5)]];
        svg.curve(Ground::Fluid, &pieces, Ink::series(0, 2), 2.0);
        assert!(svg.0.contains("d=\"M0 10000l1000-10000M5000 5000\""), "{}", svg.0);
        svg.0.clear();
        svg.curve(Ground::Fluid, &[], Ink::Text, 2.0);
        assert!(svg.0.is_empty());
    }

    #[test]
    fn texts_are_escaped() {
        let mut svg = Svg::default();
        let look = Lettering { size: 12.0, bold: false, ink: Ink::Text, anchor: Anchor::Middle };
        svg.text((Length::Pixels(1.0), Length::Share(0.5)), (0.0, 4.0), "a < b & \"c\"", look);
        assert!(svg.0.contains(">a &lt; b &amp; &quot;c&quot;</text>"), "{}", svg.0);
    }
}
