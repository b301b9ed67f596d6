//! Which of the protocol's safety rules are in force.

use std::fmt;
use std::str::FromStr;

/// The one list of rules: the enum, its names and what is said of each.
macro_rules! rules {
    ($($(#[doc = $docs:literal])* $variant:ident = $name:literal, $mends:literal, $original:literal;)*) => {
        /// A rule of the protocol that keeps it safe, each with what goes wrong
        /// without it.
        ///
        /// Numbers such as #6239 are those of issues and pull requests of the
        /// original's public repository; `mc#` those of the repository that its
        /// engine came from.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Rule {
            $($(#[doc = $docs])* $variant,)*
        }

        impl Rule {
            /// Every rule: first those that the original has, then those that it
            /// still lacks.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name, such as `ping_worker_epoch_checked`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The outage or hazard that the rule prevents, by its number in the
            /// catalogue: `A…` happened and was mended, `H-…` can still happen to
            /// the original.
            #[must_use]
            pub const fn mends(self) -> &'static str {
                match self {
                    $(Self::$variant => $mends,)*
                }
            }

            /// Whether the original has the rule today.
            #[must_use]
            pub const fn is_original(self) -> bool {
                match self {
                    $(Self::$variant => $original,)*
                }
            }

            /// What goes wrong without the rule.
            #[must_use]
            pub const fn without(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($docs),*),)*
                }
            }
        }
    };
}

