//! The layout of a figure.

use super::axis::Scale;
use super::panel::Marks;
use super::plates::{self, Plate};
use super::{Bar, Figure, Interval, Panel, Place};
use crate::palette::{Ink, own_style};
use crate::picture::text::width_of;
use crate::svg::{Anchor, Ground, Length, Lettering, Svg};

/// The families of texts: the one that is embedded for PNG, then what other machines have.
const FAMILIES: &str = "DejaVu Sans, Verdana, Helvetica, sans-serif";
const TITLE: f64 = 17.0;
const PANEL_TITLE: f64 = 14.0;
const LABEL: f64 = 14.0;
const NUMBER: f64 = 12.5;
const CURVE: f64 = 2.2;
/// Up to this many points a curve shows each of them.
const FEW: usize = 15;

type Point = (f64, f64);

/// A rectangle on the paper.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Where a text lies, across its direction, from its point.
#[derive(Clone, Copy)]
enum Across {
    /// It hangs from there.
    Below,
    /// Its middle is there.
    Middle,
    /// It stands there.
    Above,
}

/// Regular, dark, centred on its point.
fn centered(size: f64) -> Lettering {
    Lettering { size, bold: false, ink: Ink::Text, anchor: Anchor::Middle }
}

fn width(look: Lettering, text: &str) -> f64 {
    width_of(text, look.size, look.bold)
}

fn text(svg: &mut Svg, (x, y): Point, text: &str, across: Across, look: Lettering) {
    let dy = look.size
        * match across {
            Across::Below => 0.76,
            Across::Middle => 0.35,
            Across::Above => 0.0,
        };
    svg.text((Length::Pixels(x), Length::Pixels(y)), (0.0, dy), text, look);
}

impl Figure {
    /// The figure as SVG, which is dark where the page around it is.
    pub fn svg(&self) -> String {
        let (columns, rows) = self.grid();
        let size = self.size.unwrap_or((500 * columns as u32, 400 * rows as u32));
        drawn(self, size)
    }
}

fn drawn(figure: &Figure, (width, height): (u32, u32)) -> String {
    let mut svg = Svg::default();
    let title = crate::svg::escaped(&figure.describe());
    svg.raw(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FAMILIES}\"><title>{title}</title>{}",
        own_style()
    ));
    let (width, height) = (f64::from(width), f64::from(height));
    svg.rectangle((0.0, 0.0), (width, height), Ink::Paper);
    let mut top = 14.0;
    if !figure.title.is_empty() {
        let look = Lettering { bold: true, ..centered(TITLE) };
        text(&mut svg, (width / 2.0, top), &figure.title, Across::Below, look);
        top += TITLE + 14.0;
    }
    let names = names(figure);
    if names.len() > 1 && !figure.panels.iter().all(Panel::names_its_points) {
        top = legend(&mut svg, &names, width, top);
    }
    let (columns, rows) = figure.grid();
    let (share, line) = (width / columns as f64, (height - top) / rows as f64);
    for (index, panel) in figure.panels.iter().enumerate() {
        let (left, top) = ((index % columns) as f64 * share, top + (index / columns) as f64 * line);
        self::panel(&mut svg, panel, &names, Frame { left, top, right: left + share, bottom: top + line });
    }
    svg.raw("</svg>");
    svg.0
}

/// The names of the legend in order of appearance; a name's place is its colour.
fn names(figure: &Figure) -> Vec<&str> {
    let mut names = Vec::new();
    for (name, _) in figure.panels.iter().flat_map(|panel| &panel.series) {
        if !name.is_empty() && !names.contains(&name.as_str()) {
            names.push(name.as_str());
        }
    }
    names
}

