//! All figures of 10,000 samples beside as many real ones, with 64 features, and how long each takes.
//!
//! ```text
//! cargo run -p latent-metrics --example ten_thousand
//! ```

use latent_metrics::MetricError;
use latent_metrics::samples::{
    KidOptions, classifier_score, density_coverage, frechet, kid, nearest_neighbours, precision_recall,
};
use latent_numeric::random::Stream;
use ndarray::Array2;
use std::time::Instant;

fn main() -> Result<(), MetricError> {
    let draw = |name| -> Array2<f32> { Stream::new(1, name, &[]).normal_array((10_000, 64)) };
    let (real, samples) = (draw("real"), draw("samples") * 0.9);
    let (r, s) = (real.view(), samples.view());
    let start = Instant::now();
    timed("Fréchet distance", || Ok(frechet(r, s)?.squared))?;
    timed("KID", || Ok(kid(r, s, &KidOptions::default())?.squared))?;
    timed("precision", || Ok(precision_recall(r, s, 3)?.precision))?;
    timed("density", || Ok(density_coverage(r, s, 5)?.density))?;
    timed("nearest neighbour", || Ok(nearest_neighbours(r, s)?.mean()))?;
    timed("classifier score", || Ok(classifier_score(s, 10)?.score))?;
    println!("{:<20} {:>10} {:>8.2} s", "all", "", start.elapsed().as_secs_f64());
    Ok(())
}

fn timed(name: &str, figure: impl FnOnce() -> Result<f64, MetricError>) -> Result<(), MetricError> {
    let start = Instant::now();
    let value = figure()?;
    println!("{name:<20} {value:>10.4} {:>8.2} s", start.elapsed().as_secs_f64());
    Ok(())
}