rules! {
    /// Without it a ping is known by its worker id alone. The last ping of a dead
    /// incarnation ends its successor under the same id, again and again
    /// (#6239, #6497; mended by #6569).
    PingWorkerEpochChecked = "ping_worker_epoch_checked", "A1", true;
    /// Without it an old pong moves the time of the last acknowledgement back. A
    /// worker that is created again where its predecessor ran gives up at once,
    /// because the predecessor's pong was kept for it (#5969; mended by #5972).
    AckTimeMonotone = "ack_time_monotone", "A2", true;
    /// Without it the check for silent workers runs while a new master still waits
    /// for them. An entry that has no expiry yet counts as expired, and marking it
    /// offline fails an assertion (mc#323).
    CheckerGatedByReady = "checker_gated_by_ready", "A3", true;
    /// Without it a worker that pings twice while the master still waits for
    /// another one fails an assertion: its entry is no longer one that is waited
    /// for (mc#373).
    RepeatedPingWhileWaiting = "repeated_ping_while_waiting", "A4", true;
    /// Without it the offline callback runs before the entry is a tombstone. A
    /// callback that cleans the entry, as it should, fails an assertion (mc#343).
    TombstoneBeforeCallback = "tombstone_before_callback", "A5", true;
    /// Without it cleaning a tombstone deletes its record but keeps its entry, so
    /// that creating the worker again under the same id fails an assertion
    /// (mc#342).
    CleanForgetsEntry = "clean_forgets_entry", "A5", true;
    /// Without it a new job manager keeps the tombstones of jobs that did not
    /// answer. Creating such a job again under its id fails an assertion, and so
    /// does the next leader (mc#375).
    RecoveryCleansTombstones = "recovery_cleans_tombstones", "A6", true;
    /// Without it a job that ends before it was seen online stays among those that
    /// are waited for, and is dispatched again: a finished job runs once more
    /// (mc#231).
    OfflineBeforeOnlineHandled = "offline_before_online_handled", "A7", true;
    /// Without it a job that was just dispatched is dispatched again when the wait
    /// for it ends, while its first incarnation is still in the table of workers
    /// (mc#273).
    RedispatchOnlyAfterFailover = "redispatch_only_after_failover", "A8", true;
    /// Without it a worker whose dispatch fails early leaves no entry and no event:
    /// its master waits for it for ever (#5589; mended by #5603).
    AbortOnPredispatchError = "abort_on_predispatch_error", "A9", true;
    /// Without it a worker that has said that it exits goes on ticking and pinging
    /// as long as its tick returns no error, and may report that it runs
    /// (#5523; mended by #5561).
    ExitEndsLoop = "exit_ends_loop", "A10", true;
    /// Without it a worker tells its master that it has finished before it has let
    /// go of what it held: its successor starts and both hold it
    /// (#5764; mended by #5768).
    CloseBeforeFinishHandshake = "close_before_finish_handshake", "A11", true;
    /// Without it a new master does not adopt a live worker that has not yet
    /// reported anything of its own, and creates a second one for the same task
    /// (#5692; mended by #5693).
    AdoptSilentWorkers = "adopt_silent_workers", "A12", true;
    /// Without it a leader whose service has failed keeps its lease: it answers
    /// pings, polls nothing, and no other leader is elected
    /// (#5874; mended by #5922).
    LeaderResignsOnError = "leader_resigns_on_error", "A13", true;
    /// Without it a stream of messages is still accepted after its buffer has
    /// overflowed and was dropped. The gap is noticed later and takes the whole
    /// process down (#5880; mended by #5923).
    StreamDroppedAfterOverflow = "stream_dropped_after_overflow", "A14", true;
    /// Without it a cancel request is handled in the context of the start, which
    /// has ended: it fails at once, and is not tried again
    /// (#7440; mended by #7443).
    CancelOnLiveContext = "cancel_on_live_context", "A15", true;
    /// Without it a job that is to be canceled but never gets online is created
    /// again and again: the cancellation finds it not running each time
    /// (#6749; mended by #7266).
    CancelingStopsRedispatch = "canceling_stops_redispatch", "A16", true;
    /// Without it creating a job under the id of a deleted one writes into the
    /// deleted record: the job runs, and no query finds it
    /// (#7322; mended by #7327).
    CreateIsInsert = "create_is_insert", "A17", true;
    /// Without it the time without an acknowledgement counts from the worker's
    /// start, not from its dispatch. A task that starts late runs beside the one
    /// that was created in its place (mc#317).
    AckBaselineAtSubmit = "ack_baseline_at_submit", "A18", true;
    /// Without it a master takes messages before its table of workers exists; the
    /// first ping after a restart ends the process (mc#238).
    HandlersAfterManager = "handlers_after_manager", "A19", true;
    /// Without it an error that would go away, such as a lost connection while a
    /// job is created, is stored as a failure for good
    /// (#10701; mended by #10702).
    TransientDispatchErrorRetried = "transient_dispatch_error_retried", "A20", true;
    /// Without it canceling a job waits for its workers without a bound: one that
    /// never goes offline keeps the job for ever (#7694).
    CancelBounded = "cancel_bounded", "A21", true;
    /// Without it a pong is sent before the ping is looked at. A worker that its
    /// master does not know is acknowledged for ever and never gives up, while
    /// another one does its task.
    PongAfterAcceptance = "pong_after_acceptance", "H-01", false;
    /// Without it the record of a worker is written only when its start has ended.
    /// A master that fails in between leaves its successor with a worker that it
    /// does not know.
    RowBeforeConfirm = "row_before_confirm", "H-01", false;
    /// Without it a status is taken in whatever worker epoch it has. An old one
    /// moves the entry back to a dead incarnation, and the next ping of the live
    /// one fails an assertion.
    StatusEpochChecked = "status_epoch_checked", "H-02", false;
    /// Without it a job is created again without a look at its stored state. A job
    /// that is stored as finished runs again, while it can be deleted
    /// (see also #7439).
    StoredStateRechecked = "stored_state_rechecked", "H-03", false;
    /// Without it a pong does not say which incarnation it answers. One that was
    /// kept for a dead incarnation makes its successor fail an assertion, and with
    /// it every task of the process.
    PongWorkerEpoch = "pong_worker_epoch", "H-04", false;
    /// Without it a state is stored over whatever is there. A job master that has
    /// been given up marks a stopped job as running.
    StateWritesConditional = "state_writes_conditional", "H-05", false;
    /// Without it a new job manager counts a job as online that it has only just
    /// dispatched. Its first ping is then an error, and the leader resigns.
    OnlineOnlyIfHeard = "online_only_if_heard", "H-06", false;
    /// Without it a job is dispatched before it is registered. A dispatch that
    /// fails at once is reported for a job that nobody knows, and the leader
    /// resigns.
    RegisteredBeforeDispatch = "registered_before_dispatch", "H-07", false;
    /// Without it the reason for going offline is fixed before the last status of
    /// the worker is taken in: a finished worker is taken for a lost one and is
    /// created again. The stored record, read at delivery, tells.
    OfflineReasonAtDelivery = "offline_reason_at_delivery", "H-08", false;
    /// Without it a cancel request that fails is never tried again: the job stays
    /// as it is until its master fails (perhaps #6856).
    CancelRetriedAfterFailure = "cancel_retried_after_failure", "H-09", false;
    /// Without it a job master that starts again before its first start has ended
    /// does not look for the workers that it created then, and creates them twice.
    WorkersLoadedOnEveryStart = "workers_loaded_on_every_start", "H-10", false;
    /// Without it an executor that refuses a task because it still runs one of that
    /// id only writes this to its log. The master waits for the task until it is
    /// timed out.
    DuplicateTaskReported = "duplicate_task_reported", "H-14", false;
    /// Without it a worker that has reported its end may report another one, when
    /// it is canceled just then.
    TerminalStatusLatched = "terminal_status_latched", "H-16", false;
    /// Without it a status that arrives while a new master loads its workers, or
    /// waits for them, is lost: a finished worker becomes a tombstone that nobody
    /// is told of.
    StatusesKeptWhileRecovering = "statuses_kept_while_recovering", "H-17", false;
    /// Without it a master answers pings until it has closed down. While that takes
    /// long, its workers stay with it, and its successor creates them again.
    HandlersRemovedBeforeClose = "handlers_removed_before_close", "H-18", false;
    /// Without it a status message without a status is taken in; the next ping of
    /// that worker ends the process.
    StatusBodyRequired = "status_body_required", "H-20", false;
}

