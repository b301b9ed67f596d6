//! Models as the command line knows them: by name, with parameters of their own.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::check::{self, Extras};
use super::disk::OnDisk;
use super::{CliError, Entry};
use crate::check::Model;

/// What a model can be given on the command line: `managers=7`, `broken`.
#[derive(Clone, Debug)]
pub struct Parameter {
    name: String,
    about: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Number {
        range: RangeInclusive<u64>,
        usual: u64,
    },
    /// One of these; the first one unless given.
    Choice(Vec<String>),
    Word {
        usual: u64,
        allowed: String,
        read: fn(&str) -> Result<u64, String>,
        shown: fn(u64) -> String,
    },
}

/// What a switch can be. `name` alone is `name=yes`.
const SWITCH: [&str; 2] = ["no", "yes"];

/// A parameter that is a number in a range.
#[must_use]
pub fn number(
    name: impl Into<String>,
    range: RangeInclusive<u64>,
    usual: u64,
    about: impl Into<String>,
) -> Parameter {
    Parameter {
        name: name.into(),
        about: about.into(),
        kind: Kind::Number { range, usual },
    }
}

/// A parameter that is off (0) unless it is named (1).
#[must_use]
pub fn switch(name: impl Into<String>, about: impl Into<String>) -> Parameter {
    choice(name, SWITCH, about)
}

/// A parameter that is one of several words, the first one unless given. The model gets
/// the position of the word.
#[must_use]
pub fn choice<W: Into<String>>(
    name: impl Into<String>,
    words: impl IntoIterator<Item = W>,
    about: impl Into<String>,
) -> Parameter {
    Parameter {
        name: name.into(),
        about: about.into(),
        kind: Kind::Choice(words.into_iter().map(Into::into).collect()),
    }
}

/// A parameter that is a word of a language of its own, which `read` makes a number of and
/// `shown` a word again; it says what is wrong with one that it cannot read. `allowed` tells
/// people what can be written.
#[must_use]
pub fn word(
    name: impl Into<String>,
    usual: u64,
    allowed: impl Into<String>,
    read: fn(&str) -> Result<u64, String>,
    shown: fn(u64) -> String,
    about: impl Into<String>,
) -> Parameter {
    Parameter {
        name: name.into(),
        about: about.into(),
        kind: Kind::Word {
            usual,
            allowed: allowed.into(),
            read,
            shown,
        },
    }
}

/// The entry of a model with its parameters, each of which `build` gets as a number.
///
/// # Examples
///
/// ```no_run
/// # use fsmcheck::doctest::counter::Counter;
/// use fsmcheck::cli::{model, number, run};
///
/// fn main() -> std::process::ExitCode {
///     let below = number("below", 1..=1_000_000, 10, "what the counter stays below");
///     run([model("counter", "counts and starts again", [below], |[below]| Counter {
///         below: below as u32,
///     })])
/// }
/// ```
#[must_use]
pub fn model<M: Model + 'static, const N: usize>(
    name: impl Into<String>,
    about: impl Into<String>,
    parameters: [Parameter; N],
    build: impl Fn([u64; N]) -> M + 'static,
) -> Entry {
    entry(name, about, parameters, build, None)
}

/// The entry of a model whose states can be written: as [`model`], and `--spill`,
/// `--checkpoint` and `--resume` do what they say.
#[cfg(feature = "disk")]
#[cfg_attr(docsrs, doc(cfg(feature = "disk")))]
#[must_use]
pub fn model_on_disk<M, const N: usize>(
    name: impl Into<String>,
    about: impl Into<String>,
    parameters: [Parameter; N],
    build: impl Fn([u64; N]) -> M + 'static,
) -> Entry
where
    M: Model<State: Serialize + serde::de::DeserializeOwned> + 'static,
{
    entry(name, about, parameters, build, Some(super::disk::on_disk))
}

