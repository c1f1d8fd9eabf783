//! A chart of a page: values over steps, drawn as SVG that is as wide as the page lets it be.
//!
//! Each scale that suits it is drawn, with the numbers of its axis for each range: the script of the page chooses among
//! them, and adds what depends on the pointer.

use super::curve::Curve;
use super::study::shown;
use crate::axis::{Axis, Scale};
use crate::palette::{self, Ink};
use crate::picture::text::width_of;
use crate::range::{self, Value};
use crate::svg::{Anchor, Ground, Lettering, SPAN, Svg, escaped};
use latent_numeric::format::{short, significant};
use maud::{Markup, PreEscaped, html};
use serde::{Serialize, Serializer};
use serde_json::Number;

/// A point of a line: a value, with the range of the values that it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The step.
    pub x: f64,
    /// The value; none where it was not finite.
    pub y: Option<f64>,
    /// The lowest of the values that it stands for.
    pub low: f64,
    /// The highest of these values.
    pub high: f64,
    /// Whether one of these values was not finite.
    pub bad: bool,
}

/// A line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// The number of its colour in the palette.
    pub colour: usize,
    /// Whether its points are marked where they are few.
    pub dots: bool,
    /// Its points, in the order of steps.
    pub points: Vec<Point>,
}

impl Line {
    /// The line of a curve, with this name and colour.
    pub fn of(name: impl Into<String>, colour: usize, curve: &Curve) -> Self {
        let points = curve
            .buckets()
            .iter()
            .map(|bucket| Point {
                x: bucket.step(),
                y: bucket.mean(),
                low: bucket.low,
                high: bucket.high,
                bad: bucket.missing > 0,
            })
            .collect();
        Self { name: name.into(), colour, dots: false, points }
    }

    /// Marks the points of the line where they are few.
    #[must_use]
    pub fn dots(mut self) -> Self {
        self.dots = self.points.len() <= 60;
        self
    }

    fn has_band(&self) -> bool {
        self.points.iter().any(|point| point.high > point.low)
    }
}

/// A chart of values over steps.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// The quantity that it shows, as its heading.
    pub title: String,
    /// The unit of its values, empty if they have none.
    pub unit: String,
    /// The lines of the chart.
    pub lines: Vec<Line>,
    /// Whether it takes the whole width of the page.
    pub wide: bool,
}

/// A scale with its ranges.
struct View {
    scale: Scale,
    all: Axis,
    /// Without a start or extremes that would flatten the rest.
    part: Option<Axis>,
}

impl View {
    /// The range that the curves are drawn for: without extremes where there is such a range.
    fn first(&self) -> &Axis {
        self.part.as_ref().unwrap_or(&self.all)
    }

    fn ranges(&self) -> impl Iterator<Item = (&'static str, &Axis)> {
        self.part.iter().map(|part| ("part", part)).chain([("all", &self.all)])
    }

    /// Where a value is, as a share of the height; none if it has no place on the scale.
    fn place(&self, value: f64) -> Option<f64> {
        (value.is_finite() && (self.scale == Scale::Linear || value > 0.0)).then(|| self.first().place(value))
    }

    fn name(&self) -> &'static str {
        if self.scale == Scale::Log { "log" } else { "linear" }
    }
}

/// The data of a chart for the script of the page, as JSON.
#[derive(Serialize)]
struct Embedded<'a> {
    /// The ends of the horizontal axis.
    steps: (f64, f64),
    /// The scale that suits.
    auto: &'a str,
    /// What stands at the lower and the upper edge, by scale and range; of logarithms where the scale is.
    views: Vec<EmbeddedView>,
    lines: Vec<EmbeddedLine<'a>>,
}

#[derive(Serialize)]
struct EmbeddedView {
    scale: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<(f64, f64)>,
    all: (f64, f64),
}

#[derive(Serialize)]
struct EmbeddedLine<'a> {
    name: &'a str,
    colour: usize,
    dots: bool,
    #[serde(serialize_with = "steps")]
    x: Vec<f64>,
    y: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    low: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    high: Vec<Option<f64>>,
}

