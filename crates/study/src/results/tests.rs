use super::*;
use latent_report::{SHARE, Study};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

/// A number as a study may find it, also one that is none.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -1e6..1e6, Just(f64::NAN), Just(f64::INFINITY), Just(0.0)]
}

#[test]
fn warnings_come_first_and_are_in_the_report() {
    let results =
        Results::new("mnist: 64 atoms").stopped_early(true).warnings(Some("SYNTHETIC")).warnings(None::<&str>);
    let text = results.to_string();
    let want = "warning: stopped early: these are the results of what was learned so far\nwarning: SYNTHETIC\nmnist: 64 atoms\n";
    assert_eq!(text, want);
    assert_eq!(results.json(), json!({ "stopped_early": true }));
    let study = results.report(Study::new("Title", "About."));
    assert!(study.summary.ends_with("so far. SYNTHETIC. About."), "{}", study.summary);
    assert_eq!(Results::new("").stopped_early(false).json(), json!({ "stopped_early": false }));
}

#[test]
fn names_numbers_and_units_stand_under_each_other() {
    let results = Results::default()
        .value(Value::new("NLL by importance sampling", 87.123_456, "nats").note("100 draws"))
        .value(Value::new("active units", 19_usize, ""))
        .value(Value::new("share", 0.985, SHARE))
        .value(Value::new("KL, test", f64::NAN, "nats").note("of no image"))
        .value(Value::new("images", 60_000_usize, ""))
        .value(Value::time("learning", Duration::from_secs(185)));
    assert_eq!(
        results.to_string(),
        "NLL by importance sampling      87.123 nats  (100 draws)\n\
         active units                        19\n\
         share                             98.5 %\n\
         KL, test                             -  (of no image)\n\
         images                          60,000\n\
         learning                    3 min 05 s\n"
    );
}

#[test]
fn a_table_has_its_units_and_its_decimal_points_in_a_line() {
    let rows = [(1_usize, 12.5, "a"), (1024, 0.25, "bc"), (3, f64::NAN, "d")];
    let table = Table::new("", &rows)
        .column("name", "", |row| row.2)
        .column("filters", "", |row| row.0)
        .column("nonzero coefficients per pixel", "", |row| row.1)
        .column("share", SHARE, |row| row.1 / 100.0)
        .column("time", "s", |row| (row.0 < 1000).then_some(row.1));
    let results = Results::new("head").heading("on windows").table(table);
    assert_eq!(
        results.to_string(),
        "\
head

on windows
                      nonzero
                 coefficients  share  time
  name  filters     per pixel    (%)   (s)
  a           1         12.5   12.5   12.5
  bc      1,024          0.25   0.25     -
  d           3             -      -     -
"
    );
    let study = results.report(Study::new("", ""));
    let table = &study.sections[0].tables[0];
    assert_eq!(
        (table.caption.as_str(), &table.rows[1][..]),
        ("on windows", &["bc", "1,024", "0.25", "0.25", "-"].map(String::from)[..])
    );
    assert_eq!(table.columns[3], ("share".to_owned(), "%".to_owned()));
}

#[test]
fn a_table_without_rows_is_an_empty_list_for_programs_alone() {
    let none: [f64; 0] = [];
    let results = Results::new("head").table(Table::new("none", &none).key("rows").column("a", "", |row| *row));
    assert_eq!((results.to_string().as_str(), results.json()), ("head\n", json!({ "rows": [] })));
    assert!(results.report(Study::new("", "")).sections.is_empty());
}

#[test]
fn keys_with_dots_are_objects_in_objects() {
    #[derive(serde::Serialize)]
    struct Codes {
        objective: f64,
        gap: f64,
    }
    let results = Results::new("")
        .data("test.codes", &Codes { objective: 1.5, gap: f64::INFINITY })
        .fields(&Codes { objective: 2.0, gap: 0.0 })
        .value(Value::new("time", Duration::from_millis(1500), "s").key("seconds.coding").aside())
        .value(Value::new("PSNR", None::<f64>, "dB").key("test.psnr"))
        .value(Value::new("told, not kept", 3.0, ""));
    assert_eq!(
        results.json(),
        json!({
            "test": { "codes": { "objective": 1.5, "gap": null }, "psnr": null },
            "objective": 2.0, "gap": 0.0, "seconds": { "coding": 1.5 },
        })
    );
}

