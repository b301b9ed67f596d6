//! Records: objects with a fixed list of members, declared by [`record!`].

use super::reader::{Reader, Stop};

/// What [`record!`] makes of a list of members.
pub(crate) trait Members {
    /// The names, in the order in which they are written.
    const NAMES: &'static [&'static str];

    /// Reads the value of the member at `index` of `NAMES`.
    fn decode_member(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), Stop>;
}

/// Declares the members of a record in the order in which they are written,
/// and with them how it is read and written, and its `to_json` and
/// `from_json`.
macro_rules! record {
    ($record:ty, usually $length:literal bytes { $first:literal: $first_field:ident, $($name:literal: $field:ident,)* }) => {
        impl $crate::wire::json::Members for $record {
            const NAMES: &'static [&'static str] = &[$first, $($name),*];

            #[inline]
            fn decode_member(
                &mut self,
                index: usize,
                reader: &mut $crate::wire::json::Reader<'_>,
            ) -> Result<(), $crate::wire::json::Stop> {
                // The compiler counts the members.
                #[expect(non_camel_case_types, reason = "a variant for each field")]
                enum Index {
                    $first_field,
                    $($field,)*
                }
                match index {
                    index if index == Index::$first_field as usize => {
                        $crate::wire::json::Decode::decode(&mut self.$first_field, reader)
                    }
                    $(index if index == Index::$field as usize => {
                        $crate::wire::json::Decode::decode(&mut self.$field, reader)
                    })*
                    _ => Ok(()),
                }
            }
        }

        impl $crate::wire::json::Decode for $record {
            fn decode(
                &mut self,
                reader: &mut $crate::wire::json::Reader<'_>,
            ) -> Result<(), $crate::wire::json::Stop> {
                $crate::wire::json::decode_members(self, reader)
            }
        }

        impl $crate::wire::json::Encode for $record {
            const USUAL_LENGTH: usize = $length;

            fn encode(&self, out: &mut String) -> Result<(), $crate::wire::json::EncodeError> {
                out.push_str(concat!("{\"", $first, "\":"));
                $crate::wire::json::Encode::encode(&self.$first_field, out)
                    .map_err(|error| error.inside($first))?;
                $(
                    out.push_str(concat!(",\"", $name, "\":"));
                    $crate::wire::json::Encode::encode(&self.$field, out)
                        .map_err(|error| error.inside($name))?;
                )*
                out.push('}');
                Ok(())
            }
        }

        impl $record {
            /// The JSON text, the same to the byte as the original's.
            ///
            /// # Errors
            ///
            /// When a time stamp has no form in RFC 3339.
            pub fn to_json(&self) -> Result<String, $crate::wire::EncodeError> {
                $crate::wire::json::to_json(self)
            }

            /// Reads what the original reads: see [`wire`](crate::wire).
            ///
            /// # Errors
            ///
            /// When the text is not JSON, or a member cannot hold its value.
            pub fn from_json(input: &[u8]) -> Result<Self, $crate::wire::DecodeError> {
                $crate::wire::json::from_json(input)
            }
        }
    };
}

pub(crate) use record;

/// Reads an object over `record`.
pub(crate) fn decode_members<R: Members>(
    record: &mut R,
    reader: &mut Reader<'_>,
) -> Result<(), Stop> {
    match reader.begin()? {
        b'{' => {}
        b'n' => return reader.null(),
        _ => return reader.mismatch("an object"),
    }
    reader.open()?;
    if reader.closes(b'}') {
        return Ok(());
    }
    let outer = reader.member;
    let nested = !outer.is_empty();
    if nested {
        reader.path.push(outer);
    }
    // Members mostly come in the order in which they are written.
    let mut next = 0;
    loop {
        let index = match R::NAMES.get(next) {
            Some(name) if reader.takes_name(name) => Some(next),
            _ => find(R::NAMES, &reader.name()?.text()),
        };
        match index {
            Some(index) => {
                reader.member = R::NAMES[index];
                record.decode_member(index, reader)?;
                next = index + 1;
            }
            None => reader.skip()?,
        }
        if !reader.another(b'}')? {
            break;
        }
    }
    if nested {
        reader.path.pop();
    }
    reader.member = outer;
    Ok(())
}

/// The member of that name: spelt exactly so, or else the same but for case.
fn find(names: &[&str], name: &str) -> Option<usize> {
    let exact = names.iter().position(|member| *member == name);
    exact.or_else(|| {
        names
            .iter()
            .position(|member| same_but_for_case(name, member))
    })
}

/// Whether `name` is `member`, an ASCII name, in another case. Outside ASCII
/// only two characters fold to a letter of it: the Kelvin sign and the long s.
fn same_but_for_case(name: &str, member: &str) -> bool {
    let folded = name.chars().map(|letter| match letter {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        other => other.to_ascii_lowercase(),
    });
    folded.eq(member.chars().map(|letter| letter.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_unicode_folds_them() {
        assert!(same_but_for_case("WORKER", "worker"));
        assert!(same_but_for_case("wor\u{212a}er", "worker"));
        assert!(same_but_for_case("\u{17f}tatu\u{17f}", "status"));
        assert!(same_but_for_case("deleted", "Deleted"));
        assert!(!same_but_for_case("worke", "worker"));
        assert!(!same_but_for_case("workers", "worker"));
        assert!(!same_but_for_case("worker\u{130}d", "workerid"));
    }
}
