//! How much memory the program takes, and how much it may take.

use sysinfo::{
    MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid,
};

/// How many bytes a check may take unless it is told: nine tenths of those that are not
/// taken by others, in the machine or in the container that the program runs in. `None`
/// where the system does not tell.
pub(super) fn limit() -> Option<usize> {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    // What a container takes besides is files that it would let go of.
    let of_container = system
        .cgroup_limits()
        .map(|limits| limits.total_memory.saturating_sub(limits.rss));
    let of_machine = system.available_memory();
    let free = of_container.map_or(of_machine, |free| free.min(of_machine));
    let limit = usize::try_from(free).unwrap_or(usize::MAX) / 10 * 9;
    (limit > 0).then_some(limit)
}

/// Measures how much memory the process takes from a moment on.
pub(super) struct Meter {
    system: System,
    process: Option<Pid>,
    before: u64,
}

impl Meter {
    pub(super) fn new() -> Self {
        let mut meter = Self {
            system: System::new(),
            process: get_current_pid().ok(),
            before: 0,
        };
        meter.before = meter.resident();
        meter
    }

    /// How many bytes more than in the beginning the process takes; none where the system
    /// does not tell.
    pub(super) fn taken(&mut self) -> usize {
        let taken = self.resident().saturating_sub(self.before);
        usize::try_from(taken).unwrap_or(usize::MAX)
    }

    fn resident(&mut self) -> u64 {
        let Some(process) = self.process else {
            return 0;
        };
        let what = ProcessRefreshKind::nothing().with_memory();
        let which = ProcessesToUpdate::Some(&[process]);
        self.system.refresh_processes_specifics(which, false, what);
        let process = self.system.process(process);
        process.map_or(0, sysinfo::Process::memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_measured() {
        let mut meter = Meter::new();
        let bytes = vec![1_u8; 200_000_000];
        let taken = meter.taken();
        // Other tests let go of memory, or take some, at the same time.
        assert!(taken > 100_000_000, "{taken}");
        assert!(bytes.iter().all(|byte| *byte == 1));
        assert!(limit().is_some_and(|limit| limit > 1_000_000));
    }
}
