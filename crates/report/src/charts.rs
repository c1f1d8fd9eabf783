//! Which charts a run has.

use super::chart::{Chart, Line};
use super::metrics::{Metrics, Quantity};
use super::study::Study;
use std::collections::HashSet;

/// One chart for each term, training and validation together, those of the objective first; then the learning rate and
/// the norm of the gradient.
pub fn charts(metrics: &Metrics, study: &Study) -> Vec<Chart> {
    let several = metrics.players.len() > 1;
    let capacity = (20_000 / metrics.curves.len().max(1)).clamp(100, 1000);
    let line = |name: &str, colour: usize, quantity: &Quantity| {
        let wide = !several && matches!(quantity, Quantity::Training { term, .. } if term == "objective");
        // Hardly more than there are pixels.
        let capacity = if wide { capacity } else { capacity.min(360) };
        metrics.get(quantity).map(|curve| Line::of(name, colour, &curve.clone().thinned(capacity)))
    };
    let evaluated = metrics.evaluated.as_str();
    let validation = |term: &str| {
        let of = |averaged| Quantity::Validation { term: term.to_owned(), averaged };
        let plain = line(evaluated, 1, &of(false));
        let averaged = line(&format!("{evaluated}, averaged weights"), 2, &of(true));
        [plain, averaged].into_iter().flatten().map(Line::dots)
    };
    let mut charts = Vec::new();
    let mut shown = HashSet::new();
    for player in &metrics.players {
        for term in metrics.terms_of(player) {
            let quantity = Quantity::Training { player: player.clone(), term: term.to_owned() };
            let mut lines: Vec<Line> = line("training", 0, &quantity).into_iter().collect();
            // Players have objectives of their own; that of the validation is none of them.
            if !(several && term == "objective") && shown.insert(term) {
                lines.extend(validation(term));
            }
            let title = if several { format!("{}: {}", spaced(player), spaced(term)) } else { spaced(term) };
            charts.push((term == "objective", Chart { lines, ..empty(title, study.unit_of(term)) }.shown()));
        }
    }
    for term in metrics.validation_terms() {
        if shown.insert(term) {
            let title = if term == "objective" { format!("{evaluated} objective") } else { spaced(term) };
            let chart = Chart { lines: validation(term).collect(), ..empty(title, study.unit_of(term)) }.shown();
            charts.push((term == "objective", chart));
        }
    }
    charts.sort_by_key(|(objective, _)| !objective);
    let mut charts: Vec<Chart> = charts.into_iter().map(|(_, chart)| chart).collect();
    if !several && let Some(first) = charts.first_mut() {
        first.wide = true;
    }
    for (title, of) in [
        ("learning rate", Quantity::LearningRate as fn(String) -> Quantity),
        ("gradient norm, before clipping", Quantity::GradientNorm),
    ] {
        let players = metrics.players.iter().enumerate();
        let lines: Vec<Line> = players
            .filter_map(|(i, player)| line(if several { player } else { "training" }, i, &of(player.clone())))
            .collect();
        if !lines.is_empty() {
            charts.push(Chart { lines, ..empty(title.to_owned(), "") });
        }
    }
    charts.retain(|chart| !chart.is_empty());
    charts
}

/// The chart of steps a second over steps.
pub fn speed(metrics: &Metrics) -> Option<Chart> {
    let curve = metrics.get(&Quantity::Speed)?.clone().thinned(300);
    let lines = vec![Line::of("training", 0, &curve)];
    Some(Chart { lines, wide: true, ..empty("speed of training".to_owned(), "steps/s") })
}

fn empty(title: String, unit: &str) -> Chart {
    Chart { title, unit: unit.to_owned(), ..Chart::default() }
}

/// A name with spaces in the place of underscores.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(lines: &[&str]) -> Metrics {
        Metrics::read((lines.join("\n") + "\n").as_bytes()).unwrap()
    }

    fn names(charts: &[Chart]) -> Vec<(&str, Vec<&str>)> {
        charts.iter().map(|c| (c.title.as_str(), c.lines.iter().map(|line| line.name.as_str()).collect())).collect()
    }

    #[test]
    fn a_term_has_one_chart_and_the_objective_comes_first() {
        let metrics = metrics(&[
            r#"{"kind":"step","step":1,"player":"vae","values":{"kl":2.0,"objective":3.0},"learning_rate":0.1}"#,
            r#"{"kind":"validation","step":1,"values":{"objective":3.5,"bits_per_dim":0.2},"averaged":true}"#,
        ]);
        let charts = charts(&metrics, &Study::default());
        let expected = [
            ("objective", vec!["training", "validation, averaged weights"]),
            ("kl", vec!["training"]),
            ("bits per dim", vec!["validation, averaged weights"]),
            ("learning rate", vec!["training"]),
        ];
        assert_eq!(names(&charts), expected);
        assert_eq!(charts.iter().map(|c| c.unit.as_str()).collect::<Vec<_>>(), ["", "nats", "bits/dim", ""]);
    }

    #[test]
    fn legends_say_what_was_evaluated_and_shares_are_in_percent() {
        let metrics = metrics(&[r#"{"kind":"validation","step":1,"on":"test","values":{"accuracy":0.985}}"#]);
        let charts = charts(&metrics, &Study::default());
        assert_eq!(names(&charts), [("accuracy", vec!["test"])]);
        let point = charts[0].lines[0].points[0];
        assert_eq!((charts[0].unit.as_str(), point.y, point.low, point.high), ("%", Some(98.5), 98.5, 98.5));
    }

    #[test]
    fn players_have_charts_of_their_own() {
        let metrics = metrics(&[
            r#"{"kind":"step","step":1,"player":"critic","values":{"objective":3.0},"gradient_norm":1.0}"#,
            r#"{"kind":"step","step":2,"player":"generator","values":{"objective":3.0,"kl":1.0},"gradient_norm":1.0}"#,
            r#"{"kind":"validation","step":2,"values":{"objective":3.5,"kl":1.0}}"#,
        ]);
        let expected = [
            ("critic: objective", vec!["training"]),
            ("generator: objective", vec!["training"]),
            ("validation objective", vec!["validation"]),
            ("generator: kl", vec!["training", "validation"]),
            ("gradient norm, before clipping", vec!["critic", "generator"]),
        ];
        assert_eq!(names(&charts(&metrics, &Study::default())), expected);
    }
}
