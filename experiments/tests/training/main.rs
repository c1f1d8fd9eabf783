//! Studies that train: from flags to a finished run, whatever happens in between.

mod failing;
mod gan;
mod gan_mnist;
mod judges;
mod killed;
mod shared;
mod study;
#[allow(dead_code, reason = "each test uses a part")]
#[path = "../support/mod.rs"]
mod support;
mod sweep;
mod told;
