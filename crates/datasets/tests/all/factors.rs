use latent_datasets::factors::{Evenly, Factor, FactorGrid, FactorImages};
use latent_datasets::{DatasetError, Provenance, Rows};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use proptest::prelude::*;

fn grid(counts: &[usize]) -> FactorGrid {
    let factor = |(i, &count): (usize, &usize)| Factor::kinds(format!("factor {i}"), count).unwrap();
    FactorGrid::new(counts.iter().enumerate().map(factor).collect()).unwrap()
}

fn counts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..6, 1..5)
}

proptest! {
    #[test]
    fn indices_and_levels_are_one_to_one(counts in counts()) {
        let grid = grid(&counts);
        prop_assert_eq!(grid.len(), counts.iter().product::<usize>());
        let all: Vec<usize> = (0..grid.len()).collect();
        let table = grid.table(&all);
        let mut last = None;
        for (index, levels) in all.iter().zip(table.outer_iter()) {
            let levels = levels.to_vec();
            prop_assert_eq!(&levels, &grid.levels(*index));
            prop_assert_eq!(grid.index(&levels), *index);
            // The last factor is the fastest: combinations ascend as words do.
            prop_assert!(last.replace(levels.clone()).is_none_or(|last| last < levels));
        }
    }

    #[test]
    fn one_level_changes_and_the_others_stay(counts in counts(), seed: u64) {
        let grid = grid(&counts);
        let mut stream = Stream::new(seed, "test", &[]);
        let (index, factor) = (stream.below(grid.len()), stream.below(counts.len()));
        let line = grid.along(index, factor);
        prop_assert_eq!(line.len(), counts[factor]);
        prop_assert!(line.contains(&index));
        for (level, other) in line.into_iter().enumerate() {
            let mut want = grid.levels(index);
            want[factor] = level;
            prop_assert_eq!(grid.levels(other), want);
        }
    }

    #[test]
    fn fixed_factors_are_fixed(counts in counts(), seed: u64) {
        let grid = grid(&counts);
        let mut stream = Stream::new(seed, "test", &[]);
        let factor = stream.below(counts.len());
        let batch = grid.batch_with_fixed(factor, 30, &mut stream);
        prop_assert!(batch.iter().all(|&i| i < grid.len() && grid.level(i, factor) == grid.level(batch[0], factor)));
        for [a, b] in grid.pairs_with_fixed(factor, 30, &mut stream) {
            prop_assert_eq!(grid.level(a, factor), grid.level(b, factor));
        }
    }
}

/// The chi-square of counts that should be equal, over its degrees of freedom.
fn unevenness(counts: &[usize]) -> f64 {
    let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    counts.iter().map(|&count| (count as f64 - mean).powi(2) / mean).sum::<f64>() / (counts.len() - 1) as f64
}

#[test]
fn what_is_not_fixed_is_uniform() {
    let grid = grid(&[3, 4, 5]);
    let mut stream = Stream::new(1, "uniform", &[]);
    let mut seen = [vec![0; 60], vec![0; 15], vec![0; 4 * 15 * 15]];
    for index in grid.sample(6_000, &mut stream) {
        seen[0][index] += 1;
    }
    for index in grid.sample_at(1, 2, 6_000, &mut stream) {
        assert_eq!(grid.level(index, 1), 2);
        seen[1][5 * grid.level(index, 0) + grid.level(index, 2)] += 1;
    }
    for pair in grid.pairs_with_fixed(1, 90_000, &mut stream) {
        let [a, b] = pair.map(|index| 5 * grid.level(index, 0) + grid.level(index, 2));
        seen[2][(grid.level(pair[0], 1) * 15 + a) * 15 + b] += 1;
    }
    // Five standard deviations of a chi-square of the fewest degrees of freedom, 14.
    assert!(seen.iter().all(|counts| unevenness(counts) < 1.0 + 5.0 * (2.0_f64 / 14.0).sqrt()));
}

/// An image of two pixels: the level of each of two factors.
struct Pairs(FactorGrid);

impl FactorImages for Pairs {
    fn name(&self) -> &'static str {
        "pairs"
    }
    fn grid(&self) -> &FactorGrid {
        &self.0
    }
    fn image_dim(&self) -> (usize, usize, usize) {
        (1, 1, 2)
    }
    fn draw(&self, index: usize, image: &mut [u8]) {
        let levels = self.0.levels(index);
        image.copy_from_slice(&[levels[0] as u8, levels[1] as u8]);
    }
    fn provenance(&self) -> Provenance {
        Provenance::Memory
    }
}

#[test]
fn a_set_of_ones_own() {
    let set = Pairs(grid(&[7, 300]));
    let all = with_threads(3, || set.images(Rows::All)).unwrap().unwrap();
    assert_eq!(all.dim(), (2_100, 1, 1, 2));
    assert!((0..2_100).all(|i| usize::from(all[[i, 0, 0, 0]]) == i / 300));
    let chosen = [2_000, 5, 5];
    let some = set.labelled(Rows::Indices(&chosen), "factor 0").unwrap();
    assert_eq!((some.labels().unwrap(), some.classes()), (&[6, 0, 0][..], 7));
    assert_eq!(set.rows::<f32>(Rows::Indices(&chosen)).unwrap(), some.rows::<f32>(..));
    assert_eq!(set.images(Rows::Range(3..5)).unwrap(), all.slice(ndarray::s![3..5, .., .., ..]));
    // As an object, too.
    let object: &dyn FactorImages = &set;
    assert_eq!(object.labelled(Rows::Indices(&chosen), "factor 0").unwrap(), some);
    for factor in ["factor 1", "factor 2"] {
        assert!(matches!(set.labelled(Rows::All, factor), Err(DatasetError::Parameter { .. })), "{factor}");
    }
}

#[test]
fn parameters_out_of_their_domain() {
    let kinds = |name: &str, count| Factor::kinds(name, count);
    assert!(kinds("none", 0).is_err() && Factor::new("none", vec![]).is_err());
    assert!(Factor::new("no number", vec![1.0, f64::NAN]).is_err());
    assert!(
        Evenly::new(3, 0.0, f64::INFINITY).values().is_err() && Evenly::new(usize::MAX, 0.0, 1.0).values().is_err()
    );
    assert!(FactorGrid::new(vec![]).is_err());
    assert!(FactorGrid::new(vec![kinds("a", 2).unwrap(), kinds("a", 3).unwrap()]).is_err());
    let many = (0..5).map(|i| kinds(&i.to_string(), 1 << 14).unwrap()).collect();
    assert!(matches!(FactorGrid::new(many), Err(DatasetError::Parameter { name: "combinations", .. })));
    let large = Pairs(grid(&[1 << 20, 1 << 20, 1 << 20]));
    assert!(matches!(large.images(Rows::All), Err(DatasetError::Parameter { name: "images", .. })));
    assert!(grid(&[2]).position("factor 1").unwrap_err().to_string().contains("one of factor 0"));
}
