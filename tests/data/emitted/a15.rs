// cancel: L4 canceling ends
// Policy: original-cancel_on_live_context

#[test]
fn l4_canceling_ends() {
    use fsmcheck::Guarded;
    use fsmcheck::framework::*;
    use fsmcheck::wire::{MonotonicTime, StatusChangeRequest, WorkerStateCode};

    fn apply(
        cancellation: &mut Guarded<Cancellation>,
        event: &CancellationEvent,
    ) -> Vec<CancellationEffect> {
        let mut effects = Vec::new();
        let _ = cancellation.apply(event, &mut effects);
        effects
    }

    fn request() -> CancellationEvent {
        CancellationEvent::Request {
            request: StatusChangeRequest {
                expect_state: WorkerStateCode::STOPPED,
                ..StatusChangeRequest::default()
            },
            now: MonotonicTime(0),
        }
    }

    let policy = "original-cancel_on_live_context".parse::<Policy>().unwrap();
    let new = || Guarded::new(Cancellation::new(policy, Timeouts::default()));
    let mut cancellation = new();

    // 1. user asks for j to be canceled

    // 2. j starts
    cancellation = new();

    // 3. jm1 asks j to stop, if it is online

    // 4. j takes a request to stop
    assert_eq!(format!("{:?}", apply(&mut cancellation, &request())), "[CallOnCancel { live_context: false }]");

    // 5. j cannot cancel: the call fails
    assert_eq!(format!("{:?}", apply(&mut cancellation, &CancellationEvent::Failed)), "[]");

    // 6. jm1 looks after its jobs

    // 7. jm1 asks j to stop, if it is online

    // 8. j takes a request to stop
    assert_eq!(format!("{:?}", apply(&mut cancellation, &request())), "[]");
}
