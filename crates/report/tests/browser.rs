//! The report of a run, in a browser.

mod support;

use base64::Engine;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use support::browser::Browser;
use support::fixture::{Fixture, study};
use support::keep;

fn report(folder: &Path) -> PathBuf {
    Fixture::default().write(folder);
    latent_report::write(folder, &study()).unwrap()
}

const NO_SIDEWAYS: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

#[test]
#[allow(clippy::too_many_lines, reason = "one page, one browser")]
fn a_report_lives_in_a_browser() {
    let Some(mut browser) = Browser::start() else { return };
    let here = tempfile::tempdir().unwrap();
    let page = report(here.path());

    browser.medium("screen", "light");
    browser.open(&page, (1280, 900), false);
    assert_eq!(browser.evaluate("[...document.images].length"), 5);
    assert_eq!(browser.evaluate("[...document.images].every((image) => image.naturalWidth > 0)"), true);
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.chart .body:not(.off) [data-is=line]').length >= 8"),
        true
    );
    assert_eq!(browser.evaluate(NO_SIDEWAYS), 0);
    keep(&mut browser, "light.png", true);

    // A curve reacts to the pointer: step and values are told, and others are told elsewhere.
    let tip = "(() => { const tip = document.querySelector('.tip'); return tip.hidden ? '' : tip.textContent; })()";
    assert_eq!(browser.evaluate(tip), "");
    browser.point(".chart .plot", (0.3, 0.5));
    let first = browser.evaluate(tip);
    assert!(["step ", "training", "validation"].iter().all(|part| first.as_str().unwrap().contains(part)), "{first}");
    browser.point(".chart .plot", (0.7, 0.5));
    let second = browser.evaluate(tip);
    assert!(second.as_str().unwrap().contains("step ") && first != second, "{first} {second}");
    assert_eq!(browser.evaluate("document.querySelectorAll('.cross').length > 3"), true, "all charts show the step");
    keep(&mut browser, "pointer.png", false);

    // The legend hides a curve; scale, range and smoothing choose among pictures that are there, or add to them.
    let first = "document.querySelectorAll('.chart')[0]";
    let lines = format!("{first}.querySelectorAll('.body:not(.off) [data-line]:not(.off) [data-is=line]').length");
    let labels = format!(
        "[...{first}.querySelectorAll('.frame text')].filter((t) => t.getClientRects().length).map((t) => t.textContent).join(' ')"
    );
    assert_eq!(browser.evaluate(&lines), 2);
    browser.evaluate("document.querySelector('.chart .key').click()");
    assert_eq!(browser.evaluate(&lines), 1);
    browser.evaluate("document.querySelector('.chart .key').click()");
    let before = browser.evaluate(&labels);
    browser.evaluate("document.querySelector('[data-scale=log]').click()");
    assert_eq!(browser.evaluate(&format!("{first}.querySelector('.body:not(.off)').dataset.scale")), "log");
    browser.evaluate("document.querySelector('[data-scale=auto]').click()");
    assert_eq!(browser.evaluate(&labels), before);
    browser.evaluate(
        "(() => { const s = document.getElementById('smoothing'); s.value = 60; s.dispatchEvent(new Event('input')); })()",
    );
    assert_eq!(
        browser.evaluate(&format!("{first}.querySelectorAll('.smooth').length")),
        1,
        "few points stay as they are"
    );
    assert!(browser.evaluate("document.getElementById('smoothed').textContent").as_str().unwrap().contains("steps"));
    keep(&mut browser, "smoothed.png", false);

    // The high start is left out at first, and the page says so.
    let cut = format!("{first}.querySelector('.cut').getClientRects().length");
    assert_eq!(browser.evaluate(&cut), 1);
    browser.evaluate("document.getElementById('whole').click()");
    assert!(browser.evaluate(&labels) != before);
    assert_eq!(browser.evaluate(&cut), 0);
    keep(&mut browser, "whole.png", false);
    browser.evaluate("document.getElementById('whole').click()");

    // Dragging zooms.
    let all = browser.evaluate(&labels);
    let drag = |kind: &str, x: f64, y: f64| json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
    let place = "(() => { const b = document.querySelector('.chart .plot').getBoundingClientRect(); return [b.left, b.top, b.width]; })()";
    let at = browser.evaluate(place);
    let [left, top, width] = [0, 1, 2].map(|i| at[i].as_f64().unwrap());
    for (kind, share) in [("mousePressed", 0.4), ("mouseMoved", 0.5), ("mouseReleased", 0.6)] {
        browser.call("Input.dispatchMouseEvent", drag(kind, left + share * width, top + 60.0));
    }
    assert!(browser.evaluate(&labels) != all);
    assert_eq!(browser.evaluate("document.getElementById('unzoom').hidden"), false);

    browser.evaluate("document.getElementById('unzoom').click()");
    assert_eq!(browser.evaluate(&labels), all);

    // Keys read values too, and every picture has words.
    browser.evaluate("document.querySelector('.chart .plot').focus()");
    for kind in ["keyDown", "keyUp"] {
        browser.call("Input.dispatchKeyEvent", json!({ "type": kind, "key": "ArrowRight", "code": "ArrowRight" }));
    }
    assert!(browser.evaluate(tip).as_str().unwrap().contains("step "));
    let silent = "[...document.images].filter((i) => !i.alt).length
        + [...document.querySelectorAll('svg[role=img]')].filter((s) => !s.getAttribute('aria-label')).length";
    assert_eq!(browser.evaluate(silent), 0);

    // A picture is enlarged.
    browser.evaluate("document.querySelector('.picture img').click()");
    assert_eq!(browser.evaluate("document.getElementById('viewer').open"), true);
    keep(&mut browser, "enlarged.png", false);
    browser.evaluate("document.getElementById('viewer').click()");
    assert_eq!(browser.evaluate("document.getElementById('viewer').open"), false);

    // Dark.
    let ink = "getComputedStyle(document.body).color + getComputedStyle(document.body).backgroundColor";
    let light = browser.evaluate(ink);
    browser.medium("screen", "dark");
    assert!(browser.evaluate(ink) != light);
    browser.open(&page, (1280, 900), false);
    keep(&mut browser, "dark.png", true);

    // A phone, with fingers.
    browser.medium("screen", "light");
    browser.open(&page, (360, 740), true);
    assert_eq!(browser.evaluate(NO_SIDEWAYS), 0);
    browser.touch(".chart .plot", (0.6, 0.5));
    let touched = browser.evaluate(tip);
    assert!(touched.as_str().unwrap().contains("step "), "{touched}");
    keep(&mut browser, "phone_touched.png", false);
    keep(&mut browser, "phone.png", true);

    // Paper: nothing to press, and light even where the screen is dark.
    browser.medium("print", "dark");
    browser.open(&page, (740, 1000), false);
    let shown = "[...document.querySelectorAll('#controls, .tip, .copied button')].filter((e) => e.offsetParent !== null).length";
    assert_eq!(browser.evaluate(shown), 0);
    assert_eq!(browser.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert_eq!(browser.evaluate("getComputedStyle(document.body).color"), "rgb(29, 29, 27)");
    let pdf = browser.call("Page.printToPDF", json!({ "preferCSSPageSize": true }));
    let pdf = base64::engine::general_purpose::STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    if let Some(folder) = std::env::var_os("REPORT_SCREENSHOTS") {
        fs::write(Path::new(&folder).join("print.pdf"), pdf).unwrap();
    }

    assert_eq!(browser.complaints, Vec::<String>::new());

    // A script that is not the page's own does not run.
    let foreign = "(() => { const s = document.createElement('script'); s.textContent = 'document.title = 1';
        document.body.append(s); return document.title; })()";
    assert_eq!(browser.evaluate(foreign), "Beta-VAE on MNIST");

    // Without the script the curves are there.
    browser.medium("screen", "light");
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&page, (1280, 900), false);
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.chart .body:not(.off) [data-is=line]').length >= 8"),
        true
    );
    keep(&mut browser, "unscripted.png", true);
}
