//! Pictures of the atoms while they are learned.

use image::RgbImage;
use latent_report::picture;
use latent_report::{Picture, Section};
use latent_sparse::train::DictionaryTask;
use latent_train::progress::grouped;
use std::fs;
use std::path::Path;

/// The pictures' name.
const NAME: &str = "atoms_while_learning";

/// Pictures of the atoms while they were learned that are shown, at most.
const STAGES: usize = 4;

/// The picture of the atoms at present, `columns` in a row, as images of this (height, width): in their own order, in which
/// one picture can be compared with the next.
pub fn picture(task: &DictionaryTask, side: (usize, usize), columns: usize, scale: usize) -> (String, RgbImage) {
    let tiles = picture::columns(task.atoms().view(), side);
    (NAME.to_owned(), picture::atoms(&tiles, columns, scale))
}

/// The atoms at a few moments, evenly spaced, the last among them.
pub fn section(folder: &Path) -> Section {
    let all = format!("images/{NAME}");
    let entries = fs::read_dir(folder.join(&all)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.starts_with("step-"));
    names.sort();
    let last = names.len().saturating_sub(1);
    let mut shown: Vec<usize> = (0..STAGES).map(|stage| last * stage / (STAGES - 1)).collect();
    shown.dedup();
    let text = "In their own order, which is the same in all pictures.";
    let step = |name: &str| name.trim_end_matches(".png").rsplit('-').next()?.parse().ok();
    let section = Section::new("Atoms while they were learned", text);
    shown.into_iter().filter_map(|at| names.get(at).map(|name| (at, name))).fold(section, |section, (at, name)| {
        let caption = step(name).map_or_else(String::new, |step| format!("After {} steps", grouped(step)));
        // The newest lies beside the folder as well.
        let file = if at == last { format!("{all}.png") } else { format!("{all}/{name}") };
        section.picture(Picture::new(file, caption))
    })
}
