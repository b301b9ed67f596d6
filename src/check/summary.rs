//! A report as people read it, and what a test or a program makes of it.

use std::fmt::{self, Write as _};

use super::story::{Claimed, Counted};
use super::{Completeness, Costs, Model, Outcome, Report, Stop, Store, Symmetry, Verdict};
use crate::draw::visible_line;

/// At most this many columns for the states at each distance.
const COLUMNS: usize = 60;

/// From few to many.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

impl<M: Model> Report<M> {
    /// What a program that checks models should exit with.
    ///
    /// | code | when |
    /// |---|---|
    /// | 0 | every property holds |
    /// | 1 | a property is violated |
    /// | 3 | no property is known to be violated, but a limit was reached before every one was decided |
    ///
    /// 2 is left to bad usage and bad input, as everywhere in this crate. A check
    /// without properties that was cut off has decided nothing: 3.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Stairs;
    /// use fsmcheck::check::{Check, Limits, check};
    ///
    /// assert_eq!(check(&Stairs { top: 3 }).exit_code(), 1);
    /// let cut_off = Check::new(&Stairs { top: 3 }).limits(Limits::default().depth(2)).run();
    /// assert_eq!(cut_off.exit_code(), 3);
    /// ```
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.verdicts.iter().any(Verdict::is_violated) {
            1
        } else if self.holds() && (self.completeness.is_exhaustive() || !self.verdicts.is_empty()) {
            0
        } else {
            3
        }
    }

    /// For tests: every property is known to hold.
    ///
    /// # Panics
    ///
    /// If one is violated or undecided, with the report and its counterexamples.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Counter;
    /// fsmcheck::check::check(&Counter { below: 10 }).assert_holds();
    /// ```
    ///
    /// ```should_panic
    /// # use fsmcheck::doctest::counter::Stairs;
    /// fsmcheck::check::check(&Stairs { top: 3 }).assert_holds();
    /// ```
    #[track_caller]
    pub fn assert_holds(&self) {
        assert!(self.exit_code() == 0, "the model does not hold\n\n{self}");
    }

    fn write_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = Properties(self.verdicts.len());
        let violated = self.verdicts.iter().filter(|verdict| verdict.is_violated());
        let violated = violated.count();
        let held = self
            .verdicts
            .iter()
            .filter(|verdict| verdict.holds())
            .count();
        write!(f, "{total}: {held} held, {violated} violated")?;
        writeln!(f, ", {} undecided", self.verdicts.len() - held - violated)?;
        for verdict in &self.verdicts {
            writeln!(f, "  {verdict}")?;
        }
        Ok(())
    }

    fn write_search(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = Counted(self.unique(), "state");
        let steps = Counted(self.generated, "step");
        writeln!(f, "\nSearch: {}, {}", self.search, self.completeness)?;
        writeln!(f, "  {states}, {steps}, depth {}", self.depth())?;
        match self.store {
            Store::Numbers => writeln!(f, "  states kept by number: none can be overlooked")?,
            Store::Exact => writeln!(f, "  states kept whole: none can be overlooked")?,
            Store::Fingerprint | Store::WideFingerprint => {
                let odds = self.store.collision_odds(self.unique());
                writeln!(
                    f,
                    "  {} kept: the odds that a state was overlooked are at most {odds:.1e}",
                    self.store
                )?;
            }
        }
        f.write_str(match self.symmetry {
            Symmetry::Off => "",
            Symmetry::Used => "  of states that are like each other only one was looked at\n",
            Symmetry::SetAside => "  symmetry was set aside, since liveness was judged\n",
        })?;
        if self.is_reduced {
            f.write_str(
                "  interleavings that make no difference to the properties were left out\n",
            )?;
        }
        if self.coverage.beyond_bounds > 0 {
            let steps = Counted(self.coverage.beyond_bounds, "step");
            writeln!(f, "  {steps} led beyond the model's own bounds")?;
        }
        let levels = &self.coverage.levels;
        if let Some((depth, most)) = widest(levels) {
            let most = Counted(most, "state");
            writeln!(
                f,
                "  by depth: {}, at most {most} at depth {depth}",
                histogram(levels)
            )?;
        }
        let ends = Counted(self.coverage.ends, "state");
        write!(f, "  {ends} where nothing can happen")?;
        match self.coverage.out_degree() {
            None => {}
            Some((least, _, most)) if least == most => {
                write!(f, ", {} from each", Counted(most, "step"))?;
            }
            Some((least, mean, most)) => {
                let most = Counted(most, "step");
                write!(f, ", {least} to {most} from a state, {mean:.1} on average")?;
            }
        }
        writeln!(f)
    }

    fn write_actions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions = &self.coverage.actions;
        if actions.is_empty() {
            return Ok(());
        }
        let name = |name| visible_line(name).into_owned();
        let width = actions
            .iter()
            .map(|action| name(&action.name).chars().count())
            .max()
            .unwrap_or(0);
        f.write_str("\nActions\n")?;
        for action in actions {
            writeln!(
                f,
                "  {:width$}  offered {}, happened {}, changed the state {}",
                name(&action.name),
                action.offered,
                action.happened,
                action.changed
            )?;
        }
        Ok(())
    }

    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warnings = self.warnings();
        if warnings.is_empty() {
            return Ok(());
        }
        f.write_str(match self.completeness {
            Completeness::Exhaustive => "\nWarnings\n",
            Completeness::Bounded(_) => "\nWarnings so far: not everything was seen\n",
        })?;
        for warning in warnings {
            writeln!(f, "  {}", visible_line(&warning.to_string()))?;
        }
        Ok(())
    }
}

