//! Takes the examples of the peer as it publishes them, so that what is measured is
//! its own code: all but their documentation and command lines.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder in which cargo keeps the sources of a package.
fn folder_of(package: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").expect("cargo runs this");
    let target = std::env::var_os("TARGET").expect("cargo sets it");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        // Nothing else has been downloaded.
        .arg("--filter-platform")
        .arg(target)
        .output()
        .expect("cargo can be run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|candidate| candidate["name"] == package)
        .find_map(|found| found["manifest_path"].as_str());
    let manifest = manifest.unwrap_or_else(|| panic!("{package} is no dependency"));
    let folder = Path::new(manifest).parent();
    folder.expect("a manifest is in a folder").to_owned()
}

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let examples = folder_of("stateright").join("examples");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    for name in ["2pc.rs", "paxos.rs"] {
        let text = std::fs::read_to_string(examples.join(name)).expect("the example is there");
        let (model, _) = text
            .split_once("\nfn main()")
            .expect("the command line comes last");
        let model: Vec<_> = model
            .lines()
            .filter(|line| !line.starts_with("//!"))
            .collect();
        std::fs::write(out.join(name), model.join("\n")).expect("the folder can be written");
    }
}
