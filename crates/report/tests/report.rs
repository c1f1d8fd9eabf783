//! What is on a report's page, whatever is in the folder.

mod support;

use latent_report::{Figure, Picture, ReportError, Section, Study};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use support::fixture::{Fixture, study};

fn page(folder: &Path, study: &Study) -> String {
    fs::read_to_string(latent_report::write(folder, study).unwrap()).unwrap()
}

fn holds(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part:?} is not on the page");
    }
}

#[test]
fn everything_that_the_folder_and_the_study_say_is_there() {
    let here = tempfile::tempdir().unwrap();
    Fixture::default().write(here.path());
    let page = page(here.path(), &study());
    holds(&page, &["<title>Beta-VAE on MNIST</title>", ">finished</span>", "all steps were made", "132.46"]);
    holds(&page, &["3 of 20 latent dimensions are active", "What helps: lower beta, or warm it up"]);
    holds(&page, &["optimizer.schedule", "latent_dim", "440fcabf73cc546f", "A Processor with Two Cores", "15.6 GiB"]);
    holds(
        &page,
        &["git checkout 22b74d5f0c3a5be1f2d06b1d8a7c4be9d5a0e1f2\ncargo run --bin vae -- --config mnist --set beta=4"],
    );
    holds(&page, &["test bounds", "validation", "steps a second", "importance-weighted bound 128.03 nats"]);
    assert_eq!(page.matches("data:image/png;base64,").count(), 5);
    // Nothing is fetched: no address but those of namespaces.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://") && !addresses.contains("src=\"/"));
    assert!(here.path().join("figures.json").exists());
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
}

#[test]
fn a_killed_run_has_a_report_that_says_so() {
    let here = tempfile::tempdir().unwrap();
    Fixture { done: false, steps: 700, ..Fixture::default() }.write(here.path());
    let mut metrics = fs::read_to_string(here.path().join("metrics.jsonl")).unwrap();
    metrics.push_str("{\"kind\":\"step\",\"step\":70");
    fs::write(here.path().join("metrics.jsonl"), metrics).unwrap();
    let page = page(here.path(), &study());
    holds(
        &page,
        &[">unfinished</span>", "the last record is of step 700", "nothing that is watched went out of its bounds"],
    );
    assert!(!page.contains("cannot be read"));
}

#[test]
fn a_complete_run_is_finished_before_it_is_done() {
    let here = tempfile::tempdir().unwrap();
    Fixture::default().write(here.path());
    fs::remove_file(here.path().join("DONE")).unwrap();
    holds(&page(here.path(), &study()), &[">stopped</span>"]);
    holds(&page(here.path(), &study().complete()), &[">finished</span>"]);
}

#[test]
fn an_end_without_done_and_a_resumption_are_told() {
    let here = tempfile::tempdir().unwrap();
    let end = |step: u64, reason: &str| {
        format!("{{\"kind\":\"end\",\"step\":{step},\"reason\":\"{reason}\",\"seconds\":1}}\n")
    };
    let step = |step: u64| {
        format!(
            "{{\"kind\":\"step\",\"step\":{step},\"player\":\"a\",\"values\":{{\"objective\":null}},\"seconds\":1}}\n"
        )
    };
    let metrics = [step(1), end(1, "interrupted"), step(2), end(2, "objective of the a is NaN after 2 steps")].concat();
    fs::write(here.path().join("metrics.jsonl"), metrics).unwrap();
    let page = page(here.path(), &Study::new("a", ""));
    holds(&page, &[">stopped</span>", "objective of the a is NaN after 2 steps", "it was taken up again once"]);
    holds(&page, &["no finite values", "config.toml is missing", "manifest.json is missing"]);
}

#[test]
fn a_folder_with_a_configuration_only_has_a_report() {
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("config.toml"), "seed = 3\n").unwrap();
    holds(
        &page(here.path(), &Study::new("a", "")),
        &["no step is recorded", "metrics.jsonl is missing", "the seed is 3"],
    );
    fs::remove_file(here.path().join("config.toml")).unwrap();
    fs::remove_file(here.path().join("report.html")).unwrap();
    assert!(matches!(latent_report::write(here.path(), &Study::new("a", "")), Err(ReportError::NotARun { .. })));
    assert!(!here.path().join("report.html").exists());
}

