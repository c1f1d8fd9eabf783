//! Salt-and-pepper noise.

use super::prelude::*;

/// Each pixel is, with probability `amount`, replaced in all channels: by 1 with probability `salt`, else by 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaltAndPepper {
    /// Share of the pixels that are replaced, in [0, 1].
    pub amount: Range,
    /// Share of white ones among them, in [0, 1].
    #[serde(default = "half")]
    pub salt: f64,
}

fn half() -> f64 {
    0.5
}

impl Parameters for SaltAndPepper {
    const NAME: &'static str = "salt_and_pepper";

    fn check(&self) -> Result<(), Fault> {
        let expected = "a number in [0, 1]";
        self.amount.check("amount", |amount| (0.0..=1.0).contains(&amount), expected)?;
        Range::only(self.salt).check("salt", |salt| (0.0..=1.0).contains(&salt), expected)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    amount: f64,
    salt: f64,
    /// Where the noise begins.
    stream: Box<Stream>,
}

impl Photometric for SaltAndPepper {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        Drawn { amount: self.amount.draw(stream), salt: self.salt, stream: stream.clone().into() }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        let Shape { channels, .. } = frame.shape();
        let plane = frame.shape().plane();
        let mut stream = (*self.stream).clone();
        for at in 0..plane {
            // One draw decides both: below `amount` it is uniform there.
            let draw = stream.uniform::<f64>();
            if draw < self.amount {
                let value = if draw < self.amount * self.salt { 1.0 } else { 0.0 };
                (0..channels).for_each(|channel| frame.values_mut()[channel * plane + at] = value);
            }
        }
    }
}
