//! How the bytes of an input are read.

use crate::framework::{Policy, Rule};

/// What happens in the network, by the first byte of two.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Advance,
    Start,
    Crash,
    SendPing,
    Deliver,
    Duplicate,
    Lose,
    Forge,
    DeliverPings,
    Report,
    WaitClosed,
    CancelWait,
    CheckMaster,
    LookUpMaster,
    Check,
    Tick,
    TickStep,
    Clean,
    Abort,
    CrashMaster,
    FailOver,
    Recover,
    Load,
    Flood,
}

/// Each of them once.
const KINDS: [Kind; 24] = [
    Kind::Advance,
    Kind::Start,
    Kind::Crash,
    Kind::SendPing,
    Kind::Deliver,
    Kind::Duplicate,
    Kind::Lose,
    Kind::Forge,
    Kind::DeliverPings,
    Kind::Report,
    Kind::WaitClosed,
    Kind::CancelWait,
    Kind::CheckMaster,
    Kind::LookUpMaster,
    Kind::Check,
    Kind::Tick,
    Kind::TickStep,
    Kind::Clean,
    Kind::Abort,
    Kind::CrashMaster,
    Kind::FailOver,
    Kind::Recover,
    Kind::Load,
    Kind::Flood,
];

/// What lives are made of comes more often, so that chance leads somewhere.
const OFTEN: [Kind; 40] = [
    Kind::Start,
    Kind::Start,
    Kind::Start,
    Kind::SendPing,
    Kind::SendPing,
    Kind::SendPing,
    Kind::SendPing,
    Kind::SendPing,
    Kind::SendPing,
    Kind::SendPing,
    Kind::SendPing,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::Deliver,
    Kind::DeliverPings,
    Kind::DeliverPings,
    Kind::Report,
    Kind::Report,
    Kind::Report,
    Kind::Advance,
    Kind::Advance,
    Kind::Check,
    Kind::Check,
    Kind::Tick,
    Kind::Tick,
    Kind::Tick,
    Kind::Clean,
    Kind::LookUpMaster,
    Kind::WaitClosed,
    Kind::Recover,
    Kind::Load,
];

/// What happens, and a byte that says to whom and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) kind: Kind,
    pub(super) how: u8,
}

/// An input, read from its front. Where bytes are missing they are 0.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl Input<'_> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The rules in force: those of the original, all, one less than either, or
    /// any choice of them.
    pub(super) fn policy(&mut self) -> Policy {
        let how = self.byte().unwrap_or(0) % 5;
        let rule = |byte: Option<u8>| Rule::ALL[usize::from(byte.unwrap_or(0)) % Rule::ALL.len()];
        match how {
            0 => Policy::original(),
            1 => Policy::hardened(),
            2 => Policy::before(rule(self.byte())),
            3 => Policy::hardened().without(rule(self.byte())),
            _ => Rule::ALL
                .chunks(8)
                .fold(Policy::hardened(), |policy, rules| {
                    let without = self.byte().unwrap_or(0);
                    (0..)
                        .zip(rules)
                        .filter(|(bit, _)| without >> bit & 1 == 1)
                        .fold(policy, |policy, (_, rule)| policy.without(*rule))
                }),
        }
    }

    pub(super) fn operation(&mut self) -> Option<Operation> {
        let kind = usize::from(self.byte()?) % (KINDS.len() + OFTEN.len());
        let kind = *KINDS
            .get(kind)
            .unwrap_or_else(|| &OFTEN[kind - KINDS.len()]);
        let how = self.byte().unwrap_or(0);
        Some(Operation { kind, how })
    }
}
