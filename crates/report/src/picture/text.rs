//! Captions: text drawn onto an image.

use crate::font;
use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};
use std::sync::LazyLock;

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| parse(font::regular()));
static BOLD: LazyLock<FontRef<'static>> = LazyLock::new(|| parse(font::bold()));

fn parse(file: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(file).expect("the embedded font is whole")
}

/// The size, weight and colour of a text that is drawn onto an image.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The font size in pixels.
    pub size: f32,
    /// Whether it is bold, else regular.
    pub bold: bool,
    /// The colour of the text.
    pub color: Rgb<u8>,
}

impl Style {
    fn font(self) -> &'static FontRef<'static> {
        if self.bold { &BOLD } else { &REGULAR }
    }

    /// `ab_glyph` scales by the height of a line; typography scales by the em.
    fn scale(self) -> PxScale {
        let font = self.font();
        PxScale::from(self.size * font.height_unscaled() / font.units_per_em().unwrap_or(2048.0))
    }

    /// The width of `text` in pixels.
    pub fn width(self, text: &str) -> f32 {
        let font = self.font().as_scaled(self.scale());
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    /// Draws `text` on the baseline `y`, beginning at `x`; what falls outside the image is cut off.
    pub fn draw(self, image: &mut RgbImage, x: f32, y: f32, text: &str) {
        let font = self.font().as_scaled(self.scale());
        let mut pen = x;
        for character in text.chars() {
            let id = font.glyph_id(character);
            let glyph = id.with_scale_and_position(self.scale(), point(pen, y));
            pen += font.h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, coverage| {
                let (px, py) = (corner.x + dx as f32, corner.y + dy as f32);
                if px >= 0.0 && py >= 0.0 && px < image.width() as f32 && py < image.height() as f32 {
                    blend(image.get_pixel_mut(px as u32, py as u32), self.color, coverage);
                }
            });
        }
    }

    /// Draws `text` with its middle at `x`.
    pub fn draw_centered(self, image: &mut RgbImage, x: f32, y: f32, text: &str) {
        self.draw(image, x - self.width(text) / 2.0, y, text);
    }
}

/// The width of a text of this size in pixels.
pub fn width_of(text: &str, size: f64, bold: bool) -> f64 {
    f64::from(Style { size: size as f32, bold, color: Rgb([0; 3]) }.width(text))
}

fn blend(under: &mut Rgb<u8>, over: Rgb<u8>, share: f32) {
    let share = share.clamp(0.0, 1.0);
    for (under, over) in under.0.iter_mut().zip(over.0) {
        *under = (f32::from(*under) * (1.0 - share) + f32::from(over) * share).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { size: 16.0, bold: false, color: Rgb([0; 3]) };

    #[test]
    fn text_leaves_ink_where_it_was_asked_to() {
        let mut image = RgbImage::from_pixel(80, 40, Rgb([255; 3]));
        STYLE.draw_centered(&mut image, 40.0, 30.0, "+1.25");
        let dark: Vec<(u32, u32)> =
            image.enumerate_pixels().filter(|(_, _, p)| p.0[0] < 128).map(|(x, y, _)| (x, y)).collect();
        let middle = dark.iter().map(|&(x, _)| f64::from(x)).sum::<f64>() / dark.len() as f64;
        assert!(dark.len() > 40 && (middle - 40.0).abs() < 4.0, "{} pixels about {middle}", dark.len());
        assert!(dark.iter().all(|&(_, y)| (14..=31).contains(&y)));
    }

    #[test]
    fn text_outside_the_image_is_cut_off() {
        let mut image = RgbImage::from_pixel(8, 8, Rgb([255; 3]));
        STYLE.draw(&mut image, -20.0, 4.0, "left, right and beyond");
        STYLE.draw(&mut image, 0.0, 400.0, "below");
    }

    #[test]
    fn every_character_of_the_captions_has_a_glyph() {
        for character in "0123456789+−×≈=…·()%".chars() {
            assert_ne!(REGULAR.glyph_id(character).0, 0, "{character}");
        }
    }

    #[test]
    fn bold_is_wider() {
        assert!(Style { bold: true, ..STYLE }.width("reconstruction") > STYLE.width("reconstruction"));
    }
}
