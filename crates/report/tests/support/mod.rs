//! What the tests of reports share.
#![allow(dead_code, reason = "each test uses a part")]

pub mod browser;
pub mod fixture;

use base64::Engine;
use browser::Browser;
use std::fs;
use std::path::Path;

/// Keeps a picture of the page where `REPORT_SCREENSHOTS` says, to be looked at.
pub fn keep(browser: &mut Browser, name: &str, whole: bool) {
    if let Some(folder) = std::env::var_os("REPORT_SCREENSHOTS") {
        let png = base64::engine::general_purpose::STANDARD.decode(browser.screenshot(whole)).unwrap();
        fs::write(Path::new(&folder).join(name), png).unwrap();
    }
}
