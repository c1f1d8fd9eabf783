//! The results in words.

use super::conclude::{Concluded, Set};
use super::judged::GOOD;
use latent_study::DatasetName;
use latent_study::natural::DRAWN;
use latent_study::sparse::dictionaries::Coded;
use latent_train::progress::{grouped, seconds};
use std::fmt;

/// Prints as the results in words.
pub struct Summary<'c>(pub &'c Concluded<'c>);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Concluded { config, data, course, replaced, train, test, error, sets, learning, .. } = self.0;
        if self.0.stopped {
            writeln!(f, "stopped early: these are the results of what was learned so far")?;
        }
        if config.dataset == DatasetName::SYNTHETIC {
            writeln!(f, "note: {DRAWN}")?;
        }
        writeln!(
            f,
            "{}: {} atoms of {side} x {side} pixels at lambda {}, learned from {} patches of {} pictures ({} seen) in {}",
            config.dataset,
            config.atoms,
            config.lambda,
            grouped(data.train.nrows() as u64),
            data.photographs,
            grouped(course.samples),
            seconds(*learning),
            side = config.side,
        )?;
        let coded = |f: &mut fmt::Formatter<'_>, name: &str, coded: &Coded| {
            let codes = coded.summary();
            let count = grouped(codes.samples as u64);
            writeln!(f, "on {count} {name} patches, coded in {}:", seconds(coded.time))?;
            writeln!(
                f,
                "  objective            {:.4}  (squared error {:.4} + l1 {:.4})",
                codes.objective, codes.data_term, codes.l1_term
            )?;
            writeln!(f, "  atoms a patch        {:.2} of {}", codes.nonzeros, config.atoms)?;
            writeln!(
                f,
                "  relative duality gap {:.1e} at worst, {:.1e} on average",
                codes.worst_relative_gap, codes.mean_relative_gap
            )
        };
        coded(f, "training", train)?;
        coded(f, "test", test)?;
        writeln!(f, "  relative error^2     {:.2} %", 100.0 * error)?;
        let unused = self.0.test.unused();
        writeln!(f, "  atoms never used     {unused}; dead atoms replaced while learning: {replaced}")?;
        if !self.0.is_fitted() {
            return writeln!(f, "no Gabor functions were fitted");
        }
        writeln!(f, "Gabor fits, in {}:", seconds(self.0.fitting))?;
        writeln!(f, "  {:<22} {:>10} {:>12} {:>20}", "", "median R^2", format!("above {GOOD}"), "orientation entropy")?;
        for Set { name, judged, .. } in sets {
            let entropy = judged.orientation_entropy().map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
            let share = format!("{:.1} %", 100.0 * judged.share_of_good());
            writeln!(f, "  {name:<22} {:>10.3} {share:>12} {entropy:>20}", judged.median())?;
        }
        Ok(())
    }
}
