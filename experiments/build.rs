//! A new configuration is a reason to build again.

fn main() {
    println!("cargo::rerun-if-changed=configs");
}
