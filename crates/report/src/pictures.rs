//! Pictures, inside the page.

use super::study::{Picture, Section, Study};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path};

/// Bytes of pictures that a page takes besides those that the study names.
const OTHERS: usize = 4 << 20;

/// The sections of the study, and one of the pictures in `images/` that it does not name.
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
    };
    let rest = Some(rest).filter(|rest| !rest.pictures.is_empty() || !rest.text.is_empty());
    html! {
        @for section in study.sections.iter().chain(&rest) {
            section.pictures {
                h2 { (section.title) }
                @if !section.text.is_empty() { p.lead { (section.text) } }
                div.gallery {
                    @for picture in &section.pictures { (figure(folder, picture)) }
                }
            }
        }
    }
}

fn others(folder: &Path, named: &HashSet<&str>) -> (Vec<Picture>, usize) {
    let Ok(entries) = fs::read_dir(folder.join("images")) else { return (Vec::new(), 0) };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.retain(|name| {
        let is_png = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
        is_png && !name.starts_with('.') && !named.contains(format!("images/{name}").as_str())
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
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        pictures.push(Picture::new(file, stem.replace(['_', '-'], " ")));
    }
    (pictures, left_out)
}

fn figure(folder: &Path, picture: &Picture) -> Markup {
    let caption = html! { figcaption { (picture.caption) } };
    match read(folder, &picture.file) {
        Ok(Png { width, height, base64 }) => html! {
            figure.picture.wide[picture.wide] {
                // Pixels of a small sheet stay pixels.
                img.pixels[width < 400] src=(format!("data:image/png;base64,{base64}")) alt=(picture.caption)
                    width=(width) height=(height) tabindex="0";
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

struct Png {
    width: u32,
    height: u32,
    base64: String,
}

fn read(folder: &Path, file: &str) -> Result<Png, String> {
    if Path::new(file).components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err("is not inside the run folder".to_owned());
    }
    let bytes = fs::read(folder.join(file)).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "is missing".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    let (width, height) = size(&bytes).ok_or("is not a PNG file")?;
    Ok(Png { width, height, base64: STANDARD.encode(&bytes) })
}

/// Width and height, from the header.
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    let starts = png.starts_with(b"\x89PNG\r\n\x1a\n") && png.get(12..16) == Some(b"IHDR");
    starts.then(|| Some((number(16)?, number(20)?)))?
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let section = Section::new("Atoms", "")
            .picture(Picture::new("images/atoms.png", "The <atoms>"))
            .picture(Picture::new("images/broken.png", "b"))
            .picture(Picture::new("images/none.png", "n"))
            .picture(Picture::new("../secret.png", "s"));
        let page = sections(here.path(), &Study::new("a", "b").section(section)).into_string();
        for part in [
            "width=\"30\" height=\"20\"",
            "alt=\"The &lt;atoms&gt;\"",
            "broken.png</code> is not a PNG file",
            "none.png</code> is missing",
            "secret.png</code> is not inside the run folder",
            "<h2>More pictures</h2>",
            "other one",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!(page.matches("<img").count(), 2);
    }
}
