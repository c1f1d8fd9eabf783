//! The expansion of `compiled_here`. Items that it makes have names that nobody else gives: what stands around a function
//! must not be hidden from it.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Error, FnArg, GenericArgument, GenericParam, Generics, Ident, ImplItem, ImplItemFn, Item, ItemFn,
    ItemImpl, Lifetime, ReturnType, Signature, Type, TypeReference, parse_quote,
};

pub fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "compiled_here takes no arguments"));
    }
    match syn::parse2(item)? {
        Item::Fn(function) => of_function(&function),
        Item::Impl(block) => of_block(block),
        other => Err(Error::new_spanned(other, "compiled_here stands before a function or an impl block")),
    }
}

fn of_function(function: &ItemFn) -> Result<TokenStream, Error> {
    let number = number_type(&function.sig.generics)
        .ok_or_else(|| Error::new_spanned(&function.sig, "compiled_here: the function needs one type parameter"))?;
    let ItemFn { attrs, vis, sig, block } = function;
    let places = track_caller(attrs);
    let generic = Signature { ident: format_ident!("compiled_here_generic"), ..sig.clone() };
    let forward = forward(&number, sig, None, &places, &quote!(compiled_here_generic))?;
    let plain = plain_arguments(sig);
    Ok(quote! {
        #(#attrs)*
        #[inline]
        #vis #plain {
            #(#places)*
            #generic #block
            #forward
        }
    })
}

