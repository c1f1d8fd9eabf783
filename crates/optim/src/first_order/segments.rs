//! All parameters together, cut into pieces of like size for the threads.

use crate::block::{Block, MAX_SLOTS, Transform, blend};
use latent_numeric::{Scalar, parallel};
use ndarray::ArrayViewD;

/// Elements in a piece. Every element is treated by itself, so the cut makes no difference to any bit.
const PIECE: usize = 1 << 14;

/// Elements that are averaged while they are still near the processor.
const NEAR: usize = 1 << 11;

/// Rows and columns of a tile of a gradient that is not in row-major order: a column of it is a cache line.
const TILE: [usize; 2] = [16, 128];

/// A piece of a parameter and all that goes with it.
pub(crate) struct Segment<'a, E: Scalar> {
    pub group: usize,
    pub parameters: &'a mut [E],
    pub gradients: Gradients<'a, E>,
    pub slots: [&'a mut [E]; MAX_SLOTS],
    pub average: Option<&'a mut [E]>,
}

pub(crate) enum Gradients<'a, E> {
    /// Those of the piece.
    RowMajor(&'a [E]),
    /// Those of the whole parameter, and the row (all axes but the last) at which the piece begins.
    Strided(ArrayViewD<'a, E>, usize),
}

/// Cuts a parameter.
pub(crate) fn cut<'a, E: Scalar>(whole: Segment<'a, E>, pieces: &mut Vec<Segment<'a, E>>) {
    let Segment { group, mut parameters, gradients, mut slots, mut average } = whole;
    let piece = match &gradients {
        Gradients::RowMajor(_) => PIECE,
        Gradients::Strided(view, _) => {
            let columns = view.shape().last().copied().unwrap_or(1).max(1);
            (PIECE / columns).max(1).next_multiple_of(TILE[0]) * columns
        }
    };
    let mut at = 0;
    while !parameters.is_empty() {
        let len = piece.min(parameters.len());
        pieces.push(Segment {
            group,
            parameters: parameters.split_off_mut(..len).expect("at least as long"),
            gradients: match &gradients {
                Gradients::RowMajor(all) => Gradients::RowMajor(&all[at..at + len]),
                Gradients::Strided(view, _) => {
                    let columns = view.shape().last().copied().unwrap_or(1).max(1);
                    Gradients::Strided(view.clone(), at / columns)
                }
            },
            slots: slots.each_mut().map(|slot| slot.split_off_mut(..len).unwrap_or_default()),
            average: average.as_mut().map(|average| average.split_off_mut(..len).expect("at least as long")),
        });
        at += len;
    }
}

/// What is done with every piece.
pub(crate) struct Pass<E, F> {
    pub transform: Transform<E>,
    /// The weight of the new parameters in their average.
    pub blend: E,
    pub update: F,
}

impl<E: Scalar, F: Fn(usize, Block<'_, E>) + Sync> Pass<E, F> {
    /// Updates all pieces, in parallel where there are enough elements.
    pub fn run(&self, pieces: &mut [Segment<'_, E>]) {
        parallel::each(together(pieces), |_, pieces| pieces.iter_mut().for_each(|piece| self.piece(piece)));
    }

    fn piece(&self, piece: &mut Segment<'_, E>) {
        let len = piece.parameters.len();
        match &piece.gradients {
            Gradients::RowMajor(gradients) => {
                let gradients = *gradients;
                let step = if piece.average.is_some() { NEAR } else { len.max(1) };
                for start in (0..len).step_by(step) {
                    let end = (start + step).min(len);
                    self.part(piece, start, &gradients[start..end]);
                }
            }
            Gradients::Strided(view, first_row) => {
                let (view, first_row) = (view.clone(), *first_row);
                let columns = view.shape()[view.ndim() - 1];
                let mut tile = [E::zero(); TILE[0] * TILE[1]];
                for row in (0..len / columns).step_by(TILE[0]) {
                    let rows = TILE[0].min(len / columns - row);
                    let offsets: [isize; TILE[0]] =
                        std::array::from_fn(|r| if r < rows { row_offset(&view, first_row + row + r) } else { 0 });
                    for column in (0..columns).step_by(TILE[1]) {
                        let width = TILE[1].min(columns - column);
                        gather(&view, &offsets[..rows], column, width, &mut tile);
                        for r in 0..rows {
                            let gradients = &tile[r * TILE[1]..r * TILE[1] + width];
                            self.part(piece, (row + r) * columns + column, gradients);
                        }
                    }
                }
            }
        }
    }

    /// Updates the elements of a piece from `start` on that these gradients belong to.
    fn part(&self, piece: &mut Segment<'_, E>, start: usize, gradients: &[E]) {
        let range = start..start + gradients.len();
        let block = Block {
            parameters: &mut piece.parameters[range.clone()],
            gradients,
            slots: piece.slots.each_mut().map(|slot| slot.get_mut(range.clone()).unwrap_or_default()),
            transform: self.transform,
        };
        (self.update)(piece.group, block);
        if let Some(average) = &mut piece.average {
            blend(&mut average[range.clone()], &piece.parameters[range], self.blend);
        }
    }
}

/// Neighbouring pieces, as many as have the elements of two: small parameters are not worth a thread each.
fn together<'p, 'a, E: Scalar>(mut pieces: &'p mut [Segment<'a, E>]) -> Vec<&'p mut [Segment<'a, E>]> {
    let mut groups = Vec::new();
    while !pieces.is_empty() {
        let mut elements = 0;
        let fits = |piece: &&Segment<'a, E>| {
            elements += piece.parameters.len();
            elements <= 2 * PIECE
        };
        let count = pieces.iter().take_while(fits).count().max(1);
        groups.extend(pieces.split_off_mut(..count));
    }
    groups
}

/// How far the first element of a row (all axes but the last) is from the first of all.
fn row_offset<E>(view: &ArrayViewD<'_, E>, mut row: usize) -> isize {
    let mut offset = 0;
    for axis in (0..view.ndim() - 1).rev() {
        offset += (row % view.shape()[axis]).cast_signed() * view.strides()[axis];
        row /= view.shape()[axis];
    }
    offset
}

/// Copies columns `column..column + width` of some rows into the rows of the tile.
fn gather<E: Scalar>(
    view: &ArrayViewD<'_, E>,
    offsets: &[isize],
    column: usize,
    width: usize,
    tile: &mut [E; TILE[0] * TILE[1]],
) {
    let (first, stride) = (view.as_ptr(), view.strides()[view.ndim() - 1]);
    for c in 0..width {
        for (r, offset) in offsets.iter().enumerate() {
            // SAFETY: the offset of a row inside the view plus that of a column inside it is that of an element.
            tile[r * TILE[1] + c] = unsafe { *first.offset(offset + (column + c).cast_signed() * stride) };
        }
    }
}
