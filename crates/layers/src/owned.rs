//! What a module owns itself, under a name.

use crate::{Count, Parameter, State, Visitor, Weight};
use latent_numeric::Scalar;

/// What a module owns itself and shows under a name: a [`Parameter`], a [`State`], a [`Count`], a [`Weight`], or
/// several of them, as `name.0`, `name.1`, ...
///
/// It is what [`#[derive(Module)]`](macro@crate::Module) asks of fields of these types.
///
/// ```
/// use latent_layers::{Owned, Parameter, Visitor};
///
/// let [first, second] = [1.0, 2.0].map(|value| Parameter::new(ndarray::arr1(&[value])));
/// let biases = vec![Some(first), None, Some(second)];
/// let entries = Visitor::<f32>::collect(|visitor| biases.show("bias", visitor));
/// let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
/// assert_eq!(paths, ["bias.0", "bias.2"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no parameter, state, count or weight of numbers of type `{E}`",
    note = "`#[module(part)]` before the field makes it a module inside the module, `#[module(skip)]` leaves it out"
)]
pub trait Owned<E: Scalar = f32> {
    /// Shows it to the visitor under this name.
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>);
}

impl<E: Scalar> Owned<E> for Parameter<E> {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        visitor.parameter(name, self);
    }
}

impl<E: Scalar> Owned<E> for State<E> {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        visitor.state(name, self);
    }
}

impl<E: Scalar> Owned<E> for Count {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        visitor.count(name, self);
    }
}

/// What is trained, and what the function owns.
impl<E: Scalar> Owned<E> for Weight<E> {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        self.visit(name, visitor);
    }
}

impl<E: Scalar, O: Owned<E>> Owned<E> for Option<O> {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        self.iter().for_each(|owned| owned.show(name, visitor));
    }
}

impl<E: Scalar, O: Owned<E>> Owned<E> for [O] {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        visitor.within(name, |visitor| {
            self.iter().enumerate().for_each(|(i, owned)| owned.show(&i.to_string(), visitor));
        });
    }
}

impl<E: Scalar, O: Owned<E>> Owned<E> for Vec<O> {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        self[..].show(name, visitor);
    }
}

impl<E: Scalar, O: Owned<E>, const N: usize> Owned<E> for [O; N] {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        self[..].show(name, visitor);
    }
}

impl<E: Scalar, O: Owned<E> + ?Sized> Owned<E> for Box<O> {
    fn show<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        (**self).show(name, visitor);
    }
}
