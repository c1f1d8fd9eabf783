//! The results in words.

use super::conclude::{Bank, Concluded};
use latent_study::DatasetName;
use latent_study::natural::DRAWN;
use latent_train::progress::{grouped, seconds};
use std::fmt;

/// Prints as the results in words.
pub struct Summary<'c>(pub &'c Concluded<'c>);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Concluded { config, data, banks, drawn, steps, learning } = self.0;
        if config.dataset == DatasetName::SYNTHETIC {
            writeln!(f, "note: {DRAWN}")?;
        }
        writeln!(
            f,
            "{}: filters of {side} x {side} pixels at lambda {}, learned from {} windows of {window} x {window} in {} steps, {}",
            config.dataset,
            config.energy.lambda,
            data.train.nrows(),
            grouped(*steps),
            seconds(*learning),
            side = config.side,
            window = config.windows.side,
        )?;
        writeln!(f, "on {} test windows, maps as the encoder says them and at the optimum:", data.test.nrows())?;
        let heads = ["", "objective", "", "PSNR (dB)", "", "a pixel", "", "seconds", "", "worth", "alike"];
        writeln!(f, "  {}", heads.map(|head| format!("{head:>10}")).concat())?;
        let kinds = ["filters", "encoder", "optimum", "encoder", "optimum", "encoder", "optimum", "encoder", "optimum"];
        writeln!(f, "  {}", kinds.map(|kind| format!("{kind:>10}")).concat())?;
        for Bank { filters, predicted: p, optimal: o, worth, similarity, .. } in banks {
            let worth = worth.map_or_else(|| "more".to_owned(), |worth| format!("{worth:.1}"));
            writeln!(
                f,
                "  {filters:>10}{:>10.3}{:>10.3}{:>10.2}{:>10.2}{:>10.3}{:>10.3}{:>10.3}{:>10.2}{worth:>10}{:>8.0} %",
                p.codes.objective,
                o.codes.objective,
                p.psnr,
                o.psnr,
                p.nonzeros_by_pixel,
                o.nonzeros_by_pixel,
                p.seconds,
                o.seconds,
                100.0 * similarity
            )?;
        }
        writeln!(f, "worth: iterations of FISTA from zero; alike: cosine between filters of encoder and decoder")?;
        let [predicted, optimal] = drawn.psnr;
        writeln!(f, "a whole photograph on {} filters: {predicted:.2} dB, {optimal:.2} at the optimum", config.drawn)
    }
}
