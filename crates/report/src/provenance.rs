//! What was run, and how to run it again.

use super::page::fact;
use super::run::Run;
use super::study::Study;
use latent_numeric::format::{bytes, grouped};
use maud::{Markup, html};
use serde_json::{Map, Value};
use toml::Table;

/// Keys of the manifest that have a place of their own.
const KNOWN: [&str; 12] = [
    "started",
    "command",
    "version",
    "commit",
    "debug_assertions",
    "data",
    "threads",
    "cpu",
    "cores",
    "memory_bytes",
    "os",
    "arch",
];

/// The section with the configuration, the data and the machine.
pub fn section(run: &Run) -> Markup {
    html! {
        section {
            h2 { "What was run" }
            @if let Some(config) = &run.config { (configuration(config)) }
            @else if let Some(text) = &run.config_text { pre { (text) } }
            @if let Some(manifest) = &run.manifest { (data(manifest)) (machine(manifest)) }
        }
    }
}

/// The values of a configuration, one table for each of its own.
fn configuration(config: &Table) -> Markup {
    let mut groups = Vec::new();
    collect("", config, &mut groups);
    html! {
        h3 { "Configuration" }
        div.groups {
            @for (name, values) in &groups {
                table.facts.code {
                    caption { (name) }
                    tbody { @for (key, value) in values { (fact(key, value)) } }
                }
            }
        }
    }
}

fn collect(prefix: &str, table: &Table, groups: &mut Vec<(String, Vec<(String, String)>)>) {
    let values: Vec<_> =
        table.iter().filter(|(_, value)| !value.is_table()).map(|(key, value)| (key.clone(), shown(value))).collect();
    if !values.is_empty() {
        let name = if prefix.is_empty() { "run" } else { prefix };
        groups.push((name.to_owned(), values));
    }
    for (key, value) in table {
        if let toml::Value::Table(inner) = value {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            collect(&name, inner, groups);
        }
    }
}

/// A TOML value as text, without quotation marks.
pub fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn data(manifest: &Value) -> Markup {
    let Some(sources) = manifest.get("data").and_then(Value::as_array).filter(|all| !all.is_empty()) else {
        return html! {};
    };
    let text = |source: &Value, key: &str| source.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    html! {
        h3 { "Data" }
        @for source in sources {
            p.lead { strong { (text(source, "name")) } " from " span.path { (text(source, "origin")) } }
            @if let Some(sums) = source.get("sha256").and_then(Value::as_object).filter(|sums| !sums.is_empty()) {
                // A list of many is for those who ask for it.
                @if sums.len() > UNFOLDED {
                    details { summary { (sums.len()) " files with their checksums" } (checksums(sums)) }
                } @else { (checksums(sums)) }
            }
        }
    }
}

/// Files whose checksums are shown at once.
const UNFOLDED: usize = 6;

fn checksums(sums: &Map<String, Value>) -> Markup {
    html! {
        div.scroll { table.sums {
            thead { tr { th scope="col" { "file" } th scope="col" { "SHA-256 of its content" } } }
            tbody {
                @for (file, sum) in sums { tr { th scope="row" { (file) } td { (sum.as_str().unwrap_or_default()) } } }
            }
        } }
    }
}

