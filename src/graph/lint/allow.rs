//! Allowing what is meant to be as it is.

use serde::{Deserialize, Serialize};

use super::{Code, Finding, Findings, Level};

/// Leave to have findings of a code, and why.
///
/// # Examples
///
/// ```
/// use fsmcheck::graph::lint::{Allowance, Code};
///
/// let allowance = Allowance::new(Code::TrapState, "the device is thrown away then")?;
/// assert_eq!(allowance.code(), Code::TrapState);
/// // What a machine is declared not to do cannot be allowed.
/// assert!(Allowance::new(Code::TerminalLeft, "it is rare").is_err());
/// # Ok::<(), fsmcheck::graph::lint::AllowanceError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Allowance {
    code: Code,
    reason: String,
}

/// Why something cannot be allowed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AllowanceError {
    /// There is no reason.
    #[error("`{code}` is allowed without a reason: say why it is meant to be so")]
    NoReason {
        /// The code.
        code: Code,
    },
    /// The code is an error.
    #[error(
        "`{code}` is an error and cannot be allowed: mend the machine or what is declared of it"
    )]
    IsError {
        /// The code.
        code: Code,
    },
}

impl Allowance {
    /// Allows findings of a code, for a reason.
    ///
    /// # Errors
    ///
    /// When the code is an error, or the reason is empty.
    pub fn new(code: Code, reason: impl Into<String>) -> Result<Self, AllowanceError> {
        let reason = reason.into();
        if code.level() == Level::Error {
            return Err(AllowanceError::IsError { code });
        }
        if reason.trim().is_empty() {
            return Err(AllowanceError::NoReason { code });
        }
        Ok(Self { code, reason })
    }

    /// The code that is allowed.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// A finding that was allowed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// Why it is allowed.
    pub reason: String,
}

impl Findings {
    /// These findings with those set aside that are allowed.
    ///
    /// An allowance for which there is no finding is a finding itself
    /// (`unused-allowance`), unless the machine was not explored to the end, so
    /// that its finding may only not have turned up.
    #[must_use]
    pub fn allowing(mut self, allowances: &[Allowance]) -> Self {
        let is_exhaustive = self.of(Code::NotExhaustive).next().is_none();
        let mut unused: Vec<_> = allowances.iter().collect();
        let mut left = Vec::new();
        for finding in self.findings {
            let allows = |allowance: &&Allowance| allowance.code == finding.code;
            unused.retain(|allowance| !allows(allowance));
            match allowances.iter().find(allows) {
                Some(allowance) => self.allowed.push(Allowed {
                    reason: allowance.reason.clone(),
                    finding,
                }),
                None => left.push(finding),
            }
        }
        if is_exhaustive {
            left.extend(unused.into_iter().map(|allowance| {
                let message = format!(
                    "`{}` is allowed (\"{}\") but there is no such finding; take the allowance out",
                    allowance.code, allowance.reason
                );
                Finding::new(Code::UnusedAllowance, &self.machine, message)
            }));
        }
        self.findings = left;
        self
    }
}