#[test]
#[should_panic(expected = "codes is no object, and codes.objective is to be in it")]
fn a_key_inside_of_a_number_is_a_mistake() {
    let _ = Results::new("").data("codes", &1).data("codes.objective", &2);
}

#[test]
fn figures_are_what_runs_are_compared_by_and_times_are_not() {
    let banks = [(1_usize, 30.5), (4, 32.25)];
    let table = Table::new("banks", &banks)
        .column("filters", "", |bank| bank.0)
        .figures(|bank| (bank.0 > 1).then(|| Value::new(format!("PSNR, {} filters", bank.0), bank.1, "dB")));
    let study = Results::new("")
        .value(Value::new("error", 0.25, SHARE).note("of one"))
        .value(Value::new("solver", "FISTA", ""))
        .value(Value::new("hidden", 1.0, "").aside())
        .value(Value::time("learning", Duration::from_secs(9)))
        .value(Value::phase("coding", Duration::from_secs(2)))
        .value(Value::new("entropy", None::<f64>, ""))
        .table(table)
        .report(Study::new("", ""));
    let names: Vec<_> =
        study.figures.iter().map(|figure| (figure.name.as_str(), figure.value, figure.unit.as_str())).collect();
    assert_eq!(names, [("error", Some(0.25), SHARE), ("entropy", None, ""), ("PSNR, 4 filters", Some(32.25), "dB")]);
    assert_eq!(study.phases, [("coding".to_owned(), Duration::from_secs(2))]);
}

proptest! {
    #[test]
    fn what_is_not_finite_is_null_and_a_dash_and_the_rest_is_kept(number in any_number(), share: bool) {
        let unit = if share { SHARE } else { "dB" };
        let rows = [number];
        let results = Results::new("")
            .value(Value::new("x", number, unit).key("a.x"))
            .table(Table::new("", &rows).key("rows").column("y", unit, |row| *row));
        let (json, text) = (results.json(), results.to_string());
        for kept in [&json["a"]["x"], &json["rows"][0]] {
            prop_assert_eq!(kept.as_f64(), Some(number).filter(|number| number.is_finite()));
        }
        let line = text.lines().next().unwrap();
        prop_assert_eq!(line == "x  -", !number.is_finite(), "{}", text);
        prop_assert_eq!(line.ends_with(if share { " %" } else { " dB" }), number.is_finite(), "{}", text);
        prop_assert_eq!(text.lines().last().unwrap().trim() == "-", !number.is_finite(), "{}", text);
        let figure = &results.report(Study::new("", "")).figures[0];
        prop_assert_eq!(figure.value, Some(number).filter(|number| number.is_finite()));
    }

    #[test]
    fn rows_of_a_table_end_together(
        numbers in prop::collection::vec(any_number(), 1..12), width in 1_usize..30, counts in prop::collection::vec(any::<u32>(), 12),
    ) {
        let rows: Vec<(f64, usize)> = numbers.iter().copied().zip(counts.iter().map(|count| *count as usize)).collect();
        let table = Table::new("", &rows)
            .column("n".repeat(width), "", |row| row.0)
            .column("counts", "s", |row| row.1)
            .column("end", "", |_| "|");
        let text = Results::default().table(table).to_string();
        let ends: Vec<usize> = text.lines().filter(|line| line.ends_with('|')).map(|line| line.chars().count()).collect();
        prop_assert_eq!(ends.len(), rows.len());
        prop_assert!(ends.iter().all(|end| *end == ends[0]), "{}", text);
        // Decimal points are under each other, where there are any.
        let points: Vec<usize> = text.lines().filter_map(|line| Some(line[..line.find('.')?].chars().count())).collect();
        prop_assert!(points.iter().all(|point| *point == points[0]), "{}", text);
    }
}