#[test]
fn nothing_from_files_or_the_study_becomes_markup() {
    const EVIL: &str = "</script><img src=x onerror=alert(1)>\"'&";
    let here = tempfile::tempdir().unwrap();
    let json = serde_json::to_string(EVIL).unwrap();
    fs::write(here.path().join("config.toml"), format!("seed = 0\n'{}' = {json}\n", EVIL.replace('\'', ""))).unwrap();
    let manifest = format!(
        "{{\"cpu\":{json},\"commit\":{json},\"command\":[{json}],\"{{}}\":{json},\"data\":[{{\"name\":{json},\"origin\":{json},\"sha256\":{{{json}:{json}}}}}]}}"
    );
    fs::write(here.path().join("manifest.json"), manifest).unwrap();
    let metrics = format!(
        "{{\"kind\":\"step\",\"step\":1,\"player\":{json},\"values\":{{{json}:1}},\"gradient_norm\":1}}\n\
         {{\"kind\":\"step\",\"step\":1,\"player\":\"b\",\"values\":{{{json}:1}}}}\n\
         {{\"kind\":\"validation\",\"step\":1,\"values\":{{{json}:1}}}}\n\
         {{\"kind\":\"health\",\"step\":1,\"monitor\":{json},\"message\":{json},\"remedy\":{json}}}\n\
         {{\"kind\":\"end\",\"step\":1,\"reason\":{json}}}\n"
    );
    fs::write(here.path().join("metrics.jsonl"), metrics).unwrap();
    let study = Study::new(EVIL, EVIL)
        .figure(Figure::new(EVIL, 1.0, EVIL).note(EVIL))
        .unit(EVIL, EVIL)
        .section(Section::new(EVIL, EVIL).picture(Picture::new(EVIL, EVIL)))
        .reproduce(EVIL);
    let page = page(here.path(), &study);
    assert!(page.matches("onerror=alert").count() > 15, "the texts are there");
    assert!(!page.contains("<img src=x"));
    let opened = page.matches("<script").count();
    assert_eq!(page.matches("</script>").count(), opened);
    for after in page.split("onerror=alert(1)").skip(1) {
        assert!(after.starts_with("&gt;") || after.starts_with("\\u003e"), "{}", &after[..40]);
    }
}

#[test]
fn players_of_a_game_have_curves_of_their_own() {
    let here = tempfile::tempdir().unwrap();
    let mut metrics = String::new();
    for step in 1..200 {
        let player = if step % 3 == 0 { "generator" } else { "critic" };
        let value = (f64::from(step) * 0.1).sin();
        writeln!(
            metrics,
            "{{\"kind\":\"step\",\"step\":{step},\"player\":\"{player}\",\"values\":{{\"objective\":{value}}},\"gradient_norm\":1,\"learning_rate\":0.1}}"
        )
        .unwrap();
    }
    fs::write(here.path().join("metrics.jsonl"), metrics).unwrap();
    let page = page(here.path(), &Study::new("a", ""));
    holds(&page, &["critic: objective", "generator: objective", "learning rate", "gradient norm, before clipping"]);
}

#[test]
fn a_long_run_has_a_small_page_with_its_extremes() {
    let here = tempfile::tempdir().unwrap();
    let mut metrics = String::new();
    for step in 1..=60_000_u64 {
        let value = if step == 41_234 { 98_765.0 } else { 100.0 + (step % 17) as f64 };
        writeln!(
            metrics,
            "{{\"kind\":\"step\",\"step\":{step},\"player\":\"a\",\"samples\":1,\"values\":{{\"objective\":{value},\"x\":{step},\"y\":1.5}},\"seconds\":{step}}}"
        )
        .unwrap();
    }
    fs::write(here.path().join("metrics.jsonl"), metrics).unwrap();
    let text = page(here.path(), &Study::new("a", ""));
    assert!(text.len() < 1 << 20, "{} bytes", text.len());
    assert!(text.contains("98765.0"), "the spike is there");
    assert_eq!(text, page(here.path(), &Study::new("a", "")), "the same folder, the same page");
}
