//! Images of one size, kept as bytes and turned into numbers batch by batch.

use crate::{DatasetError, Provenance};
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, Array4, ArrayView4, ArrayViewMut2, Axis};
use std::ops::{Range, RangeFull};

/// Rows converted by one task.
const BLOCK: usize = 256;

/// `N` images of `C` channels, `H` x `W` pixels, in unsigned bytes, with or without labels.
///
/// # Shapes
/// `images` is (N, C, H, W) in standard layout; the labels are N class numbers below `classes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledImages {
    name: String,
    images: Array4<u8>,
    labels: Option<Vec<u8>>,
    classes: usize,
    provenance: Provenance,
}

impl LabelledImages {
    /// Images without labels.
    pub fn unlabelled(name: impl Into<String>, images: Array4<u8>, provenance: Provenance) -> Self {
        Self { name: name.into(), images: standard(images), labels: None, classes: 0, provenance }
    }

    /// Images with one label each.
    ///
    /// # Errors
    /// [`DatasetError::Counts`] if there are more or fewer labels than images,
    /// [`DatasetError::Label`] if a label is not below `classes`.
    pub fn labelled(
        name: impl Into<String>,
        images: Array4<u8>,
        labels: Vec<u8>,
        classes: usize,
        provenance: Provenance,
    ) -> Result<Self, DatasetError> {
        if images.len_of(Axis(0)) != labels.len() {
            return Err(DatasetError::Counts {
                images: images.len_of(Axis(0)),
                images_from: None,
                labels: labels.len(),
                labels_from: None,
            });
        }
        if let Some(sample) = labels.iter().position(|&label| usize::from(label) >= classes) {
            return Err(DatasetError::Label { label: labels[sample], sample, classes, path: None });
        }
        Ok(Self { name: name.into(), images: standard(images), labels: Some(labels), classes, provenance })
    }

    /// The name of the set, for example `"mnist/train"`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the images came from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.images.len_of(Axis(0))
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Channels, height and width of every image.
    pub fn image_dim(&self) -> (usize, usize, usize) {
        let (_, c, h, w) = self.images.dim();
        (c, h, w)
    }

    /// The numbers in one image, `C H W`: the columns of [`rows`](Self::rows).
    pub fn features(&self) -> usize {
        let (c, h, w) = self.image_dim();
        c * h * w
    }

    /// The number of classes; zero without labels.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// All pixels in the order of memory; the constructors made the layout standard.
    fn bytes(&self) -> &[u8] {
        self.images.as_slice().unwrap_or_default()
    }

