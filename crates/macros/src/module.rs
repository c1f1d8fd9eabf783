//! The expansion of `#[derive(Module)]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Data, DeriveInput, Error, Expr, Field, GenericArgument, GenericParam, Generics, Ident, LitStr, Path, PathArguments,
    Type, TypeParamBound, WherePredicate, parse_quote,
};

pub fn expand(item: TokenStream) -> Result<TokenStream, Error> {
    let input: DeriveInput = syn::parse2(item)?;
    let name = &input.ident;
    let Data::Struct(of) = &input.data else {
        let message = format!("#[derive(Module)] is for structs: write `impl Module for {name}` by hand");
        return Err(Error::new_spanned(name, message));
    };
    let options = OfStruct::of(&input)?;
    let scalars = scalars(&input.generics);
    if let [_, second, ..] = &scalars[..] {
        let message = "several type parameters are Scalar: #[module(scalar = ...)] says over which this is a module";
        if options.scalar.is_none() {
            return Err(Error::new_spanned(second, message));
        }
    }
    let parts: Vec<Part> =
        of.fields.iter().enumerate().map(|(i, field)| Part::of(i, field, &scalars)).collect::<Result<_, _>>()?;
    distinct(&parts)?;
    let mut generics = input.generics.clone();
    let scalar: Type = match (options.scalar, scalars.first()) {
        (Some(scalar), _) => scalar,
        (None, Some(parameter)) => parse_quote!(#parameter),
        (None, None) if parts.iter().all(|part| matches!(part.role, Role::Skipped)) => {
            generics.params.push(parse_quote!(AnyScalar: ::latent_layers::of_derive::Scalar));
            parse_quote!(AnyScalar)
        }
        (None, None) => parse_quote!(f32),
    };
    let open: Vec<Ident> = input.generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    for part in parts.iter().filter(|part| mentions(&part.ty, &open, &scalars)) {
        if let Some(bound) = part.bound(&scalar) {
            generics.make_where_clause().predicates.push(bound);
        }
    }
    let shown = parts.iter().map(|part| part.shown(&scalar));
    let kind = options.kind.unwrap_or_else(|| {
        let kind = LitStr::new(&snake_case(&name.to_string()), name.span());
        parse_quote!(#kind)
    });
    let (implemented, clause) = (generics.split_for_impl().0, generics.split_for_impl().2);
    let arguments = input.generics.split_for_impl().1;
    let visitor = if parts.iter().any(|part| !matches!(part.role, Role::Skipped)) { "visitor" } else { "_visitor" };
    let visitor = format_ident!("{visitor}");
    Ok(quote! {
        #[automatically_derived]
        impl #implemented ::latent_layers::Module<#scalar> for #name #arguments #clause {
            fn kind(&self) -> &'static str {
                #kind
            }

            fn visit<'module>(&'module self, #visitor: &mut ::latent_layers::Visitor<'module, #scalar>) {
                #(#shown)*
            }
        }
    })
}

/// What stands in `#[module(...)]` before the struct.
#[derive(Default)]
struct OfStruct {
    kind: Option<Expr>,
    scalar: Option<Type>,
}

