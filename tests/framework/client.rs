//! A worker's view of its master: what it does under which rule.

use std::time::Duration;

use fsmcheck::Guarded;
use fsmcheck::framework::{
    ClientEffect, ClientError, ClientEvent, ClientStart, ClientState, MasterClient, MasterInfo,
    Policy, ReadFor, Rule, Timeouts, WaitEnd,
};
use fsmcheck::wire::{Epoch, HeartbeatPong, MonotonicTime};
use proptest::prelude::*;

use crate::effects::{on, on_last};

const SECOND: i64 = 1_000_000_000;

fn at(seconds: i64) -> MonotonicTime {
    MonotonicTime(seconds * SECOND)
}

/// A worker of epoch 7, whose task was submitted at 0 and begins at 21 s.
fn client(policy: Policy) -> Guarded<MasterClient> {
    let start = ClientStart {
        master: "m".into(),
        worker: "w".into(),
        worker_epoch: 7,
        submitted: at(0),
        started: at(21),
    };
    Guarded::new(MasterClient::new(&start, policy, Timeouts::default()))
}

fn pong(send_time: MonotonicTime, is_finished: bool, worker_epoch: Option<Epoch>) -> ClientEvent {
    ClientEvent::Pong {
        from: "n1".into(),
        pong: HeartbeatPong {
            send_time,
            to_worker_id: "w".to_owned(),
            epoch: 3,
            is_finished,
            ..HeartbeatPong::default()
        },
        worker_epoch,
    }
}

/// The policies before, with and beyond a rule of the original.
fn around(rule: Rule) -> [Policy; 3] {
    [Policy::before(rule), Policy::original(), Policy::hardened()]
}

#[test]
fn a_ping_says_finished_only_while_closing() {
    let mut client = client(Policy::original());
    on(&mut client, &pong(at(0), false, None));
    let mut says_finished = |event: Option<ClientEvent>| {
        if let Some(event) = event {
            on(&mut client, &event);
        }
        let effects = on(&mut client, &ClientEvent::SendPing { now: at(9) });
        let [ClientEffect::Send { node, topic, ping }] = &effects[..] else {
            panic!("{effects:?}");
        };
        assert_eq!((&**node, &**topic), ("n1", "heartbeat-ping-m"));
        assert_eq!((ping.epoch, ping.worker_epoch), (3, 7));
        assert_eq!((ping.send_time, &*ping.from_worker_id), (at(9), "w"));
        ping.is_finished
    };
    assert!(!says_finished(None));
    assert!(says_finished(Some(ClientEvent::WaitClosed { now: at(9) })));
    assert!(!says_finished(Some(pong(at(9), true, None))));
}

#[test]
fn a_finish_for_a_predecessor() {
    // The acknowledgement of a predecessor's end, told apart by its epoch or not.
    for worker_epoch in [None, Some(5)] {
        let finish = pong(at(0), true, worker_epoch);
        let mut original = client(Policy::original());
        let mut effects = Vec::new();
        let error = original.apply(&finish, &mut effects).unwrap_err();
        assert!(matches!(error, ClientError::FinishNotAnnounced(_)));
        assert_eq!(original, client(Policy::original()));

        let mut hardened = client(Policy::hardened());
        assert_eq!(on(&mut hardened, &finish), []);
        assert_eq!(hardened, client(Policy::hardened()));
    }
    // While closing, only its epoch tells it apart.
    for (policy, worker_epoch, state) in [
        (Policy::original(), Some(5), ClientState::Closed),
        (Policy::hardened(), Some(5), ClientState::Closing),
        (Policy::hardened(), Some(7), ClientState::Closed),
        (Policy::hardened(), None, ClientState::Closed),
    ] {
        let mut client = client(policy);
        on(&mut client, &ClientEvent::WaitClosed { now: at(21) });
        on(&mut client, &pong(at(21), true, worker_epoch));
        assert_eq!(*client.state(), state);
    }
}

