//! Rotation about the centre.

use super::prelude::*;

/// Rotation counter-clockwise, as seen on the screen, by an angle in degrees about the centre `((W-1)/2, (H-1)/2)`. The
/// size stays.
///
/// With rows counted downwards, the pixel at `c + (x, y)` of the result is that at
/// `c + (x cos a - y sin a, x sin a + y cos a)` of the input. Multiples of 90 degrees are exact: on a square image they
/// move pixels and change none.
///
/// (torchvision's `rotate` and SciPy's `ndimage.rotate` turn the same way; torchvision's `affine` turns the other way.)
///
/// ```
/// use latent_augment::image::{Chain, Rotate, Step};
/// use ndarray::array;
///
/// let chain = Chain::new(vec![Step::always(Rotate { degrees: 90.0.into(), ..Rotate::default() })])?;
/// let image = array![[[1_u8, 2], [3, 4]]];
/// assert_eq!(chain.apply(image.view(), 0, 0, 0)?, array![[[2, 4], [1, 3]]]);
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// The angle.
    pub degrees: Range,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border.
    #[serde(default)]
    pub border: Border,
}

impl Default for Rotate {
    /// By at most 10 degrees, bilinear, with zeros around.
    fn default() -> Self {
        Self { degrees: Range::new(-10.0, 10.0), interpolation: Interpolation::default(), border: Border::default() }
    }
}

impl Parameters for Rotate {
    const NAME: &'static str = "rotate";

    fn check(&self) -> Result<(), Fault> {
        self.degrees.check("degrees", |_| true, "a finite number")?;
        self.border.check()
    }
}

impl Geometric for Rotate {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let (sin, cos) = sin_cos(self.degrees.draw(stream));
        let map = Homography::about(centre(input), [[cos, -sin], [sin, cos]]);
        Warp::projective(map, input, Sampling { interpolation: self.interpolation, border: self.border })
    }
}

/// Sine and cosine of an angle in degrees, exact at multiples of 90.
pub(super) fn sin_cos(degrees: f64) -> (f64, f64) {
    let turned = degrees.rem_euclid(360.0);
    let quarters = (turned / 90.0).round();
    let (sin, cos) = (turned - 90.0 * quarters).to_radians().sin_cos();
    match quarters as u32 % 4 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}