impl OfStruct {
    fn of(input: &DeriveInput) -> Result<Self, Error> {
        let mut options = Self::default();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("module")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("kind") {
                    options.kind = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("scalar") {
                    options.scalar = Some(meta.value()?.parse()?);
                } else {
                    let given = spelled(&meta.path);
                    let message = format!(
                        "a struct has no option `{given}`: there are #[module(kind = \"...\")] and \
                         #[module(scalar = f64)]"
                    );
                    return Err(meta.error(message));
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// What a field is to the module.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    /// A module inside it, under a name.
    Module,
    /// A parameter, a state, a count or a weight, or several.
    Owned,
    /// A module whose parts are shown as the module's own.
    Flattened,
    /// Nothing.
    Skipped,
}

struct Part {
    member: syn::Member,
    ty: Type,
    name: LitStr,
    role: Role,
}

impl Part {
    fn of(index: usize, field: &Field, scalars: &[Ident]) -> Result<Self, Error> {
        let member = match &field.ident {
            Some(name) => syn::Member::Named(name.clone()),
            None => syn::Member::Unnamed(index.into()),
        };
        let called = match &field.ident {
            Some(name) => name.to_string().trim_start_matches("r#").to_owned(),
            None => index.to_string(),
        };
        let (mut name, mut role) = (None, None);
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("module")) {
            attribute.parse_nested_meta(|meta| {
                let given = spelled(&meta.path);
                let chosen = match given.as_str() {
                    "name" => {
                        name = Some(meta.value()?.parse::<LitStr>()?);
                        return Ok(());
                    }
                    "skip" => Role::Skipped,
                    "flatten" => Role::Flattened,
                    "owned" => Role::Owned,
                    "part" => Role::Module,
                    _ => {
                        let message = format!(
                            "a field has no option `{given}`: there are #[module(skip)], #[module(name = \"...\")], \
                             #[module(flatten)], #[module(owned)] and #[module(part)]"
                        );
                        return Err(meta.error(message));
                    }
                };
                if role.replace(chosen).is_some() {
                    return Err(
                        meta.error(format!("field `{called}`: skip, flatten, owned and part exclude each other"))
                    );
                }
                Ok(())
            })?;
        }
        let role = match role {
            Some(role) => role,
            None if is_owned(innermost(&field.ty)) => Role::Owned,
            None if is_a_value(innermost(&field.ty), scalars) => {
                let message = format!(
                    "field `{called}` is neither a module nor a parameter, a state or a count: write #[module(skip)] \
                     before it to leave it out"
                );
                return Err(Error::new_spanned(&field.ty, message));
            }
            None => Role::Module,
        };
        if let Some(name) = name.as_ref().filter(|_| matches!(role, Role::Skipped | Role::Flattened)) {
            return Err(Error::new_spanned(name, format!("field `{called}` has no name of its own in any path")));
        }
        if let Some(name) = name.as_ref().filter(|name| name.value().is_empty() || name.value().contains('.')) {
            let message = format!("field `{called}`: a name is one part of a path, without dots");
            return Err(Error::new_spanned(name, message));
        }
        let name = name.unwrap_or_else(|| LitStr::new(&called, field.ty.span()));
        Ok(Self { member, ty: field.ty.clone(), name, role })
    }

    /// What is required of the type of a field that depends on parameters of the struct.
    fn bound(&self, scalar: &Type) -> Option<WherePredicate> {
        let ty = &self.ty;
        match self.role {
            Role::Module | Role::Flattened => Some(parse_quote!(#ty: ::latent_layers::Module<#scalar>)),
            Role::Owned => Some(parse_quote!(#ty: ::latent_layers::Owned<#scalar>)),
            Role::Skipped => None,
        }
    }

    fn shown(&self, scalar: &Type) -> TokenStream {
        let Self { member, name, role, ty } = self;
        // Errors about the type of a field point to it.
        let at: Span = ty.span();
        match role {
            Role::Module => quote_spanned!(at=> visitor.module(#name, &self.#member);),
            Role::Owned => {
                quote_spanned!(at=> ::latent_layers::Owned::<#scalar>::show(&self.#member, #name, visitor);)
            }
            Role::Flattened => quote_spanned!(at=> ::latent_layers::Module::<#scalar>::visit(&self.#member, visitor);),
            Role::Skipped => TokenStream::new(),
        }
    }
}

/// Two fields must not have one name.
fn distinct(parts: &[Part]) -> Result<(), Error> {
    let named: Vec<&Part> = parts.iter().filter(|part| matches!(part.role, Role::Module | Role::Owned)).collect();
    for (i, part) in named.iter().enumerate() {
        if named[..i].iter().any(|before| before.name.value() == part.name.value()) {
            let message =
                format!("two fields are named `{0}`: #[module(name = \"...\")] gives another name", part.name.value());
            return Err(Error::new_spanned(&part.name, message));
        }
    }
    Ok(())
}

/// The type parameters of which `Scalar` is required.
fn scalars(generics: &Generics) -> Vec<Ident> {
    let is_scalar = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Scalar"),
        _ => false,
    };
    let by_clause = |name: &Ident| {
        generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(|predicate| match predicate {
            WherePredicate::Type(of) => {
                matches!(&of.bounded_ty, Type::Path(path) if path.path.is_ident(name))
                    && of.bounds.iter().any(is_scalar)
            }
            _ => false,
        })
    };
    let parameters = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(parameter),
        _ => None,
    });
    let scalars = parameters.filter(|parameter| parameter.bounds.iter().any(is_scalar) || by_clause(&parameter.ident));
    scalars.map(|parameter| parameter.ident.clone()).collect()
}

/// The type in options, boxes, lists and arrays.
fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::Array(array) => innermost(&array.elem),
        Type::Paren(inner) => innermost(&inner.elem),
        Type::Group(inner) => innermost(&inner.elem),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if ["Option", "Vec", "Box"].iter().any(|wrapper| last.ident == wrapper) => match &last.arguments
            {
                PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                    Some(GenericArgument::Type(inner)) => innermost(inner),
                    _ => ty,
                },
                _ => ty,
            },
            _ => ty,
        },
        _ => ty,
    }
}

fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// Whether it is what a module owns itself.
fn is_owned(ty: &Type) -> bool {
    last_name(ty).is_some_and(|name| ["Parameter", "State", "Count", "Weight"].iter().any(|owned| name == owned))
}

/// Whether it is a number, a text or the like, which is surely no module.
fn is_a_value(ty: &Type, scalars: &[Ident]) -> bool {
    const VALUES: [&str; 18] = [
        "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
        "isize", "f32", "f64",
    ];
    match ty {
        Type::Tuple(_) | Type::BareFn(_) => true,
        Type::Reference(reference) => is_a_value(&reference.elem, scalars),
        _ => last_name(ty).is_some_and(|name| VALUES.iter().any(|value| name == value) || scalars.contains(name)),
    }
}

/// Whether a type depends on a type parameter that is no scalar.
fn mentions(ty: &Type, parameters: &[Ident], scalars: &[Ident]) -> bool {
    struct Found<'p> {
        parameters: &'p [Ident],
        scalars: &'p [Ident],
        any: bool,
    }
    impl VisitMut for Found<'_> {
        fn visit_path_mut(&mut self, path: &mut Path) {
            let first = path.segments.first().map(|segment| &segment.ident);
            self.any |= first.is_some_and(|name| self.parameters.contains(name) && !self.scalars.contains(name));
            visit_mut::visit_path_mut(self, path);
        }
    }
    let mut found = Found { parameters, scalars, any: false };
    found.visit_type_mut(&mut ty.clone());
    found.any
}

fn spelled(path: &Path) -> String {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::")
}

/// `GlobalAvgPool` becomes `global_avg_pool`, `GRUCell` becomes `gru_cell`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, &letter) in letters.iter().enumerate() {
        let starts = letter.is_uppercase()
            && i > 0
            && (!letters[i - 1].is_uppercase() || letters.get(i + 1).is_some_and(|next| next.is_lowercase()))
            && letters[i - 1] != '_';
        if starts {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_snake_case() {
        let names = ["Scaled", "GlobalAvgPool", "Conv2d", "BatchNorm2d", "GRUCell", "A", "Spectral_Norm"];
        let want = ["scaled", "global_avg_pool", "conv2d", "batch_norm2d", "gru_cell", "a", "spectral_norm"];
        assert_eq!(names.map(snake_case), want);
    }

    #[test]
    fn mistakes_name_the_field_and_what_to_write() {
        let told = |item: TokenStream| expand(item).unwrap_err().to_string();
        let of_number = told(quote!(
            struct A {
                linear: Linear,
                eps: f64,
            }
        ));
        assert!(of_number.contains("field `eps`") && of_number.contains("#[module(skip)]"), "{of_number}");
        assert!(
            told(quote!(
                struct A<E: Scalar> {
                    bound: Option<E>,
                }
            ))
            .contains("field `bound`")
        );
        assert!(
            told(quote!(
                enum A {
                    B,
                }
            ))
            .contains("impl Module for A")
        );
        assert!(
            told(quote!(
                struct A {
                    #[module(rename = "b")]
                    a: Linear,
                }
            ))
            .contains("#[module(name = \"...\")]")
        );
        assert!(
            told(quote!(
                #[module(name = "b")]
                struct A {
                    a: Linear,
                }
            ))
            .contains("#[module(kind = \"...\")]")
        );
        let twice = told(quote!(
            struct A {
                a: Linear,
                #[module(name = "a")]
                b: Linear,
            }
        ));
        assert!(twice.contains("two fields are named `a`"), "{twice}");
        assert!(
            told(quote!(
                struct A {
                    #[module(name = "a.b")]
                    b: Linear,
                }
            ))
            .contains("without dots")
        );
        assert!(
            told(quote!(
                struct A {
                    #[module(skip, flatten)]
                    b: Linear,
                }
            ))
            .contains("exclude each other")
        );
        assert!(
            told(quote!(
                struct A {
                    #[module(skip, name = "c")]
                    b: Linear,
                }
            ))
            .contains("no name of its own")
        );
        assert!(
            told(quote!(
                struct A<E: Scalar, F: Scalar> {
                    b: Linear<E>,
                    c: Linear<F>,
                }
            ))
            .contains("scalar = ...")
        );
    }
}
