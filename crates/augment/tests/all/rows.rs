//! Batches of rows.

use latent_augment::image::{Chain, RowAugmenter};
use latent_numeric::random::Stream;
use ndarray::{Array2, Axis};

fn chain() -> Chain {
    Chain::from_toml(
        "augment = [{ op = \"horizontal_flip\", p = 0.5 }, { op = \"rotate\", degrees = [-20, 20] }, \
         { op = \"gaussian_noise\", sigma = 0.1, p = 0.5 }]",
    )
    .unwrap()
}

fn data(rows: usize) -> Array2<f32> {
    let mut stream = Stream::new(8, "rows", &[]);
    Array2::from_shape_simple_fn((rows, 3 * 6 * 7), || stream.uniform())
}

#[test]
fn a_row_does_not_depend_on_its_batch() {
    let augmenter = RowAugmenter::new(chain(), (3, 6, 7), 5).unwrap();
    let data = data(50);
    let samples: Vec<usize> = (0..50).rev().collect();
    let mut all = data.select(Axis(0), &samples);
    augmenter.augment(all.view_mut(), 3, &samples).unwrap();
    let some = [31, 4, 4, 17];
    let mut batch = data.select(Axis(0), &some);
    augmenter.augment(batch.view_mut(), 3, &some).unwrap();
    for (row, sample) in batch.outer_iter().zip(some) {
        assert_eq!(row, all.row(49 - sample));
    }
    assert_ne!(batch.row(0), data.row(31));
    // Rows that do not follow each other in memory.
    let mut columns = data.select(Axis(0), &some).reversed_axes().as_standard_layout().into_owned();
    augmenter.augment(columns.view_mut().reversed_axes(), 3, &some).unwrap();
    assert_eq!(columns.t(), batch);
    // Another epoch, another image.
    let mut later = data.select(Axis(0), &some);
    augmenter.augment(later.view_mut(), 4, &some).unwrap();
    assert_ne!(later, batch);
}

#[test]
fn it_is_the_chain_on_images() {
    let augmenter = RowAugmenter::new(chain(), (3, 6, 7), 5).unwrap();
    let data = data(3);
    let images = data.to_shape((3, 3, 6, 7)).unwrap();
    let want = chain().apply_batch(images.view(), 5, 9, &[7, 8, 9]).unwrap();
    let mut rows = data.clone();
    augmenter.augment(rows.view_mut(), 9, &[7, 8, 9]).unwrap();
    assert_eq!(rows, want.to_shape((3, 126)).unwrap());
}

#[test]
fn bad_input() {
    let crop = Chain::from_toml("augment = [{ op = \"crop\", height = 3, width = 3 }]").unwrap();
    assert_eq!(
        RowAugmenter::new(crop, (1, 4, 4), 0).unwrap_err().to_string(),
        "augment: rows keep their shape: the chain makes images: (1, 3, 3), expected (1, 4, 4)"
    );
    let augmenter = RowAugmenter::new(chain(), (3, 6, 7), 5).unwrap();
    assert_eq!(
        augmenter.augment(Array2::zeros((2, 100)).view_mut(), 0, &[0, 1]).unwrap_err().to_string(),
        "augment: numbers in a row: 100, expected 126 for images of (3, 6, 7)"
    );
    assert!(augmenter.augment(Array2::zeros((2, 126)).view_mut(), 0, &[0]).is_err());
    assert!(augmenter.augment(Array2::from_elem((1, 126), f32::NAN).view_mut(), 0, &[0]).is_err());
}