/// Pixels to the em of numbers.
const NUMBER: f64 = 12.0;

impl Chart {
    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.is_empty())
    }

    /// Converts values into the unit that they are shown in.
    #[must_use]
    pub fn shown(mut self) -> Self {
        let (factor, unit) = shown(&self.unit);
        let unit = unit.to_owned();
        if factor != 1.0 {
            for point in self.lines.iter_mut().flat_map(|line| &mut line.points) {
                point.y = point.y.map(|value| factor * value);
                (point.low, point.high) = (factor * point.low, factor * point.high);
            }
        }
        Self { unit, ..self }
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.lines.iter().flat_map(|line| &line.points)
    }

    /// All values that are finite, with the ends of bands.
    fn values(&self) -> Vec<Value> {
        let of = |point: &Point| [point.y.unwrap_or(f64::NAN), point.low, point.high].map(|value| (point.x, value));
        self.points().flat_map(of).filter(|(_, value)| value.is_finite()).collect()
    }

    /// Logarithmic if all values are positive and of very different size.
    fn scale(&self) -> Scale {
        let positive = self.values().iter().all(|(_, value)| *value > 0.0);
        // Means, for noise alone makes no difference of size.
        let means: Vec<Value> = self.points().filter_map(|point| Some((point.x, point.y?))).collect();
        match range::whole(&means) {
            Some((low, high)) if positive && high > 100.0 * low => Scale::Log,
            _ => Scale::Linear,
        }
    }

    /// The scale that suits, then the other if anything can be seen on it.
    fn views(&self) -> Vec<View> {
        let values = self.values();
        let other = if self.scale() == Scale::Log { Scale::Linear } else { Scale::Log };
        let view = |scale: Scale| {
            let placed: Vec<Value> = match scale {
                Scale::Linear => values.clone(),
                Scale::Log => values.iter().filter(|(_, value)| *value > 0.0).map(|(x, v)| (*x, v.log10())).collect(),
            };
            let axis = |(low, high): (f64, f64)| {
                let ends = if scale == Scale::Log { (10_f64.powf(low), 10_f64.powf(high)) } else { (low, high) };
                Axis::new(scale, ends, 0.05, (0.0, 1.0))
            };
            Some(View { scale, all: axis(range::whole(&placed)?), part: range::part(&placed).map(axis) })
        };
        [self.scale(), other].into_iter().filter_map(view).collect()
    }

    fn steps(&self) -> Axis {
        let steps: Vec<Value> = self.points().map(|point| (0.0, point.x)).collect();
        let (first, last) = range::whole(&steps).unwrap_or((0.0, 1.0));
        // A run begins at no steps, whenever it was first recorded.
        let first = if first <= 0.5 * last { 0.0 } else { first };
        Axis::with_margins(Scale::Linear, (first, last), [0.0, 0.01], (0.0, 1.0))
    }

    /// The chart as HTML, with its title, legend, picture and data.
    pub fn figure(&self) -> Markup {
        let views = self.views();
        let cut = views.first().filter(|view| view.part.is_some()).and_then(|_| range::whole(&self.values()));
        html! {
            figure.chart.wide[self.wide] {
                figcaption {
                    span.name { (self.title) }
                    @if !self.unit.is_empty() { span.unit { (self.unit) } }
                    @if let Some((low, high)) = cut { span.cut { "all values: " (short(low)) " to " (short(high)) } }
                    span.keys {
                        @for line in &self.lines {
                            button.key type="button" aria-pressed="true" style=(format!("--c:var(--c{})", line.colour % palette::COUNT)) {
                                i.dot[line.dots] {} (line.name)
                            }
                        }
                    }
                }
                (PreEscaped(self.plot(&views)))
                script type="application/json" { (PreEscaped(safe_json(&self.embedded(&views)))) }
            }
        }
    }

    fn embedded(&self, views: &[View]) -> Embedded<'_> {
        let lines = self.lines.iter().map(|line| {
            let of = |f: fn(&Point) -> Option<f64>| line.points.iter().map(|p| f(p).map(rounded)).collect::<Vec<_>>();
            let band = |f: fn(&Point) -> Option<f64>| if line.has_band() { of(f) } else { Vec::new() };
            EmbeddedLine {
                name: &line.name,
                colour: line.colour % palette::COUNT,
                dots: line.dots,
                x: line.points.iter().map(|p| p.x).collect(),
                y: of(|p| p.y),
                low: band(|p| Some(p.low).filter(|low| low.is_finite())),
                high: band(|p| Some(p.high).filter(|high| high.is_finite())),
            }
        });
        Embedded {
            steps: self.steps().range(),
            auto: views.first().map_or("linear", View::name),
            views: views
                .iter()
                .map(|view| EmbeddedView {
                    scale: view.name(),
                    part: view.part.map(|axis| axis.range()),
                    all: view.all.range(),
                })
                .collect(),
            lines: lines.collect(),
        }
    }

    /// What it shows, for those who cannot see it.
    fn describe(&self) -> String {
        let line = |line: &Line| {
            let mut known = line.points.iter().filter_map(|point| Some((point.x, point.y?)));
            let Some(first) = known.next() else { return format!("{}: no finite values", line.name) };
            let last = known.next_back().unwrap_or(first);
            let lowest = line.points.iter().filter_map(|point| point.y).fold(f64::INFINITY, f64::min);
            format!(
                "{}: from {} at step {} to {} at step {}, lowest {}",
                line.name,
                short(first.1),
                significant(first.0, 7),
                short(last.1),
                significant(last.0, 7),
                short(lowest)
            )
        };
        let unit = if self.unit.is_empty() { String::new() } else { format!(" in {}", self.unit) };
        let lines: Vec<String> = self.lines.iter().map(line).collect();
        format!("{}{unit} over steps. {}", self.title, lines.join("; "))
    }

    /// The picture: numbers of the axes for each scale and range, and curves for each scale.
    fn plot(&self, views: &[View]) -> String {
        let about = if self.wide { 6 } else { 5 };
        let labels: Vec<_> = views.iter().flat_map(View::ranges).map(|(_, axis)| axis.ticks(about)).collect();
        let widest = labels.iter().flatten().map(|tick| width_of(&tick.label, NUMBER, false)).fold(20.0, f64::max);
        let label = escaped(&self.describe());
        let mut svg = Svg::default();
        svg.raw(format_args!(
            "<div class=\"plot\" tabindex=\"0\" style=\"--left:{:.0}px\"><svg class=\"frame\" role=\"img\" aria-label=\"{label}\">",
            widest + 14.0
        ));
        let number = Lettering { size: NUMBER, bold: false, ink: Ink::Soft, anchor: Anchor::Middle };
        let ground = Ground::Fluid;
        if views.is_empty() {
            svg.text((ground.x(0.5), ground.y(0.5)), (0.0, 0.0), "no finite values", number);
        } else {
            let steps = self.steps();
            svg.raw("<g class=\"steps\">");
            let ticks = steps.ticks(if self.wide { 9 } else { 5 });
            for (index, tick) in ticks.iter().filter(|tick| tick.at.fract() == 0.0).enumerate() {
                svg.raw(if index % 2 == 1 { "<g class=\"between\">" } else { "<g>" });
                svg.tick_of_x(ground, steps.place(tick.at), &tick.label, number);
                svg.raw("</g>");
            }
            svg.raw("</g>");
            for (index, view) in views.iter().enumerate() {
                for (at, (name, axis)) in view.ranges().enumerate() {
                    let off = if index + at > 0 { " off" } else { "" };
                    svg.raw(format_args!(
                        "<g class=\"view{off}\" data-scale=\"{}\" data-range=\"{name}\">",
                        view.name()
                    ));
                    axis.ticks(about).iter().for_each(|t| svg.tick_of_y(ground, axis.place(t.at), &t.label, number));
                    svg.raw("</g>");
                }
            }
            for (index, view) in views.iter().enumerate() {
                let off = if index > 0 { " off" } else { "" };
                svg.raw(format_args!(
                    "<svg class=\"body{off}\" data-scale=\"{}\" width=\"100%\" height=\"100%\" \
                     viewBox=\"0 0 {SPAN} {SPAN}\" preserveAspectRatio=\"none\">",
                    view.name()
                ));
                for (place, line) in self.lines.iter().enumerate() {
                    svg.raw(format_args!("<g data-line=\"{place}\">"));
                    line.draw(&mut svg, &steps, view);
                    svg.raw("</g>");
                }
                svg.raw("</svg>");
            }
            for (place, line) in self.lines.iter().enumerate() {
                line.draw_bad(&mut svg, &steps, place);
            }
            svg.line((ground.x(0.0), ground.y(0.0)), (ground.x(1.0), ground.y(0.0)), Ink::Axis, 1.0);
        }
        let end = Lettering { anchor: Anchor::End, ..number };
        svg.text((ground.x(1.0), ground.y(0.0)), (0.0, 33.0), "step", end);
        svg.raw("</svg></div>");
        svg.0
    }
}