/// What was found, how much was seen, what was come across, what makes it worth
/// less, and the counterexamples. Behind a line `This run` follows what the check has
/// cost; all before is the same each time.
impl<M: Model> fmt::Display for Report<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        self.write_search(f)?;
        self.write_actions(f)?;
        self.write_warnings(f)?;
        for counterexample in self.violations() {
            write!(f, "\n{counterexample}")?;
        }
        writeln!(f, "\nThis run")?;
        writeln!(f, "  {}", Spent(self.costs, self.unique()))
    }
}

/// `violated   never "both are inside" (in 4 steps)`.
impl<M: Model> fmt::Display for Verdict<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claimed = Claimed(self.kind, &self.property);
        write!(f, "{:<9}  {claimed}", self.outcome.name())?;
        if let Some(fairness) = &self.fairness {
            write!(f, ", fairness: {}", visible_line(fairness))?;
        }
        match &self.outcome {
            Outcome::Holds => Ok(()),
            Outcome::Violated(Some(counterexample)) => {
                write!(f, " ({})", Counted(counterexample.steps().len(), "step"))
            }
            Outcome::Violated(None) => f.write_str(" (no state has it)"),
            Outcome::Undecided(stop) => write!(f, " (ended by {stop})"),
        }
    }
}

impl<M: Model> Outcome<M> {
    /// Its name in output: `held`, `violated`, `undecided`.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Holds => "held",
            Self::Violated(_) => "violated",
            Self::Undecided(_) => "undecided",
        }
    }
}

impl Stop {
    /// Its name in output for programs: `state-limit`, … .
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::States(_) => "state-limit",
            Self::Depth(_) => "depth-limit",
            Self::Time(_) => "time-limit",
            Self::Memory(_) => "memory-limit",
            Self::Walks(_) => "walk-limit",
            Self::Misfit => "misfit",
            Self::Interrupted => "interrupted",
            Self::Disk(_) => "disk",
            Self::Found => "first-violation",
        }
    }
}

/// `2 properties`.
struct Properties(usize);

impl fmt::Display for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0 == 1 {
            "property"
        } else {
            "properties"
        };
        write!(f, "{} {noun}", self.0)
    }
}

/// What a number of states has cost.
struct Spent(Costs, usize);

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(costs, states) = *self;
        let seconds = costs.search.as_secs_f64();
        write!(f, "{seconds:.2} s")?;
        if !costs.traces.is_zero() {
            write!(f, " and {:.2} s for traces", costs.traces.as_secs_f64())?;
        }
        if seconds > 0.0 {
            write!(f, ", {:.0} states/s", states as f64 / seconds)?;
        }
        if states > 0 {
            write!(f, ", {:.1} B/state", costs.store as f64 / states as f64)?;
        }
        let peak = costs.peak as f64 / 1e6;
        let threads = Counted(costs.threads, "thread");
        write!(f, ", at most {peak:.1} MB, {threads}")
    }
}

/// The depth at which there are the most states, and how many.
fn widest(levels: &[usize]) -> Option<(usize, usize)> {
    // Of several, the first.
    let by_size = |(_, a): &(usize, usize), (_, b): &(usize, usize)| a.cmp(b);
    levels.iter().copied().enumerate().rev().max_by(by_size)
}

/// A bar for each depth, or for as many together as it takes to stay in a line.
fn histogram(levels: &[usize]) -> String {
    let together = levels.len().div_ceil(COLUMNS).max(1);
    let sums: Vec<usize> = levels
        .chunks(together)
        .map(|levels| levels.iter().sum())
        .collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let mut line = String::new();
    for sum in sums {
        let bar = (sum as u128 * BARS.len() as u128).div_ceil(most as u128) as usize;
        line.push(BARS[bar.saturating_sub(1).min(BARS.len() - 1)]);
    }
    if together > 1 {
        let _ = write!(line, " (a bar for {together} depths)");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_with_what_they_stand_for() {
        assert_eq!(histogram(&[1, 2, 3, 4, 5, 6, 7, 8]), "▁▂▃▄▅▆▇█");
        assert_eq!(histogram(&[1, 1_000_000, 500_001]), "▁█▅");
        assert_eq!(histogram(&[usize::MAX, 1]), "█▁");
        assert_eq!(histogram(&[]), "");
    }

    #[test]
    fn many_depths_stay_in_a_line() {
        let line = histogram(&vec![1; 130]);
        assert_eq!(line, format!("{}▃ (a bar for 3 depths)", "█".repeat(43)));
        assert_eq!(histogram(&vec![1; 60]).chars().count(), 60);
    }

    #[test]
    fn of_the_widest_the_first_counts() {
        assert_eq!(widest(&[1, 3, 3, 2]), Some((1, 3)));
        assert_eq!(widest(&[]), None);
    }

    #[test]
    fn costs_are_told_in_a_line() {
        let costs = Costs {
            search: std::time::Duration::from_millis(500),
            traces: std::time::Duration::from_millis(20),
            store: 2_400,
            peak: 1_500_000,
            threads: 2,
        };
        assert_eq!(
            Spent(costs, 100).to_string(),
            "0.50 s and 0.02 s for traces, 200 states/s, 24.0 B/state, at most 1.5 MB, 2 threads"
        );
        assert_eq!(
            Spent(Costs::default(), 0).to_string(),
            "0.00 s, at most 0.0 MB, 0 threads"
        );
    }
}
