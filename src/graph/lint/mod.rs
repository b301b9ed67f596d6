//! Structural findings about a machine: what is most likely a mistake, and what is
//! one for certain.
//!
//! [`Graph::lint`] looks at a graph and lists its [`Findings`]. Each has a stable
//! [`Code`] with a [`Level`] and an [explanation](Code::explanation), says what is
//! wrong and what to do, and has the shortest walk to the trouble where there is
//! one. What is meant to be as it is gets an [`Allowance`].
//!
//! Lints that say that something is *not* there (a state that is never reached, a
//! way out of a state) are silent for a graph that is not
//! [exhaustive](super::Completeness::Exhaustive), and those that hold a machine
//! against a declaration are silent without it.
//!
//! # Examples
//!
//! ```
//! use fsmcheck::graph::GraphBuilder;
//! use fsmcheck::graph::lint::{Allowance, Code};
//!
//! let mut bulb = GraphBuilder::new("bulb", ["switch", "burn out"]);
//! let off = bulb.state("off", None);
//! let on = bulb.state("on", None);
//! let broken = bulb.state("broken", None);
//! bulb.start(off)
//!     .moved(off, "switch", on)
//!     .moved(on, "switch", off)
//!     .moved(on, "burn out", broken);
//! let bulb = bulb.build()?;
//!
//! let findings = bulb.lint();
//! assert!(!findings.is_clean());
//! let trap = findings.of(Code::TrapState).next().ok_or("no trap")?;
//! assert_eq!(trap.states, ["broken"]);
//! assert_eq!(
//!     trap.walk.as_ref().ok_or("no walk")?.to_string(),
//!     "off --switch--> on --burn out--> broken"
//! );
//!
//! let thrown_away = Allowance::new(Code::TrapState, "a broken bulb is thrown away")?;
//! assert!(findings.allowing(&[thrown_away]).is_clean());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allow;
mod code;
mod ends;
mod explain;
mod observed;
mod structure;
mod subject;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::allow::{Allowance, AllowanceError, Allowed};
pub use self::code::{Code, Level, UnknownCode};
pub use self::explain::Explanation;
use self::subject::Subject;
use super::{Graph, NamedWalk, Property, PropertyBroken};

/// What a lint has found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How much it matters: the level of the code.
    pub level: Level,
    /// The machine.
    pub machine: String,
    /// The states that it concerns, by name.
    pub states: Vec<String>,
    /// The events that it concerns, by name.
    pub events: Vec<String>,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// A shortest walk from a start to the trouble, where there is one. Where an
    /// event brings the trouble about without leading anywhere, it is the first of
    /// `events` after this walk.
    ///
    /// Left out when the walks of a report would get very long together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<NamedWalk>,
    /// The cycle that goes on from the end of the walk, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<NamedWalk>,
}

impl Finding {
    fn new(code: Code, machine: &str, message: String) -> Self {
        Self {
            code,
            level: code.level(),
            machine: machine.to_owned(),
            states: Vec::new(),
            events: Vec::new(),
            message,
            walk: None,
            cycle: None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            level,
            code,
            machine,
            message,
            ..
        } = self;
        write!(f, "{level}[{code}] {machine}: {message}")?;
        if let Some(walk) = &self.walk {
            write!(f, "\n  walk: {walk}")?;
        }
        if let Some(cycle) = &self.cycle {
            write!(f, "\n  then for ever: {cycle}")?;
        }
        Ok(())
    }
}

/// All that the lints have found about a machine.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Findings {
    /// The machine.
    pub machine: String,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
    /// What was found and is allowed.
    #[serde(default)]
    pub allowed: Vec<Allowed>,
}

impl Findings {
    /// Whether there is no error, and no warning that is not allowed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.level == Level::Note)
    }

    /// These findings and one for each property that does not hold of the graph
    /// that they are about.
    #[must_use]
    pub fn with_properties(mut self, graph: &Graph, properties: &[Property]) -> Self {
        for property in properties {
            let Err(broken) = property.check(graph) else {
                continue;
            };
            let mut finding = Finding::new(Code::PropertyBroken, &self.machine, String::new());
            match broken {
                PropertyBroken::Step {
                    property,
                    title,
                    walk,
                    ..
                } => {
                    finding.message =
                        format!("{property} does not hold: {title}; the last step breaks it");
                    finding.walk = Some(walk);
                }
                PropertyBroken::Missing {
                    property,
                    title,
                    missing,
                    ..
                } => {
                    finding.message =
                        format!("{property} speaks of a {missing}, which is not there: {title}");
                }
            }
            self.findings.push(finding);
        }
        self.findings.sort_by_key(|finding| finding.code);
        self
    }

    /// The findings of a code that are not allowed.
    pub fn of(&self, code: Code) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.code == code)
    }

    /// How many findings of a level there are that are not allowed.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        let of_level = |finding: &&Finding| finding.level == level;
        self.findings.iter().filter(of_level).count()
    }
}

impl fmt::Display for Findings {
    /// One paragraph for each finding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl Graph {
    /// Looks for mistakes in the machine's structure.
    ///
    /// Findings come errors first, then in the order of [`Code::ALL`], then in the
    /// order in which states were discovered.
    ///
    /// # Complexity
    ///
    /// O((configurations + transitions) × log² configurations) time and
    /// O(configurations + transitions) space.
    #[must_use]
    pub fn lint(&self) -> Findings {
        let subject = Subject::new(self);
        let mut findings = Vec::new();
        observed::lint(&subject, &mut findings);
        structure::lint(&subject, &mut findings);
        ends::lint(&subject, &mut findings);
        findings.sort_by_key(|finding| finding.code);
        Findings {
            machine: self.machine().to_owned(),
            findings,
            allowed: Vec::new(),
        }
    }
}
