//! Images, signs and captions in rows and columns.

use super::Tone;
use super::text::Style;
use image::{Rgb, RgbImage};
use ndarray::{ArrayView2, ArrayView3};

const PAPER: Rgb<u8> = Rgb([255; 3]);
const TEXT: Rgb<u8> = Rgb([0x33; 3]);
const CAPTION: Rgb<u8> = Rgb([0x66; 3]);

/// A grey or signed image of a sheet, with a caption.
#[derive(Clone, Debug)]
pub struct Tile<'a> {
    /// Rows and columns of the image.
    pub image: ArrayView2<'a, f32>,
    /// How its values become colours.
    pub tone: Tone,
    /// A short text below it, may be empty.
    pub caption: String,
}

/// A colour image of a sheet, with a caption.
#[derive(Clone, Debug)]
pub struct Photo<'a> {
    /// Red, green and blue, each rows and columns.
    pub image: ArrayView3<'a, u8>,
    /// A short text below it, may be empty.
    pub caption: String,
}

/// A cell of a sheet.
#[derive(Clone, Debug)]
pub enum Cell<'a> {
    /// A grey or signed image.
    Tile(Tile<'a>),
    /// A colour image.
    Photo(Photo<'a>),
    /// A sign or a short text at half height, such as `=`.
    Sign(String),
    /// Nothing, so that the next cells stand further to the right.
    Empty,
}

/// A sheet of images in rows and columns. Each column is as wide as its widest cell, each row as high as its highest.
#[derive(Clone, Debug, Default)]
pub struct Sheet<'a> {
    /// A text above each column; none if empty.
    pub headings: Vec<String>,
    /// The cells, row by row; rows may differ in length.
    pub rows: Vec<Vec<Cell<'a>>>,
    /// Pixels of the sheet to a pixel of an image, along each side; 0 counts as 1.
    pub scale: usize,
    /// Pixels between cells.
    pub gutter: usize,
    /// Pixels around everything.
    pub margin: usize,
}

/// Text sizes in pixels that suit the scale: about a third of a 28-pixel tile for four letters.
fn caption_size(scale: usize) -> f32 {
    (3.0 * scale as f32 + 4.0).clamp(9.0, 28.0)
}

impl Sheet<'_> {
    /// Draws the sheet as an image.
    pub fn draw(&self) -> RgbImage {
        let scale = self.scale.max(1);
        let size = caption_size(scale);
        let caption = Style { size, bold: false, color: CAPTION };
        let heading = Style { size, bold: true, color: TEXT };
        let sign = Style { size: size * 1.35, bold: false, color: TEXT };
        let line = (size * 1.5).ceil() as usize;

        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| match cell {
                    Cell::Tile(tile) => (tile.image.ncols() * scale).max(caption.width(&tile.caption).ceil() as usize),
                    Cell::Photo(photo) => {
                        (photo.image.dim().2 * scale).max(caption.width(&photo.caption).ceil() as usize)
                    }
                    Cell::Sign(text) => sign.width(text).ceil() as usize,
                    Cell::Empty => 0,
                });
                cells.max().unwrap_or(0)
            })
            .collect();
        let heights: Vec<(usize, usize)> =
            self.rows.iter().map(|row| row_height(row, scale, line, sign.size)).collect();

        let top = self.margin + if self.headings.is_empty() { 0 } else { line };
        let width = widths.iter().sum::<usize>() + self.gutter * count.saturating_sub(1) + 2 * self.margin;
        let height = heights.iter().map(|(tile, text)| tile + text).sum::<usize>()
            + self.gutter * self.rows.len().saturating_sub(1)
            + top
            + self.margin;
        let mut sheet = RgbImage::from_pixel(width.max(1) as u32, height.max(1) as u32, PAPER);

        let lefts: Vec<usize> = (0..count)
            .map(|column| self.margin + widths[..column].iter().map(|width| width + self.gutter).sum::<usize>())
            .collect();
        for ((text, left), width) in self.headings.iter().zip(&lefts).zip(&widths) {
            let middle = *left as f32 + *width as f32 / 2.0;
            heading.draw_centered(&mut sheet, middle, self.margin as f32 + size * 0.8, text);
        }
        let mut y = top;
        for (row, (tile_height, text_height)) in self.rows.iter().zip(&heights) {
            for ((cell, left), width) in row.iter().zip(&lefts).zip(&widths) {
                let middle = *left as f32 + *width as f32 / 2.0;
                match cell {
                    Cell::Tile(tile) => {
                        let (rows, columns) = tile.image.dim();
                        let corner = (left + (width - columns * scale) / 2, y + (tile_height - rows * scale) / 2);
                        let color = |row, column| tile.tone.color(tile.image[[row, column]]);
                        paint(&mut sheet, (rows, columns), color, corner, scale);
                        let baseline = (y + tile_height) as f32 + size * 1.1;
                        caption.draw_centered(&mut sheet, middle, baseline, &tile.caption);
                    }
                    Cell::Photo(photo) => {
                        let (_, rows, columns) = photo.image.dim();
                        let corner = (left + (width - columns * scale) / 2, y + (tile_height - rows * scale) / 2);
                        let color = |row, column| Rgb([0, 1, 2].map(|channel| photo.image[[channel, row, column]]));
                        paint(&mut sheet, (rows, columns), color, corner, scale);
                        let baseline = (y + tile_height) as f32 + size * 1.1;
                        caption.draw_centered(&mut sheet, middle, baseline, &photo.caption);
                    }
                    Cell::Sign(text) => {
                        let baseline = y as f32 + *tile_height as f32 / 2.0 + sign.size * 0.36;
                        sign.draw_centered(&mut sheet, middle, baseline, text);
                    }
                    Cell::Empty => {}
                }
            }
            y += tile_height + text_height + self.gutter;
        }
        sheet
    }
}