fn entry<M: Model + 'static, const N: usize>(
    name: impl Into<String>,
    about: impl Into<String>,
    parameters: [Parameter; N],
    build: impl Fn([u64; N]) -> M + 'static,
    on_disk: Option<OnDisk<M>>,
) -> Entry {
    Entry {
        name: name.into(),
        about: about.into(),
        machine: None,
        check: Box::new(move |values, request, out| {
            let values = values
                .try_into()
                .unwrap_or_else(|_| unreachable!("there is a value for each parameter"));
            let extras = Extras {
                emit: None,
                on_disk,
            };
            check::run(&build(values), request, extras, out)
        }),
        parameters: parameters.into(),
    }
}

/// A parameter for programs that read `list`.
#[derive(Serialize)]
pub(super) struct Described<'p> {
    pub(super) name: &'p str,
    pub(super) about: &'p str,
    pub(super) usual: String,
    pub(super) allowed: String,
}

impl Parameter {
    pub(super) fn described(&self) -> Described<'_> {
        Described {
            name: &self.name,
            about: &self.about,
            usual: self.shown(self.usual()),
            allowed: self.allowed(),
        }
    }

    fn usual(&self) -> u64 {
        match self.kind {
            Kind::Number { usual, .. } | Kind::Word { usual, .. } => usual,
            Kind::Choice(_) => 0,
        }
    }

    fn allowed(&self) -> String {
        match &self.kind {
            Kind::Number { range, .. } => format!("{} to {}", range.start(), range.end()),
            Kind::Choice(words) => words.join(", "),
            Kind::Word { allowed, .. } => allowed.clone(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether its name alone says something.
    pub(super) fn is_switch(&self) -> bool {
        matches!(&self.kind, Kind::Choice(words) if *words == SWITCH)
    }

    /// A value as it is written.
    fn shown(&self, value: u64) -> String {
        match &self.kind {
            Kind::Number { .. } => value.to_string(),
            Kind::Word { shown, .. } => shown(value),
            Kind::Choice(words) => usize::try_from(value)
                .ok()
                .and_then(|value| words.get(value))
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// The number of a value, or what is wrong with it.
    fn read(&self, value: Option<&str>) -> Result<u64, String> {
        let read = match (&self.kind, value) {
            (Kind::Number { range, .. }, Some(value)) => {
                value.parse().ok().filter(|value| range.contains(value))
            }
            (Kind::Number { .. } | Kind::Word { .. }, None) => None,
            (Kind::Word { read, .. }, Some(value)) => return read(value),
            (Kind::Choice(words), Some(value)) => {
                let position = words.iter().position(|word| word == value);
                position.map(|position| position as u64)
            }
            (Kind::Choice(_), None) => self.is_switch().then_some(1),
        };
        read.ok_or_else(|| format!("it can be {}", self.allowed()))
    }
}

/// The values that a model is given by arguments such as `managers=7`.
pub(super) fn values(
    model: &str,
    parameters: &[Parameter],
    arguments: &[String],
) -> Result<Vec<u64>, CliError> {
    let mut values: Vec<_> = parameters.iter().map(Parameter::usual).collect();
    for argument in arguments {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument.as_str(), None),
        };
        let position = parameters
            .iter()
            .position(|parameter| parameter.name == name)
            .ok_or_else(|| CliError::UnknownParameter {
                model: model.to_owned(),
                name: name.to_owned(),
                known: parameters.iter().map(|known| known.name.clone()).collect(),
            })?;
        let parameter = &parameters[position];
        values[position] = parameter
            .read(value)
            .map_err(|problem| CliError::Parameter {
                name: name.to_owned(),
                value: value.unwrap_or_default().to_owned(),
                problem,
            })?;
    }
    Ok(values)
}

/// Each parameter with its value, as it is written.
pub(super) fn named(parameters: &[Parameter], values: &[u64]) -> Vec<(String, String)> {
    let pairs = parameters.iter().zip(values);
    pairs
        .map(|(parameter, value)| (parameter.name.clone(), parameter.shown(*value)))
        .collect()
}
