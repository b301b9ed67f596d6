//! Parameters of a model in the spelling of options: `--workers 2` is `workers=2`.

use std::ffi::OsString;

use clap::{Args as _, Command};

use super::check_options::CheckOptions;
use super::model::Parameter;
use super::{Machines, folded};

/// The arguments, in which the parameters of the model that `check` is asked for are words.
/// What is an option of `check` itself stays one.
pub(super) fn parameters_as_words<A: Into<OsString>>(
    machines: &Machines,
    arguments: impl IntoIterator<Item = A>,
) -> Vec<OsString> {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let text = |argument: &OsString| argument.to_str().map(str::to_owned);
    let is_check = arguments.get(1).and_then(text).as_deref() == Some("check");
    let behind = arguments.iter().skip(2).filter_map(text);
    let mut named = behind.filter_map(|name| machines.to_check(Some(&name)).ok());
    let entry = match named.next() {
        Some(entry) if is_check => entry,
        _ => return arguments,
    };
    let options = CheckOptions::augment_args(Command::new("check"));
    let is_option = |name: &str| {
        let mut known = options.get_arguments();
        known.any(|known| {
            known
                .get_long()
                .is_some_and(|long| folded(long) == folded(name))
        })
    };
    let parameter = |argument: &str| -> Option<(&Parameter, Option<String>)> {
        let given = argument.strip_prefix("--")?;
        let (name, value) = match given.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (given, None),
        };
        let mut known = entry.parameters.iter();
        let found = known.find(|known| folded(known.name()) == folded(name) && !is_option(name))?;
        Some((found, value))
    };
    let is_model = |argument: &OsString| {
        let name = argument.to_str();
        name.is_some_and(|name| folded(name) == folded(&entry.name))
    };
    let (mut spelled, mut words) = (Vec::new(), Vec::new());
    let mut rest = arguments.into_iter().peekable();
    while let Some(argument) = rest.next() {
        let Some((parameter, value)) = argument.to_str().and_then(parameter) else {
            spelled.push(argument);
            continue;
        };
        let takes_next = value.is_none() && !parameter.is_switch();
        let mut next = || {
            rest.next()
                .map(|value| value.to_string_lossy().into_owned())
        };
        let value = if takes_next { next() } else { value };
        let name = parameter.name();
        words.push(match value {
            Some(value) => format!("{name}={value}").into(),
            None => name.into(),
        });
    }
    // Right behind the model, wherever they were.
    let behind = spelled
        .iter()
        .position(is_model)
        .map_or(spelled.len(), |at| at + 1);
    spelled.splice(behind..behind, words);
    spelled
}
