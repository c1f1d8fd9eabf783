//! Which taps of a kernel reach which sources, along one axis.

/// Coordinates with equal lists of taps, an arithmetic progression each: tap `first + k tap_step` of the target `t` is
/// at the source `source(t) + k source_step`, `k = 0 .. taps`.
pub struct Class {
    pub first: usize,
    pub taps: usize,
    pub tap_step: isize,
    pub source_step: isize,
    /// Each target, and the source at its first tap.
    pub targets: Vec<[usize; 2]>,
}

/// The classes of the coordinates `0..targets`, by `source(target, tap)`, which is none outside of the image.
///
/// Sources must be affine in the tap, and inside of the image for an arithmetic progression of taps.
pub fn classes(targets: usize, taps: usize, source: impl Fn(usize, usize) -> Option<usize>) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for target in 0..targets {
        let mut seen = (0..taps).filter_map(|tap| Some((tap, source(target, tap)?)));
        let (first, from) = seen.next().unwrap_or_default();
        let (tap_step, source_step) =
            seen.next().map_or((0, 0), |(tap, second)| (difference(tap, first), difference(second, from)));
        let count = (0..taps).filter(|&tap| source(target, tap).is_some()).count();
        let same =
            |c: &&mut Class| (c.first, c.taps, c.tap_step, c.source_step) == (first, count, tap_step, source_step);
        match classes.iter_mut().find(same) {
            Some(class) => class.targets.push([target, from]),
            None => classes.push(Class { first, taps: count, tap_step, source_step, targets: vec![[target, from]] }),
        }
    }
    classes
}

fn difference(a: usize, b: usize) -> isize {
    a.cast_signed() - b.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn classes_list_every_pair_once(
            input in 1_usize..14, output in 1_usize..14, kernel in 1_usize..6, stride in 1_usize..5,
            padding in 0_usize..5, dilation in 1_usize..5,
        ) {
            let inside = |r: usize, i: usize| (stride * r + dilation * i).checked_sub(padding).filter(|&u| u < input);
            let forward = classes(output, kernel, inside);
            let back = classes(input, kernel, |u, i| (0..output).find(|&r| inside(r, i) == Some(u)));
            let listed = |classes: &[Class]| {
                let mut all = Vec::new();
                for c in classes {
                    for &[target, source] in &c.targets {
                        for k in 0..c.taps {
                            let k = k.cast_signed();
                            let tap = (c.first.cast_signed() + k * c.tap_step) as usize;
                            all.push([target, tap, (source.cast_signed() + k * c.source_step) as usize]);
                        }
                    }
                }
                all
            };
            let mut want = Vec::new();
            for r in 0..output {
                want.extend((0..kernel).filter_map(|i| Some([r, i, inside(r, i)?])));
            }
            let mut got = listed(&forward);
            got.sort_unstable();
            prop_assert_eq!(&got, &want);
            let mut got: Vec<_> = listed(&back).into_iter().map(|[u, i, r]| [r, i, u]).collect();
            got.sort_unstable();
            prop_assert_eq!(&got, &want);
            prop_assert_eq!(forward.iter().map(|c| c.targets.len()).sum::<usize>(), output);
        }
    }
}
