//! Batches of rows.

use latent_augment::image::{Chain, Cutmix, Mix, Mixup, RowAugmenter, RowMixer};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::{Array2, Axis};
use proptest::prelude::*;

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_are_mixed_as_images_are_and_with_the_population_alone(
        seed: u64, p in 0.0..=1.0_f64, cut: bool, first in 0_usize..20, threads in 1_usize..4,
    ) {
        let mix = if cut { Mix::from(Cutmix { p, ..Cutmix::new(1.0) }) } else { Mix::from(Mixup { p, ..Mixup::new(1.0) }) };
        let mixer = RowMixer::new(mix, (3, 6, 7), seed).unwrap();
        let (data, population) = (data(50), first..30);
        let samples: Vec<usize> = population.clone().rev().collect();
        let rows_of = |samples: &[usize]| data.select(Axis(0), samples);
        let mut rows = rows_of(&samples);
        let mixed = || mixer.mix(rows.view_mut(), 2, &samples, population.clone(), rows_of).unwrap();
        let mixings = with_threads(threads, mixed).unwrap();
        for ((row, mixing), &sample) in rows.outer_iter().zip(&mixings).zip(&samples) {
            prop_assert_eq!(*mixing, mix.draw((3, 6, 7), population.clone(), seed, 2, sample).unwrap());
            let image = |sample: usize| data.row(sample).into_shape_with_order((3, 6, 7)).unwrap();
            let want = match mixing {
                Some(mixing) => {
                    prop_assert!(population.contains(&mixing.partner()));
                    mixing.apply(image(sample), image(mixing.partner())).unwrap()
                }
                None => image(sample).into_owned(),
            };
            prop_assert_eq!(row, want.flatten());
        }
    }
}

#[test]
fn no_partners_are_asked_for_where_none_is_drawn() {
    let mixer = RowMixer::new(Mixup { alpha: 1.0, p: 0.0 }, (3, 6, 7), 5).unwrap();
    let mut rows = data(4);
    let mixings = mixer.mix(rows.view_mut(), 0, &[0, 1, 2, 3], 0..4, |_| unreachable!("nobody is mixed")).unwrap();
    assert_eq!((mixings, rows), (vec![None; 4], data(4)));
}

#[test]
fn bad_input_to_be_mixed() {
    let told = |mix: Mix, shape| RowMixer::new(mix, shape, 0).unwrap_err().to_string();
    assert_eq!(told(Mixup::new(-1.0).into(), (1, 4, 4)), "mixup: alpha = -1: expected a finite number above 0");
    assert!(told(Cutmix::new(1.0).into(), (1, 0, 4)).starts_with("cutmix: the image is empty"));
    let mixer = RowMixer::new(Mixup::new(1.0), (3, 6, 7), 0).unwrap();
    let mix = |features: usize, samples: &[usize], partners: Array2<f32>| {
        mixer.mix(Array2::zeros((2, features)).view_mut(), 0, samples, 0..9, |_| partners).unwrap_err().to_string()
    };
    let good = || Array2::zeros((2, 126));
    assert_eq!(mix(100, &[0, 1], good()), "augment: numbers in a row: 100, expected 126 for images of (3, 6, 7)");
    assert_eq!(mix(126, &[0], good()), "augment: numbers of samples: 1, expected 2, one for each row");
    assert_eq!(mix(126, &[0, 9], good()), "mixup: the number of a sample: 9, expected one of 0..9");
    assert_eq!(mix(126, &[0, 1], data(3)), "augment: rows of partners: 3, expected 2");
    assert!(mix(126, &[0, 1], Array2::from_elem((2, 126), f32::NAN)).contains("is NaN: expected a number in [0, 1]"));
}