fn machine(manifest: &Value) -> Markup {
    let text = |key: &str| manifest.get(key).and_then(Value::as_str);
    let count = |key: &str| manifest.get(key).and_then(Value::as_u64);
    let others: Vec<(&String, String)> = manifest
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !KNOWN.contains(&key.as_str()))
        .map(|(key, value)| (key, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    html! {
        h3 { "Machine and program" }
        table.facts { tbody {
            @if let Some(started) = text("started") { (fact("started", started.replace('T', " ").replace('Z', " UTC"))) }
            @if let Some(cpu) = text("cpu") {
                (fact("processor", html! { (cpu) @if let Some(cores) = count("cores") { ", " (cores) " logical cores" } }))
            }
            @if let Some(threads) = count("threads") { (fact("threads", threads)) }
            @if let Some(memory) = count("memory_bytes") { (fact("memory", bytes(memory))) }
            @if let Some(os) = text("os") {
                (fact("system", html! { (os) @if let Some(arch) = text("arch") { ", " (arch) } }))
            }
            @if let Some(version) = text("version") { (fact("latent", version)) }
            @if let Some(commit) = text("commit") { (fact("commit", html! { code { (commit) } })) }
            @if manifest.get("debug_assertions").and_then(Value::as_bool) == Some(true) {
                (fact("build", "with debug assertions"))
            }
            @for (key, value) in &others { (fact(&key.replace('_', " "), value)) }
        } }
    }
}

/// The commands that make the run again, and its configuration as a file.
pub fn reproduce(run: &Run, study: &Study) -> Markup {
    let commit = run.of_manifest("commit");
    let dirty = commit.is_some_and(|commit| commit.ends_with("-dirty"));
    let mut lines: Vec<String> =
        commit.map(|commit| format!("git checkout {}", commit.trim_end_matches("-dirty"))).into_iter().collect();
    if study.reproduce.is_empty() {
        let command = run.manifest.as_ref().and_then(|manifest| manifest.get("command")).and_then(Value::as_array);
        lines.extend(command.map(|words| command_line(&words.iter().filter_map(Value::as_str).collect::<Vec<_>>())));
    } else {
        lines.extend(study.reproduce.iter().cloned());
    }
    html! {
        section {
            h2 { "How to make it again" }
            @if !lines.is_empty() { pre.copy { (lines.join("\n")) } }
            @if dirty {
                p.lead { "The source tree had changes that are not in this commit." }
            }
            p.lead {
                "The same configuration, seed and data give the same bits on any number of threads"
                @if let Some(seed) = run.seed() { "; the seed is " (grouped(&seed.to_string())) } "."
            }
            @if let Some(text) = &run.config_text {
                details { summary { "config.toml" } pre.copy { (text) } }
            }
        }
    }
}

/// As it is typed in a shell; a program that cargo built is run through cargo.
fn command_line(words: &[&str]) -> String {
    let Some((program, arguments)) = words.split_first() else { return String::new() };
    let parts: Vec<&str> = program.split(['/', '\\']).collect();
    let mut line = match parts.as_slice() {
        [.., "target", "release", name] => format!("cargo run --release --bin {}", quoted(name)),
        [.., "target", "debug", name] => format!("cargo run --bin {}", quoted(name)),
        _ => quoted(program),
    };
    if line.starts_with("cargo run") && !arguments.is_empty() {
        line.push_str(" --");
    }
    for argument in arguments {
        line.push(' ');
        line.push_str(&quoted(argument));
    }
    line
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed() {
        assert_eq!(
            command_line(&["/home/a/target/debug/vae", "--set", "name=a b", "--seed=3"]),
            "cargo run --bin vae -- --set 'name=a b' --seed=3"
        );
        assert_eq!(command_line(&["target/release/vae"]), "cargo run --release --bin vae");
        assert_eq!(command_line(&["vae", "it's"]), r"vae 'it'\''s'");
    }

    #[test]
    fn many_checksums_are_folded() {
        let manifest = |count: usize| {
            let sums: Map<String, Value> = (0..count).map(|i| (format!("{i}.jpg"), "ab".into())).collect();
            serde_json::json!({ "data": [{ "name": "bsds", "origin": "/data", "sha256": sums }] })
        };
        let [few, many] = [4, 120].map(|count| data(&manifest(count)).into_string());
        assert!(!few.contains("<details>") && few.matches("<tr>").count() == 5);
        assert!(many.contains("<details><summary>120 files with their checksums</summary>"), "{many}");
    }

    #[test]
    fn a_configuration_has_a_table_for_each_of_its_own() {
        let config: Table =
            "beta = 4.0\nname = 'a'\n[optimizer]\nlr = 1e-3\n[optimizer.clip]\nnorm = 1.0".parse().unwrap();
        let mut groups = Vec::new();
        collect("", &config, &mut groups);
        let names: Vec<_> = groups.iter().map(|(name, values)| (name.as_str(), values.len())).collect();
        assert_eq!(names, [("run", 2), ("optimizer", 1), ("optimizer.clip", 1)]);
        assert_eq!(groups[0].1[1], ("name".to_owned(), "a".to_owned()));
    }
}
