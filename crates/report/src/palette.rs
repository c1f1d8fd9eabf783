//! Colours of charts, in the light and in the dark.

use std::fmt::{self, Display, Formatter, Write};

/// A colour on light and on dark paper.
type Tint = (&'static str, &'static str);

/// Okabe and Ito (2008), in the order that keeps neighbours furthest apart; the yellow is darker, being hard to see as a
/// line on white.
const SERIES: [Tint; 8] = [
    ("#0072b2", "#4aa8e0"), // blue
    ("#d55e00", "#f08a45"), // vermillion
    ("#009e73", "#2fc49b"), // bluish green
    ("#cc79a7", "#dd9cc0"), // reddish purple
    ("#e69f00", "#f0b840"), // orange
    ("#56b4e9", "#8fd0f5"), // sky blue
    ("#1d1d1b", "#e9e8e4"), // black, or white
    ("#8c7a00", "#d3c344"), // dark yellow
];

/// The scheme "muted" of Tol (2021), for what has up to ten kinds; its pale grey is darker here, to be seen as a dot.
const KINDS: [Tint; 10] = [
    ("#332288", "#8f83e6"), // indigo
    ("#88ccee", "#88ccee"), // cyan
    ("#44aa99", "#5cc8b5"), // teal
    ("#117733", "#3fae63"), // green
    ("#999933", "#b8b84a"), // olive
    ("#ddcc77", "#ddcc77"), // sand
    ("#cc6677", "#e0808f"), // rose
    ("#882255", "#c75a8f"), // wine
    ("#aa4499", "#cf72bf"), // purple
    ("#777777", "#a5a5a5"), // grey
];

/// The role that gives a part of a chart its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A series of a chart with few of them, by its number.
    Series(usize),
    /// A series of a chart with up to ten of them, by its number.
    Kind(usize),
    /// Titles and names.
    Text,
    /// Numbers at the axes and secondary text.
    Soft,
    /// Lines at the ticks.
    Grid,
    /// The lines of the axes.
    Axis,
    /// The background.
    Paper,
}

impl Ink {
    /// The colour of the `index`-th of so many series; they repeat after eight, or after ten where there are more.
    pub fn series(index: usize, count: usize) -> Self {
        if count <= SERIES.len() { Self::Series(index % SERIES.len()) } else { Self::Kind(index % KINDS.len()) }
    }

    fn all() -> impl Iterator<Item = Self> {
        let kinds = (0..SERIES.len()).map(Self::Series).chain((0..KINDS.len()).map(Self::Kind));
        kinds.chain([Self::Text, Self::Soft, Self::Grid, Self::Axis, Self::Paper])
    }

    fn tint(self) -> Tint {
        match self {
            Self::Series(index) => SERIES[index],
            Self::Kind(index) => KINDS[index],
            Self::Text => ("#222222", "#e9e8e4"),
            Self::Soft => ("#555555", "#b6b5af"),
            Self::Grid => ("#e6e6e6", "#2f3136"),
            Self::Axis => ("#888888", "#82817b"),
            Self::Paper => ("#ffffff", "#1d1f23"),
        }
    }

    fn class(self) -> String {
        match self {
            Self::Series(index) => format!("s{index}"),
            Self::Kind(index) => format!("k{index}"),
            Self::Text => "ink".to_owned(),
            Self::Soft => "soft".to_owned(),
            Self::Grid => "grid".to_owned(),
            Self::Axis => "rule".to_owned(),
            Self::Paper => "paper".to_owned(),
        }
    }
}

impl Display for Ink {
    /// The attributes of an element of this colour, which is its `currentColor`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "class=\"{}\" color=\"{}\"", self.class(), self.tint().0)
    }
}

/// The style sheet of a drawing by itself, which is dark where the page around it is.
pub fn own_style() -> String {
    let mut rules = String::new();
    for ink in Ink::all() {
        let _ = write!(rules, ".{}{{color:{}}}", ink.class(), ink.tint().1);
    }
    format!("<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>")
}

/// The colours of the series as variables of a page, light and dark: `--c0`, `--c1`, ...
pub fn variables() -> String {
    let of = |tint: fn(&Tint) -> &'static str| {
        SERIES.iter().enumerate().fold(String::new(), |mut all, (index, colours)| {
            let _ = write!(all, "--c{index}:{};", tint(colours));
            all
        })
    };
    let mut text = format!(
        ":root{{{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        of(|tint| tint.0),
        of(|tint| tint.1)
    );
    for index in 0..SERIES.len() {
        let _ = write!(text, ".s{index}{{color:var(--c{index})}}");
    }
    text
}

/// The number of colours of series, after which they repeat.
pub const COUNT: usize = SERIES.len();

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of the web content accessibility guidelines, 2.1.
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn texts_and_lines_stand_out_from_light_and_dark_paper() {
        let paper = Ink::Paper.tint();
        for ink in [Ink::Text, Ink::Soft] {
            assert!(contrast(ink.tint().0, paper.0) >= 7.0 && contrast(ink.tint().1, paper.1) >= 7.0, "{ink:?}");
        }
        for index in 0..SERIES.len() {
            let tint = Ink::Series(index).tint();
            assert!(contrast(tint.1, paper.1) >= 4.5, "{tint:?} in the dark");
            assert!(contrast(tint.0, paper.0) >= 2.2, "{tint:?} in the light");
        }
        for index in 0..KINDS.len() {
            assert!(contrast(Ink::Kind(index).tint().1, paper.1) >= 4.0, "{index} in the dark");
        }
    }
}
