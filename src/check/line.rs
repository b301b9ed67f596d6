//! A counterexample in one line, to be kept beside a model and read again.

use super::form::shortened;
use super::rerun::confirm;
use super::{Counterexample, Ending, Model, Property, RerunError, Walk};

/// What a line begins with: what it is, and the version of its form.
const PREFIX: &str = "counterexample/1";

/// Stands for a position that a model does not have which answers differently the
/// second time. No line that contains it can be read.
const UNKNOWN: &str = "?";

/// How much of a wrong text a message quotes.
const QUOTED: usize = 40;

/// Why a line is no counterexample to a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It does not begin as such lines do.
    #[error("a counterexample begins with `{PREFIX}`, this begins with `{found}`")]
    Prefix {
        /// How it begins.
        found: String,
    },
    /// It was written in a form of another version.
    #[error("`{found}` is a form of another version; this one reads `{PREFIX}`")]
    Version {
        /// What it begins with.
        found: String,
    },
    /// It ends too early.
    #[error("the line ends where {missing} should be; its form is {FORM}")]
    Short {
        /// What is missing.
        missing: &'static str,
    },
    /// A number is none.
    #[error("{part} is a number from 0 on, not `{found}`")]
    Number {
        /// Of what it is the number.
        part: String,
        /// What is there.
        found: String,
    },
    /// The ending is none.
    #[error("an ending is `broken`, `stops` or `repeats-from-N`, not `{found}`")]
    Ending {
        /// What is there.
        found: String,
    },
    /// The name of the property cannot be read.
    #[error("the name of the property is a JSON string, not `{found}`: {source}")]
    Property {
        /// What is there.
        found: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The model has no property of this name.
    #[error("the model has no property `{found}`; it has {}", .known.join(", "))]
    NoSuchProperty {
        /// The name.
        found: String,
        /// The names of those that it has.
        known: Vec<String>,
    },
    /// There are fewer initial states.
    #[error("there is no initial state {found}: the model has {count}, counted from 0")]
    NoSuchState {
        /// The position that the line gives.
        found: usize,
        /// How many there are.
        count: usize,
    },
    /// There are fewer actions to choose from.
    #[error("step {step}: there is no action {found}: the model offers {offered}, counted from 0")]
    NoSuchAction {
        /// The number of the step, from 1 on.
        step: usize,
        /// The position that the line gives.
        found: usize,
        /// How many actions the model offers there.
        offered: usize,
    },
    /// The model does not follow, or the property is not broken.
    #[error(transparent)]
    Rerun(#[from] RerunError),
}

/// The parts of a line, for messages.
const FORM: &str = "`counterexample/1 INITIAL ACTION,ACTION,… ENDING \"PROPERTY\"`";

impl<M: Model> Counterexample<M> {
    /// The counterexample in one line, from which
    /// [`from_line`](Self::from_line) makes it again:
    /// `counterexample/1 0 2,0,1 broken "both are inside"`.
    ///
    /// Behind the version come the position of the initial state among the model's,
    /// for each step the position of the action among those offered (`-` if there is
    /// no step), the ending (`broken`, `stops` or `repeats-from-N`), and the name of
    /// the property as a JSON string (of several with that name, the first that is
    /// broken). It stays valid as long as the model offers the
    /// same actions in the same order.
    #[must_use]
    pub fn line(&self) -> String {
        let position = |position: Option<usize>| {
            position.map_or_else(|| UNKNOWN.to_owned(), |position| position.to_string())
        };
        let steps = self.labels().iter().map(|label| position(label.choice));
        let steps: Vec<_> = steps.collect();
        let steps = if steps.is_empty() {
            "-".to_owned()
        } else {
            steps.join(",")
        };
        let ending = match self.ending {
            Ending::Broken => "broken".to_owned(),
            Ending::Stops => "stops".to_owned(),
            Ending::RepeatsFrom(from) => format!("repeats-from-{from}"),
        };
        let start = position(self.start());
        let property = serde_json::Value::from(self.property.as_str());
        format!("{PREFIX} {start} {steps} {ending} {property}")
    }

    /// Takes the actions of a [line](Self::line) once more.
    ///
    /// # Errors
    ///
    /// [`LineError`] says what of the line cannot be read, where the model does not
    /// follow it, or that the property is not broken.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Stairs;
    /// use fsmcheck::check::{Counterexample, check};
    ///
    /// // Goes up three stairs, and says that nobody comes to the top.
    /// let model = Stairs { top: 3 };
    /// let line = check(&model).violations().next().unwrap().line();
    /// assert_eq!(line, "counterexample/1 0 0,0,0 broken \"the top is out of reach\"");
    /// assert_eq!(Counterexample::from_line(&model, &line)?.steps().len(), 3);
    /// # Ok::<(), fsmcheck::check::LineError>(())
    /// ```
    pub fn from_line(model: &M, line: &str) -> Result<Self, LineError> {
        let mut parts = line.trim().splitn(5, ' ');
        let mut part = |missing| parts.next().ok_or(LineError::Short { missing });
        let prefix = part("the version")?;
        if prefix != PREFIX {
            let found = quoted(prefix);
            return Err(if prefix.starts_with("counterexample/") {
                LineError::Version { found }
            } else {
                LineError::Prefix { found }
            });
        }
        let start = number(part("the initial state")?, || {
            "the initial state".to_owned()
        })?;
        let steps = part("the steps")?;
        let ending = ending(part("the ending")?)?;
        let property = part("the property")?;
        let property: String =
            serde_json::from_str(property).map_err(|source| LineError::Property {
                found: quoted(property),
                source,
            })?;
        let mut properties = model.properties();
        let known = |property: &Property<M>| format!("`{}`", property.name());
        let known: Vec<_> = properties.iter().map(known).collect();
        properties.retain(|known| known.name() == property);
        if properties.is_empty() {
            return Err(LineError::NoSuchProperty {
                found: property,
                known,
            });
        }
        let walk = follow(model, start, steps)?;
        Ok(confirm(model, &properties, &walk, ending)?)
    }
}

fn follow<M: Model>(model: &M, start: usize, steps: &str) -> Result<Walk<M>, LineError> {
    let mut starts = model.initial_states();
    if start >= starts.len() {
        return Err(LineError::NoSuchState {
            found: start,
            count: starts.len(),
        });
    }
    let mut walk = Walk {
        initial: starts.swap_remove(start),
        steps: Vec::new(),
    };
    if steps == "-" {
        return Ok(walk);
    }
    for (step, choice) in (1..).zip(steps.split(',')) {
        let found = number(choice, || format!("the action of step {step}"))?;
        let mut offered = walk.offered(model);
        if found >= offered.len() {
            return Err(LineError::NoSuchAction {
                step,
                found,
                offered: offered.len(),
            });
        }
        walk.take(model, offered.swap_remove(found))?;
    }
    Ok(walk)
}

/// A number in the one way in which it is written.
fn number(text: &str, part: impl Fn() -> String) -> Result<usize, LineError> {
    let is_canonical = |number: &usize| number.to_string() == text;
    text.parse()
        .ok()
        .filter(is_canonical)
        .ok_or_else(|| LineError::Number {
            part: part(),
            found: quoted(text),
        })
}

fn ending(text: &str) -> Result<Ending, LineError> {
    match text {
        "broken" => Ok(Ending::Broken),
        "stops" => Ok(Ending::Stops),
        _ => match text.strip_prefix("repeats-from-") {
            Some(from) => Ok(Ending::RepeatsFrom(number(from, || {
                "where the cycle begins".to_owned()
            })?)),
            None => Err(LineError::Ending {
                found: quoted(text),
            }),
        },
    }
}

/// The beginning of a text that is wrong.
fn quoted(text: &str) -> String {
    shortened(text, QUOTED).into_owned()
}
