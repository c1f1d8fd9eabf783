//! The sizes of a convolution.

/// The sizes of a convolution and how its kernel moves; pairs are (height, width).
///
/// With `s` the stride, `p` the padding and `d` the dilation, output row `r` sees the input rows `s r - p + d i`,
/// `i = 0 .. kernel`, and so for columns; input outside of the image is zero. The output size is given, not derived:
/// any is allowed, as rows that see nothing of the image are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Images.
    pub samples: usize,
    /// Output channels of one group see the input channels of the same group alone.
    pub groups: usize,
    /// A multiple of `groups`.
    pub in_channels: usize,
    /// A multiple of `groups`.
    pub out_channels: usize,
    /// Pixels of the input.
    pub input: [usize; 2],
    /// Pixels of the output.
    pub output: [usize; 2],
    /// Taps of the kernel, at least one.
    pub kernel: [usize; 2],
    /// Input pixels between neighbouring output pixels, at least one.
    pub stride: [usize; 2],
    /// Zeros before and after the input.
    pub padding: [usize; 2],
    /// Input pixels between neighbouring taps, at least one.
    pub dilation: [usize; 2],
}

impl Geometry {
    /// The shape of the input: (samples, in_channels, height, width).
    pub fn input_shape(&self) -> [usize; 4] {
        [self.samples, self.in_channels, self.input[0], self.input[1]]
    }

    /// The shape of the weight: (out_channels, in_channels / groups, kernel height, kernel width).
    pub fn weight_shape(&self) -> [usize; 4] {
        [self.out_channels, self.in_channels / self.groups, self.kernel[0], self.kernel[1]]
    }

    /// The shape of the output: (samples, out_channels, height, width).
    pub fn output_shape(&self) -> [usize; 4] {
        [self.samples, self.out_channels, self.output[0], self.output[1]]
    }

    /// Floating point operations of each of the three contractions, padding counted as if it were pixels.
    pub fn flop(&self) -> usize {
        2 * self.output_shape().iter().product::<usize>() * self.terms()
    }

    /// Products that an output pixel is the sum of.
    pub(super) fn terms(&self) -> usize {
        self.weight_shape()[1..].iter().product()
    }

    /// The input coordinate that a tap of an output coordinate sees along an axis, if it is inside of the image.
    pub(super) fn source(&self, axis: usize, output: usize, tap: usize) -> Option<usize> {
        let padded = self.stride[axis] * output + self.dilation[axis] * tap;
        padded.checked_sub(self.padding[axis]).filter(|&at| at < self.input[axis])
    }

    /// Coordinates of the padded input that the output sees along an axis.
    pub(super) fn extent(&self, axis: usize) -> usize {
        self.stride[axis] * (self.output[axis] - 1) + self.dilation[axis] * (self.kernel[axis] - 1) + 1
    }

    /// Output channels in a group.
    pub(super) fn group(&self) -> usize {
        self.out_channels / self.groups
    }

    /// Pixels of the output.
    pub(super) fn pixels(&self) -> usize {
        self.output[0] * self.output[1]
    }

    #[track_caller]
    pub(super) fn check(&self, x: usize, w: usize, y: usize) {
        let positive = |pair: [usize; 2]| pair[0] > 0 && pair[1] > 0;
        assert!(
            self.groups > 0
                && self.in_channels.is_multiple_of(self.groups)
                && self.out_channels.is_multiple_of(self.groups)
                && positive(self.kernel)
                && positive(self.stride)
                && positive(self.dilation),
            "conv: no such convolution: {self:?}"
        );
        let lens = [self.input_shape(), self.weight_shape(), self.output_shape()].map(|s| s.iter().product::<usize>());
        assert!(lens == [x, w, y], "conv: input, weight and output have {:?} elements, not {lens:?}", [x, w, y]);
    }
}