#[test]
fn the_wait_ends_when_its_time_is_up() {
    let mut client = client(Policy::original());
    assert_eq!(
        on(&mut client, &ClientEvent::WaitClosed { now: at(30) }),
        []
    );
    assert_eq!(client.storage().waiting_since(), Some(at(30)));
    let just_before = MonotonicTime(at(45).0 - 1);
    assert_eq!(
        on(&mut client, &ClientEvent::Timer { now: just_before }),
        []
    );
    let ended = |end| [ClientEffect::WaitEnded { end }];
    assert_eq!(
        on(&mut client, &ClientEvent::Timer { now: at(45) }),
        ended(WaitEnd::TimedOut)
    );
    // It has given up, and may try again.
    assert_eq!(*client.state(), ClientState::Closing);
    on(&mut client, &ClientEvent::WaitClosed { now: at(50) });
    assert_eq!(
        on(&mut client, &ClientEvent::CancelWait),
        ended(WaitEnd::Canceled)
    );
    on(&mut client, &ClientEvent::WaitClosed { now: at(50) });
    assert_eq!(
        on(&mut client, &pong(at(50), true, None)),
        ended(WaitEnd::Acknowledged)
    );
    assert_eq!(on(&mut client, &pong(at(50), true, None)), []);
    assert_eq!(
        on(&mut client, &ClientEvent::WaitClosed { now: at(60) }),
        ended(WaitEnd::Acknowledged)
    );
}

#[test]
fn there_is_one_wait_at_a_time() {
    let mut client = client(Policy::original());
    let mut effects = Vec::new();
    let nobody = client.apply(&ClientEvent::CancelWait, &mut effects);
    assert!(matches!(nobody, Err(ClientError::NobodyWaits(_))));
    on(&mut client, &ClientEvent::WaitClosed { now: at(30) });
    let second = client.apply(&ClientEvent::WaitClosed { now: at(31) }, &mut effects);
    assert!(matches!(second, Err(ClientError::AlreadyWaiting(_))));
    assert_eq!(client.storage().waiting_since(), Some(at(30)));
    assert_eq!(effects, []);
}

#[test]
fn an_old_pong_moves_nothing_back() {
    let acknowledged = around(Rule::AckTimeMonotone).map(|policy| {
        let mut client = client(policy);
        on(&mut client, &pong(at(21), false, None));
        // Kept for a predecessor on the same executor.
        on(&mut client, &pong(at(2), false, None));
        let verdict = on(&mut client, &ClientEvent::CheckMaster { now: at(22) });
        (client.storage().acknowledged(), verdict)
    });
    assert_eq!(
        acknowledged,
        [
            (at(2), vec![ClientEffect::MasterTimedOut]),
            (at(21), vec![]),
            (at(21), vec![]),
        ]
    );
}

#[test]
fn time_counts_from_the_submission() {
    // The task begins 21 s after it was submitted: its master has given it up.
    let verdicts = around(Rule::AckBaselineAtSubmit).map(|policy| {
        let mut client = client(policy);
        on(&mut client, &ClientEvent::CheckMaster { now: at(21) })
    });
    let gives_up = vec![ClientEffect::MasterTimedOut];
    assert_eq!(verdicts, [vec![], gives_up.clone(), gives_up]);
}

#[test]
fn the_verdict_on_a_silent_master() {
    let mut client = client(Policy::original());
    let mut after = |nanos: i64| {
        let now = MonotonicTime(nanos);
        on(&mut client, &ClientEvent::CheckMaster { now })
    };
    let purpose = ReadFor::Reload;
    let reload = [ClientEffect::ReadMasterInfo { purpose }];
    assert_eq!(after(6 * SECOND), []);
    assert_eq!(after(6 * SECOND + 1), reload);
    assert_eq!(after(15 * SECOND - 1), reload);
    assert_eq!(after(15 * SECOND), [ClientEffect::MasterTimedOut]);
}

#[test]
fn only_a_reading_that_is_waited_for_tells_of_its_failure() {
    let mut client = client(Policy::original());
    let purpose = ReadFor::Caller;
    assert_eq!(
        on(&mut client, &ClientEvent::ReadMasterInfo),
        [ClientEffect::ReadMasterInfo { purpose }]
    );
    let unread = |purpose| ClientEvent::MasterInfoUnread {
        purpose,
        error: "away".to_owned(),
    };
    let error = "away".to_owned();
    assert_eq!(
        on(&mut client, &unread(ReadFor::Caller)),
        [ClientEffect::MasterInfoUnread { error }]
    );
    assert_eq!(on(&mut client, &unread(ReadFor::Reload)), []);
    let effects = on_last(
        &mut client,
        [
            ClientEvent::SendPing { now: at(0) },
            ClientEvent::PingNotSent,
        ],
    );
    let purpose = ReadFor::Reload;
    assert_eq!(effects, [ClientEffect::ReadMasterInfo { purpose }]);
}

fn time() -> impl Strategy<Value = MonotonicTime> {
    prop_oneof![
        (0..60_i64).prop_map(at),
        any::<i64>().prop_map(MonotonicTime),
    ]
}

