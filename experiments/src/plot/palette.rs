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

/// Titles and numbers.
pub const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Numbers at the axes and secondary text.
pub const SOFT_TEXT: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Lines at the ticks.
pub const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
/// The axes themselves.
pub const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);

/// The colour of the `index`-th series; they repeat after seven.
pub fn series(index: usize) -> RGBColor {
    SERIES[index % SERIES.len()]
}