impl Line {
    fn draw(&self, svg: &mut Svg, steps: &Axis, view: &View) {
        let ink = Ink::Series(self.colour % palette::COUNT);
        let placed = |point: &Point| Some((steps.place(point.x), view.place(point.y?)?));
        // Where values were not finite there is a gap.
        let runs: Vec<&[Point]> =
            self.points.split(|point| placed(point).is_none()).filter(|run| !run.is_empty()).collect();
        if self.has_band() {
            // What is too low for a logarithmic scale is far below.
            let ends = |point: &Point| {
                (steps.place(point.x), view.place(point.low).unwrap_or(-10.0), view.place(point.high).unwrap_or(-10.0))
            };
            let pieces: Vec<Vec<_>> = runs.iter().map(|run| run.iter().map(ends).collect()).collect();
            svg.band(Ground::Fluid, &pieces, ink);
        }
        let pieces: Vec<Vec<_>> = runs.iter().map(|run| run.iter().filter_map(placed).collect()).collect();
        svg.curve(Ground::Fluid, &pieces, ink, 1.7);
        let dots: Vec<_> = pieces.into_iter().filter(|piece| self.dots || piece.len() == 1).flatten().collect();
        svg.dots(Ground::Fluid, &dots, 2.7, ink, 1.0);
    }