/// The rules that are in force.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{Policy, Rule};
///
/// let original = Policy::original();
/// assert!(original.has(Rule::PingWorkerEpochChecked));
/// assert!(!original.has(Rule::PongAfterAcceptance));
///
/// let before = Policy::before(Rule::PingWorkerEpochChecked);
/// assert!(!before.has(Rule::PingWorkerEpochChecked));
/// assert!(before.has(Rule::AckTimeMonotone));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Policy(u64);

impl Policy {
    /// The rules that the original has today.
    #[must_use]
    pub const fn original() -> Self {
        let mut policy = Self(0);
        let mut position = 0;
        while position < Rule::ALL.len() {
            if Rule::ALL[position].is_original() {
                policy = policy.with(Rule::ALL[position]);
            }
            position += 1;
        }
        policy
    }

    /// Every rule.
    #[must_use]
    pub const fn hardened() -> Self {
        let mut policy = Self(0);
        let mut position = 0;
        while position < Rule::ALL.len() {
            policy = policy.with(Rule::ALL[position]);
            position += 1;
        }
        policy
    }

    /// The original as it was before a rule was put in.
    #[must_use]
    pub const fn before(rule: Rule) -> Self {
        Self::original().without(rule)
    }

    /// These rules and one more.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self(self.0 | 1 << rule as u8)
    }

    /// These rules but for one.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u8))
    }

    /// Whether a rule is in force.
    #[inline]
    #[must_use]
    pub const fn has(self, rule: Rule) -> bool {
        self.0 >> rule as u8 & 1 == 1
    }

    /// Each rule in force as a bit, in the order of [`Rule::ALL`].
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The rules with these bits; others are passed over.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & Self::hardened().0)
    }

    /// The rules in force.
    pub fn rules(self) -> impl Iterator<Item = Rule> {
        Rule::ALL
            .iter()
            .copied()
            .filter(move |rule| self.has(*rule))
    }
}

/// Those of the original.
impl Default for Policy {
    fn default() -> Self {
        Self::original()
    }
}

/// `hardened`, `original`, or what is nearer with the rules that differ:
/// `original-ack_time_monotone`, `hardened-status_epoch_checked`.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{Policy, Rule};
///
/// let before: Policy = "original-ack_time_monotone".parse()?;
/// assert_eq!(before, Policy::before(Rule::AckTimeMonotone));
/// assert_eq!(before.to_string(), "original-ack_time_monotone");
/// # Ok::<(), fsmcheck::framework::UnknownPolicy>(())
/// ```
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let distance = |base: Self| (self.0 ^ base.0).count_ones();
        let [original, hardened] = [Self::original(), Self::hardened()];
        let (base, mut text) = if distance(hardened) <= distance(original) {
            (hardened, "hardened".to_owned())
        } else {
            (original, "original".to_owned())
        };
        for rule in Rule::ALL {
            match (base.has(*rule), self.has(*rule)) {
                (true, false) => text += &format!("-{rule}"),
                (false, true) => text += &format!("+{rule}"),
                _ => {}
            }
        }
        f.pad(&text)
    }
}

