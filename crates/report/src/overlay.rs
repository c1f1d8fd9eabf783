//! Curves of several runs over one another.

use super::chart::{Chart, Line, Point};
use super::charts::spaced;
use super::grouping::Group;
use super::measures::{evaluated, unit_of};
use super::metrics::{Metrics, Quantity};
use super::run::Run;

/// One chart for each term of evaluations and of training: a line for each group, or for each run if there is one
/// group.
pub fn charts(runs: &[Run], groups: &[Group]) -> Vec<Chart> {
    let mut quantities: Vec<&Quantity> = Vec::new();
    for (quantity, _) in runs.iter().flat_map(|run| &run.metrics.curves) {
        if !quantities.contains(&quantity) && *quantity != Quantity::Speed {
            quantities.push(quantity);
        }
    }
    quantities.sort_by_key(|quantity| rank(quantity));
    let several = runs.iter().any(|run| run.metrics.players.len() > 1);
    let singles = groups.len() == 1;
    let drawn = if singles { runs.len() } else { groups.len() };
    let capacity = (40_000 / (quantities.len() * drawn).max(1)).clamp(60, 600);
    let line = |run: usize, quantity: &Quantity, name: &str, colour: usize| {
        let curve = runs[run].metrics.get(quantity)?.clone().thinned(capacity);
        Some(Line::of(name, colour, &curve))
    };
    let evaluated = evaluated(runs);
    let charts = quantities.into_iter().map(|quantity| {
        let mut lines: Vec<Line> = Vec::new();
        if let [group] = groups {
            let each = group.runs.iter().enumerate();
            lines.extend(each.filter_map(|(i, run)| line(*run, quantity, &name(&runs[*run]), i)));
        } else {
            for (colour, group) in groups.iter().enumerate() {
                let each: Vec<Line> =
                    group.runs.iter().filter_map(|run| line(*run, quantity, &group.label, colour)).collect();
                lines.extend(mean(each));
            }
        }
        if matches!(quantity, Quantity::Validation { .. }) {
            lines = lines.into_iter().map(Line::dots).collect();
        }
        let (title, unit) = title(quantity, several, &evaluated, runs);
        Chart { title, unit: unit.to_owned(), lines, wide: false }.shown()
    });
    charts.filter(|chart| !chart.is_empty()).collect()
}

/// The seed, or the folder's name.
fn name(run: &Run) -> String {
    run.seed().map_or_else(|| run.name(), |seed| format!("seed {seed}"))
}

/// The objective first, and validation before training.
fn rank(quantity: &Quantity) -> u8 {
    match quantity {
        Quantity::Validation { term, .. } if term == "objective" => 0,
        Quantity::Training { term, .. } if term == "objective" => 1,
        Quantity::Validation { .. } => 2,
        Quantity::Training { .. } => 3,
        _ => 4,
    }
}

fn title<'a>(quantity: &Quantity, several: bool, evaluated: &str, runs: &'a [Run]) -> (String, &'a str) {
    let of = |player: &str, what: String| if several { format!("{}: {what}", spaced(player)) } else { what };
    match quantity {
        Quantity::Training { player, term } => (of(player, format!("{}, training", spaced(term))), unit_of(runs, term)),
        Quantity::Validation { term, averaged } => {
            let weights = if *averaged { ", averaged weights" } else { "" };
            (format!("{}, {evaluated}{weights}", spaced(term)), unit_of(runs, term))
        }
        Quantity::LearningRate(player) => (of(player, "learning rate".to_owned()), ""),
        Quantity::GradientNorm(player) => (of(player, "gradient norm, before clipping".to_owned()), ""),
        Quantity::Speed => ("speed of training".to_owned(), "steps/s"),
    }
}

/// The mean of lines at the steps of the longest, over those that go so far; its band is their range.
fn mean(mut lines: Vec<Line>) -> Option<Line> {
    if lines.len() < 2 {
        return lines.pop();
    }
    let end = |line: &Line| line.points.last().map_or(0.0, |point| point.x);
    let longest = (0..lines.len()).max_by(|a, b| end(&lines[*a]).total_cmp(&end(&lines[*b])))?;
    let at = |x: f64| {
        let values: Vec<f64> = lines.iter().filter_map(|line| interpolated(&line.points, x)).collect();
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let y = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        Point { x, y, low, high, bad: false }
    };
    let bad = |x: f64| lines.iter().flat_map(|line| &line.points).any(|point| point.bad && point.x == x);
    let points = lines[longest].points.iter().map(|point| Point { bad: bad(point.x), ..at(point.x) }).collect();
    Some(Line { points, ..lines.swap_remove(longest) })
}

/// The value of a line at a step, if it is between finite ones.
fn interpolated(points: &[Point], x: f64) -> Option<f64> {
    let after = points.partition_point(|point| point.x < x);
    let next = points.get(after)?;
    if next.x == x {
        return next.y;
    }
    let before = points.get(after.checked_sub(1)?)?;
    let share = (x - before.x) / (next.x - before.x);
    Some(before.y? * (1.0 - share) + next.y? * share)
}

/// The mean number of steps a second of a run, if it has made any.
pub fn speed(metrics: &Metrics) -> Option<f64> {
    let progress = metrics.progress;
    (progress.seconds > 0.0 && progress.step > 0).then(|| progress.step as f64 / progress.seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Line {
        let points = points.iter().map(|&(x, y)| {
            let value = y.is_finite().then_some(y);
            Point { x, y: value, low: y, high: y, bad: value.is_none() }
        });
        Line { name: "a".into(), colour: 0, dots: false, points: points.collect() }
    }

    #[test]
    fn the_mean_of_lines_is_over_those_that_go_so_far() {
        let lines = vec![line(&[(0.0, 1.0), (2.0, 3.0)]), line(&[(0.0, 3.0), (1.0, 4.0), (2.0, 5.0), (4.0, 9.0)])];
        let mean = mean(lines).unwrap();
        let found: Vec<_> = mean.points.iter().map(|p| (p.x, p.y.unwrap(), p.low, p.high)).collect();
        assert_eq!(found, [(0.0, 2.0, 1.0, 3.0), (1.0, 3.0, 2.0, 4.0), (2.0, 4.0, 3.0, 5.0), (4.0, 9.0, 9.0, 9.0)]);
    }

    #[test]
    fn what_is_not_finite_is_no_part_of_a_mean() {
        let lines = vec![line(&[(0.0, 1.0), (1.0, f64::NAN)]), line(&[(0.0, 3.0), (1.0, 4.0)])];
        let mean = mean(lines).unwrap();
        assert_eq!(mean.points.iter().map(|p| p.y).collect::<Vec<_>>(), [Some(2.0), Some(4.0)]);
        assert!(mean.points[1].bad && !mean.points[0].bad);
    }
}
