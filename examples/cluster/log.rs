//! A process's log, in the unified format of the TiDB family: `[time] [LEVEL]
//! [source:line] [message] [field=value] …`.

use std::fs::File;
use std::io::Write as _;
use std::panic::Location;
use std::path::Path;

use time::OffsetDateTime;
use time::format_description::{BorrowedFormatItem, parse_borrowed};

use crate::Result;

const TIME: &str = "[year]/[month]/[day] [hour]:[minute]:[second].[subsecond digits:3] \
                    [offset_hour sign:mandatory]:[offset_minute]";

pub(crate) struct Log {
    file: File,
    time: Vec<BorrowedFormatItem<'static>>,
}

impl Log {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Ok(Self {
            file: File::create(path)?,
            time: parse_borrowed::<2>(TIME)?,
        })
    }

    #[track_caller]
    pub(crate) fn info(&mut self, message: &str, fields: &[(&str, &str)]) {
        self.line("INFO", message, fields);
    }

    #[track_caller]
    pub(crate) fn warn(&mut self, message: &str, fields: &[(&str, &str)]) {
        self.line("WARN", message, fields);
    }

    #[track_caller]
    fn line(&mut self, level: &str, message: &str, fields: &[(&str, &str)]) {
        let source = Location::caller();
        let file = source.file().rsplit(['/', '\\']).next().unwrap_or_default();
        let time = OffsetDateTime::now_utc().format(&self.time);
        let mut line = format!(
            "[{}] [{level}] [{file}:{}] [{}]",
            time.unwrap_or_default(),
            source.line(),
            quoted(message)
        );
        for (name, value) in fields {
            line.push_str(&format!(" [{}={}]", quoted(name), quoted(value)));
        }
        line.push('\n');
        // One write a line: nobody reads half of one, and a killed process leaves
        // whole ones. A log that cannot be written stops nobody.
        let _ = self.file.write_all(line.as_bytes());
    }
}

/// A part of a line as it is, or as a JSON string where it would be misread.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && !text
            .chars()
            .any(|c| c.is_control() || matches!(c, ' ' | '"' | '=' | '[' | ']'));
    if is_plain {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}
