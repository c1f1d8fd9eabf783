//! Sections of the study with their tables, and with pictures inside the page.

use super::study::{Picture, Section, Study};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path};

/// Bytes of pictures that a page takes besides those that the study names.
const OTHERS: usize = 4 << 20;

/// The sections of the study, and one with those pictures in `images/` that it does not name.
pub fn sections(folder: &Path, study: &Study) -> Markup {
    let named: HashSet<&str> = study.sections.iter().flat_map(|s| &s.pictures).map(|p| p.file.as_str()).collect();
    let (others, left_out) = others(folder, &named);
    let rest = Section {
        title: if named.is_empty() { "Pictures" } else { "More pictures" }.to_owned(),
        text: match left_out {
            0 => String::new(),
            1 => "One more is in images/, left out for size.".to_owned(),
            count => format!("{count} more are in images/, left out for size."),
        },
        pictures: others,
        tables: Vec::new(),
    };
    let rest = Some(rest).filter(|rest| !rest.pictures.is_empty() || !rest.text.is_empty());
    html! {
        @for section in study.sections.iter().chain(&rest) {
            section.pictures {
                h2 { (section.title) }
                @if !section.text.is_empty() { p.lead { (section.text) } }
                @for table in &section.tables { (table.markup()) }
                @if !section.pictures.is_empty() {
                    div.gallery {
                        @for picture in &section.pictures { (figure(folder, section, picture)) }
                    }
                }
            }
        }
    }
}

fn others(folder: &Path, named: &HashSet<&str>) -> (Vec<Picture>, usize) {
    let Ok(entries) = fs::read_dir(folder.join("images")) else { return (Vec::new(), 0) };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    let ends = |name: &str, with: &str| {
        Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case(with))
    };
    let pngs: HashSet<String> =
        names.iter().filter(|name| ends(name, "png")).map(|name| stem(name).to_owned()).collect();
    names.retain(|name| {
        // A figure as SVG stands for both of its files.
        let shown = ends(name, "png") || ends(name, "svg") && !pngs.contains(stem(name));
        shown && !name.starts_with('.') && !named.contains(format!("images/{name}").as_str())
    });
    names.sort();
    let (mut pictures, mut left_out, mut size) = (Vec::new(), 0, 0);
    for name in names {
        let file = format!("images/{name}");
        let bytes = fs::metadata(folder.join(&file)).map_or(0, |metadata| metadata.len() as usize);
        if size + bytes > OTHERS {
            left_out += 1;
            continue;
        }
        size += bytes;
        pictures.push(Picture::new(file, stem(&name).replace(['_', '-'], " ")));
    }
    (pictures, left_out)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn figure(folder: &Path, section: &Section, picture: &Picture) -> Markup {
    let caption = html! { @if !picture.caption.is_empty() { figcaption { (picture.caption) } } };
    match read(folder, &picture.file) {
        Ok(Read { kind, width, height, base64 }) => html! {
            figure.picture.wide[picture.wide] {
                // Pixels of a small sheet stay pixels.
                img.pixels[kind == PNG && width < 400] src=(format!("data:{kind};base64,{base64}"))
                    alt=(alternative(section, picture)) width=(width) height=(height) tabindex="0";
                (caption)
            }
        },
        Err(why) => html! {
            figure.picture.missing.wide[picture.wide] {
                div.gone { code { (picture.file) } " " (why) }
                (caption)
            }
        },
    }
}

/// What is read to those who cannot see the picture.
fn alternative(section: &Section, picture: &Picture) -> String {
    let parts = [section.title.as_str(), &picture.caption, &section.text];
    let known = parts.into_iter().map(|part| part.trim_end_matches('.')).filter(|part| !part.is_empty());
    known.collect::<Vec<_>>().join(". ")
}

const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";

struct Read {
    kind: &'static str,
    width: u32,
    height: u32,
    base64: String,
}

