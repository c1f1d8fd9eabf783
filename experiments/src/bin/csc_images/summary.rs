//! The results in words.

use super::conclude::{Bank, Concluded};
use latent_study::DatasetName;
use latent_study::natural::DRAWN;
use latent_study::sparse::windows::Judged;
use latent_train::progress::{grouped, seconds};
use std::fmt;

/// Prints as the results in words.
pub struct Summary<'c>(pub &'c Concluded<'c>);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Concluded { config, data, banks, drawn, seen, learning, .. } = self.0;
        if self.0.stopped {
            writeln!(f, "stopped early: these are the results of what was learned so far")?;
        }
        if config.dataset == DatasetName::SYNTHETIC {
            writeln!(f, "note: {DRAWN}")?;
        }
        writeln!(
            f,
            "{}: filters of {side} x {side} pixels at lambda {}, learned from {} windows of {window} x {window} ({} seen) in {}",
            config.dataset,
            config.lambda,
            data.train.nrows(),
            grouped(*seen),
            seconds(*learning),
            side = config.side,
            window = config.windows.side,
        )?;
        writeln!(f, "on {} test windows, coded by {}:", data.test.nrows(), config.solver)?;
        let heads = ["filters", "objective", "PSNR (dB)", "used (%)", "a pixel", "worst gap", "seconds"];
        writeln!(f, "  {}", heads.map(|head| format!("{head:>12}")).concat())?;
        for Bank { filters, judged, density, .. } in banks {
            let Judged { codes, nonzeros_by_pixel, psnr, seconds } = judged;
            writeln!(
                f,
                "  {filters:>12}{:>12.3}{psnr:>12.2}{:>12.2}{nonzeros_by_pixel:>12.3}{:>12.1e}{seconds:>12.2}",
                codes.objective,
                100.0 * density,
                codes.worst_relative_gap
            )?;
        }
        if let Some(drawn) = drawn {
            writeln!(f, "a whole photograph on {} filters: {:.2} dB", config.drawn, drawn.psnr)?;
        }
        Ok(())
    }
}
