//! One pair of axes with what is drawn between them.

use super::Axis;

/// A bar of a bar chart or histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins on the x axis.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its height on the y axis.
    pub height: f64,
}

/// A value with its interval, drawn along the x axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Where it is on the y axis.
    pub y: f64,
    /// Where it begins on the x axis.
    pub from: f64,
    /// The value.
    pub x: f64,
    /// Where it ends.
    pub to: f64,
}

/// A cell of a matrix, with the text in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its middle on the x axis; it reaches half a unit to both sides.
    pub x: f64,
    /// Its middle on the y axis.
    pub y: f64,
    /// How dark the cell is, from 0 to 1.
    pub share: f64,
    /// The text in the cell.
    pub text: String,
}

/// What a name of the legend stands for.
#[derive(Clone, Debug)]
pub(super) enum Marks {
    Curve(Vec<(f64, f64)>),
    Bars(Vec<Bar>),
    Points(Vec<(f64, f64)>),
    Intervals(Vec<Interval>),
    Places(Vec<Place>),
}

/// A pair of axes with curves, bars, points, intervals or matrix cells between them.
#[derive(Clone, Debug)]
pub struct Panel {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<(String, Marks)>,
}

impl Panel {
    /// A panel with these axes, and nothing drawn yet.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self { title: String::new(), x, y, series: Vec::new() }
    }

    /// Sets the text above the panel.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Adds a curve through the points; those without a place on the axes interrupt it. An empty
    /// name keeps it out of the legend.
    #[must_use]
    pub fn curve(mut self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        self.series.push((name.into(), Marks::Curve(points)));
        self
    }

    /// Adds bars, which stand on zero or, on a logarithmic axis, on its lower end.
    #[must_use]
    pub fn bars(mut self, name: impl Into<String>, bars: Vec<Bar>) -> Self {
        self.series.push((name.into(), Marks::Bars(bars)));
        self
    }

    /// Adds a cloud of points, with its name in its middle; those without a place on the axes are left out.
    #[must_use]
    pub fn points(mut self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        self.series.push((name.into(), Marks::Points(points)));
        self
    }

    /// Adds values with their intervals; those without a place on the axes are left out.
    #[must_use]
    pub fn intervals(mut self, name: impl Into<String>, intervals: Vec<Interval>) -> Self {
        let shown = |interval: &Interval| {
            [interval.from, interval.x, interval.to].iter().all(|&x| self.x.shows(x)) && self.y.shows(interval.y)
        };
        let intervals = intervals.into_iter().filter(shown).collect();
        self.series.push((name.into(), Marks::Intervals(intervals)));
        self
    }

    /// Adds the cells of a matrix.
    #[must_use]
    pub fn places(mut self, name: impl Into<String>, places: Vec<Place>) -> Self {
        self.series.push((name.into(), Marks::Places(places)));
        self
    }

    /// All values on the x axis.
    pub(super) fn xs(&self) -> Vec<f64> {
        let of = |(_, marks): &(String, Marks)| match marks {
            Marks::Curve(points) | Marks::Points(points) => self.placed(points).map(|(x, _)| x).collect(),
            Marks::Bars(bars) => bars.iter().flat_map(|bar| [bar.from, bar.to]).collect::<Vec<_>>(),
            Marks::Intervals(intervals) => intervals.iter().flat_map(|interval| [interval.from, interval.to]).collect(),
            Marks::Places(places) => places.iter().map(|place| place.x).collect(),
        };
        self.series.iter().flat_map(of).collect()
    }

    /// The y axis, which begins at zero when bars stand on it.
    pub(super) fn y_axis(&self) -> Axis {
        let on_zero = self.series.iter().any(|(_, marks)| matches!(marks, Marks::Bars(_)));
        if on_zero { self.y.clone().including(0.0) } else { self.y.clone() }
    }

    /// All values on the y axis.
    pub(super) fn ys(&self) -> Vec<f64> {
        let of = |(_, marks): &(String, Marks)| match marks {
            Marks::Curve(points) | Marks::Points(points) => self.placed(points).map(|(_, y)| y).collect(),
            Marks::Bars(bars) => bars.iter().map(|bar| bar.height).collect::<Vec<_>>(),
            Marks::Intervals(intervals) => intervals.iter().map(|interval| interval.y).collect(),
            Marks::Places(places) => places.iter().map(|place| place.y).collect(),
        };
        self.series.iter().flat_map(of).collect()
    }

    pub(super) fn placed<'a>(&'a self, points: &'a [(f64, f64)]) -> impl Iterator<Item = (f64, f64)> + 'a {
        points.iter().copied().filter(|&(x, y)| self.x.shows(x) && self.y.shows(y))
    }

    /// What is drawn over what.
    pub(super) fn describe(&self) -> String {
        let names: Vec<&str> =
            self.series.iter().map(|(name, _)| name.as_str()).filter(|name| !name.is_empty()).collect();
        let labels = [&self.y.label, &self.x.label].map(String::as_str);
        let over = labels.into_iter().filter(|label| !label.is_empty()).collect::<Vec<_>>().join(" over ");
        let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(", ")) };
        let title = if self.title.is_empty() { String::new() } else { format!("{}: ", self.title) };
        format!("{title}{over}{of}")
    }

    /// Whether there are clouds of points only, which have their names in them and need no legend.
    pub(super) fn names_its_points(&self) -> bool {
        self.series.iter().all(|(_, marks)| matches!(marks, Marks::Points(_)))
    }

    /// The points of a curve cut where one has no place on the axes.
    pub(super) fn pieces<'a>(&self, points: &'a [(f64, f64)]) -> Vec<&'a [(f64, f64)]> {
        points.split(|&(x, y)| !(self.x.shows(x) && self.y.shows(y))).filter(|piece| !piece.is_empty()).collect()
    }
}
