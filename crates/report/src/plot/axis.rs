//! Axes: what they show and over which range.

use crate::axis::{self, Tick};

/// One axis of a panel: its label (with the unit) and its scale.
#[derive(Clone, Debug)]
pub struct Axis {
    pub(super) label: String,
    pub(super) log: bool,
    including: Vec<f64>,
    /// What stands in the place of numbers; nothing if numbers stand there.
    names: Vec<String>,
    /// From one name to the next: -1 if they are read from the top, 1 if from the left.
    way: f64,
}

impl Axis {
    /// A linear axis with this label.
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), log: false, including: Vec::new(), names: Vec::new(), way: 1.0 }
    }

    /// A logarithmic axis with this label. Values that are not positive have no place on it and are left out.
    pub fn log(label: impl Into<String>) -> Self {
        Self { log: true, ..Self::linear(label) }
    }

    /// An axis of names in the place of numbers, the first at 0, the next at -1, and so on, so that a vertical axis is
    /// read from the top.
    pub fn names(names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().collect();
        let last = 0.5 - names.len() as f64;
        Self { names, way: -1.0, ..Self::linear("") }.including(0.5).including(last)
    }

    /// An axis of names that are read from the left, the first at 0, the next at 1, and so on.
    pub fn columns(names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().collect();
        let last = names.len() as f64 - 0.5;
        Self { names, ..Self::linear("") }.including(-0.5).including(last)
    }

    /// Sets the label.
    #[must_use]
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// Makes the axis reach `value`, whatever the data.
    #[must_use]
    pub fn including(mut self, value: f64) -> Self {
        self.including.push(value);
        self
    }

    /// Whether `value` has a place on this axis.
    pub(super) fn shows(&self, value: f64) -> bool {
        value.is_finite() && (!self.log || value > 0.0)
    }

    /// The range and ticks that suit the data.
    pub(super) fn scale(&self, data: impl Iterator<Item = f64>, about: usize) -> Scale {
        let shown = data.chain(self.including.iter().copied()).filter(|&value| self.shows(value));
        let (low, high) =
            shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (scale, nothing) =
            if self.log { (axis::Scale::Log, (1.0, 10.0)) } else { (axis::Scale::Linear, (0.0, 1.0)) };
        let (low, high) = if low.is_finite() { (low, high) } else { nothing };
        let margin = |end: f64| if self.including.contains(&end) { 0.0 } else { 0.02 };
        let axis = axis::Axis::with_margins(scale, (low, high), [margin(low), margin(high)], (0.0, 1.0));
        let name = |(index, name): (usize, &String)| Tick { at: self.way * index as f64, label: name.clone() };
        let names: Vec<Tick> = self.names.iter().enumerate().map(name).collect();
        Scale { axis, ticks: if names.is_empty() { axis.ticks(about) } else { names } }
    }
}

/// An axis with its range and ticks.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    axis: axis::Axis,
    pub ticks: Vec<Tick>,
}

impl Scale {
    /// Where a value lies between the two ends: 0 to 1, a little outside for values out of range.
    /// What a logarithm cannot show lies at the lower end.
    pub fn share(&self, value: f64) -> f64 {
        if self.axis.scale == axis::Scale::Log && value <= 0.0 { 0.0 } else { self.axis.place(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn data_lie_on_the_axis_in_order(mut data in prop::collection::vec(1e-12_f64..1e9, 1..20), log: bool) {
            let axis = if log { Axis::log("x") } else { Axis::linear("x") };
            let scale = axis.scale(data.iter().copied(), 6);
            data.sort_by(f64::total_cmp);
            let shares: Vec<f64> = data.iter().map(|&x| scale.share(x)).collect();
            prop_assert!(shares.iter().all(|s| (0.0..=1.0).contains(s)), "{shares:?}");
            prop_assert!(shares.is_sorted());
            prop_assert!(scale.ticks.iter().all(|tick| (-1e-6..=1.0 + 1e-6).contains(&scale.share(tick.at))));
        }
    }

    #[test]
    fn values_without_a_place_are_left_out() {
        let scale = Axis::log("x").scale([0.0, -1.0, f64::NAN, f64::INFINITY, 1.0, 100.0].into_iter(), 6);
        assert!((scale.share(10.0) - 0.5).abs() < 1e-12);
        assert!(!Axis::log("x").shows(0.0) && Axis::linear("x").shows(0.0) && !Axis::linear("x").shows(f64::NAN));
    }

    #[test]
    fn names_are_read_from_the_top() {
        let scale = Axis::names(["none", "L2"].map(str::to_owned)).scale([0.0, -1.0].into_iter(), 6);
        let [first, second] =
            [0, 1].map(|index| (scale.ticks[index].label.as_str(), scale.share(scale.ticks[index].at)));
        assert_eq!((first, second), (("none", 0.75), ("L2", 0.25)));
    }

    #[test]
    fn an_axis_begins_at_the_value_it_includes() {
        let scale = Axis::linear("x").including(0.0).scale([3.0, 10.0].into_iter(), 6);
        assert_eq!(scale.share(0.0), 0.0);
    }
}
