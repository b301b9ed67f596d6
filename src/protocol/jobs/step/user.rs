//! What users ask for.

use super::{Done, Step};
use crate::framework::Rule;
use crate::protocol::jobs::prelude::{self, Manager};
use crate::protocol::jobs::state::name;
use crate::protocol::{Call, Promise, Recorder};
use crate::wire::{MasterStateCode, Timestamp};

impl<R: Recorder> Step<'_, R> {
    pub(super) fn create(&mut self, job: u8) -> Done {
        let id = name(job);
        let meta = prelude::meta(id, MasterStateCode::UNINIT);
        let mut created = Ok(());
        self.store(|store| created = store.jobs.create(meta));
        self.recorder.call(|| {
            let code = format!("rows.create(meta({id:?}, MasterStateCode::UNINIT))");
            Call::new(code, &created)
        });
        if created.is_err() {
            return Ok(());
        }
        self.tell_row(job);
        if self.state.store.jobs.load(id).is_none() {
            self.needs(Rule::CreateIsInsert);
            self.broke(Promise::S20);
        }
        self.with(|step, manager| {
            let jm = step.jm();
            let created = prelude::create(manager, id);
            step.recorder
                .call(|| Call::new(format!("create(&mut {jm}, {id:?})"), &created));
            step.carry_out(manager, created.1)
        })
    }

    pub(super) fn register(&mut self, job: u8) -> Done {
        self.state.to_register.remove(&job);
        self.with(|step, manager| {
            let id = name(job);
            let meta = prelude::meta(id, MasterStateCode::UNINIT);
            let registered = manager.jobs.register(meta);
            let jm = step.jm();
            step.recorder.call(|| {
                let code = format!("{jm}.jobs.register(meta({id:?}, MasterStateCode::UNINIT))");
                Call::new(code, &registered)
            });
            Ok(())
        })
    }

    pub(super) fn cancel(&mut self, job: u8) -> Done {
        self.store(|store| {
            store.canceling.insert(job);
        });
        self.with(|step, manager| {
            step.ask_to_cancel(manager, job);
            Ok(())
        })
    }

    /// The job manager notes that a job is to be canceled.
    pub(super) fn ask_to_cancel(&mut self, manager: &mut Manager, job: u8) {
        let (jm, id) = (self.jm(), name(job));
        let stored = self.state.stored(job);
        let answer = manager.jobs.cancel(id, stored, &mut Vec::new());
        self.recorder.call(|| {
            let code = format!(
                "{jm}.jobs.cancel({id:?}, Some(MasterStateCode({})), &mut Vec::new())",
                stored.map_or(0, |state| state.0)
            );
            Call::new(code, &answer)
        });
    }

    pub(super) fn delete(&mut self, job: u8) -> Done {
        let id = name(job);
        let mut deleted = Ok(());
        self.store(|store| deleted = store.jobs.delete(id, Timestamp::default()));
        self.recorder.call(|| {
            let code = format!("rows.delete({id:?}, Timestamp::default())");
            Call::new(code, &deleted)
        });
        Ok(())
    }
}
