//! The results in words.

use super::compare::Curve;
use super::conclude::Concluded;
use latent_study::DatasetName;
use latent_train::progress::{grouped, seconds};
use std::fmt;

/// Said of results that a reader could take for those of MNIST.
pub const DRAWN: &str = "SYNTHETIC STROKES: all results are about drawn digits, not about MNIST";

/// Prints as the results in words.
pub struct Summary<'c>(pub &'c Concluded<'c>);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Concluded { config, course, replaced, evaluated, error, compared, curves, .. } = self.0;
        let test = evaluated.summary();
        if self.0.stopped {
            writeln!(f, "stopped early: these are the results of what was learned so far")?;
        }
        if config.dataset == DatasetName::SYNTHETIC {
            writeln!(f, "note: {DRAWN}")?;
        }
        writeln!(
            f,
            "{}: {} atoms at lambda {}, learned from {} images with {} in {}",
            config.dataset,
            config.atoms,
            config.lambda,
            grouped(course.samples),
            config.solver,
            seconds(self.0.learning)
        )?;
        writeln!(
            f,
            "on {} test images, coded by {} in {}:",
            grouped(test.samples as u64),
            config.solver,
            seconds(evaluated.time)
        )?;
        writeln!(
            f,
            "  objective            {:.4}  (squared error {:.4} + l1 {:.4})",
            test.objective, test.data_term, test.l1_term
        )?;
        writeln!(f, "  strokes an image     {:.1} of {}", test.nonzeros, config.atoms)?;
        writeln!(f, "  relative error^2     {:.2} %", 100.0 * error)?;
        writeln!(
            f,
            "  relative duality gap {:.1e} at worst, {:.1e} on average; {:.2} % at or below {:.0e}",
            test.worst_relative_gap,
            test.mean_relative_gap,
            100.0 * test.converged,
            config.test_gap
        )?;
        let unused = self.0.evaluated.unused();
        writeln!(f, "  atoms never used     {unused}; dead atoms replaced while learning: {replaced}")?;
        if curves.is_empty() {
            return Ok(());
        }
        writeln!(f, "solvers on {compared} test images from zero, objective minus optimum in f64:")?;
        writeln!(f, "  {:<20} {:>10} {:>10} {:>12}", "", "iterations", "seconds", "distance")?;
        for Curve { solver, points } in curves {
            // Where the solver first comes within 1e-3 of the optimum, or where it ended.
            if let Some(p) = points.iter().find(|p| p.distance <= 1e-3).or(points.last()) {
                let name = solver.to_string();
                writeln!(f, "  {name:<20} {:>10} {:>10.4} {:>12.1e}", p.iterations, p.seconds, p.distance)?;
            }
        }
        Ok(())
    }
}
