//! Where fits begin: Gabor functions on a coarse grid of their parameters.

use super::Gabor;
use ndarray::{Array1, Array2, ArrayView1};
use std::f64::consts::PI;

/// Orientations in half a turn.
const ORIENTATIONS: usize = 8;
/// Cycles in the side of an image.
const CYCLES: [f64; 5] = [0.8, 1.5, 2.3, 3.3, 4.6];
/// Standard deviations of the window along the wave and along the crests, in sides of an image.
const WIDTHS: [(f64, f64); 6] = [(0.1, 0.1), (0.1, 0.2), (0.1, 0.4), (0.2, 0.2), (0.2, 0.4), (0.35, 0.35)];
/// Centres along a side.
const CENTRES: usize = 6;

/// Windows and waves; of each the cosine and the sine, orthonormalised, so that the two together fit any phase and amplitude.
pub struct Starts {
    /// With phase 0 and amplitude 1.
    gabors: Vec<Gabor>,
    /// Orientation and frequency by number.
    kinds: Vec<usize>,
    /// (2 starts, pixels).
    pairs: Array2<f64>,
}

impl Starts {
    /// Those for images of this (height, width).
    pub fn new(shape: (usize, usize)) -> Self {
        let (height, width) = shape;
        let side = height.min(width) as f64;
        let (mut gabors, mut kinds) = (Vec::new(), Vec::new());
        for orientation in 0..ORIENTATIONS {
            for (cycle, cycles) in CYCLES.iter().enumerate() {
                for (across, along) in WIDTHS {
                    for place in 0..CENTRES * CENTRES {
                        let centre =
                            |at: usize, length: usize| (at as f64 + 0.5) / CENTRES as f64 * length as f64 - 0.5;
                        gabors.push(Gabor {
                            x: centre(place % CENTRES, width),
                            y: centre(place / CENTRES, height),
                            across: across * side,
                            along: along * side,
                            orientation: PI * orientation as f64 / ORIENTATIONS as f64,
                            frequency: (cycles / side).min(0.5),
                            phase: 0.0,
                            amplitude: 1.0,
                        });
                        kinds.push(orientation * CYCLES.len() + cycle);
                    }
                }
            }
        }
        let mut pairs = Array2::zeros((2 * gabors.len(), height * width));
        for (start, gabor) in gabors.iter().enumerate() {
            let even = unit(flat(gabor, shape));
            let odd = flat(&Gabor { phase: -PI / 2.0, ..*gabor }, shape);
            let odd = &odd - &(&even * even.dot(&odd));
            pairs.row_mut(2 * start).assign(&even);
            pairs.row_mut(2 * start + 1).assign(&unit(odd));
        }
        Self { gabors, kinds, pairs }
    }

    /// The starts that explain most of an image, best first, at most so many and one of each orientation and frequency.
    pub fn best(&self, image: ArrayView1<'_, f64>, count: usize) -> Vec<Gabor> {
        let parts = self.pairs.dot(&image);
        let explained: Vec<f64> = parts.exact_chunks(2).into_iter().map(|pair| pair.dot(&pair)).collect();
        let mut order: Vec<usize> = (0..explained.len()).collect();
        order.sort_by(|&a, &b| explained[b].total_cmp(&explained[a]).then(a.cmp(&b)));
        let mut taken = vec![false; ORIENTATIONS * CYCLES.len()];
        let of_new_kind = order.into_iter().filter(|&start| !std::mem::replace(&mut taken[self.kinds[start]], true));
        of_new_kind.take(count).map(|start| self.gabors[start]).collect()
    }
}

fn flat(gabor: &Gabor, shape: (usize, usize)) -> Array1<f64> {
    gabor.image(shape).into_flat()
}

/// Of norm 1, or as it is if there is nearly nothing.
fn unit(image: Array1<f64>) -> Array1<f64> {
    let norm = image.dot(&image).sqrt();
    if norm > 1e-6 { image / norm } else { image }
}
