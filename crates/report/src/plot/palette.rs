//! Colours.

use plotters::style::RGBColor;

/// Okabe and Ito (2008), in the order that keeps neighbours furthest apart; the yellow is left out,
/// being hard to see as a line on white.
const SERIES: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2), // blue
    RGBColor(0xd5, 0x5e, 0x00), // vermillion
    RGBColor(0x00, 0x9e, 0x73), // bluish green
    RGBColor(0xcc, 0x79, 0xa7), // reddish purple
    RGBColor(0xe6, 0x9f, 0x00), // orange
    RGBColor(0x56, 0xb4, 0xe9), // sky blue
    RGBColor(0x00, 0x00, 0x00), // black
];

/// The scheme "muted" of Tol (2021), for what has up to ten kinds; its pale grey is darker here, to be seen as a dot.
const KINDS: [RGBColor; 10] = [
    RGBColor(0x33, 0x22, 0x88), // indigo
    RGBColor(0x88, 0xcc, 0xee), // cyan
    RGBColor(0x44, 0xaa, 0x99), // teal
    RGBColor(0x11, 0x77, 0x33), // green
    RGBColor(0x99, 0x99, 0x33), // olive
    RGBColor(0xdd, 0xcc, 0x77), // sand
    RGBColor(0xcc, 0x66, 0x77), // rose
    RGBColor(0x88, 0x22, 0x55), // wine
    RGBColor(0xaa, 0x44, 0x99), // purple
    RGBColor(0x77, 0x77, 0x77), // grey
];

/// Titles and numbers.
pub const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Numbers at the axes and secondary text.
pub const SOFT_TEXT: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Lines at the ticks.
pub const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
/// The axes themselves.
pub const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);

/// The colour of the `index`-th of so many series; they repeat after seven, or after ten where there are more.
pub fn series(index: usize, count: usize) -> RGBColor {
    if count <= SERIES.len() { SERIES[index % SERIES.len()] } else { KINDS[index % KINDS.len()] }
}
