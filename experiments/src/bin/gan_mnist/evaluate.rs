//! What comes after training: pictures, figures, and how close samples are to training images.

use super::{Config, median_distance, nearest, pictures};
use latent_datasets::Splits;
use latent_models::GanLoss;
use latent_models::train::{GanTask, JUDGED, samples_in_parts, samples_of_all_classes};
use latent_report::{Picture, SHARE, Section, Study, plot};
use latent_study::data;
use latent_study::failure::Failure;
use latent_study::judge::{Judge, Scores};
use latent_study::parts::Parts;
use latent_study::results::{Results, Value};
use latent_study::saved::Save;
use latent_train::interrupt::Interrupt;
use latent_train::run::RunFolder;
use latent_train::session::Ended;
use latent_train::{Evaluated, TaskError};
use ndarray::{Array2, Ix2};
use serde::Serialize;

/// The number of samples, and of test images, whose closest training images are looked for.
const NEIGHBOURS: usize = 500;

/// The figures of a finished run.
#[derive(Debug, Serialize)]
struct Judged {
    /// The share of the test images that the judge recognises.
    judge_accuracy: f64,
    /// The Fréchet distance between as many training images as there are test images, and the test images.
    frechet_distance_of_training_images: f64,
    /// Of the samples.
    #[serde(flatten)]
    scores: Scores,
}

/// How far images are from the closest training image, in the middle, as a Euclidean distance of pixels in [0, 1].
#[derive(Debug, Serialize)]
struct Memory {
    /// Samples and test images that were looked at.
    images: usize,
    samples: f64,
    test_images: f64,
}

/// Writes pictures and figures into the folder, and answers with the report.
pub fn finish(config: &Config, task: &GanTask<Judge>, data: &Splits, ended: &Ended) -> Result<Study, Failure> {
    let (folder, interrupt) = (&*ended.records.folder(), &ended.interrupt);
    let generator = &task.gan.generator;
    let set = data::title(data);
    let about = "Samples of a generative adversarial network, and what a classifier of real images says of them.";
    let kind = if generator.classes() > 0 { "Class-conditional GAN" } else { "GAN" };
    let study = Study::new(format!("{kind} on {set}"), about);
    let in_nats = in_nats(config.objective.loss).iter();
    let study = in_nats.fold(study, |study, term| study.unit(*term, "nats"));
    let mut results = Results::new(format!("{kind} on {set}"));
    let mut confusion = None;
    if let (Some(judge), Some(scores)) = (task.judge(), judged(task, config.judged_samples, interrupt)?) {
        let (accuracy, reference) = (judge.accuracy, judge.reference);
        let note = format!("test images: {:.2} %", 100.0 * accuracy);
        if let Some(of_samples) = scores.accuracy {
            results = results.value(Value::new("samples recognised as of their class", of_samples, SHARE).note(note));
        }
        let note = format!("{reference:.2} between training and test images; {} samples", scores.images);
        let distance = scores.frechet_distance;
        results =
            results.value(Value::new("Fréchet distance on the classifier's features", distance, "").note(note)).value(
                Value::new("effective classes", scores.effective_classes, "")
                    .note("exp of the entropy of recognised classes"),
            );
        confusion = of_classes(&scores, folder)?;
        let all = Judged { judge_accuracy: accuracy, frechet_distance_of_training_images: reference, scores };
        folder.json("judged.json", &all)?;
    }
    interrupt.check()?;
    let memory = memory(task, data)?;
    interrupt.check()?;
    folder.json("neighbours.json", &memory)?;
    let note = format!("{:.2} from test images; medians of {} each", memory.test_images, memory.images);
    let results = results.value(Value::new("distance to the closest training image", memory.samples, "").note(note));
    let study = sections(task, data, folder)?.into_iter().chain(confusion).fold(study, Study::section);
    Ok(results.publish(folder, study)?)
}

/// The classes that samples are recognised as, if they were made for classes.
fn of_classes(scores: &Scores, folder: &RunFolder) -> Result<Option<Section>, Failure> {
    let classes = scores.confusion.len();
    if classes == 0 {
        return Ok(None);
    }
    let counts = Array2::from_shape_fn((classes, classes), |(made, found)| scores.confusion[made][found]);
    let names: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
    plot::confusion(counts.view(), &names).save(folder, "confusion")?;
    let text = "Samples by the class that they were made for, and the class that the classifier of real images takes \
                them for.";
    Ok(Some(Section::new("Confusion", text).picture(Picture::new("images/confusion.png", ""))))
}

/// Terms in nats: the losses of logistic games. All others are pure numbers.
fn in_nats(loss: GanLoss) -> &'static [&'static str] {
    match loss {
        GanLoss::Hinge | GanLoss::LeastSquares | GanLoss::Wasserstein => &[],
        GanLoss::Minimax | GanLoss::NonSaturating | GanLoss::Relativistic | GanLoss::RelativisticAverage => {
            &["adversarial", "discriminator_loss", "generator_loss"]
        }
    }
}

fn judged(task: &GanTask<Judge>, samples: usize, interrupt: &Interrupt) -> Result<Option<Scores>, Failure> {
    let Some(judge) = task.judge() else { return Ok(None) };
    let parts = Parts::new("judging samples, drawn and looked at", 2 * samples, "images", interrupt);
    let drawn = |images| Ok::<_, TaskError>(parts.made(images)?);
    let (images, classes) = samples_in_parts(&task.gan.generator, samples, JUDGED, drawn).map_err(Failure::of)?;
    let looked_at = |images| Ok(parts.made(images)?);
    Ok(Some(judge.score(images.view_as::<Ix2>(), classes.as_deref(), Evaluated::Test, looked_at)?))
}

fn memory(task: &GanTask<Judge>, data: &Splits) -> Result<Memory, Failure> {
    let images = NEIGHBOURS.min(data.test.len());
    let (samples, _) = samples_of_all_classes(&task.gan.generator, images, "neighbours")?;
    let samples = median_distance(&nearest(samples.view_as::<Ix2>(), &data.train));
    let test_images = median_distance(&nearest(data.test.rows::<f32>(0..images).view(), &data.train));
    Ok(Memory { images, samples, test_images })
}

fn sections(task: &GanTask<Judge>, data: &Splits, folder: &RunFolder) -> Result<Vec<Section>, Failure> {
    let generator = &task.gan.generator;
    let mut sections = Vec::new();
    let mut add = |name: &str, title: &str, text: &str, picture| {
        folder.image(name, &picture)?;
        sections.push(Section::new(title, text).picture(Picture::new(format!("images/{name}.png"), "").wide()));
        Ok::<_, Failure>(())
    };
    if let Some(picture) = pictures::by_code(generator, data)? {
        let text = "A column for each class; all images of a row have the same code.";
        add("classes", "Classes", text, picture)?;
    }
    let text = if generator.classes() > 0 {
        "A row for each class, another code for each image."
    } else {
        "Codes from the prior."
    };
    add("samples", "Samples", text, pictures::by_class(generator, data, 15)?)?;
    let text = "From one code to another on the sphere between them, a class in each row.";
    add("interpolations", "Interpolations", text, pictures::interpolations(generator, data)?)?;
    let text = "Samples, and below each the closest training image with its Euclidean distance: images that were learned \
                by heart would be at a distance near zero.";
    add("neighbours", "Closest training images", text, pictures::neighbours(generator, data)?)?;
    Ok(sections)
}