/// One centred line of names, or more if they do not fit; returns where it ends.
fn legend(svg: &mut Svg, names: &[&str], room: f64, top: f64) -> f64 {
    const SAMPLE: f64 = 24.0;
    const GAP: f64 = 7.0;
    const BETWEEN: f64 = 22.0;
    const LINE: f64 = 22.0;
    let look = Lettering { anchor: Anchor::Start, ..centered(NUMBER + 0.5) };
    let entry = |name: &str| SAMPLE + GAP + width(look, name);
    let mut lines: Vec<(f64, Vec<usize>)> = vec![(0.0, Vec::new())];
    for (index, name) in names.iter().enumerate() {
        let needed = entry(name);
        match lines.last_mut() {
            Some((used, line)) if line.is_empty() || *used + BETWEEN + needed <= room - 40.0 => {
                *used += needed + if line.is_empty() { 0.0 } else { BETWEEN };
                line.push(index);
            }
            _ => lines.push((needed, vec![index])),
        }
    }
    let mut y = top + LINE / 2.0;
    for (used, line) in &lines {
        let mut x = (room - used) / 2.0;
        for &index in line {
            let [from, to] = [x, x + SAMPLE].map(|x| (Length::Pixels(x), Length::Pixels(y)));
            svg.line(from, to, Ink::series(index, names.len()), CURVE + 0.6);
            text(svg, (x + SAMPLE + GAP, y), names[index], Across::Middle, look);
            x += entry(names[index]) + BETWEEN;
        }
        y += LINE;
    }
    y - LINE / 2.0 + 2.0
}

fn panel(svg: &mut Svg, panel: &Panel, names: &[&str], outer: Frame) {
    let number = Lettering { ink: Ink::Soft, ..centered(NUMBER) };
    let inner_height = outer.bottom - outer.top - 80.0;
    let y = panel.y_axis().scale(panel.ys().into_iter(), ((inner_height / 42.0) as usize).clamp(2, 8));
    let widest = y.ticks.iter().map(|tick| width(number, &tick.label)).fold(0.0, f64::max);
    let title = if panel.title.is_empty() { 0.0 } else { PANEL_TITLE + 10.0 };
    let ground = Ground::Paper {
        left: outer.left + 18.0 + LABEL + 12.0 + widest + 8.0,
        top: outer.top + 12.0 + title,
        right: outer.right - 24.0,
        bottom: outer.bottom - 14.0 - LABEL - 10.0 - NUMBER - 8.0,
    };
    let (corner, middle_of_all) = (ground.point((0.0, 1.0)), ground.point((0.5, 0.5)));
    let right = ground.point((1.0, 0.0)).0;
    let x = panel.x.scale(panel.xs().into_iter(), (((right - corner.0) / 75.0) as usize).clamp(2, 8));

    if title > 0.0 {
        let look = Lettering { bold: true, ..centered(PANEL_TITLE) };
        // Above the middle, or as far from it as it takes to stay on the panel.
        let half = width(look, &panel.title) / 2.0 + 4.0;
        let middle = middle_of_all.0.min(outer.right - half).max(outer.left + half);
        text(svg, (middle, corner.1 - 8.0), &panel.title, Across::Above, look);
    }
    for tick in &x.ticks {
        svg.tick_of_x(ground, x.share(tick.at), &tick.label, number);
    }
    for tick in &y.ticks {
        svg.tick_of_y(ground, y.share(tick.at), &tick.label, number);
    }
    let label = centered(LABEL);
    text(svg, (middle_of_all.0, outer.bottom - 14.0), &panel.x.label, Across::Above, label);
    svg.upright((outer.left + 18.0 + LABEL / 2.0, middle_of_all.1), &panel.y.label, label);

    let at = |points: &[Point]| -> Vec<Point> { points.iter().map(|&(a, b)| (x.share(a), y.share(b))).collect() };
    for (order, (name, marks)) in panel.series.iter().enumerate() {
        let ink = Ink::series(names.iter().position(|other| other == name).unwrap_or(order), names.len());
        match marks {
            Marks::Curve(points) => {
                let pieces: Vec<Vec<Point>> = panel.pieces(points).into_iter().map(at).collect();
                svg.curve(ground, &pieces, ink, CURVE);
                let shown = pieces.iter().filter(|piece| points.len() <= FEW || piece.len() == 1);
                svg.dots(ground, &shown.flatten().copied().collect::<Vec<_>>(), 3.2, ink, 1.0);
            }
            Marks::Bars(bars) => bars.iter().for_each(|bar| self::bar(svg, bar, (&x, &y), ground, ink)),
            Marks::Intervals(intervals) => {
                let ends = |interval: &Interval| at(&[(interval.from, interval.y), (interval.to, interval.y)]);
                svg.curve(ground, &intervals.iter().map(ends).collect::<Vec<_>>(), ink, CURVE);
                let middles: Vec<Point> = intervals.iter().map(|interval| (interval.x, interval.y)).collect();
                svg.dots(ground, &at(&middles), 4.2, ink, 1.0);
            }
            Marks::Places(places) => places.iter().for_each(|place| self::place(svg, place, (&x, &y), ground)),
            Marks::Points(points) => {
                // Each by itself, so that one shows what is below it.
                panel.placed(points).for_each(|point| svg.dots(ground, &at(&[point]), 1.9, ink, 0.55));
            }
        }
    }
    // After all points, so that none lies on a name.
    let mut named = Vec::new();
    for (name, marks) in &panel.series {
        if let (Marks::Points(points), false) = (marks, name.is_empty())
            && let Some((a, b)) = middle(panel.placed(points))
        {
            let at = ground.point((x.share(a), y.share(b)));
            named.push((name, Plate { at, half: half_of_plate(name) }));
        }
    }
    let mut plates: Vec<Plate> = named.iter().map(|(_, plate)| *plate).collect();
    plates::apart(&mut plates);
    for ((name, _), plate) in named.iter().zip(&plates) {
        let place = names.iter().position(|other| other == name).expect("the legend has all names");
        self::name(svg, name, *plate, Ink::series(place, names.len()));
    }
    svg.line((ground.x(0.0), ground.y(1.0)), (ground.x(0.0), ground.y(0.0)), Ink::Axis, 1.2);
    svg.line((ground.x(0.0), ground.y(0.0)), (ground.x(1.0), ground.y(0.0)), Ink::Axis, 1.2);
}

