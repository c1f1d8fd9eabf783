//! The named sets: their files, checksums and mirrors.

use super::Name;
use super::checksum::Checksum;
use crate::DatasetError;
use std::str::FromStr;

/// Half of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Test,
}

/// One of the two files of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    Images,
    Labels,
}

/// A file of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The name without `.gz`.
    pub(super) stem: &'static str,
    pub(super) checksum: Checksum,
}

impl Name {
    /// Addresses that have the `.gz` files.
    pub(super) fn mirrors(self) -> &'static [&'static str] {
        match self {
            Self::Mnist => {
                &["https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"]
            }
            Self::FashionMnist => &[
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            ],
        }
    }

    pub(super) fn file(self, part: Part, file: File) -> Entry {
        let stem = match (part, file) {
            (Part::Train, File::Images) => "train-images-idx3-ubyte",
            (Part::Train, File::Labels) => "train-labels-idx1-ubyte",
            (Part::Test, File::Images) => "t10k-images-idx3-ubyte",
            (Part::Test, File::Labels) => "t10k-labels-idx1-ubyte",
        };
        let sha256 = Checksum::Sha256Unpacked;
        let md5 = Checksum::Md5Packed;
        let checksum = match (self, part, file) {
            (Self::Mnist, Part::Train, File::Images) => {
                sha256("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")
            }
            (Self::Mnist, Part::Train, File::Labels) => {
                sha256("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
            }
            (Self::Mnist, Part::Test, File::Images) => {
                sha256("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")
            }
            (Self::Mnist, Part::Test, File::Labels) => {
                sha256("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
            }
            (Self::FashionMnist, Part::Train, File::Images) => md5("8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            (Self::FashionMnist, Part::Train, File::Labels) => md5("25c81989df183df01b3e8a0aad5dffbe"),
            (Self::FashionMnist, Part::Test, File::Images) => md5("bef4ecab320f06d8554ea6380940ec79"),
            (Self::FashionMnist, Part::Test, File::Labels) => md5("bb300cfdad3c16e7a12a480ee83cd310"),
        };
        Entry { stem, checksum }
    }
}

impl Part {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

impl FromStr for Name {
    type Err = DatasetError;

    fn from_str(name: &str) -> Result<Self, DatasetError> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| DatasetError::parameter("data set", name, "mnist or fashion-mnist"))
    }
}
