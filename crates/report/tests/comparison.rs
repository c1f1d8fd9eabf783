//! The comparison of runs.

mod support;

use latent_report::{Comparison, Figure, Study};
use std::fs;
use std::path::{Path, PathBuf};
use support::browser::Browser;
use support::fixture::Fixture;
use support::keep;

/// Two configurations of three seeds, one of them unfinished, and a repetition.
fn runs(here: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for beta in [1.0, 4.0] {
        for seed in 0..3 {
            let folder = here.join(format!("mnist-beta{beta}-s{seed}"));
            let done = (beta, seed) != (4.0, 2);
            Fixture { seed, beta, done, steps: if done { 4690 } else { 2000 } }.write(&folder);
            if done {
                let figure = Figure::new("log p(x), test", -90.0 - beta - seed as f64, "nats");
                latent_report::write(&folder, &Study::new("a", "b").figure(figure)).unwrap();
            }
            folders.push(folder);
        }
    }
    let again = here.join("mnist-beta1-s0~1");
    Fixture { beta: 1.0, ..Fixture::default() }.write(&again);
    folders.push(again);
    folders
}

#[test]
fn means_are_over_seeds_and_what_is_odd_is_said() {
    let here = tempfile::tempdir().unwrap();
    let table = Comparison::read(&runs(here.path())).unwrap().table();
    // -91, -92, -93: mean -92, 4.302653 / sqrt(3) = 2.48.
    assert!(table.contains("−92.0 ± 2.5"), "{table}");
    // -94, -95: mean -94.5, 12.7062 * sqrt(1/2) / sqrt(2) = 6.35.
    assert!(table.contains("−94.5 ± 6.4"), "{table}");
    for part in [
        "beta = 1.0",
        "beta = 4.0",
        "log p(x), test [nats]",
        "kl, validation [nats]",
        "mnist-beta4-s2 is unfinished, at step 2,000",
        "mnist-beta1-s0~1 has the configuration and seed of mnist-beta1-s0 and the same figures; only the latter counts",
    ] {
        assert!(table.contains(part), "{part} in\n{table}");
    }
}

#[test]
fn a_comparison_lives_in_a_browser() {
    let Some(mut browser) = Browser::start() else { return };
    let here = tempfile::tempdir().unwrap();
    let page = here.path().join("compare.html");
    Comparison::read(&runs(here.path())).unwrap().write(&page).unwrap();
    assert!(fs::metadata(&page).unwrap().len() < 3 << 20);
    for (name, scheme, size, touch) in [
        ("compare_light.png", "light", (1280, 900), false),
        ("compare_dark.png", "dark", (1280, 900), false),
        ("compare_phone.png", "light", (360, 740), true),
    ] {
        browser.medium("screen", scheme);
        browser.open(&page, size, touch);
        assert_eq!(browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0);
        keep(&mut browser, name, true);
    }
    browser.medium("screen", "light");
    browser.open(&page, (1280, 900), false);
    browser.point(".chart .plot", (0.4, 0.5));
    let tip = browser.evaluate("document.querySelector('.tip').textContent");
    assert!(["beta = 1.0", "beta = 4.0", " to "].iter().all(|part| tip.as_str().unwrap().contains(part)), "{tip}");
    keep(&mut browser, "compare_pointer.png", false);
    // On paper nothing can be scrolled: no table is wider than its place.
    browser.medium("print", "light");
    browser.open(&page, (690, 1000), false);
    let wide = "[...document.querySelectorAll('table')].filter((t) => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length";
    assert_eq!(browser.evaluate(wide), 0);
    keep(&mut browser, "compare_paper.png", true);
    assert_eq!(browser.complaints, Vec::<String>::new());
}
