//! Which values of a chart are worth its height.

/// A value at a step.
pub type Value = (f64, f64);

/// The first tenth of the steps is the start.
const START: f64 = 0.1;
/// Of so many values from each end of what comes later one may be left out.
const EXTREMES: f64 = 0.01;
/// Of the part by itself, as room below and above it, where there is more to see.
const ROOM: f64 = 0.25;

/// The range of all values.
pub fn whole(values: &[Value]) -> Option<(f64, f64)> {
    values.iter().fold(None, |range, &(_, value)| {
        let (low, high) = range.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

/// The range in which values are after the start and without rare extremes, where these would press it into less than
/// half of the height; none where all can be seen together.
pub fn part(values: &[Value]) -> Option<(f64, f64)> {
    const FEWEST: usize = 8;
    let ((first, last), (low, high)) =
        (whole(&values.iter().map(|&(x, _)| (0.0, x)).collect::<Vec<_>>())?, whole(values)?);
    let from = first + START * (last - first);
    let mut late: Vec<f64> = values.iter().filter(|(x, _)| *x >= from).map(|&(_, value)| value).collect();
    if late.len() < FEWEST {
        return None;
    }
    late.sort_by(f64::total_cmp);
    let skipped = (EXTREMES * late.len() as f64) as usize;
    let (lowest, highest) = (late[skipped], late[late.len() - 1 - skipped]);
    let room = ROOM * (highest - lowest);
    let (lowest, highest) = ((lowest - room).max(late[0]), (highest + room).min(late[late.len() - 1]));
    // What does not move is no part to look at.
    let moves = highest - lowest > 1e-3 * lowest.abs().max(highest.abs());
    (moves && 2.0 * (highest - lowest) < high - low).then_some((lowest, highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(f: impl Fn(f64) -> f64) -> Vec<Value> {
        (0..500).map(f64::from).map(|x| (x, f(x))).collect()
    }

    #[test]
    fn a_high_start_is_left_out() {
        let (low, high) = part(&over(|x| 95.0 + 10.0 * (-x / 200.0).exp() + 450.0 * (-x / 8.0).exp())).unwrap();
        assert!((95.0..96.5).contains(&low) && (102.0..106.0).contains(&high), "{low} to {high}");
    }

    #[test]
    fn a_rare_spike_is_left_out_and_a_lasting_change_is_not() {
        let wave = |x: f64| (x / 5.0).sin();
        let (low, high) = part(&over(|x| if x == 300.0 { 1e5 } else { wave(x) })).unwrap();
        assert!(low >= -1.5 && high <= 1.6, "{low} to {high}");
        assert_eq!(part(&over(|x| if x > 300.0 { 1e5 } else { wave(x) })), None);
    }

    #[test]
    fn all_is_seen_where_nothing_is_pressed() {
        assert_eq!(part(&over(|x| 100.0 - x / 10.0)), None);
        assert_eq!(part(&over(|_| 3.0)), None, "a constant");
        assert_eq!(part(&over(|x| if x < 20.0 { x } else { 20.0 })), None, "a warm-up to a constant");
        assert_eq!(part(&over(|x| 500.0 - x)[..5]), None, "a few points");
        assert_eq!((part(&[]), whole(&[])), (None, None));
    }
}
