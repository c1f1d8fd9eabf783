//! The program `bench_augment` as a user runs it.

use crate::support::{Desk, fail, stdout, succeed};
use serde_json::Value;

#[test]
fn every_chain_is_measured_as_often_as_asked_for() {
    let desk = Desk::with_data();
    let flags = ["--data-dir", "data", "--threads", "2", "--runs", "2"];
    let text = stdout(&succeed(desk.command(env!("CARGO_BIN_EXE_bench_augment"), &flags)));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let peers: Vec<&str> = lines.iter().map(|line| line["peer"].as_str().unwrap()).collect();
    let once = ["Latent pipeline", "Latent gaussian_blur", "Latent jpeg"];
    assert_eq!(peers, once.map(|peer| [peer; 2]).concat());
    for line in &lines {
        assert_eq!((line["task"].as_str(), line["threads"].as_u64()), (Some("augment"), Some(2)));
        assert!(line["images_per_second"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn a_chain_of_ones_own_and_what_is_wrong_with_it() {
    let desk = Desk::with_data();
    let bench = |chain: &str| {
        std::fs::write(desk.path("chain.toml"), chain).unwrap();
        let flags = ["--data-dir", "data", "--runs", "1", "--chain", "chain.toml"];
        desk.command(env!("CARGO_BIN_EXE_bench_augment"), &flags)
    };
    let text = stdout(&succeed(bench("[[augment]]\nop = \"vertical_flip\"\n")));
    assert!(text.contains("\"peer\":\"Latent chain\"") && text.lines().count() == 1, "{text}");
    let told = fail(bench("[[augment]]\nop = \"gaussian_noise\"\nsigma = 0\n"), 1);
    assert!(told.contains("augment[0] (gaussian_noise): sigma = 0: expected a finite number above 0"), "{told}");
    std::fs::remove_file(desk.path("chain.toml")).unwrap();
    let told = fail(desk.command(env!("CARGO_BIN_EXE_bench_augment"), &["--chain", "chain.toml"]), 1);
    assert!(told.contains("cannot read chain.toml"), "{told}");
}