fn of_block(mut block: ItemImpl) -> Result<TokenStream, Error> {
    let number = number_type(&block.generics)
        .ok_or_else(|| Error::new_spanned(&block.self_ty, "compiled_here: the impl needs one type parameter"))?;
    let (generics, this) = (block.generics.clone(), (*block.self_ty).clone());
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item
            && !is_generic(&method.sig)
            && !returns_lifetime_of(&generics, &method.sig)
        {
            of_method(&number, &generics, &this, method)?;
        }
    }
    Ok(quote!(#block))
}

/// Moves the body of a method into a trait of its own, where `self` and `Self` are what they were, and calls that.
fn of_method(number: &Ident, generics: &Generics, this: &Type, method: &mut ImplItemFn) -> Result<(), Error> {
    let places = track_caller(&method.attrs);
    let (implemented, arguments, clause) = generics.split_for_impl();
    let anonymous = generics.params.iter().map(|parameter| -> GenericArgument {
        match parameter {
            GenericParam::Type(parameter) => GenericArgument::Type({
                let name = &parameter.ident;
                parse_quote!(#name)
            }),
            _ => parse_quote!('_),
        }
    });
    let mut unnamed = this.clone();
    rename(&mut unnamed, "_");
    let generic = quote!(<#unnamed as CompiledHereGeneric<#(#anonymous),*>>::compiled_here_generic);
    let forward = forward(number, &method.sig, Some(this), &places, &generic)?;
    let body = std::mem::replace(&mut method.block, parse_quote!({}));
    let sig = Signature { ident: format_ident!("compiled_here_generic"), ..method.sig.clone() };
    method.sig = plain_arguments(&method.sig);
    let declared = &Signature { ident: format_ident!("compiled_here_generic"), ..method.sig.clone() };
    method.attrs.push(parse_quote!(#[inline]));
    method.block = parse_quote!({
        trait CompiledHereGeneric #generics: Sized #clause {
            #(#places)*
            #[allow(clippy::wrong_self_convention)]
            #declared;
        }
        impl #implemented CompiledHereGeneric #arguments for #this #clause {
            #(#places)*
            #sig #body
        }
        #forward
    });
    Ok(())
}

/// The end of the function that calls: two functions that are not generic, and the choice between them.
fn forward(
    number: &Ident,
    sig: &Signature,
    this: Option<&Type>,
    places: &[Attribute],
    generic: &TokenStream,
) -> Result<TokenStream, Error> {
    if sig.asyncness.is_some() || sig.constness.is_some() || sig.unsafety.is_some() || sig.variadic.is_some() {
        return Err(Error::new_spanned(sig, "compiled_here: only plain functions can be compiled so"));
    }
    let mut slots = Slots::default();
    let mut types = Vec::new();
    let mut values = Vec::new();
    for (i, argument) in sig.inputs.iter().enumerate() {
        let (ty, value) = match (argument, this) {
            (FnArg::Typed(typed), _) => ((*typed.ty).clone(), format_ident!("argument_{i}")),
            (FnArg::Receiver(receiver), Some(_)) => ((*receiver.ty).clone(), format_ident!("self")),
            (FnArg::Receiver(receiver), None) => {
                return Err(Error::new_spanned(receiver, "compiled_here: a method needs the attribute on its block"));
            }
        };
        types.push(slots.argument(ty, this)?);
        values.push(value);
    }
    let output = match &sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => slots.output((**ty).clone(), this),
    };
    let received: Vec<Ident> = (0..values.len()).map(|i| format_ident!("argument_{i}")).collect();
    let one = |name: &str| {
        let ty = format_ident!("{name}");
        quote! {
            #(#places)*
            #[inline(never)]
            fn #ty<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h>(
                (#(#received,)*): Self::Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, #ty>,
            ) -> Self::Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, #ty> {
                #[allow(dead_code)]
                type #number = #ty;
                #generic(#(#received),*)
            }
        }
    };
    let (single, double) = (one("f32"), one("f64"));
    Ok(quote! {
        struct CompiledHereOnce;
        impl ::latent_numeric::once::Once for CompiledHereOnce {
            type Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, #number: ::latent_numeric::Scalar> = (#(#types,)*);
            type Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, #number: ::latent_numeric::Scalar> = #output;
            #single
            #double
        }
        <#number as ::latent_numeric::once::Choose>::once::<CompiledHereOnce>((#(#values,)*))
    })
}

/// The signature with a name for each argument in the place of its pattern.
fn plain_arguments(sig: &Signature) -> Signature {
    let mut plain = sig.clone();
    for (i, argument) in plain.inputs.iter_mut().enumerate() {
        match argument {
            FnArg::Typed(typed) => {
                let name = format_ident!("argument_{i}");
                typed.pat = parse_quote!(#name);
            }
            FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
            FnArg::Receiver(_) => {}
        }
    }
    plain
}

/// The only parameter that is no lifetime.
fn number_type(generics: &Generics) -> Option<Ident> {
    let mut others = generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    match (others.next(), others.next()) {
        (Some(GenericParam::Type(parameter)), None) => Some(parameter.ident.clone()),
        _ => None,
    }
}

/// Whether it is generic over more than lifetimes.
fn is_generic(sig: &Signature) -> bool {
    let argument = |argument: &FnArg| match argument {
        FnArg::Typed(typed) => matches!(*typed.ty, Type::ImplTrait(_)),
        FnArg::Receiver(_) => false,
    };
    let parameter = |parameter: &GenericParam| !matches!(parameter, GenericParam::Lifetime(_));
    sig.generics.params.iter().any(parameter) || sig.inputs.iter().any(argument)
}

fn track_caller(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("track_caller")).cloned().collect()
}

/// Whether the output has a lifetime of the impl, which `self` may not live as long as.
fn returns_lifetime_of(generics: &Generics, sig: &Signature) -> bool {
    let ReturnType::Type(_, output) = &sig.output else { return false };
    let named = names(&mut (**output).clone());
    generics.lifetimes().any(|parameter| named.contains(&parameter.lifetime.ident.to_string()))
}

/// The lifetimes of a function: one for each argument, the same for those that share a named one.
#[derive(Default)]
struct Slots {
    /// The names that each slot stands for.
    names: Vec<Vec<String>>,
    /// The slot of each argument that has a lifetime.
    borrowed: Vec<usize>,
}

const SLOTS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

impl Slots {
    fn argument(&mut self, mut ty: Type, this: Option<&Type>) -> Result<Type, Error> {
        Spelled { this }.visit_type_mut(&mut ty);
        let names = names(&mut ty);
        let known = self.names.iter().position(|known| known.iter().any(|name| names.contains(name)));
        let slot = known.unwrap_or_else(|| {
            self.names.push(Vec::new());
            self.names.len() - 1
        });
        let Some(name) = SLOTS.get(slot) else {
            return Err(Error::new_spanned(ty, "compiled_here: a function has at most eight arguments"));
        };
        self.names[slot].extend(names);
        if rename(&mut ty, name) {
            self.borrowed.push(slot);
        }
        Ok(ty)
    }

    /// Where nothing is named, what is returned is borrowed from the first argument that borrows.
    fn output(&self, mut ty: Type, this: Option<&Type>) -> Type {
        Spelled { this }.visit_type_mut(&mut ty);
        let names = names(&mut ty);
        let named = self.names.iter().position(|known| known.iter().any(|name| names.contains(name)));
        let slot = named.or(self.borrowed.first().copied()).unwrap_or(0);
        rename(&mut ty, SLOTS[slot]);
        ty
    }
}

/// The names of the lifetimes of a type.
fn names(ty: &mut Type) -> Vec<String> {
    let mut names = Vec::new();
    let mut collect = |lifetime: &mut Lifetime| {
        if lifetime.ident != "_" {
            names.push(lifetime.ident.to_string());
        }
    };
    Lifetimes(&mut collect).visit_type_mut(ty);
    names
}

/// Gives all lifetimes of a type one name; whether there are any.
fn rename(ty: &mut Type, name: &str) -> bool {
    let mut any = false;
    let mut rename = |lifetime: &mut Lifetime| {
        lifetime.ident = format_ident!("{name}");
        any = true;
    };
    Lifetimes(&mut rename).visit_type_mut(ty);
    any
}

/// Goes over the lifetimes of a type but `'static`; elided ones of references are spelled out first.
struct Lifetimes<'f>(&'f mut dyn FnMut(&mut Lifetime));

impl VisitMut for Lifetimes<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| Lifetime::new("'_", Span::call_site()));
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            (self.0)(lifetime);
        }
    }

    // Lifetimes in there are the function's own.
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}

    fn visit_type_bare_fn_mut(&mut self, _: &mut syn::TypeBareFn) {}
}

/// Puts the type of the block in the place of `Self`.
struct Spelled<'t> {
    this: Option<&'t Type>,
}

impl VisitMut for Spelled<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match (&*ty, self.this) {
            (Type::Path(path), Some(this)) if path.path.is_ident("Self") => *ty = this.clone(),
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }
}
