//! The one typeface of all figures, embedded so that a picture looks the same on every machine.

/// The family name as it stands inside the font file.
#[cfg(feature = "png")]
pub const FAMILY: &str = "DejaVu Sans";

/// DejaVu Sans as a TrueType file.
pub fn regular() -> &'static [u8] {
    dejavu::sans::regular()
}

/// DejaVu Sans Bold as a TrueType file.
pub fn bold() -> &'static [u8] {
    dejavu::sans::bold()
}
