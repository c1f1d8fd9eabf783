//! The layout of a figure.

use super::axis::Scale;
use super::canvas::{Across, Along, Canvas, Lettering};
use super::palette::{self, AXIS, GRID, SOFT_TEXT};
use super::panel::Marks;
use super::plates::{self, Plate};
use super::{Bar, Figure, Panel, PlotError};

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

impl Frame {
    fn at(self, x: f64, y: f64) -> Point {
        (self.left + x * (self.right - self.left), self.bottom - y * (self.bottom - self.top))
    }

    fn middle(self) -> Point {
        self.at(0.5, 0.5)
    }
}

/// Draws title, legend and panels.
pub fn figure(canvas: &Canvas<'_>, figure: &Figure, (width, height): (u32, u32)) -> Result<(), PlotError> {
    let (width, height) = (f64::from(width), f64::from(height));
    let mut top = 14.0;
    if !figure.title.is_empty() {
        let look = Lettering { bold: true, across: Across::Top, ..Lettering::centered(TITLE) };
        canvas.text((width / 2.0, top), &figure.title, look)?;
        top += TITLE + 14.0;
    }
    let names = names(figure);
    if names.len() > 1 && !figure.panels.iter().all(Panel::names_its_points) {
        top = legend(canvas, &names, width, top)?;
    }
    let (columns, rows) = figure.grid();
    let (share, line) = (width / columns as f64, (height - top) / rows as f64);
    for (index, panel) in figure.panels.iter().enumerate() {
        let (left, top) = ((index % columns) as f64 * share, top + (index / columns) as f64 * line);
        self::panel(canvas, panel, &names, Frame { left, top, right: left + share, bottom: top + line })?;
    }
    Ok(())
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
fn legend(canvas: &Canvas<'_>, names: &[&str], width: f64, top: f64) -> Result<f64, PlotError> {
    const SAMPLE: f64 = 24.0;
    const GAP: f64 = 7.0;
    const BETWEEN: f64 = 22.0;
    const LINE: f64 = 22.0;
    let look = Lettering { along: Along::Left, ..Lettering::centered(NUMBER + 0.5) };
    let entry = |name: &str| SAMPLE + GAP + look.width(name);
    let mut lines: Vec<(f64, Vec<usize>)> = vec![(0.0, Vec::new())];
    for (index, name) in names.iter().enumerate() {
        let needed = entry(name);
        match lines.last_mut() {
            Some((used, line)) if line.is_empty() || *used + BETWEEN + needed <= width - 40.0 => {
                *used += needed + if line.is_empty() { 0.0 } else { BETWEEN };
                line.push(index);
            }
            _ => lines.push((needed, vec![index])),
        }
    }
    let mut y = top + LINE / 2.0;
    for (used, line) in &lines {
        let mut x = (width - used) / 2.0;
        for &index in line {
            canvas.line(&[(x, y), (x + SAMPLE, y)], palette::series(index, names.len()), CURVE + 0.6)?;
            canvas.text((x + SAMPLE + GAP, y), names[index], look)?;
            x += entry(names[index]) + BETWEEN;
        }
        y += LINE;
    }
    Ok(y - LINE / 2.0 + 2.0)
}

fn panel(canvas: &Canvas<'_>, panel: &Panel, names: &[&str], outer: Frame) -> Result<(), PlotError> {
    let number = Lettering { color: SOFT_TEXT, ..Lettering::centered(NUMBER) };
    let inner_height = outer.bottom - outer.top - 80.0;
    let y = panel.y_axis().scale(panel.ys().into_iter(), ((inner_height / 42.0) as usize).clamp(2, 8));
    let widest = y.ticks.iter().map(|tick| number.width(&tick.label)).fold(0.0, f64::max);
    let title = if panel.title.is_empty() { 0.0 } else { PANEL_TITLE + 10.0 };
    let frame = Frame {
        left: outer.left + 18.0 + LABEL + 12.0 + widest + 8.0,
        top: outer.top + 12.0 + title,
        right: outer.right - 24.0,
        bottom: outer.bottom - 14.0 - LABEL - 10.0 - NUMBER - 8.0,
    };
    let x = panel.x.scale(panel.xs().into_iter(), (((frame.right - frame.left) / 75.0) as usize).clamp(2, 8));

    if title > 0.0 {
        let look = Lettering { bold: true, across: Across::Bottom, ..Lettering::centered(PANEL_TITLE) };
        // Above the middle, or as far from it as it takes to stay on the panel.
        let half = look.width(&panel.title) / 2.0 + 4.0;
        let middle = frame.middle().0.min(outer.right - half).max(outer.left + half);
        canvas.text((middle, frame.top - 8.0), &panel.title, look)?;
    }
    for tick in &x.ticks {
        let foot = frame.at(x.share(tick.at), 0.0);
        canvas.line(&[foot, frame.at(x.share(tick.at), 1.0)], GRID, 1.0)?;
        canvas.text((foot.0, foot.1 + 7.0), &tick.label, Lettering { across: Across::Top, ..number })?;
    }
    for tick in &y.ticks {
        let foot = frame.at(0.0, y.share(tick.at));
        canvas.line(&[foot, frame.at(1.0, y.share(tick.at))], GRID, 1.0)?;
        canvas.text((foot.0 - 7.0, foot.1), &tick.label, Lettering { along: Along::Right, ..number })?;
    }
    let label = Lettering::centered(LABEL);
    let below = (frame.middle().0, outer.bottom - 14.0);
    canvas.text(below, &panel.x.label, Lettering { across: Across::Bottom, ..label })?;
    let beside = (outer.left + 18.0 + LABEL / 2.0, frame.middle().1);
    canvas.text(beside, &panel.y.label, Lettering { upright: true, ..label })?;

    for (order, (name, marks)) in panel.series.iter().enumerate() {
        let color = palette::series(names.iter().position(|other| other == name).unwrap_or(order), names.len());
        match marks {
            Marks::Curve(points) => {
                for piece in panel.pieces(points) {
                    let path: Vec<Point> = piece.iter().map(|&(a, b)| frame.at(x.share(a), y.share(b))).collect();
                    canvas.line(&path, color, CURVE)?;
                    if points.len() <= FEW || path.len() == 1 {
                        path.iter().try_for_each(|&at| canvas.dot(at, 3.2, color))?;
                    }
                }
            }
            Marks::Bars(bars) => bars.iter().try_for_each(|bar| self::bar(canvas, bar, (&x, &y), frame, color))?,
            Marks::Intervals(intervals) => intervals.iter().try_for_each(|interval| {
                let at = |value: f64| frame.at(x.share(value), y.share(interval.y));
                canvas.line(&[at(interval.from), at(interval.to)], color, CURVE)?;
                canvas.dot(at(interval.x), 4.2, color)
            })?,
            Marks::Points(points) => panel
                .placed(points)
                .try_for_each(|(a, b)| canvas.pale_dot(frame.at(x.share(a), y.share(b)), 1.9, color))?,
        }
    }
    // After all points, so that none lies on a name.
    let mut named = Vec::new();
    for (name, marks) in &panel.series {
        if let (Marks::Points(points), false) = (marks, name.is_empty())
            && let Some((a, b)) = middle(panel.placed(points))
        {
            named.push((name, Plate { at: frame.at(x.share(a), y.share(b)), half: half_of_plate(name) }));
        }
    }
    let mut plates: Vec<Plate> = named.iter().map(|(_, plate)| *plate).collect();
    plates::apart(&mut plates);
    for ((name, _), plate) in named.iter().zip(&plates) {
        let place = names.iter().position(|other| other == name).expect("the legend has all names");
        self::name(canvas, name, *plate, palette::series(place, names.len()))?;
    }
    canvas.line(&[frame.at(0.0, 1.0), frame.at(0.0, 0.0), frame.at(1.0, 0.0)], AXIS, 1.2)
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
    let look = Lettering { bold: true, ..Lettering::centered(NAME) };
    (look.width(name) / 2.0 + 6.0 + EDGE, NAME / 2.0 + 4.0 + EDGE)
}

/// A name on a white plate with an edge of the colour.
fn name(canvas: &Canvas<'_>, name: &str, plate: Plate, color: plotters::style::RGBColor) -> Result<(), PlotError> {
    let Plate { at, half } = plate;
    let corner = |less: f64, sign: f64| (at.0 + sign * (half.0 - less), at.1 + sign * (half.1 - less));
    canvas.rectangle(corner(0.0, -1.0), corner(0.0, 1.0), color)?;
    canvas.rectangle(corner(EDGE, -1.0), corner(EDGE, 1.0), plotters::style::WHITE)?;
    canvas.text(at, name, Lettering { bold: true, ..Lettering::centered(NAME) })
}

fn bar(
    canvas: &Canvas<'_>,
    bar: &Bar,
    (x, y): (&Scale, &Scale),
    frame: Frame,
    color: plotters::style::RGBColor,
) -> Result<(), PlotError> {
    if ![bar.from, bar.to, bar.height].iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    let (left, foot) = frame.at(x.share(bar.from), y.share(0.0));
    let (right, head) = frame.at(x.share(bar.to), y.share(bar.height));
    // A thin white line between bars that are wide enough to spare one; narrow ones overlap by a
    // hair, or the paper would shine through the seams.
    let gap = if right - left > 6.0 { 0.5 } else { -0.2 };
    canvas.rectangle((left + gap, head.min(foot)), (right - gap, head.max(foot)), color)
}