/// Height of the images of a row, and of the captions below.
fn row_height(row: &[Cell<'_>], scale: usize, line: usize, sign: f32) -> (usize, usize) {
    row.iter().fold((0, 0), |(tiles, text), cell| match cell {
        Cell::Tile(tile) => {
            (tiles.max(tile.image.nrows() * scale), text.max(if tile.caption.is_empty() { 0 } else { line }))
        }
        Cell::Photo(photo) => {
            (tiles.max(photo.image.dim().1 * scale), text.max(if photo.caption.is_empty() { 0 } else { line }))
        }
        Cell::Sign(_) => (tiles.max(sign.ceil() as usize), text),
        Cell::Empty => (tiles, text),
    })
}

fn paint(
    sheet: &mut RgbImage,
    (rows, columns): (usize, usize),
    color: impl Fn(usize, usize) -> Rgb<u8>,
    (left, top): (usize, usize),
    scale: usize,
) {
    for row in 0..rows {
        for column in 0..columns {
            let color = color(row, column);
            for y in 0..scale {
                for x in 0..scale {
                    sheet.put_pixel((left + column * scale + x) as u32, (top + row * scale + y) as u32, color);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    fn tile(image: &Array2<f32>) -> Cell<'_> {
        Cell::Tile(Tile { image: image.view(), tone: Tone::Ink, caption: String::new() })
    }

    #[test]
    fn pixels_are_where_the_layout_says() {
        let (a, b) = (array![[0.0_f32, 1.0], [0.5, 0.0]], array![[1.0_f32]]);
        let sheet = Sheet {
            rows: vec![vec![tile(&a), tile(&b)], vec![tile(&b)]],
            scale: 3,
            gutter: 2,
            margin: 4,
            ..Sheet::default()
        };
        let drawn = sheet.draw();
        // Columns 6 and 3 wide, rows 6 and 3 high.
        assert_eq!(drawn.dimensions(), (4 + 6 + 2 + 3 + 4, 4 + 6 + 2 + 3 + 4));
        let grey = |x, y| drawn.get_pixel(x, y).0[0];
        assert_eq!([grey(4, 4), grey(7, 4), grey(9, 6), grey(4, 7), grey(10, 4)], [255, 0, 0, 128, 255]);
        // The 1 x 1 image of the first row is in the middle of its height, that of the second row of its width.
        assert_eq!([grey(12, 5), grey(12, 4 + 1 + 1), grey(5, 12), grey(8, 12)], [0, 0, 0, 255]);
    }

    #[test]
    fn photos_keep_their_colours() {
        let image = ndarray::array![[[250_u8, 10]], [[20, 30]], [[40, 0]]];
        let photo = Cell::Photo(Photo { image: image.view(), caption: String::new() });
        let drawn = Sheet { rows: vec![vec![photo]], scale: 2, margin: 1, ..Sheet::default() }.draw();
        assert_eq!(drawn.dimensions(), (2 * 2 + 2, 2 + 2));
        assert_eq!([*drawn.get_pixel(2, 2), *drawn.get_pixel(3, 1)], [Rgb([250, 20, 40]), Rgb([10, 30, 0])]);
    }

    #[test]
    fn nothing_to_draw_is_a_blank_sheet() {
        assert_eq!(Sheet::default().draw().dimensions(), (1, 1));
        let empty = Array2::zeros((0, 0));
        let sheet = Sheet { rows: vec![vec![], vec![tile(&empty), Cell::Empty]], margin: 3, ..Sheet::default() };
        assert_eq!(sheet.draw().dimensions(), (6, 6));
    }

    #[test]
    fn captions_and_headings_make_room_for_themselves() {
        let a = Array2::zeros((4, 4));
        let plain = Sheet { rows: vec![vec![tile(&a)]], scale: 2, ..Sheet::default() };
        let mut captioned = plain.clone();
        captioned.rows[0][0] =
            Cell::Tile(Tile { image: a.view(), tone: Tone::Ink, caption: "a wide caption".to_owned() });
        captioned.headings = vec!["atom".to_owned()];
        let (small, large) = (plain.draw(), captioned.draw());
        assert!(large.width() > small.width() && large.height() > small.height() + 20);
        assert!(large.pixels().any(|p| p.0[0] < 0x80) && small.pixels().all(|p| p.0[0] == 255));
    }
}
