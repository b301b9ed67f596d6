//! The formats by name.

use std::fmt;
use std::str::FromStr;

/// A format in which a graph can be drawn.
///
/// It is written and read as its name in lower case; reading takes any case.
///
/// # Examples
///
/// ```
/// use fsmcheck::draw::Format;
///
/// assert_eq!("DOT".parse::<Format>()?, Format::Dot);
/// assert_eq!(Format::PlantUml.to_string(), "plantuml");
/// assert_eq!(
///     "png".parse::<Format>().map_err(|error| error.to_string()),
///     Err("unknown format `png`; the formats are mermaid, dot, plantuml, table, json".into())
/// );
/// # Ok::<(), fsmcheck::draw::UnknownFormat>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// Mermaid's `stateDiagram-v2`: [`mermaid`](super::mermaid()).
    Mermaid,
    /// Graphviz DOT: [`dot`](super::dot()).
    Dot,
    /// PlantUML: [`plantuml`](super::plantuml()).
    PlantUml,
    /// A Markdown table: [`table`](super::table()).
    Table,
    /// The graph itself in JSON: [`json`](super::json()).
    Json,
}

/// A name that is not the name of a [`Format`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown format `{name}`; the formats are {}", Format::names())]
#[non_exhaustive]
pub struct UnknownFormat {
    /// The name.
    pub name: String,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Mermaid,
        Self::Dot,
        Self::PlantUml,
        Self::Table,
        Self::Json,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
            Self::PlantUml => "plantuml",
            Self::Table => "table",
            Self::Json => "json",
        }
    }

    fn names() -> String {
        let names: Vec<_> = Self::ALL.iter().map(|format| format.name()).collect();
        names.join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownFormat {
                name: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(*format));
        }
    }
}
