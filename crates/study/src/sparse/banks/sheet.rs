//! All banks on one sheet.

use image::RgbImage;
use latent_report::picture::{filter_sheet, signed_colours};
use ndarray::{Array4, Axis};

/// Pixels of a sheet to a pixel of a filter, in the end and while learning.
const SCALE: usize = 5;
const SMALL: usize = 3;
/// Filters in a row of a sheet, all groups of a bank together.
const COLUMNS: usize = 16;
/// The name of the pictures that are made while learning.
const NAME: &str = "filters_while_learning";

/// All banks on one sheet: for each, its groups of filters beside each other, such as those of decoder and encoder.
pub struct BankSheet<'n> {
    /// The names of the groups.
    pub groups: &'n [&'n str],
    /// For each bank, its groups, each (filters, channels, height, width).
    pub banks: Vec<Vec<Array4<f32>>>,
}

impl BankSheet<'_> {
    /// The filters in the order of each bank, or in their own where there is none.
    pub fn draw(&self, orders: &[&[usize]]) -> RgbImage {
        self.scaled(orders, SCALE)
    }

    fn scaled(&self, orders: &[&[usize]], scale: usize) -> RgbImage {
        let bank = |(place, groups): (usize, &Vec<Array4<f32>>)| {
            let size = groups.first().map_or(0, |filters| filters.dim().0);
            let order = orders.get(place).map_or_else(|| (0..size).collect(), |order| order.to_vec());
            let photos =
                |filters: &Array4<f32>| order.iter().map(|&k| signed_colours(filters.index_axis(Axis(0), k))).collect();
            (size.to_string(), groups.iter().map(photos).collect())
        };
        let banks: Vec<_> = self.banks.iter().enumerate().map(bank).collect();
        filter_sheet(&banks, self.groups, COLUMNS / self.groups.len().max(1), scale)
    }
}

/// The picture of all banks at present, the filters in their own order, in which one picture can be compared with the next.
pub fn while_learning(sheet: &BankSheet<'_>) -> (String, RgbImage) {
    (NAME.to_owned(), sheet.scaled(&[], SMALL))
}
