//! The numbers of a run.

use super::evaluate::Judged;
use latent_study::results::{Results, Value};
use latent_train::progress::grouped;

/// What to know of a model of the images of this set.
pub fn results(judged: &Judged, set: &str) -> Results {
    let Judged { test, validation, train, sampled, active_units, nll, draws } = judged;
    let counted = |images: usize, what: &str| format!("{} {what}", grouped(images as u64));
    let on = counted(test.images, "test images");
    let first = format!("the first {}", counted(sampled.images, "test images"));
    let on_sampled = if sampled.images < test.images { &first } else { &on };
    let nats = |name: &str, value: f64, note: &str| Value::new(name, value, "nats").note(note);
    let of_validation = validation
        .map(|bound| nats("negative ELBO, validation", -bound.elbo, &counted(bound.images, "held-out images")));
    let of_sampled =
        (sampled.images < test.images).then(|| nats("negative ELBO, images of the NLL", -sampled.elbo, &first));
    Results::new(format!("variational autoencoder on {set}, means over images"))
        .fields(judged)
        .value(nats("negative ELBO, test", -test.elbo, &on))
        .value(nats("reconstruction, test", test.reconstruction, &on))
        .value(nats("KL, test", test.kl, &on))
        .value(nats("negative ELBO, train", -train.elbo, &counted(train.images, "of the images trained on, unchanged")))
        .value(nats("generalisation gap", train.elbo - test.elbo, "of the ELBO, train to test"))
        .value(nats("NLL by importance sampling", *nll, &format!("{draws} draws for each of {on_sampled}")))
        .value(Value::new("active units", *active_units, "").note("variance of the mean above 0.01"))
        .values(of_validation)
        .values(of_sampled)
}
