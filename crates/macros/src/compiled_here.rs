//! The expansion of `compiled_here`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Error, FnArg, GenericParam, Generics, Ident, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, Lifetime,
    ReturnType, Signature, Type, TypeReference, parse_quote,
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
    let generic = Signature { ident: format_ident!("generic"), ..sig.clone() };
    let forward = forward(&number, sig, None, &places, &quote!(generic))?;
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
    if let Some((_, of, _)) = &block.trait_ {
        return Err(Error::new_spanned(of, "compiled_here: methods of a trait cannot be compiled so"));
    }
    let this = block.self_ty.clone();
    let mut items = Vec::new();
    for item in std::mem::take(&mut block.items) {
        match item {
            ImplItem::Fn(method) if !is_generic(&method.sig) => {
                let (calling, generic) = of_method(&number, &this, method)?;
                items.extend([ImplItem::Fn(calling), ImplItem::Fn(generic)]);
            }
            other => items.push(other),
        }
    }
    block.items = items;
    Ok(quote!(#block))
}

/// The method that calls, and the generic one under another name.
fn of_method(number: &Ident, this: &Type, method: ImplItemFn) -> Result<(ImplItemFn, ImplItemFn), Error> {
    let ImplItemFn { attrs, vis, defaultness, sig, block } = method;
    let places = track_caller(&attrs);
    let name = format_ident!("generic_{}", sig.ident);
    let generic = Signature { ident: name.clone(), ..sig.clone() };
    let forward = forward(number, &sig, Some(this), &places, &quote!(<#this>::#name))?;
    let plain = plain_arguments(&sig);
    let calling = ImplItemFn {
        attrs: attrs.into_iter().chain([parse_quote!(#[inline])]).collect(),
        vis,
        defaultness,
        sig: plain,
        block: parse_quote!({ #forward }),
    };
    Ok((calling, ImplItemFn { attrs: places, vis: syn::Visibility::Inherited, defaultness: None, sig: generic, block }))
}

/// The body of the function that calls: two functions that are not generic, and the choice between them.
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
    let mut types = Vec::new();
    let mut values = Vec::new();
    for (i, argument) in sig.inputs.iter().enumerate() {
        let (mut ty, value) = match (argument, this) {
            (FnArg::Typed(typed), _) => ((*typed.ty).clone(), format_ident!("argument_{i}")),
            (FnArg::Receiver(receiver), Some(_)) => ((*receiver.ty).clone(), format_ident!("self")),
            (FnArg::Receiver(receiver), None) => {
                return Err(Error::new_spanned(receiver, "compiled_here: a method needs the attribute on its block"));
            }
        };
        Elided { this }.visit_type_mut(&mut ty);
        types.push(ty);
        values.push(value);
    }
    let mut output = match &sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    Elided { this }.visit_type_mut(&mut output);
    let received: Vec<Ident> = (0..values.len()).map(|i| format_ident!("argument_{i}")).collect();
    let once = quote!(::latent_numeric::once::Once);
    let one = |name: &str| {
        let ty = format_ident!("{name}");
        quote! {
            #(#places)*
            #[inline(never)]
            fn #ty((#(#received,)*): Self::Arguments<'_, #ty>) -> Self::Output<#ty> {
                #[allow(dead_code)]
                type #number = #ty;
                #generic(#(#received),*)
            }
        }
    };
    let (single, double) = (one("f32"), one("f64"));
    Ok(quote! {
        struct Function;
        impl #once for Function {
            type Arguments<'a, #number: ::latent_numeric::Scalar> = (#(#types,)*);
            type Output<#number: ::latent_numeric::Scalar> = #output;
            #single
            #double
        }
        <#number as ::latent_numeric::once::Choose>::once::<Function>((#(#values,)*))
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

/// The only type parameter.
fn number_type(generics: &Generics) -> Option<Ident> {
    let only = generics.params.len() == 1;
    let first = generics.type_params().next().map(|parameter| parameter.ident.clone());
    first.filter(|_| only)
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

/// Gives elided lifetimes the name `'a`, and `Self` its type.
struct Elided<'t> {
    this: Option<&'t Type>,
}

impl VisitMut for Elided<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| Lifetime::new("'a", proc_macro2::Span::call_site()));
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            lifetime.ident = format_ident!("a");
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let (Type::Path(path), Some(this)) = (&*ty, self.this)
            && path.path.is_ident("Self")
        {
            *ty = this.clone();
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
