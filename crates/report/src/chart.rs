//! A chart: drawn here as SVG, and again by the page's script, which lets it be explored.

use super::curve::Curve;
use crate::axis::{Axis, Scale};
use latent_numeric::format::significant;
use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use std::fmt::Write;

/// A point of a line, or of a mean of lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The step.
    pub x: f64,
    /// The value; none where it was not finite.
    pub y: Option<f64>,
    /// The lowest of the values that it stands for.
    pub low: f64,
    /// The highest.
    pub high: f64,
    /// Whether one of them was not finite.
    pub bad: bool,
}

/// A line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// Which colour of the palette.
    pub colour: usize,
    /// Whether points are marked, being few.
    pub dots: bool,
    /// What it goes through.
    pub points: Vec<Point>,
}

impl Line {
    /// The line of a curve.
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

    /// With its points marked if they are few.
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
    /// What it shows.
    pub title: String,
    /// The unit of its values, empty if they have none.
    pub unit: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether it takes the whole width.
    pub wide: bool,
}

/// What the script gets.
#[derive(Serialize)]
struct Embedded<'a> {
    title: &'a str,
    unit: &'a str,
    wide: bool,
    log: bool,
    lines: Vec<EmbeddedLine<'a>>,
}

#[derive(Serialize)]
struct EmbeddedLine<'a> {
    name: &'a str,
    colour: usize,
    dots: bool,
    x: Vec<f64>,
    y: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    low: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    high: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bad: Vec<f64>,
}

impl Chart {
    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.is_empty())
    }

    fn range(&self, of: impl Fn(&Point) -> [f64; 2]) -> Option<(f64, f64)> {
        let values = self.lines.iter().flat_map(|line| &line.points).flat_map(of).filter(|value| value.is_finite());
        values.fold(None, |range, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        })
    }

    /// Logarithmic if all values are positive and of very different size.
    fn scale(&self) -> Scale {
        let positive = self.range(|point| [point.low, point.low]).is_some_and(|(lowest, _)| lowest > 0.0);
        // Means, for noise alone makes no difference of size.
        match self.range(|point| [point.y.unwrap_or(f64::NAN); 2]) {
            Some((low, high)) if positive && high > 100.0 * low => Scale::Log,
            _ => Scale::Linear,
        }
    }

    /// The figure with its title, legend, picture and data.
    pub fn figure(&self) -> Markup {
        html! {
            figure.chart.wide[self.wide] {
                figcaption {
                    span.name { (self.title) }
                    @if !self.unit.is_empty() { span.unit { (self.unit) } }
                    span.keys {
                        @for line in &self.lines {
                            button.key type="button" aria-pressed="true" style=(format!("--c:var(--c{})", line.colour % 8)) {
                                i.dot[line.dots] {} (line.name)
                            }
                        }
                    }
                }
                div.plot tabindex="0" { (PreEscaped(self.svg())) }
                script type="application/json" { (PreEscaped(safe_json(&self.embedded()))) }
            }
        }
    }

    fn embedded(&self) -> Embedded<'_> {
        let lines = self.lines.iter().map(|line| {
            let of = |f: fn(&Point) -> Option<f64>| line.points.iter().map(|p| f(p).map(rounded)).collect::<Vec<_>>();
            let band = |f: fn(&Point) -> Option<f64>| if line.has_band() { of(f) } else { Vec::new() };
            EmbeddedLine {
                name: &line.name,
                colour: line.colour % 8,
                dots: line.dots,
                x: line.points.iter().map(|p| p.x).collect(),
                y: of(|p| p.y),
                low: band(|p| Some(p.low).filter(|low| low.is_finite())),
                high: band(|p| Some(p.high).filter(|high| high.is_finite())),
                bad: line.points.iter().filter(|p| p.bad).map(|p| p.x).collect(),
            }
        });
        let log = self.scale() == Scale::Log;
        Embedded { title: &self.title, unit: &self.unit, wide: self.wide, log, lines: lines.collect() }
    }

    /// The picture for those without the script.
    fn svg(&self) -> String {
        let (width, height) = if self.wide { (1040.0, 340.0) } else { (520.0, 250.0) };
        let (left, right, top, bottom) = (56.0, width - 14.0, 10.0, height - 38.0);
        let mut svg = format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
            escaped(&format!("{} over steps", self.title))
        );
        let (Some(steps), Some(values)) = (self.range(|p| [p.x, p.x]), self.range(|p| [p.low, p.high])) else {
            let _ = write!(
                svg,
                "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">no finite values</text></svg>",
                width / 2.0,
                height / 2.0
            );
            return svg;
        };
        // A run begins at no steps, whenever it was first recorded.
        let begin = if steps.0 <= 0.5 * steps.1 { 0.0 } else { steps.0 };
        let x = Axis::new(Scale::Linear, (begin, steps.1), 0.0, (left, right));
        let y = Axis::new(self.scale(), values, 0.05, (bottom, top));
        for tick in y.ticks(5) {
            let at = y.place(tick.at);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{left}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"axis\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                left - 7.0,
                at + 4.0,
                escaped(&tick.label)
            );
        }
        for tick in x.ticks(if self.wide { 9 } else { 5 }).iter().filter(|tick| tick.at.fract() == 0.0) {
            let at = x.place(tick.at);
            let _ = write!(
                svg,
                "<line class=\"rule\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{bottom}\" y2=\"{}\"/>\
                 <text class=\"axis\" x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 4.0,
                bottom + 17.0,
                escaped(&tick.label)
            );
        }
        let _ = write!(
            svg,
            "<line class=\"rule\" x1=\"{left}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\
             <text class=\"axis soft\" x=\"{right}\" y=\"{}\" text-anchor=\"end\">step</text>",
            height - 5.0
        );
        for line in &self.lines {
            draw(&mut svg, line, x, y);
        }
        svg.push_str("</svg>");
        svg
    }
}

