//! What JPEG compression leaves of an image.

use super::prelude::*;
use crate::image::pixel::Pixel;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// The image encoded as baseline JPEG of a random quality and decoded again, in bytes: values are rounded to multiples
/// of 1/255 before. For images of one channel (grey) or three (colour, as Y'CbCr).
///
/// The codecs are the crates `jpeg-encoder` and `zune-jpeg`; others round differently, by a few levels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jpeg {
    /// Whole numbers from 1 to 100, each equally likely.
    pub quality: Range,
    /// How coarse colour is.
    #[serde(default)]
    pub subsampling: Subsampling,
}

/// Resolution of colour beside that of brightness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subsampling {
    /// Half along both axes, the usual.
    #[default]
    #[serde(rename = "4:2:0")]
    Half,
    /// Half along rows.
    #[serde(rename = "4:2:2")]
    HalfAcross,
    /// Colour has the resolution of brightness (4:4:4).
    #[serde(rename = "4:4:4")]
    Full,
}

/// The longest side that the format can write down.
const LIMIT: usize = 65_535;

impl Parameters for Jpeg {
    const NAME: &'static str = "jpeg";

    fn check(&self) -> Result<(), Fault> {
        let fits = |quality: f64| (1.0..=100.0).contains(&quality) && quality.fract() == 0.0;
        self.quality.check("quality", fits, "a whole number from 1 to 100")
    }

    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        let Shape { channels, height, width } = input;
        if !matches!(channels, 1 | 3) {
            return Err(Fault::Channels { channels, expected: "1 or 3" });
        }
        if height > LIMIT || width > LIMIT {
            return Err(Fault::TooLarge { height, width, limit: LIMIT });
        }
        Ok(input)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    quality: u8,
    subsampling: Subsampling,
}

impl Photometric for Jpeg {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        let choices = (self.quality.high - self.quality.low) as usize + 1;
        Drawn { quality: self.quality.low as u8 + stream.below(choices) as u8, subsampling: self.subsampling }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch) {
        let Shape { channels, height, width } = frame.shape();
        let Scratch { other, bytes, encoded, .. } = scratch;
        bytes.resize(frame.shape().len(), 0);
        if channels == 1 {
            u8::store(frame.values(), bytes);
        } else {
            interleave(frame, other);
            u8::store(other.values(), bytes);
        }
        encoded.clear();
        let mut encoder = Encoder::new(&mut *encoded, self.quality);
        encoder.set_sampling_factor(match self.subsampling {
            Subsampling::Half => SamplingFactor::F_2_2,
            Subsampling::HalfAcross => SamplingFactor::F_2_1,
            Subsampling::Full => SamplingFactor::F_1_1,
        });
        let (write, read) =
            if channels == 1 { (ColorType::Luma, ColorSpace::Luma) } else { (ColorType::Rgb, ColorSpace::RGB) };
        encoder
            .encode(bytes, width as u16, height as u16, write)
            .expect("an image of a size that the format knows goes into memory");
        let options =
            DecoderOptions::default().jpeg_set_out_colorspace(read).set_max_width(LIMIT).set_max_height(LIMIT);
        JpegDecoder::new_with_options(ZCursor::new(&*encoded), options)
            .decode_into(bytes)
            .expect("what was just encoded is a whole JPEG");
        if channels == 1 {
            u8::load(bytes, frame.values_mut());
        } else {
            u8::load(bytes, other.values_mut());
            separate(other, frame);
        }
    }
}

/// Pixel after pixel instead of channel after channel.
fn interleave(frame: &Frame, to: &mut Frame) {
    let shape = frame.shape();
    to.resize(shape);
    for (channel, plane) in frame.planes().enumerate() {
        for (to, x) in to.values_mut()[channel..].iter_mut().step_by(shape.channels).zip(plane) {
            *to = *x;
        }
    }
}

fn separate(from: &Frame, frame: &mut Frame) {
    let channels = frame.shape().channels;
    for (channel, plane) in frame.planes_mut().enumerate() {
        for (to, x) in plane.iter_mut().zip(from.values()[channel..].iter().step_by(channels)) {
            *to = *x;
        }
    }
}