fn epoch() -> impl Strategy<Value = Epoch> {
    prop_oneof![0..4_i64, any::<Epoch>()]
}

fn event() -> impl Strategy<Value = ClientEvent> {
    let node = prop::sample::select(&["", "n1", "n2"][..]);
    prop_oneof![
        time().prop_map(|now| ClientEvent::SendPing { now }),
        Just(ClientEvent::PingNotSent),
        (
            node.clone(),
            prop::sample::select(&["w", "other"][..]),
            time(),
            epoch(),
            any::<bool>(),
            prop::option::of(prop_oneof![Just(7), epoch()])
        )
            .prop_map(|(from, to, send_time, epoch, is_finished, worker_epoch)| {
                ClientEvent::Pong {
                    from: from.into(),
                    pong: HeartbeatPong {
                        send_time,
                        to_worker_id: to.to_owned(),
                        epoch,
                        is_finished,
                        ..HeartbeatPong::default()
                    },
                    worker_epoch,
                }
            }),
        time().prop_map(|now| ClientEvent::CheckMaster { now }),
        Just(ClientEvent::ReadMasterInfo),
        prop::option::of((node, epoch())).prop_map(|info| ClientEvent::MasterInfoRead {
            info: info.map(|(node, epoch)| MasterInfo {
                node: node.into(),
                epoch,
            }),
        }),
        any::<bool>().prop_map(|caller| ClientEvent::MasterInfoUnread {
            purpose: if caller {
                ReadFor::Caller
            } else {
                ReadFor::Reload
            },
            error: "away".to_owned(),
        }),
        time().prop_map(|now| ClientEvent::WaitClosed { now }),
        Just(ClientEvent::CancelWait),
        time().prop_map(|now| ClientEvent::Timer { now }),
    ]
}

/// Any choice of rules.
pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    let rules: Vec<Rule> = Rule::ALL.to_vec();
    let n_rules = rules.len();
    prop::sample::subsequence(rules, 0..=n_rules).prop_map(|rules| {
        let none = Rule::ALL
            .iter()
            .fold(Policy::hardened(), |policy, rule| policy.without(*rule));
        rules.into_iter().fold(none, Policy::with)
    })
}

proptest! {
    /// No input makes it panic, the same inputs have the same effects, and a
    /// refusal has none.
    #[test]
    fn the_epoch_known_never_goes_back(
        policy in policy(),
        events in prop::collection::vec(event(), 0..60),
    ) {
        let (mut client, mut twin) = (client(policy), client(policy));
        for event in &events {
            let before = client.clone();
            let (mut effects, mut twin_effects) = (Vec::new(), Vec::new());
            let result = client.apply(event, &mut effects);
            prop_assert_eq!(&twin.apply(event, &mut twin_effects), &result);
            prop_assert_eq!(&twin_effects, &effects);
            prop_assert_eq!(&twin, &client);
            if let Err(error) = result {
                prop_assert_eq!(&client, &before);
                prop_assert!(effects.is_empty());
                prop_assert!(!matches!(error, ClientError::Refused(_)), "{}", error);
                let is_finish = matches!(error, ClientError::FinishNotAnnounced(_));
                prop_assert!(!(is_finish && policy.has(Rule::PongWorkerEpoch)));
            }
            let (then, now) = (before.storage(), client.storage());
            prop_assert!(now.master_epoch() >= then.master_epoch());
            if policy.has(Rule::AckTimeMonotone) {
                prop_assert!(now.acknowledged() >= then.acknowledged());
            }
            if *before.state() == ClientState::Closed {
                prop_assert_eq!(*client.state(), ClientState::Closed);
            }
            prop_assert!(
                now.waiting_since().is_none() || *client.state() == ClientState::Closing
            );
        }
    }
}

#[test]
fn a_clock_that_is_set_back_changes_nothing_but_the_times() {
    let mut client = client(Policy::original());
    let times_out = |client: &mut Guarded<MasterClient>| {
        let check = ClientEvent::CheckMaster { now: at(0) };
        on(client, &check) == [ClientEffect::MasterTimedOut]
    };
    client.set_back(Duration::from_secs(10), at(0));
    assert_eq!(client.storage().acknowledged(), at(-10));
    assert!(!times_out(&mut client));
    client.set_back(Duration::from_secs(10), at(0));
    assert_eq!(client.storage().acknowledged(), at(-15), "long enough");
    assert!(times_out(&mut client));
}
