//! What may go wrong around the protocol.

use std::fmt;
use std::str::FromStr;

/// Something that may go wrong around the protocol.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
#[repr(u8)]
pub enum Fault {
    /// A process ends without a word; what it was told is gone with it.
    Crash,
    /// A message is lost.
    Loss,
    /// A message arrives twice.
    Duplication,
    /// A message arrives later than others that were sent after it, or in a later age.
    Delay,
    /// Two nodes cannot reach each other for a while.
    Partition,
    /// The store refuses a call.
    Store,
}

impl Fault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::Crash,
        Self::Loss,
        Self::Duplication,
        Self::Delay,
        Self::Partition,
        Self::Store,
    ];

    /// Its name: `crash`, `loss`, `dup`, `delay`, `partition`, `store`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Loss => "loss",
            Self::Duplication => "dup",
            Self::Delay => "delay",
            Self::Partition => "partition",
            Self::Store => "store",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Faults that may happen.
///
/// # Examples
///
/// ```
/// use fsmcheck::protocol::{Fault, Faults};
///
/// let faults: Faults = "crash,loss".parse()?;
/// assert!(faults.has(Fault::Crash) && !faults.has(Fault::Delay));
/// assert_eq!(faults.to_string(), "crash,loss");
/// assert_eq!("none".parse::<Faults>()?, Faults::NONE);
/// assert_eq!("all".parse::<Faults>()?, Faults::ALL);
/// # Ok::<(), fsmcheck::protocol::UnknownFault>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Faults(u8);

impl Faults {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// All of them.
    pub const ALL: Self = Self((1 << Fault::ALL.len()) - 1);

    /// Whether a fault may happen.
    #[must_use]
    pub const fn has(self, fault: Fault) -> bool {
        self.0 >> fault as u8 & 1 == 1
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, fault: Fault) -> Self {
        Self(self.0 | 1 << fault as u8)
    }

    /// These but for one.
    #[must_use]
    pub const fn without(self, fault: Fault) -> Self {
        Self(self.0 & !(1 << fault as u8))
    }

    /// Each of them as a bit, in the order of [`Fault::ALL`].
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The faults with these bits; others are passed over.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        faults.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The names with commas between them, or `none`.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Fault::ALL.iter().filter(|fault| self.has(**fault));
        let names: Vec<_> = names.map(|fault| fault.name()).collect();
        f.pad(&if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(",")
        })
    }
}

/// A fault that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "there is no fault `{given}`; there are {}, and `all` or `none`",
    Faults::ALL
)]
#[non_exhaustive]
pub struct UnknownFault {
    /// What was given.
    pub given: String,
}

impl FromStr for Faults {
    type Err = UnknownFault;

    /// Names with commas between them, `all` or `none`.
    fn from_str(given: &str) -> Result<Self, UnknownFault> {
        match given {
            "none" => return Ok(Self::NONE),
            "all" => return Ok(Self::ALL),
            _ => {}
        }
        let named = |name: &str| {
            let found = Fault::ALL.iter().find(|fault| fault.name() == name.trim());
            found.copied().ok_or_else(|| UnknownFault {
                given: name.to_owned(),
            })
        };
        given.split(',').map(named).collect()
    }
}
