//! The framework's machines run as test suites, as their users would run their own.

use fsmcheck::framework::{Master, Worker, WorkerEntry};

fsmcheck::test_suite!(mod master, Master);
fsmcheck::test_suite!(mod worker, Worker);
fsmcheck::test_suite!(mod worker_entry, WorkerEntry);
