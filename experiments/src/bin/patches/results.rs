//! The numbers of a run.

use super::judged::GOOD;
use super::outcome::{Outcome, WORDS};
use super::{Config, PatchSplits};
use latent_report::SHARE;
use latent_study::natural;
use latent_study::results::{Results, Table, Value};
use latent_study::sparse::dictionaries::{nonzeros, objective};
use latent_train::progress::{grouped, seconds};

/// What to know of the dictionary, the codes of patches, and the fits to atoms and controls.
pub fn results(config: &Config, data: &PatchSplits, outcome: &Outcome) -> Results {
    let Outcome { learned, train, sets, fitting } = outcome;
    let (of_train, of_test) = (train.summary(), learned.test.summary());
    let results = Results::new(format!(
        "{}: {} atoms of {side} x {side} pixels at lambda {}, learned from {} patches of {} pictures ({} seen) with {} in {}",
        config.dataset,
        config.atoms,
        config.lambda,
        grouped(data.train.nrows() as u64),
        data.photographs,
        grouped(learned.course.samples),
        config.solver,
        seconds(learned.learning),
        side = config.side,
    ));
    let results = results
        .stopped_early(learned.stopped)
        .warnings(natural::warning(&config.dataset))
        .data("train.codes", &of_train)
        .data("train.patches", &of_train.samples)
        .data("test.codes", &of_test)
        .data("test.patches", &of_test.samples)
        .heading(format!("on the {} training patches", grouped(of_train.samples as u64)))
        .value(objective("objective, training", &of_train))
        .value(nonzeros("nonzero coefficients per patch, training", &of_train).aside())
        .value(Value::new("worst duality gap, training", of_train.worst_relative_gap, SHARE).aside())
        .heading(format!("on {} test patches of other pictures", grouped(of_test.samples as u64)))
        .values(learned.values(&WORDS));
    let results = if outcome.is_fitted() {
        let share = format!("share with R² above {GOOD}");
        let fits = Table::new("", sets)
            .column("images", "", |set| set.name)
            .column("median R²", "", |set| set.judged.median())
            .column(share, SHARE, |set| set.judged.share_of_good())
            .column("orientation entropy", "", |set| set.judged.orientation_entropy());
        let atoms = &outcome.atoms().judged;
        let of_atoms = [
            Value::new("median R² of Gabor fits", atoms.median(), ""),
            Value::new(format!("atoms with R² above {GOOD}"), atoms.share_of_good(), SHARE),
            Value::new("orientation entropy", atoms.orientation_entropy(), "")
                .note("over eight directions; 1 if all are as frequent, 0 if there is one"),
        ];
        results.heading("fits of Gabor functions").values(of_atoms).table(fits)
    } else {
        results.warnings(Some("no Gabor functions were fitted"))
    };
    results
        .heading("time")
        .value(learned.time())
        .value(Value::phase("coding the patches", learned.test.time + train.time).key("seconds.coding"))
        .value(Value::phase("fitting Gabor functions", *fitting).key("seconds.fitting"))
}
