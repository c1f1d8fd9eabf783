//! A whole figure.

use super::Panel;

/// A figure: a title, a legend and panels, side by side or in rows.
#[derive(Clone, Debug)]
pub struct Figure {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
    pub(super) columns: usize,
    pub(super) size: Option<(u32, u32)>,
}

impl Figure {
    /// A figure with this title and no panels yet. An empty title takes no room.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), panels: Vec::new(), columns: usize::MAX, size: None }
    }

    /// Adds a panel to the right, or as the first of the next row.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Sets how many panels a row has at most, at least one; without it there is one row.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// How many columns and rows of panels there are.
    pub(super) fn grid(&self) -> (usize, usize) {
        let columns = self.columns.min(self.panels.len()).max(1);
        (columns, self.panels.len().div_ceil(columns).max(1))
    }

    /// Sets the size in CSS pixels; without it a panel is 500 x 400.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width, height));
        self
    }

    /// What it shows, for those who cannot see it: its title, and what is drawn over what in each panel.
    pub(super) fn describe(&self) -> String {
        let panels = self.panels.iter().map(Panel::describe).filter(|text| !text.is_empty());
        let title = Some(self.title.clone()).filter(|title| !title.is_empty());
        title.into_iter().chain(panels).collect::<Vec<_>>().join("; ")
    }
}
