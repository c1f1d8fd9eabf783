//! Macros of the Latent crates. They are used through the crates that export them: `latent_numeric::compiled_here` and
//! `latent_layers::Module`.

mod compiled_here;
mod module;

use proc_macro::TokenStream;

/// Compiles a function that is generic over a number type once for `f32` and once for `f64`, in the crate that defines
/// it.
///
/// Without it a generic function is compiled again in every crate and every program that calls it, with everything that
/// it calls. With it their callers only call; the function is never inlined into them. Behaviour, panics with the
/// caller's place included, is the same.
///
/// The attribute stands before a function, or before an `impl` block, where it treats every method that has no type
/// parameters of its own. There is one type parameter, a `latent_numeric::Scalar`; all lifetimes count as one.
///
/// ```ignore
/// use latent_numeric::{Scalar, compiled_here};
///
/// #[compiled_here]
/// pub fn mean<E: Scalar>(values: &[E]) -> E {
///     latent_numeric::parallel::sum(values) / E::of(values.len() as f64)
/// }
/// ```
///
/// # Errors
/// Items that it cannot treat are errors of compilation which say why.
#[proc_macro_attribute]
pub fn compiled_here(arguments: TokenStream, item: TokenStream) -> TokenStream {
    compiled_here::expand(arguments.into(), item.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes a struct a `latent_layers::Module` whose fields are its parts; it is documented where that crate exports it.
#[proc_macro_derive(Module, attributes(module))]
pub fn module(item: TokenStream) -> TokenStream {
    module::expand(item.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}