    /// A mark at the steps where something was not finite.
    fn draw_bad(&self, svg: &mut Svg, steps: &Axis, place: usize) {
        for point in self.points.iter().filter(|point| point.bad) {
            let (at, step, name) = (Ground::Fluid.x(steps.place(point.x)), point.x, escaped(&self.name));
            let label = significant(point.x, 7);
            svg.raw(format_args!(
                "<text class=\"bad\" data-line=\"{place}\" data-step=\"{step}\" x=\"{at}\" y=\"100%\" dy=\"-3\" \
                 text-anchor=\"middle\">×<title>{name} is not finite at step {label}</title></text>"
            ));
        }
    }
}

/// Five significant digits: more are not shown, and would make the page larger.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

/// Whole numbers without a point.
fn steps<S: Serializer>(steps: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(|&step| {
        if step.fract() == 0.0 && step.abs() < 1e15 {
            Number::from(step as i64)
        } else {
            Number::from_f64(step).unwrap_or(0.into())
        }
    }))
}

/// Encodes a value as JSON that can stand inside a `script` element, whatever its texts hold.
pub fn safe_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    // Inside texts only, where these are the same characters.
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chart(values: &[Option<f64>], capacity: usize) -> Chart {
        let mut curve = Curve::new(capacity);
        (1..).zip(values).for_each(|(step, value)| curve.push(step, *value));
        Chart { title: "a < b".into(), lines: vec![Line::of("</script>", 0, &curve)], ..Chart::default() }
    }

    #[test]
    fn nothing_from_outside_can_end_the_script_or_the_figure() {
        let figure = chart(&[Some(1.0), Some(2.0)], 10).figure().into_string();
        assert_eq!(figure.matches("</script>").count(), 1, "{figure}");
        assert!(figure.contains("a &lt; b") && figure.contains("\\u003c/script\\u003e"), "{figure}");
    }

    proptest! {
        #[test]
        fn safe_json_is_the_same_value(text in ".*", inner in prop::sample::select(vec!["</script>", "<!--", "&lt;", "]]>"])) {
            let value = format!("{text}{inner}{text}");
            let json = safe_json(&value);
            prop_assert!(!json.contains(['<', '>', '&']));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), value);
        }
    }

    #[test]
    fn a_thin_line_has_means_and_their_ranges() {
        let values: Vec<_> = (0..1024).map(|i| Some(f64::from(i % 2))).collect();
        let chart = chart(&values, 8);
        assert!(chart.lines[0].points.iter().all(|p| (p.y, p.low, p.high) == (Some(0.5), 0.0, 1.0)));
        assert_eq!(chart.lines[0].points.len(), 8);
        let one = chart.plot(&chart.views()[..1]);
        assert_eq!(one.matches("data-is=\"band\"").count(), 1);
    }

    #[test]
    fn what_is_not_finite_leaves_a_gap_and_a_mark() {
        let chart = chart(&[Some(1.0), Some(2.0), None, Some(3.0), Some(1.5)], 10);
        let svg = chart.plot(&chart.views()[..1]);
        assert_eq!(svg.matches("is not finite at step 3").count(), 1);
        let path = svg.split("data-is=\"line\"").nth(1).unwrap().split("d=\"").nth(1).unwrap();
        assert_eq!(path.split('"').next().unwrap().matches('M').count(), 2, "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        let nothing = self::chart(&[None], 10);
        assert!(nothing.plot(&nothing.views()).contains("no finite values"));
    }

    #[test]
    fn what_is_shown_at_first_fills_the_height_and_all_can_be_seen() {
        let values: Vec<_> = (0..64).map(|i| Some(if i == 0 { 540.0 } else { 100.0 - f64::from(i) / 10.0 })).collect();
        let chart = chart(&values, 64);
        let views = chart.views();
        let linear = views.iter().find(|view| view.scale == Scale::Linear).unwrap();
        let (part, all) = (linear.part.unwrap(), linear.all);
        assert!(part.place(540.0) > 10.0 && part.place(94.0) < 0.2 && part.place(99.0) > 0.7);
        assert!((0.9..1.0).contains(&all.place(540.0)));
        let figure = chart.figure().into_string();
        assert!(figure.contains("all values: 93.7 to 540"), "{figure}");
        for range in ["part", "all"] {
            assert!(figure.contains(&format!("data-scale=\"linear\" data-range=\"{range}\"")), "{range}");
        }
    }

    #[test]
    fn a_chart_says_what_it_shows() {
        let chart = chart(&[Some(3.0), Some(1.0), Some(2.0)], 10);
        assert_eq!(chart.describe(), "a < b over steps. </script>: from 3 at step 1 to 2 at step 3, lowest 1");
    }

    #[test]
    fn the_scale_is_logarithmic_where_sizes_differ_much() {
        assert_eq!(chart(&[Some(1.0), Some(500.0)], 10).scale(), Scale::Log);
        assert_eq!(chart(&[Some(1.0), Some(50.0)], 10).scale(), Scale::Linear);
        assert_eq!(chart(&[Some(-1.0), Some(500.0)], 10).scale(), Scale::Linear);
        let noise: Vec<_> = (0..64).map(|i| Some(if i % 2 == 0 { 0.001 } else { 10.0 })).collect();
        assert_eq!(chart(&noise, 8).scale(), Scale::Linear);
    }
}