    /// The images as bytes, (N, C, H, W).
    pub fn images(&self) -> ArrayView4<'_, u8> {
        self.images.view()
    }

    /// The labels, if there are any.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// The chosen images as rows of numbers: byte `b` becomes `b / 255`, correctly rounded.
    ///
    /// # Shapes
    /// (n, C H W) for n chosen images; values in [0, 1].
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    pub fn rows<'a, E: Scalar>(&self, chosen: impl Into<Rows<'a>>) -> Array2<E> {
        let chosen = chosen.into();
        let mut rows = Array2::zeros((chosen.len(self.len()), self.features()));
        self.rows_into(chosen, rows.view_mut());
        rows
    }

    /// [`rows`](Self::rows) into memory that is there already.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len), or `rows` is not (n, C H W).
    pub fn rows_into<'a, E: Scalar>(&self, chosen: impl Into<Rows<'a>>, mut rows: ArrayViewMut2<E>) {
        let (chosen, total, width) = (chosen.into(), self.len(), self.features());
        let count = chosen.len(total);
        assert_eq!(rows.dim(), (count, width), "rows_into: {count} images of {width} numbers do not fit");
        let bytes = self.bytes();
        if width == 0 {
            return;
        }
        parallel::each(rows.axis_chunks_iter_mut(Axis(0), BLOCK), |block, mut rows| {
            for (offset, mut row) in rows.outer_iter_mut().enumerate() {
                let index = chosen.at(block * BLOCK + offset);
                assert!(index < total, "rows: image {index} of {total}");
                let source = &bytes[index * width..(index + 1) * width];
                match row.as_slice_mut() {
                    Some(row) => row.iter_mut().zip(source).for_each(|(x, &byte)| *x = scaled(byte)),
                    None => row.iter_mut().zip(source).for_each(|(x, &byte)| *x = scaled(byte)),
                }
            }
        });
    }

    /// The chosen images with their labels, in the order given; the provenance stays.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    #[must_use]
    pub fn subset<'a>(&self, chosen: impl Into<Rows<'a>>) -> Self {
        let chosen = chosen.into();
        let count = chosen.len(self.len());
        let width = self.features();
        let bytes = self.bytes();
        let mut images = Vec::with_capacity(count * width);
        for i in 0..count {
            let index = chosen.at(i);
            assert!(index < self.len(), "subset: image {index} of {}", self.len());
            images.extend_from_slice(&bytes[index * width..(index + 1) * width]);
        }
        let (c, h, w) = self.image_dim();
        Self {
            images: Array4::from_shape_vec((count, c, h, w), images).expect("count times width"),
            labels: self.labels.as_ref().map(|labels| (0..count).map(|i| labels[chosen.at(i)]).collect()),
            name: self.name.clone(),
            classes: self.classes,
            provenance: self.provenance.clone(),
        }
    }

    /// These images and then others of the same size and classes, under the name and with the origin of these.
    ///
    /// # Panics
    /// If the others are of another size, or only one of both has labels.
    #[must_use]
    pub fn followed_by(&self, others: &Self) -> Self {
        let own = (self.image_dim(), self.labels.is_some(), self.classes);
        assert_eq!(
            own,
            (others.image_dim(), others.labels.is_some(), others.classes),
            "followed_by: sizes and classes"
        );
        let images = ndarray::concatenate(Axis(0), &[self.images(), others.images()]).expect("images of one size");
        let labels = self.labels.iter().zip(&others.labels).map(|(own, theirs)| [&own[..], theirs].concat()).next();
        let (name, provenance) = (self.name.clone(), self.provenance.clone());
        Self { name, images: standard(images), labels, classes: self.classes, provenance }
    }

    /// The same images under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The mean of all pixels in [0, 1]; `NaN` if there are none.
    pub fn mean_intensity(&self) -> f64 {
        let bytes = self.bytes();
        let sum = |range: Range<usize>| bytes[range].iter().map(|&byte| u64::from(byte)).sum::<u64>();
        let total: u64 = parallel::map_blocks(bytes.len(), 1 << 16, sum).into_iter().sum();
        total as f64 / 255.0 / bytes.len() as f64
    }
}

/// The number in [0, 1] that a byte stands for.
#[inline(always)]
pub(crate) fn scaled<E: Scalar>(byte: u8) -> E {
    E::of(f64::from(byte)) / E::of(255.0)
}

fn standard(images: Array4<u8>) -> Array4<u8> {
    if images.is_standard_layout() { images } else { images.as_standard_layout().into_owned() }
}

/// A choice of samples: a range or a list of indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows<'a> {
    /// All samples.
    All,
    /// Neighbours.
    Range(Range<usize>),
    /// Any samples in any order.
    Indices(&'a [usize]),
}

impl Rows<'_> {
    /// How many samples are chosen out of `total`.
    pub(crate) fn len(&self, total: usize) -> usize {
        match self {
            Self::All => total,
            Self::Range(range) => {
                assert!(range.is_empty() || range.end <= total, "images {range:?} of {total}");
                range.len()
            }
            Self::Indices(indices) => indices.len(),
        }
    }

    /// The sample that is chosen in the `i`-th place.
    #[inline(always)]
    pub(crate) fn at(&self, i: usize) -> usize {
        match self {
            Self::All => i,
            Self::Range(range) => range.start + i,
            Self::Indices(indices) => indices[i],
        }
    }
}

impl From<RangeFull> for Rows<'_> {
    fn from(_: RangeFull) -> Self {
        Self::All
    }
}

impl From<Range<usize>> for Rows<'_> {
    fn from(range: Range<usize>) -> Self {
        Self::Range(range)
    }
}

impl<'a> From<&'a [usize]> for Rows<'a> {
    fn from(indices: &'a [usize]) -> Self {
        Self::Indices(indices)
    }
}

impl<'a> From<&'a Vec<usize>> for Rows<'a> {
    fn from(indices: &'a Vec<usize>) -> Self {
        Self::Indices(indices)
    }
}
