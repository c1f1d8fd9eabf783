//! The page around everything.

use crate::palette;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/charts.js");

/// Nothing is loaded from anywhere, and no script runs but the page's own.
fn policy() -> String {
    let script = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    format!("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script}'")
}

/// A whole HTML page with this title and body.
pub fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(policy());
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(palette::variables())) (PreEscaped(STYLE)) }
            }
            body {
                main { (body) }
                footer { "Made by Latent " (env!("CARGO_PKG_VERSION")) ". This file needs no network." }
                dialog #viewer aria-label="picture" {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// The controls that act on all curves of a page at once. The script shows them, without which nothing would happen.
pub fn controls() -> Markup {
    html! {
        div #controls hidden {
            span.segments role="group" aria-label="scale" {
                button type="button" data-scale="auto" aria-pressed="true" { "auto" }
                button type="button" data-scale="linear" aria-pressed="false" { "linear" }
                button type="button" data-scale="log" aria-pressed="false" { "log" }
            }
            label {
                "smoothing"
                input #smoothing type="range" min="0" max="100" value="0";
                output #smoothed for="smoothing" { "off" }
            }
            button #whole type="button" aria-pressed="false" { "all values" }
            span.hint { "drag over a chart to zoom" }
            button #unzoom type="button" hidden { "all steps" }
        }
    }
}

/// A row of a table of facts.
pub fn fact(name: &str, value: impl maud::Render) -> Markup {
    html! { tr { th scope="row" { (name) } td { (value) } } }
}
