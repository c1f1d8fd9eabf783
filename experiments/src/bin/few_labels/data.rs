//! A few labelled images, many without labels.

use latent_datasets::{LabelledImages, Splits};
use latent_numeric::random::Stream;
use latent_study::data::{StudyData, first};
use latent_study::failure::Failure;
use latent_train::run::DataSource;

/// Images of which a few are labelled.
#[derive(Debug)]
pub struct FewLabelled {
    /// All training images, whose labels are not looked at.
    pub train: LabelledImages,
    /// Those of them whose labels are known, as many of each class.
    pub labelled: LabelledImages,
    /// To choose by, if any are held out of the training images.
    pub validation: Option<LabelledImages>,
    /// To test on.
    pub test: LabelledImages,
    sources: Vec<DataSource>,
}

impl StudyData for FewLabelled {
    fn sources(&self) -> Vec<DataSource> {
        self.sources.clone()
    }
}

impl FewLabelled {
    /// Draws the labelled images from the stream `(seed, "labelled images", [class])`: those of fewer labels are among those
    /// of more.
    ///
    /// # Errors
    /// If a class has not so many images, or the labels cannot be shared equally.
    pub fn new(splits: Splits, labels: usize, test: Option<usize>, seed: u64) -> Result<Self, Failure> {
        let sources = splits.sources();
        let Splits { train, validation, test: all } = splits;
        let classes = train.classes();
        if classes == 0 || !labels.is_multiple_of(classes) {
            return Err(Failure::new(format!(
                "labels is {labels}, expected as many of each of the {classes} classes of {}",
                train.name()
            )));
        }
        let of = train.labels().unwrap_or_default();
        let mut chosen = Vec::with_capacity(labels);
        for class in 0..classes {
            let known: Vec<usize> = (0..of.len()).filter(|&image| usize::from(of[image]) == class).collect();
            let wanted = labels / classes;
            if wanted > known.len() {
                let message = format!("labels is {labels}, but class {class} of {} has {}", train.name(), known.len());
                return Err(Failure::new(message));
            }
            let order = Stream::new(seed, "labelled images", &[class as u64]).permutation(known.len());
            chosen.extend(order[..wanted].iter().map(|&at| known[at]));
        }
        let labelled = train.subset(&chosen);
        let test = test.map_or(Ok(all.clone()), |wanted| first(&all, wanted, "test_images"))?;
        Ok(Self { train, labelled, validation, test, sources })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::synthetic::strokes;

    #[test]
    fn as_many_of_each_class_and_fewer_among_more() {
        let few = |labels, seed| FewLabelled::new(strokes::splits(1, 400, 30), labels, Some(20), seed);
        let [ten, thirty] = [10, 30].map(|labels| few(labels, 5).unwrap());
        for (data, each) in [(&ten, 1), (&thirty, 3)] {
            let labels = data.labelled.labels().unwrap();
            let count = |class: usize| labels.iter().filter(|label| usize::from(**label) == class).count();
            assert!((0..10).all(|class| count(class) == each), "{labels:?}");
        }
        let rows =
            |data: &FewLabelled| data.labelled.rows::<f32>(..).outer_iter().map(|row| row.to_vec()).collect::<Vec<_>>();
        assert!(rows(&ten).iter().all(|row| rows(&thirty).contains(row)));
        assert_ne!(rows(&ten), rows(&few(10, 6).unwrap()));
        assert_eq!((ten.train.len(), ten.test.len()), (400, 20));
        assert!(few(15, 5).unwrap_err().to_string().contains("as many of each of the 10 classes"));
        assert!(few(4000, 5).unwrap_err().to_string().contains("class 0"));
    }
}
