//! Modules in lists, options, boxes and references.

use crate::{Module, Visitor};
use latent_numeric::Scalar;

impl<E: Scalar, M: Module<E> + ?Sized> Module<E> for Box<M> {
    fn kind(&self) -> &'static str {
        (**self).kind()
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        (**self).visit(visitor);
    }
}

impl<E: Scalar, M: Module<E> + ?Sized> Module<E> for &M {
    fn kind(&self) -> &'static str {
        (**self).kind()
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        (**self).visit(visitor);
    }
}

/// The module, if there is one.
impl<E: Scalar, M: Module<E>> Module<E> for Option<M> {
    fn kind(&self) -> &'static str {
        self.as_ref().map_or("nothing", Module::kind)
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.iter().for_each(|module| module.visit(visitor));
    }
}

/// Modules named `0`, `1`, ...
impl<E: Scalar, M: Module<E>> Module<E> for Vec<M> {
    fn kind(&self) -> &'static str {
        "list"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        numbered(self, visitor);
    }
}

/// Modules named `0`, `1`, ...
impl<E: Scalar, M: Module<E>, const N: usize> Module<E> for [M; N] {
    fn kind(&self) -> &'static str {
        "list"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        numbered(self, visitor);
    }
}

fn numbered<'a, E: Scalar, M: Module<E>>(modules: &'a [M], visitor: &mut Visitor<'a, E>) {
    modules.iter().enumerate().for_each(|(i, module)| visitor.module(&i.to_string(), module));
}