/// The figure as SVG, which is sharp and dark on a dark page, where it lies beside the PNG.
fn read(folder: &Path, file: &str) -> Result<Read, String> {
    if Path::new(file).components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err("is not inside the run folder".to_owned());
    }
    if let Ok(bytes) = fs::read(folder.join(file).with_extension("svg"))
        && let Some((width, height)) = size_of_svg(&bytes)
    {
        return Ok(Read { kind: SVG, width, height, base64: STANDARD.encode(&bytes) });
    }
    let bytes = fs::read(folder.join(file)).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "is missing".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    let (width, height) = size_of_png(&bytes).ok_or("is neither a PNG file nor a figure as SVG")?;
    Ok(Read { kind: PNG, width, height, base64: STANDARD.encode(&bytes) })
}

/// Width and height, from the header.
fn size_of_png(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    let starts = png.starts_with(b"\x89PNG\r\n\x1a\n") && png.get(12..16) == Some(b"IHDR");
    starts.then(|| Some((number(16)?, number(20)?)))?
}

/// Width and height in whole pixels, from the root element.
fn size_of_svg(svg: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(svg).ok()?.strip_prefix("<svg ")?;
    let root = text.split('>').next()?;
    let number = |name: &str| root.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok();
    Some((number("width")?, number("height")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Figure, Panel};
    use image::{ImageFormat, RgbImage};
    use std::io::Cursor;

    #[test]
    fn pictures_are_inside_and_what_is_wrong_with_one_is_said() {
        let here = tempfile::tempdir().unwrap();
        fs::create_dir(here.path().join("images")).unwrap();
        let mut png = Cursor::new(Vec::new());
        RgbImage::new(30, 20).write_to(&mut png, ImageFormat::Png).unwrap();
        fs::write(here.path().join("images/atoms.png"), png.get_ref()).unwrap();
        fs::write(here.path().join("images/other_one.png"), png.get_ref()).unwrap();
        fs::write(here.path().join("images/broken.png"), "PNG").unwrap();
        let section = Section::new("Atoms", "In columns.")
            .picture(Picture::new("images/atoms.png", "The <atoms>"))
            .picture(Picture::new("images/broken.png", "b"))
            .picture(Picture::new("images/none.png", "n"))
            .picture(Picture::new("../secret.png", "s"));
        let page = sections(here.path(), &Study::new("a", "b").section(section)).into_string();
        for part in [
            "width=\"30\" height=\"20\"",
            "alt=\"Atoms. The &lt;atoms&gt;. In columns\"",
            "broken.png</code> is neither a PNG file nor a figure as SVG",
            "none.png</code> is missing",
            "secret.png</code> is not inside the run folder",
            "<h2>More pictures</h2>",
            "other one",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!(page.matches("<img").count(), 2);
    }
    #[test]
    fn a_figure_is_its_svg_and_no_picture_is_without_words() {
        let here = tempfile::tempdir().unwrap();
        fs::create_dir(here.path().join("images")).unwrap();
        let figure = Figure::new("Gap").panel(Panel::new(Axis::linear("x"), Axis::linear("y")));
        for name in ["gap", "other"] {
            fs::write(here.path().join(format!("images/{name}.svg")), figure.svg()).unwrap();
            fs::write(here.path().join(format!("images/{name}.png")), "unused").unwrap();
        }
        fs::write(here.path().join("images/odd.svg"), "<svg>").unwrap();
        let section = Section::new("Convergence", "").picture(Picture::new("images/gap.png", ""));
        let page = sections(here.path(), &Study::new("a", "b").section(section)).into_string();
        assert_eq!(page.matches("data:image/svg+xml;base64,").count(), 2, "{page}");
        assert!(page.contains("alt=\"Convergence\" width=\"500\" height=\"400\""), "{page}");
        assert!(page.contains("alt=\"More pictures. other\"") && !page.contains("<figcaption></figcaption>"), "{page}");
        assert!(page.contains("odd.svg</code> is neither a PNG file nor a figure as SVG"), "{page}");
    }
}
