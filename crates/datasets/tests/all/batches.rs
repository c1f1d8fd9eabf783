use approx::assert_abs_diff_eq;
use latent_datasets::batches::Batching;
use latent_datasets::split::{Share, split};
use latent_datasets::{DatasetError, LabelledImages, Provenance};
use ndarray::{Array4, ShapeBuilder};
use proptest::prelude::*;

fn images(n: usize) -> LabelledImages {
    let pixels = Array4::from_shape_fn((n, 2, 3, 2), |(i, c, y, x)| (i * 37 + c * 11 + y * 5 + x) as u8);
    let labels = (0..n).map(|i| (i % 7) as u8).collect();
    LabelledImages::labelled("test", pixels, labels, 7, Provenance::Memory).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_epoch_visits_each_sample_once(n in 0_usize..200, size in 1_usize..50, seed: u64, epoch in 0_u64..5) {
        let set = images(n);
        let batching = Batching::new(size, seed).unwrap();
        let batches: Vec<_> = batching.epoch::<f32>(&set, epoch).collect();
        prop_assert_eq!(batches.len(), batching.count(n));
        let mut seen: Vec<usize> = batches.iter().flat_map(|b| b.indices.clone()).collect();
        for batch in &batches {
            prop_assert_eq!(&batch.rows, &set.rows(&batch.indices));
            let labels: Vec<u8> = batch.indices.iter().map(|&i| set.labels().unwrap()[i]).collect();
            prop_assert_eq!(batch.labels.as_ref(), Some(&labels));
        }
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..n).collect::<Vec<_>>());

        let full: Vec<_> = batching.drop_last(true).epoch::<f32>(&set, epoch).collect();
        prop_assert_eq!(&full[..], &batches[..n / size]);
        let half = batches.len() / 2;
        let resumed: Vec<_> = batching.epoch_from::<f32>(&set, epoch, half).collect();
        prop_assert_eq!(&resumed[..], &batches[half..]);
    }

    #[test]
    fn parts_are_disjoint_and_cover(len in 0_usize..300, seed: u64, a in 0.0..0.5_f64, b in 0_usize..150) {
        let b = b.min(len / 2);
        let parts = split(len, seed, Share::Fraction(a), Share::Count(b)).unwrap();
        prop_assert_eq!(parts.test.len(), b);
        assert_abs_diff_eq!(parts.validation.len() as f64, a * len as f64, epsilon = 0.5);
        let mut all = [parts.train, parts.validation, parts.test].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..len).collect::<Vec<_>>());
    }
}

#[test]
fn rows_are_bytes_over_255_whatever_the_layout() {
    let set = images(600);
    let column_major = {
        let mut pixels = Array4::zeros((600, 2, 3, 2).f());
        pixels.assign(&set.images());
        LabelledImages::unlabelled("test", pixels, Provenance::Memory)
    };
    let rows = set.rows::<f64>(..);
    assert_eq!(rows, column_major.rows::<f64>(..));
    for ((i, j), x) in rows.indexed_iter() {
        assert_eq!(*x, f64::from(set.images()[[i, j / 6, j / 2 % 3, j % 2]]) / 255.0);
    }
    let order: Vec<usize> = (0..600).rev().step_by(3).collect();
    assert_eq!(set.rows::<f32>(&order), set.subset(&order).rows::<f32>(..));
    assert_eq!(set.rows::<f32>(5..9), set.subset(5..9).rows::<f32>(..));
    assert_eq!(set.subset(5..9).labels().unwrap(), &set.labels().unwrap()[5..9]);
    assert_abs_diff_eq!(set.mean_intensity(), rows.mean().unwrap(), epsilon = 1e-12);
}

#[test]
fn orders_differ_between_epochs_and_seeds() {
    let set = images(64);
    let first = |seed, epoch| Batching::new(64, seed).unwrap().epoch::<f32>(&set, epoch).next().unwrap().indices;
    assert_eq!(first(1, 0), first(1, 0));
    assert_ne!(first(1, 0), first(1, 1));
    assert_ne!(first(1, 0), first(2, 0));
}

#[test]
fn parameters_out_of_their_domain() {
    assert!(matches!(Batching::new(0, 1), Err(DatasetError::Parameter { .. })));
    for (validation, test) in [
        (Share::Fraction(-0.1), Share::Count(0)),
        (Share::Fraction(f64::NAN), Share::Count(0)),
        (Share::Fraction(0.6), Share::Fraction(0.6)),
        (Share::Count(usize::MAX), Share::Count(usize::MAX)),
    ] {
        assert!(matches!(split(10, 1, validation, test), Err(DatasetError::Parameter { .. })));
    }
    let pixels = || Array4::zeros((3, 1, 2, 2));
    let counts = LabelledImages::labelled("x", pixels(), vec![0; 4], 2, Provenance::Memory).unwrap_err();
    assert!(matches!(counts, DatasetError::Counts { images: 3, labels: 4, .. }));
    let label = LabelledImages::labelled("x", pixels(), vec![0, 2, 1], 2, Provenance::Memory).unwrap_err();
    assert_eq!(label.to_string(), "label 2 of sample 1: expected a class in 0..2");
}
