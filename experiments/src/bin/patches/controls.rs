//! What atoms are compared with.

use latent_numeric::linalg::symmetric_eigen;
use latent_numeric::matmul::matmul;
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use ndarray::{Array2, ArrayView2, Axis, s};

/// Images of independent normal pixels in columns, (pixels, images), of unit norm.
pub fn noise(pixels: usize, images: usize, seed: u64) -> Array2<f32> {
    let mut noise: Array2<f32> = Stream::new(seed, "noise atoms", &[]).normal_array((pixels, images));
    for mut image in noise.columns_mut() {
        let norm = image.dot(&image).sqrt();
        image /= norm;
    }
    noise
}

/// The first principal components of patches, (patches, pixels), in columns. There is one less than pixels, since patches
/// have no mean.
pub fn principal(patches: ArrayView2<'_, f32>, most: usize) -> Result<Array2<f32>, Failure> {
    let x = patches.mapv(f64::from);
    let x = &x - &x.mean_axis(Axis(0)).unwrap_or_else(|| ndarray::Array1::zeros(x.ncols()));
    let eigen = symmetric_eigen(matmul(x.t(), x.view()).view())?;
    let count = most.min(patches.ncols().saturating_sub(1));
    Ok(eigen.vectors.slice(s![.., ..;-1]).slice(s![.., ..count]).mapv(|value| value as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_by_descending_variance() {
        let x: Array2<f32> = Stream::new(3, "patches", &[]).normal_array((500, 4));
        let x = x * ndarray::array![0.5_f32, 3.0, 1.0, 0.1];
        let found = principal(x.view(), 9).unwrap();
        assert_eq!(found.dim(), (4, 3));
        for (component, pixel) in [1, 2, 0].into_iter().enumerate() {
            assert!(found[[pixel, component]].abs() > 0.97, "{found}");
        }
    }

    #[test]
    fn noise_is_of_unit_norm() {
        let images = noise(16, 5, 1);
        assert!(images.columns().into_iter().all(|image| (image.dot(&image) - 1.0).abs() < 1e-5));
        assert_ne!(images, noise(16, 5, 2));
    }
}
