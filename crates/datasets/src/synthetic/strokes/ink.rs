//! From the path of the pen to grey pixels.

use super::SIDE;
use super::pen::Dot;

/// How far an edge runs from black to white, in pixels.
const EDGE: f64 = 1.15;

/// Draws paths into an image of bytes, 255 where the ink is; smooth edges.
pub(super) fn draw(paths: &[Vec<Dot>], image: &mut [u8]) {
    let mut cover = [0.0_f64; SIDE * SIDE];
    for piece in paths.iter().flat_map(|path| path.windows(2)) {
        draw_piece(piece[0], piece[1], &mut cover);
    }
    for (byte, cover) in image.iter_mut().zip(cover) {
        *byte = (255.0 * cover).round() as u8;
    }
}

/// A straight piece whose width changes evenly: a pixel is covered by how far its centre is inside.
fn draw_piece(a: Dot, b: Dot, cover: &mut [f64; SIDE * SIDE]) {
    let reach = a.radius.max(b.radius) + EDGE;
    let pixels = |a: f64, b: f64| {
        let low = (a.min(b) - reach - 0.5).ceil().max(0.0) as usize;
        let high = (a.max(b) + reach + 0.5).floor().clamp(0.0, SIDE as f64) as usize;
        low..high.max(low)
    };
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = (dx * dx + dy * dy).max(1e-12);
    for row in pixels(a.y, b.y) {
        for column in pixels(a.x, b.x) {
            let (x, y) = (column as f64 + 0.5 - a.x, row as f64 + 0.5 - a.y);
            let t = ((x * dx + y * dy) / square).clamp(0.0, 1.0);
            let distance = ((x - t * dx).powi(2) + (y - t * dy).powi(2)).sqrt();
            let radius = a.radius + t * (b.radius - a.radius);
            let inside = ((radius - distance) / EDGE + 0.5).clamp(0.0, 1.0);
            let here = &mut cover[row * SIDE + column];
            *here = here.max(inside);
        }
    }
}
