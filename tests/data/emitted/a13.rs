// leader: L7 failed leader is replaced
// Policy: original-leader_resigns_on_error

#[test]
fn l7_failed_leader_is_replaced() {
    use fsmcheck::Guarded;
    use fsmcheck::framework::*;
    use fsmcheck::wire::MonotonicTime;

    fn server() -> Guarded<Leader> {
        let policy = "original-leader_resigns_on_error".parse::<Policy>().unwrap();
        Guarded::new(Leader::new(policy, LeaderTimes::default()))
    }

    /// Where the leader then stands, and what it wants.
    fn tell(leader: &mut Guarded<Leader>, event: LeaderEvent) -> (LeaderState, Vec<LeaderEffect>) {
        let mut effects = Vec::new();
        leader.handle_with_context(&event, &mut effects).unwrap();
        (*leader.state(), effects)
    }

    let [mut a, mut b] = [server(), server()];

    // 1. a gets the lease, and starts its service
    assert_eq!(format!("{:?}", tell(&mut a, LeaderEvent::Elected { now: MonotonicTime(0) })), "(Starting, [StartService])");

    // 2. a cannot start its managers
    assert_eq!(format!("{:?}", tell(&mut a, LeaderEvent::ServiceFailed)), "(Stuck, [])");

    // 3. a renews its lease
    assert_eq!(format!("{:?}", tell(&mut a, LeaderEvent::Renewed { now: MonotonicTime(0) })), "(Stuck, [])");

    // 4. a renews its lease
    assert_eq!(format!("{:?}", tell(&mut a, LeaderEvent::Renewed { now: MonotonicTime(0) })), "(Stuck, [])");
}
