//! The checks of a suite that look at the graph of a machine.

use super::failure::{Failure, Trouble};
use crate::graph::PropertyBroken;
use crate::graph::lint::{Allowance, Code, Findings, Level};
use crate::machine::{Explorable, Explored, Limits, explore};

/// What is allowed to be found beside what the machine itself
/// [allows](crate::Machine::allowances), each a code and the reason why it is meant
/// to be so.
pub type Allow<'a> = &'a [(&'a str, &'a str)];

/// Every step gives the same result when it is taken again.
///
/// # Errors
///
/// When one does not.
pub fn check_steps_are_repeatable<M: Explorable>() -> Result<(), Failure> {
    check_code::<M>(
        "every step taken twice is the same",
        Code::Nondeterministic,
        &[],
    )
}

/// No handler, action or hook panics.
///
/// # Errors
///
/// When one does.
pub fn check_no_handler_panics<M: Explorable>() -> Result<(), Failure> {
    check_code::<M>("no handler panics", Code::HandlerPanics, &[])
}

/// An event that is refused changes no data on the way.
///
/// # Errors
///
/// When one does and `refused-but-changed` is not allowed.
pub fn check_refusals_leave_no_trace<M: Explorable>(allow: Allow<'_>) -> Result<(), Failure> {
    check_code::<M>("a refusal leaves no trace", Code::RefusedButChanged, allow)
}

/// Every declared state is reached.
///
/// # Errors
///
/// When one is not and `unreachable-state` is not allowed, or when the machine was
/// not explored to the end, so that nobody knows.
pub fn check_declared_states_are_reached<M: Explorable>(allow: Allow<'_>) -> Result<(), Failure> {
    const CHECK: &str = "declared states are all reached";
    let findings = linted::<M>(CHECK, allow)?;
    let of = |code| findings.of(code);
    let mut found: Vec<_> = of(Code::UnreachableState).collect();
    if !M::declared_states().is_empty() {
        found.extend(of(Code::NotExhaustive));
    }
    let troubles = found
        .into_iter()
        .map(|finding| Trouble::found::<M>(finding));
    Failure::unless_empty::<M>(CHECK, troubles.collect())
}

/// No terminal state can be left.
///
/// # Errors
///
/// When one can.
pub fn check_terminal_states_absorb<M: Explorable>() -> Result<(), Failure> {
    check_code::<M>("terminal states absorb", Code::TerminalLeft, &[])
}

/// The [lints](crate::graph::lint) find neither an error nor a warning that is not
/// allowed.
///
/// # Errors
///
/// When they do, or when something is allowed that cannot be.
pub fn check_lints<M: Explorable>(allow: Allow<'_>) -> Result<(), Failure> {
    const CHECK: &str = "the lints find nothing";
    let findings = linted::<M>(CHECK, allow)?;
    let found = findings.findings.iter();
    let troubles = found
        .filter(|finding| finding.level != Level::Note)
        .map(|finding| Trouble::found::<M>(finding));
    Failure::unless_empty::<M>(CHECK, troubles.collect())
}

/// The declared [properties](crate::Machine::properties) hold.
///
/// # Errors
///
/// When one does not.
pub fn check_properties<M: Explorable>() -> Result<(), Failure> {
    const CHECK: &str = "the declared properties hold";
    let graph = explored::<M>(CHECK)?.into_graph();
    let broken = M::properties()
        .into_iter()
        .filter_map(|property| property.check(&graph).err());
    let troubles = broken.map(|broken| match &broken {
        PropertyBroken::Step {
            property,
            title,
            walk,
            ..
        } => {
            let message = format!("{property} ({title}) does not hold");
            Trouble::after::<M>(message, walk, None)
        }
        PropertyBroken::Missing { .. } => Trouble::new(broken.to_string()),
    });
    Failure::unless_empty::<M>(CHECK, troubles.collect())
}

/// The machine explored, for a check.
pub(super) fn explored<M: Explorable>(check: &'static str) -> Result<Explored<M>, Failure> {
    explore::<M>(Limits::default())
        .map_err(|error| Failure::new::<M>(check, vec![Trouble::new(error.to_string())]))
}

/// There is no finding of a code.
fn check_code<M: Explorable>(
    check: &'static str,
    code: Code,
    allow: Allow<'_>,
) -> Result<(), Failure> {
    let findings = linted::<M>(check, allow)?;
    let troubles = findings
        .of(code)
        .map(|finding| Trouble::found::<M>(finding));
    Failure::unless_empty::<M>(check, troubles.collect())
}

fn linted<M: Explorable>(check: &'static str, allow: Allow<'_>) -> Result<Findings, Failure> {
    let mut allowances = Vec::new();
    let mut troubles = Vec::new();
    let declared = M::allowances()
        .iter()
        .map(|(code, reason)| (Ok(*code), *reason));
    let given = allow
        .iter()
        .map(|(code, reason)| (code.parse::<Code>(), *reason));
    for (code, reason) in declared.chain(given) {
        let allowance = code
            .map_err(|unknown| unknown.to_string())
            .and_then(|code| Allowance::new(code, reason).map_err(|error| error.to_string()));
        match allowance {
            Ok(allowance) => allowances.push(allowance),
            Err(error) => troubles.push(Trouble::new(error)),
        }
    }
    Failure::unless_empty::<M>(check, troubles)?;
    Ok(explored::<M>(check)?.graph().lint().allowing(&allowances))
}
