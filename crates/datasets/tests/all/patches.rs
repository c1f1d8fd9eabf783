use approx::assert_abs_diff_eq;
use latent_datasets::DatasetError;
use latent_datasets::patches::{Grid, random_patches, remove_mean};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::{Array2, Array3, s};
use proptest::prelude::*;

/// An image whose every pixel is its own number.
fn numbered(which: usize, dim: (usize, usize, usize)) -> Array3<f64> {
    Array3::from_shape_fn(dim, |(c, y, x)| (((which * 10 + c) * 100 + y) * 100 + x) as f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reassembly_undoes_extraction(
        seed: u64, channels in 1_usize..4, h in 1_usize..9, w in 1_usize..9, more in (0_usize..15, 0_usize..15),
        stride in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let dim = (channels, h + more.0, w + more.1);
        let grid = Grid::new(dim, (h, w), (1 + stride.0.index(h), 1 + stride.1.index(w))).unwrap();
        let image: Array3<f64> = Stream::new(seed, "image", &[]).normal_array(dim);
        let patches = grid.extract(image.view());
        prop_assert_eq!(patches.dim(), (grid.len(), channels * h * w));
        let back = grid.reassemble(patches.view());
        assert_abs_diff_eq!(back, image, epsilon = 1e-12);
        // And it is the least-squares inverse: it undoes errors that no image has as well as one can,
        // so what is left over is orthogonal to the patches of every image.
        let noise: Array2<f64> = Stream::new(seed, "noise", &[]).normal_array(patches.dim());
        let rest = &noise - &grid.extract(grid.reassemble(noise.view()).view());
        prop_assert!((&rest * &patches).sum().abs() < 1e-9);
    }

    #[test]
    fn random_patches_are_windows_of_the_images(seed: u64, h in 1_usize..6, w in 1_usize..6, threads in 1_usize..6) {
        let images = [numbered(0, (2, 6, 9)), numbered(1, (2, 8, 5)), numbered(2, (2, h.max(w), 6))];
        let patches = random_patches(&images, (h, w), 40, seed).unwrap();
        for patch in patches.rows() {
            let first = patch[0] as usize;
            let (which, top, left) = (first / 100_000, first / 100 % 100, first % 100);
            let window = images[which].slice(s![.., top..top + h, left..left + w]);
            prop_assert_eq!(patch.to_vec(), window.iter().copied().collect::<Vec<_>>());
        }
        let again = with_threads(threads, || random_patches(&images, (h, w), 40, seed).unwrap()).unwrap();
        prop_assert_eq!(&again, &patches);
        prop_assert_eq!(random_patches(&images, (h, w), 10, seed).unwrap(), patches.slice(s![..10, ..]));
    }

    #[test]
    fn rows_without_mean(seed: u64, n in 0_usize..20, features in 1_usize..30) {
        let before: Array2<f64> = Stream::new(seed, "rows", &[]).normal_array((n, features));
        let mut after = before.clone();
        let means = remove_mean(after.view_mut());
        for ((before, after), mean) in before.rows().into_iter().zip(after.rows()).zip(&means) {
            prop_assert!(after.sum().abs() < 1e-12 * features as f64);
            assert_abs_diff_eq!(before.sum() / features as f64, mean, epsilon = 1e-12);
            prop_assert!(before.iter().zip(after).all(|(b, a)| (b - a - mean).abs() < 1e-12));
        }
    }
}

#[test]
fn every_place_is_equally_likely() {
    let images = [numbered(0, (1, 4, 5)), numbered(1, (1, 3, 3))];
    // 12 windows of 2 x 2 in the first image, 4 in the second.
    let patches = random_patches(&images, (2, 2), 16_000, 5).unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for patch in patches.rows() {
        *counts.entry(patch[0] as usize).or_insert(0_u32) += 1;
    }
    assert_eq!(counts.len(), 16);
    let chi2: f64 = counts.values().map(|&c| (f64::from(c) - 1_000.0).powi(2) / 1_000.0).sum();
    assert!(chi2 < 37.7, "chi-square with 15 degrees of freedom, {chi2}, has p < 0.001");
}

#[test]
fn parameters_out_of_their_domain() {
    for (size, stride) in [((0, 2), (1, 1)), ((5, 2), (1, 1)), ((2, 6), (1, 1)), ((2, 2), (0, 1)), ((2, 2), (1, 3))] {
        assert!(
            matches!(Grid::new((1, 4, 5), size, stride), Err(DatasetError::Parameter { .. })),
            "{size:?} {stride:?}"
        );
    }
    let images = [numbered(0, (1, 4, 5)), numbered(0, (2, 4, 5))];
    assert!(matches!(random_patches(&images, (2, 2), 1, 0), Err(DatasetError::Parameter { name: "channels", .. })));
    assert!(matches!(random_patches(&images[..1], (5, 2), 1, 0), Err(DatasetError::Parameter { .. })));
    assert!(matches!(random_patches::<f64>(&[], (5, 2), 1, 0), Err(DatasetError::Parameter { .. })));
}
