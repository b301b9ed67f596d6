//! What a check has come across, so that a model in which nothing happens does not
//! pass for one that is right.

mod tally;

#[cfg(feature = "disk")]
pub(super) use self::tally::KeptTally;
pub(super) use self::tally::{Tally, first_word};

/// What a check has come across.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Coverage {
    /// How many states there are at each distance from the initial ones.
    pub levels: Vec<usize>,
    /// The actions, by the [names of their kinds](crate::check::Model::kind_name) and in the
    /// order of these; those that the model declares are among them if they were never
    /// offered, too.
    pub actions: Vec<ActionCoverage>,
    /// What the properties ask of states, in their order.
    pub predicates: Vec<PredicateCoverage>,
    /// In how many states nothing can happen.
    pub ends: u64,
    /// How many states there are from which no step leads, one, two, and so on up to the
    /// most that a state has. Steps that change nothing count. Random walks do not look
    /// at all steps of a state: empty then.
    pub out_degrees: Vec<u64>,
    /// How many steps led to a state beyond the model's own bounds.
    pub beyond_bounds: u64,
}

impl Coverage {
    /// The least steps that a state has, how many they are on average, and the most;
    /// `None` when no state was looked at for all its steps.
    #[must_use]
    pub fn out_degree(&self) -> Option<(usize, f64, usize)> {
        let least = self.out_degrees.iter().position(|states| *states > 0)?;
        let states = self.out_degrees.iter().sum::<u64>();
        let steps = self.out_degrees.iter().zip(0_u64..);
        let steps = steps.map(|(states, steps)| states * steps).sum::<u64>();
        let mean = steps as f64 / states as f64;
        Some((least, mean, self.out_degrees.len() - 1))
    }
}

/// What became of the actions of one kind.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ActionCoverage {
    /// The [name of the kind](crate::check::Model::kind_name).
    pub name: String,
    /// How often the model offered one.
    pub offered: u64,
    /// How often it then happened.
    pub happened: u64,
    /// How often the state was another one after it.
    pub changed: u64,
}

impl ActionCoverage {
    const fn new(name: String) -> Self {
        Self {
            name,
            offered: 0,
            happened: 0,
            changed: 0,
        }
    }

    fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.happened += other.happened;
        self.changed += other.changed;
    }
}

/// How often a property found in a state what it asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PredicateCoverage {
    /// The name of the property.
    pub property: String,
    /// Which of its predicates it is: 1 or 2.
    pub position: usize,
    /// In how many states it was true.
    pub held: u64,
    /// In how many states it was not.
    pub failed: u64,
}
