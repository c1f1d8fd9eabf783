//! What the reports of studies of filters share.

use latent_report::{Picture, Section};

/// The sheet of all banks; `order` says how filters of several groups stand, if there are any.
pub fn filters(order: &str) -> Section {
    let text = format!(
        "A bank in each block, with the number of its filters; the most used filters first{order}. Grey is zero; the strongest \
         pixel of a filter has full colour."
    );
    Section::new("Filters", text).picture(picture("filters", "Filters of all banks"))
}

/// What more filters bring; `maps` says of which maps, if there are several.
pub fn by_number_of_filters(maps: &str) -> Section {
    Section::new("More filters", format!("Means over the test windows{maps}."))
        .picture(picture("by_number_of_filters", "Objective, fidelity and sparsity against the number of filters"))
}

/// A whole photograph.
pub fn photograph(text: impl Into<String>) -> Section {
    Section::new("A whole photograph", text)
        .picture(picture("photograph", "The photograph, and its reconstruction from maps"))
}

/// The filters while they were learned.
pub fn while_learning() -> Section {
    Section::new("Filters while they were learned", "In their own order.")
        .picture(picture("filters_while_learning", "The last of the pictures in the folder of this name"))
}

/// A wide picture of `images/` by its name.
pub fn picture(name: &str, caption: &str) -> Picture {
    Picture::new(format!("images/{name}.png"), caption).wide()
}
