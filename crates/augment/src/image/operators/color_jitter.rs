//! Brightness, contrast, saturation and hue.

use super::prelude::*;

/// Four changes of colour in random order, each with a factor of its own; results are clamped to [0, 1].
///
/// | parameter | formula |
/// |---|---|
/// | brightness f | `f x` |
/// | contrast f | `f x + (1 - f) m`, m the mean of the grey image |
/// | saturation f | `f x + (1 - f) g`, g the grey value of the pixel |
/// | hue d | the hue in HSV moves by `d` turns |
///
/// Grey is `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601; torchvision writes 0.2989). A grey image has neither saturation
/// nor hue to change. In images of one channel and of more than three the grey image is the mean of the channels.
/// Factors of 1 and hues of 0 change nothing, and nothing is drawn for them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ColorJitter {
    /// At least 0.
    pub brightness: Range,
    /// At least 0.
    pub contrast: Range,
    /// At least 0; for images of one or three channels.
    pub saturation: Range,
    /// In [-1/2, 1/2]; for images of one or three channels.
    pub hue: Range,
}

impl Default for ColorJitter {
    /// Nothing changes.
    fn default() -> Self {
        let one = Range::only(1.0);
        Self { brightness: one, contrast: one, saturation: one, hue: Range::only(0.0) }
    }
}

impl ColorJitter {
    /// Factors in `[max(0, 1 - v), 1 + v]` and hues in `[-h, h]`, as torchvision takes them.
    pub fn about(brightness: f64, contrast: f64, saturation: f64, hue: f64) -> Self {
        let factors = |v: f64| Range::new((1.0 - v).max(0.0), 1.0 + v);
        Self {
            brightness: factors(brightness),
            contrast: factors(contrast),
            saturation: factors(saturation),
            hue: Range::new(-hue, hue),
        }
    }
}

impl Parameters for ColorJitter {
    const NAME: &'static str = "color_jitter";

    fn check(&self) -> Result<(), Fault> {
        let factors = [("brightness", self.brightness), ("contrast", self.contrast), ("saturation", self.saturation)];
        for (name, range) in factors {
            range.check(name, |factor| factor >= 0.0, "a finite number of at least 0")?;
        }
        self.hue.check("hue", |hue| (-0.5..=0.5).contains(&hue), "a number in [-0.5, 0.5]")
    }

    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        let colors = self.saturation != Range::only(1.0) || self.hue != Range::only(0.0);
        if colors && !matches!(input.channels, 1 | 3) {
            let expected = "1 or 3 where saturation or hue changes";
            return Err(Fault::Channels { channels: input.channels, expected });
        }
        Ok(input)
    }
}

#[derive(Clone, Copy, Debug)]
enum Adjustment {
    Nothing,
    Brightness(f32),
    Contrast(f32),
    Saturation(f32),
    Hue(f32),
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    adjustments: [Adjustment; 4],
}

impl Photometric for ColorJitter {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        let mut draw = |range: Range, neutral: f64, adjustment: fn(f32) -> Adjustment| {
            if range == Range::only(neutral) { Adjustment::Nothing } else { adjustment(range.draw(stream) as f32) }
        };
        let brightness = draw(self.brightness, 1.0, Adjustment::Brightness);
        let contrast = draw(self.contrast, 1.0, Adjustment::Contrast);
        let saturation = draw(self.saturation, 1.0, Adjustment::Saturation);
        let hue = draw(self.hue, 0.0, Adjustment::Hue);
        let mut adjustments = [brightness, contrast, saturation, hue];
        for last in (1..adjustments.len()).rev() {
            adjustments.swap(last, stream.below(last + 1));
        }
        Drawn { adjustments }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        for adjustment in self.adjustments {
            match adjustment {
                Adjustment::Nothing => {}
                Adjustment::Brightness(factor) => blend(frame.values_mut(), factor, 0.0),
                Adjustment::Contrast(factor) => {
                    let mean = grey_mean(frame);
                    blend(frame.values_mut(), factor, (1.0 - factor) * mean);
                }
                Adjustment::Saturation(factor) => {
                    if let Some((red, green, blue)) = colors(frame) {
                        saturate(red, green, blue, factor);
                    }
                }
                Adjustment::Hue(turns) => {
                    if turns != 0.0
                        && let Some((red, green, blue)) = colors(frame)
                    {
                        for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
                            [*r, *g, *b] = shift_hue([*r, *g, *b], turns);
                        }
                    }
                }
            }
        }
    }
}

const GREY: [f32; 3] = [0.299, 0.587, 0.114];

/// The three channels of a colour image.
fn colors(frame: &mut Frame) -> Option<(&mut [f32], &mut [f32], &mut [f32])> {
    let Shape { channels, .. } = frame.shape();
    let plane = frame.shape().plane();
    if channels != 3 {
        return None;
    }
    let (red, rest) = frame.values_mut().split_at_mut(plane);
    let (green, blue) = rest.split_at_mut(plane);
    Some((red, green, blue))
}

fn grey_mean(frame: &Frame) -> f32 {
    let Shape { channels, .. } = frame.shape();
    let weight = |channel: usize| if channels == 3 { GREY[channel] } else { 1.0 / channels as f32 };
    let mean = |plane: &[f32]| plane.chunks(4096).map(|part| f64::from(sum(part))).sum::<f64>() / plane.len() as f64;
    frame.planes().enumerate().map(|(channel, plane)| f64::from(weight(channel)) * mean(plane)).sum::<f64>() as f32
}

latent_numeric::vectorized! {
    fn blend(values: &mut [f32], factor: f32, offset: f32) {
        for x in values {
            *x = (factor * *x + offset).clamp(0.0, 1.0);
        }
    }

    /// In a fixed number of lanes, so that the bits are those of every machine.
    fn sum(values: &[f32]) -> f32 {
        let mut lanes = [0.0_f32; 16];
        let (pieces, rest) = values.as_chunks::<16>();
        for piece in pieces {
            for (lane, x) in lanes.iter_mut().zip(piece) {
                *lane += x;
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *lane += x;
        }
        lanes.iter().sum()
    }

    fn saturate(red: &mut [f32], green: &mut [f32], blue: &mut [f32], factor: f32) {
        for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
            let grey = (1.0 - factor) * (GREY[0] * *r + GREY[1] * *g + GREY[2] * *b);
            for x in [r, g, b] {
                *x = (factor * *x + grey).clamp(0.0, 1.0);
            }
        }
    }
}

/// Through HSV: value and saturation stay, the hue moves.
fn shift_hue([r, g, b]: [f32; 3], turns: f32) -> [f32; 3] {
    let value = r.max(g).max(b);
    let chroma = value - r.min(g).min(b);
    if chroma == 0.0 {
        return [r, g, b];
    }
    // The hue in sixths of a turn.
    let sixth = if value == r {
        (g - b) / chroma
    } else if value == g {
        2.0 + (b - r) / chroma
    } else {
        4.0 + (r - g) / chroma
    };
    let hue = sixth + 6.0 * turns;
    [5.0, 3.0, 1.0].map(|offset: f32| {
        let k = (offset + hue).rem_euclid(6.0);
        (value - chroma * k.min(4.0 - k).clamp(0.0, 1.0)).clamp(0.0, 1.0)
    })
}
