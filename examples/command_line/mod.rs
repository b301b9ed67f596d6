//! What the examples of the model checker have in common: they read what is to be
//! checked from the command line, check it, and print what came of it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is what these programs are for"
)]

use std::ops::RangeInclusive;
use std::process::ExitCode;

use fsmcheck::check::{Check, Model, Store};

/// What was asked for.
struct Request {
    size: usize,
    is_broken: bool,
    is_symmetric: bool,
    threads: Option<usize>,
    store: Store,
}

impl Request {
    fn read(
        arguments: impl IntoIterator<Item = String>,
        sizes: &RangeInclusive<usize>,
        usual: usize,
    ) -> Option<Self> {
        let mut request = Self {
            size: usual,
            is_broken: false,
            is_symmetric: false,
            threads: None,
            store: Store::default(),
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--broken" => request.is_broken = true,
                "--symmetric" => request.is_symmetric = true,
                "--threads" => request.threads = Some(arguments.next()?.parse().ok()?),
                "--store" => {
                    request.store = match arguments.next()?.as_str() {
                        "numbers" => Store::Numbers,
                        "exact" => Store::Exact,
                        "fingerprint" => Store::Fingerprint,
                        "wide-fingerprint" => Store::WideFingerprint,
                        _ => return None,
                    }
                }
                size => request.size = size.parse().ok()?,
            }
        }
        sizes.contains(&request.size).then_some(request)
    }
}

/// Checks the model of the size that the command line asks for. `what` is what the
/// size counts. 0 says that all properties hold, 1 that one does not, 2 that the
/// command line makes no sense, 3 that a limit was reached before all was seen.
pub(crate) fn run<M: Model>(
    what: &str,
    sizes: RangeInclusive<usize>,
    usual: usize,
    model: impl FnOnce(usize, bool) -> M,
) -> ExitCode {
    let Some(request) = Request::read(std::env::args().skip(1), &sizes, usual) else {
        let (least, most) = sizes.into_inner();
        eprintln!(
            "usage: [SIZE] [--broken] [--symmetric] [--threads N] [--store STORE]\n\
             STORE: numbers|exact|fingerprint|wide-fingerprint, numbers unless given\n\
             SIZE: how many {what}, {least} to {most}, {usual} unless given"
        );
        return ExitCode::from(2);
    };
    let model = model(request.size, request.is_broken);
    let mut check = Check::new(&model).store(request.store);
    if let Some(threads) = request.threads {
        check = check.threads(threads);
    }
    if request.is_symmetric {
        check = check.symmetric();
    }
    let report = check.run();
    println!("{} {what}\n{report}", request.size);
    ExitCode::from(report.exit_code())
}