fn draw(svg: &mut String, line: &Line, x: Axis, y: Axis) {
    let colour = format!("--c:var(--c{})", line.colour % 8);
    // Where values were not finite there is a gap.
    let runs = || line.points.split(|point| point.y.is_none()).filter(|run| !run.is_empty());
    if line.has_band() {
        let mut path = String::new();
        for run in runs() {
            let there = run.iter().map(|p| (p.x, p.high));
            let back = run.iter().rev().map(|p| (p.x, p.low));
            polyline(&mut path, there.chain(back), x, y);
            path.push('Z');
        }
        let _ = write!(svg, "<path class=\"band\" style=\"{colour}\" d=\"{path}\"/>");
    }
    let mut path = String::new();
    for run in runs() {
        polyline(&mut path, run.iter().filter_map(|p| Some((p.x, p.y?))), x, y);
    }
    let _ = write!(svg, "<path class=\"line\" style=\"{colour}\" d=\"{path}\"/>");
    let alone = runs().filter(|run| run.len() == 1).flatten();
    let dots: Vec<&Point> = if line.dots { line.points.iter().collect() } else { alone.collect() };
    for (at, value) in dots.iter().filter_map(|p| Some((p.x, p.y?))) {
        let (cx, cy) = (x.place(at), y.place(value));
        let _ = write!(svg, "<circle class=\"dot\" style=\"{colour}\" cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"2.5\"/>");
    }
    for point in line.points.iter().filter(|point| point.bad) {
        let (at, label) = (x.place(point.x), significant(point.x, 7));
        let bottom = y.page_start() - 3.0;
        let name = escaped(&line.name);
        let _ = write!(
            svg,
            "<text class=\"bad\" x=\"{at:.1}\" y=\"{bottom}\" text-anchor=\"middle\">×<title>{name} is not finite at step {label}</title></text>"
        );
    }
}

fn polyline(path: &mut String, points: impl Iterator<Item = (f64, f64)>, x: Axis, y: Axis) {
    for (index, (at, value)) in points.enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{command}{:.1} {:.1}", x.place(at), y.place(value));
    }
}

/// Six significant digits: more cannot be seen, and would make the page larger.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}

/// JSON that can stand inside a `script` element, whatever its texts hold.
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
        assert_eq!(chart.svg().matches("class=\"band\"").count(), 1);
    }

    #[test]
    fn what_is_not_finite_leaves_a_gap_and_a_mark() {
        let chart = chart(&[Some(1.0), Some(2.0), None, Some(3.0), Some(1.5)], 10);
        let svg = chart.svg();
        assert_eq!(svg.matches("is not finite at step 3").count(), 1);
        let path = svg.split("class=\"line\"").nth(1).unwrap();
        assert_eq!(path.matches('M').count(), 2, "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(self::chart(&[None], 10).svg().contains("no finite values"));
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
