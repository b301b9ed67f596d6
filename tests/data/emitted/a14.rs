// channel: S19 stream without gap
// Policy: original-stream_dropped_after_overflow

#[test]
fn s19_stream_without_gap() {
    use fsmcheck::framework::*;

    type Delivered = (Result<(), DataLost>, Vec<u64>);

    fn inbox() -> Inbox<u64> {
        let policy = "original-stream_dropped_after_overflow".parse::<Policy>().unwrap();
        Inbox::with_capacity(policy, 1)
    }

    fn arrive(x: &mut Inbox<u64>, number: u64) -> Delivered {
        let mut delivered = Vec::new();
        (x.arrived(number, number, &mut delivered), delivered)
    }

    fn register(x: &mut Inbox<u64>) -> Delivered {
        let mut delivered = Vec::new();
        (x.register_handler(&mut delivered), delivered)
    }

    let (mut m, mut x) = (Outbox::<u64>::default(), inbox());

    // 1. m sends message 1
    assert_eq!(format!("{:?}", m.send(1)), "Ok(1)");

    // 2. m sends message 2
    assert_eq!(format!("{:?}", m.send(2)), "Ok(2)");

    // 3. message 1 arrives at x
    assert_eq!(format!("{:?}", arrive(&mut x, 1)), "(Ok(()), [])");

    // 4. message 2 arrives at x
    assert_eq!(format!("{:?}", arrive(&mut x, 2)), "(Ok(()), [])");

    // 5. the connection breaks

    // 6. m connects again, and sends again what is not acknowledged
    x.reconnected();

    // 7. message 1 arrives at x
    assert_eq!(format!("{:?}", arrive(&mut x, 1)), "(Ok(()), [])");

    // 8. message 2 arrives at x
    assert_eq!(format!("{:?}", arrive(&mut x, 2)), "(Ok(()), [])");

    // 9. a task of x registers a handler for the topic
    assert_eq!(format!("{:?}", register(&mut x)), "(Ok(()), [2])");
}