/// The median along each axis.
fn middle(points: impl Iterator<Item = Point>) -> Option<Point> {
    let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = points.unzip();
    [&mut xs, &mut ys].into_iter().for_each(|values| values.sort_by(f64::total_cmp));
    Some((*xs.get(xs.len() / 2)?, *ys.get(ys.len() / 2)?))
}

/// How names of clouds are written.
const NAME: f64 = LABEL;
/// The edge of their plates.
const EDGE: f64 = 1.6;

fn half_of_plate(name: &str) -> (f64, f64) {
    let look = Lettering { bold: true, ..centered(NAME) };
    (width(look, name) / 2.0 + 6.0 + EDGE, NAME / 2.0 + 4.0 + EDGE)
}

/// A name on a plate with an edge of the colour.
fn name(svg: &mut Svg, name: &str, plate: Plate, ink: Ink) {
    let Plate { at, half } = plate;
    let corner = |less: f64, sign: f64| (at.0 + sign * (half.0 - less), at.1 + sign * (half.1 - less));
    svg.rectangle(corner(0.0, -1.0), corner(0.0, 1.0), ink);
    svg.rectangle(corner(EDGE, -1.0), corner(EDGE, 1.0), Ink::Paper);
    text(svg, at, name, Across::Middle, Lettering { bold: true, ..centered(NAME) });
}

fn bar(svg: &mut Svg, bar: &Bar, (x, y): (&Scale, &Scale), ground: Ground, ink: Ink) {
    if ![bar.from, bar.to, bar.height].iter().all(|value| value.is_finite()) {
        return;
    }
    let (left, foot) = ground.point((x.share(bar.from), y.share(0.0)));
    let (right, head) = ground.point((x.share(bar.to), y.share(bar.height)));
    // A thin line of paper between bars that are wide enough to spare one; narrow ones overlap by a
    // hair, or the paper would shine through the seams.
    let gap = if right - left > 6.0 { 0.5 } else { -0.2 };
    svg.rectangle((left + gap, head.min(foot)), (right - gap, head.max(foot)), ink);
}

/// A place of a matrix; what is written on a dark one is light.
fn place(svg: &mut Svg, place: &Place, (x, y): (&Scale, &Scale), ground: Ground) {
    let at = |dx: f64, dy: f64| ground.point((x.share(place.x + dx), y.share(place.y + dy)));
    let share = if place.share.is_finite() { place.share.clamp(0.0, 1.0) } else { 0.0 };
    svg.tinted(at(-0.5, -0.5), at(0.5, 0.5), Ink::Series(0), share);
    let ink = if share > 0.55 { Ink::Paper } else { Ink::Text };
    text(svg, at(0.0, 0.0), &place.text, Across::Middle, Lettering { ink, ..centered(NUMBER) });
}
