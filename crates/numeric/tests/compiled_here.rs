//! Functions that are compiled once are called as they are written.

use latent_numeric::{Scalar, compiled_here};
use std::panic::{Location, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicU32, Ordering};

#[compiled_here]
fn scaled<E: Scalar>(values: &[E], (factor, offset): (E, E)) -> Vec<E> {
    values.iter().map(|&value| value * factor + offset).collect()
}

#[compiled_here]
#[track_caller]
fn place<E: Scalar>(_: E) -> &'static Location<'static> {
    Location::caller()
}

#[derive(Clone, Debug, PartialEq)]
struct Pair<E>(E, E);

#[compiled_here]
impl<E: Scalar> Pair<E> {
    const COUNT: usize = 2;

    fn both(value: E) -> Self {
        Self(value, value)
    }

    fn plus(&self, other: Option<&Self>, others: &[Self]) -> Self {
        let all = other.into_iter().chain(others);
        all.fold(self.clone(), |sum, pair| Self(sum.0 + pair.0, sum.1 + pair.1))
    }

    fn double(&mut self) {
        self.0 += self.0;
        self.1 += self.1;
    }

    fn swapped(mut self) -> Result<Self, String> {
        std::mem::swap(&mut self.0, &mut self.1);
        if self.0 == self.1 { Err(format!("{} and {} are equal", self.0, self.1)) } else { Ok(self) }
    }

    /// Stays generic.
    fn mapped(&self, map: impl Fn(E) -> E) -> Self {
        Self(map(self.0), map(self.1))
    }

    #[track_caller]
    fn refuse(&self) {
        panic!("no {}", Self::COUNT);
    }
}

trait Shape<E> {
    fn scaled<'p>(&'p self, by: &'p [E]) -> Box<dyn Iterator<Item = E> + 'p>;
}

struct Line<'d, E>(&'d [E]);

#[compiled_here]
#[allow(clippy::elidable_lifetime_names, reason = "named lifetimes are treated too")]
impl<'d, E: Scalar> Shape<E> for Line<'d, E> {
    fn scaled<'p>(&'p self, by: &'p [E]) -> Box<dyn Iterator<Item = E> + 'p> {
        Box::new(self.0.iter().zip(by).map(|(&a, &b)| a * b))
    }
}

/// The names of types are as free as ever.
struct Function;
struct Generic<E>(E);

#[compiled_here]
fn value<E: Scalar>(_: Function, of: Generic<E>) -> E {
    of.0
}

struct Unit;

#[compiled_here]
impl<E: Scalar> Shape<E> for Unit {
    fn scaled<'p>(&'p self, by: &'p [E]) -> Box<dyn Iterator<Item = E> + 'p> {
        Box::new(by.iter().copied())
    }
}

#[compiled_here]
impl<E: Scalar> Line<'_, E> {
    fn first(&self) -> Option<&E> {
        self.0.first()
    }
}

fn checks<E: Scalar>() {
    let of = E::of;
    assert_eq!(scaled(&[of(1.0), of(2.0)], (of(3.0), of(0.5))), [of(3.5), of(6.5)]);
    let mut pair = Pair::both(of(1.0)).plus(Some(&Pair(of(1.0), of(2.0))), &[Pair::both(of(3.0))]);
    assert_eq!(pair, Pair(of(5.0), of(6.0)));
    pair.double();
    assert_eq!(pair.mapped(|x| x - E::one()), Pair(of(9.0), of(11.0)));
    assert_eq!(pair.swapped(), Ok(Pair(of(12.0), of(10.0))));
    let values = [of(2.0), of(3.0)];
    let line = Line(&values);
    assert_eq!(line.scaled(&values).collect::<Vec<_>>(), [of(4.0), of(9.0)]);
    assert_eq!(Unit.scaled(&values).collect::<Vec<_>>(), values);
    assert_eq!(line.first(), Some(&of(2.0)));
    assert_eq!(value(Function, Generic(of(3.0))), of(3.0));
    assert_eq!(Pair::both(of(1.0)).swapped(), Err("1 and 1 are equal".to_owned()));
}

#[test]
fn both_types_have_all_kinds_of_arguments() {
    checks::<f32>();
    checks::<f64>();
}

#[test]
fn the_callers_place_is_known() {
    let (here, line) = (place(1.0_f32), line!());
    assert_eq!((here.file(), here.line()), (file!(), line));
}

#[test]
fn a_method_that_panics_names_the_callers_place() {
    static LINE: AtomicU32 = AtomicU32::new(0);
    set_hook(Box::new(|panic| LINE.store(panic.location().map_or(0, Location::line), Ordering::SeqCst)));
    let line = line!() + 1;
    let result = catch_unwind(|| Pair::both(1.0_f64).refuse());
    let _ = take_hook();
    assert!(result.is_err());
    assert_eq!(LINE.load(Ordering::SeqCst), line);
}
