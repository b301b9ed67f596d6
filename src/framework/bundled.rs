//! The one list of the bundled machines.

/// A generic function for each bundled machine, as an array in the order of the
/// command line.
///
/// # Examples
///
/// ```
/// use fsmcheck::Machine;
///
/// fn name<M: Machine>() -> String {
///     M::name()
/// }
///
/// let names = fsmcheck::bundled_machines!(name).map(|name| name());
/// assert_eq!(names[..3], ["master", "worker", "worker_entry"]);
/// ```
#[macro_export]
macro_rules! bundled_machines {
    ($each:ident) => {
        [
            $each::<$crate::framework::Master>,
            $each::<$crate::framework::Worker>,
            $each::<$crate::framework::WorkerEntry>,
            $each::<$crate::framework::ManagerRecovery>,
            $each::<$crate::framework::MasterClient>,
            $each::<$crate::framework::RunLoop>,
            $each::<$crate::framework::StartUp>,
            $each::<$crate::framework::StatusWriter>,
            $each::<$crate::framework::Cancellation>,
            $each::<$crate::framework::WorkerBusiness>,
            $each::<$crate::framework::JobMasterBusiness>,
            $each::<$crate::framework::Job>,
            $each::<$crate::framework::JobOperation>,
            $each::<$crate::framework::BackOff>,
            $each::<$crate::framework::Leader>,
            $each::<$crate::framework::Dispatcher>,
            $each::<$crate::framework::DispatchRequest>,
            $each::<$crate::framework::Task>,
            $each::<$crate::framework::Executor>,
            $each::<$crate::framework::RegisteredExecutor>,
            $each::<$crate::framework::Stream>,
        ]
    };
}