/// A policy that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownPolicy {
    /// It does not begin as policies do.
    #[error("a policy begins with `hardened` or `original`, not with `{given}`")]
    Base {
        /// What was given.
        given: String,
    },
    /// A rule that is added or taken away does not exist.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
}

impl FromStr for Policy {
    type Err = UnknownPolicy;

    /// `hardened` or `original`, and behind it any number of `-RULE` and `+RULE`.
    fn from_str(given: &str) -> Result<Self, UnknownPolicy> {
        let (base, mut rest) = match given.find(['-', '+']) {
            Some(end) => given.split_at(end),
            None => (given, ""),
        };
        let mut policy = match base {
            "hardened" => Self::hardened(),
            "original" => Self::original(),
            _ => {
                return Err(UnknownPolicy::Base {
                    given: base.to_owned(),
                });
            }
        };
        while let Some(sign) = rest.chars().next() {
            let name = &rest[1..];
            let (name, behind) = name.split_at(name.find(['-', '+']).unwrap_or(name.len()));
            let rule = name.parse()?;
            policy = if sign == '-' {
                policy.without(rule)
            } else {
                policy.with(rule)
            };
            rest = behind;
        }
        Ok(policy)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no rule `{given}`; the rules are {}", list())]
#[non_exhaustive]
pub struct UnknownRule {
    /// What was given.
    pub given: String,
}

fn list() -> String {
    let names: Vec<_> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    names.join(", ")
}

impl FromStr for Rule {
    type Err = UnknownRule;

    /// The rule of this name, in any case, with `-` or `_`.
    fn from_str(given: &str) -> Result<Self, UnknownRule> {
        let name = given.trim().to_lowercase().replace('-', "_");
        let found = Self::ALL.iter().find(|rule| rule.as_str() == name);
        found.copied().ok_or_else(|| UnknownRule {
            given: given.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policies_differ_by_what_the_original_lacks() {
        let lacking = |rule: &&Rule| !rule.is_original();
        assert_eq!(Policy::hardened().rules().count(), Rule::ALL.len());
        assert_eq!(Policy::original().rules().count(), 22);
        assert_eq!(Rule::ALL.iter().filter(lacking).count(), 16);
    }

    #[test]
    fn a_rule_is_found_by_its_name() {
        for rule in Rule::ALL {
            assert_eq!(rule.as_str().parse(), Ok(*rule));
        }
        let error = "pong".parse::<Rule>().unwrap_err().to_string();
        assert!(
            error.starts_with("there is no rule `pong`; the rules are ping_worker_epoch_checked, ")
        );
    }

    #[test]
    fn a_policy_is_read_as_it_is_written() {
        let policies = Rule::ALL.iter().flat_map(|rule| {
            [
                Policy::hardened().without(*rule),
                Policy::original().without(*rule),
                Policy::original().with(*rule),
            ]
        });
        for policy in policies {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert_eq!(
            "original+pong_after_acceptance".parse(),
            Ok(Policy::original().with(Rule::PongAfterAcceptance))
        );
        let error = |text: &str| text.parse::<Policy>().unwrap_err().to_string();
        assert_eq!(
            error("hard"),
            "a policy begins with `hardened` or `original`, not with `hard`"
        );
        assert!(error("hardened-").starts_with("there is no rule ``; the rules are "));
        assert!(error("hardened-x+").starts_with("there is no rule `x`; the rules are "));
    }

    #[test]
    fn each_rule_is_one_bit() {
        for rule in Rule::ALL {
            let without = Policy::hardened().without(*rule);
            assert!(!without.has(*rule));
            assert_eq!(without.rules().count(), Rule::ALL.len() - 1);
            assert_eq!(without.with(*rule), Policy::hardened());
        }
    }
}
