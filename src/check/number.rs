//! A number for a state, made of digits.

use std::fmt;

/// The number of a state, and below which number those of all states are: what a model
/// answers in [`Model::number`](super::Model::number).
///
/// It is made of digits as a time of day is made of seconds, minutes and hours: each
/// has its own count of values, and the first one counts for least. States that differ in a digit differ in their number.
/// What does not fit makes no number: nothing ever wraps.
///
/// # Examples
///
/// One line a field, for what is [`Numbered`] and for what is smaller than its type:
///
/// ```
/// use fsmcheck::check::Number;
///
/// #[derive(Clone, Copy)]
/// enum Light { Red, Yellow, Green }
/// fsmcheck::numbered!(enum Light { Red, Yellow, Green });
///
/// struct State { lights: [Light; 2], walks: bool, waiting: u8 }
///
/// let number = |state: &State| {
///     Number::new()
///         .part(&state.lights)
///         .part(&state.walks)
///         .digit(state.waiting.into(), 10)
/// };
/// let state = State { lights: [Light::Green, Light::Yellow], walks: true, waiting: 7 };
/// assert_eq!(number(&state).size(), Ok(3 * 3 * 2 * 10));
/// assert_eq!(number(&state).value(), Ok(2 + 3 * (1 + 3 * (1 + 2 * 7))));
///
/// let state = State { waiting: 10, ..state };
/// assert_eq!(
///     number(&state).value().unwrap_err().to_string(),
///     "digit 2 is 10, and it has only 10 values"
/// );
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a digit makes a new number"]
pub struct Number {
    /// The digit that did not fit, once there was one.
    value: u64,
    /// 0 once a digit did not fit, which no number is below.
    size: u64,
    /// How many digits fit.
    digits: u32,
    /// How many values the digit has that did not fit.
    refused: u64,
}

/// Why digits make no number. Digits are counted from 0 on; a [part](Number::part) is
/// one.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// A digit is none of its values.
    #[error("digit {position} is {value}, and it has only {values} values")]
    Digit {
        /// Which digit.
        position: u32,
        /// What it is.
        value: u64,
        /// What it should be below.
        values: u64,
    },
    /// There are 2^64 numbers or more.
    #[error("digit {position} has {values} values, which makes 2^64 numbers or more in all")]
    Size {
        /// The first digit too many.
        position: u32,
        /// How many values it has.
        values: u64,
    },
}

impl Number {
    /// The number without digits: the only one there is.
    #[inline]
    pub const fn new() -> Self {
        Self {
            value: 0,
            size: 1,
            digits: 0,
            refused: 0,
        }
    }

    /// A number below `size`, for those who have one already.
    #[inline]
    pub const fn of(value: u64, size: u64) -> Self {
        Self::new().digit(value, size)
    }

    /// This number with one more digit, a value below `values`.
    #[inline]
    pub const fn digit(self, value: u64, values: u64) -> Self {
        match self.size.checked_mul(values) {
            // After a digit that did not fit, none changes anything, since all are times 0.
            Some(size) if value < values => Self {
                value: self.value + value * self.size,
                size,
                digits: self.digits + (self.size != 0) as u32,
                refused: self.refused,
            },
            _ if self.size == 0 => self,
            _ => Self {
                value,
                size: 0,
                digits: self.digits,
                refused: values,
            },
        }
    }

    /// This number with the number of a part as one more digit.
    #[inline]
    pub fn part<P: Numbered>(self, part: &P) -> Self {
        self.digit(part.number(), P::VALUES)
    }

    /// The number.
    ///
    /// # Errors
    ///
    /// What did not fit first.
    pub const fn value(&self) -> Result<u64, NumberError> {
        match self.misfit() {
            None => Ok(self.value),
            Some(misfit) => Err(misfit),
        }
    }

    /// How many numbers there are, this one among them.
    ///
    /// # Errors
    ///
    /// What did not fit first.
    pub const fn size(&self) -> Result<u64, NumberError> {
        match self.misfit() {
            None => Ok(self.size),
            Some(misfit) => Err(misfit),
        }
    }

    const fn misfit(&self) -> Option<NumberError> {
        let (position, value, values) = (self.digits, self.value, self.refused);
        if self.size != 0 {
            None
        } else if value < values {
            Some(NumberError::Size { position, values })
        } else {
            Some(NumberError::Digit {
                position,
                value,
                values,
            })
        }
    }

    /// The number, if it is one of so many.
    #[inline]
    pub(super) fn of_so_many(self, size: u64) -> Option<u64> {
        (self.size == size && size != 0).then_some(self.value)
    }
}

impl Default for Number {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.misfit() {
            None => write!(f, "{} of {}", self.value, self.size),
            Some(misfit) => write!(f, "none, since {misfit}"),
        }
    }
}

/// What can be a [part](Number::part) of a [`Number`]: small types, and those made of
/// them.
///
/// [`numbered!`](crate::numbered) writes it for enums without fields and for structs.
///
/// # Examples
///
/// By hand for an enum with fields:
///
/// ```
/// use fsmcheck::check::Numbered;
///
/// enum Message { Ping { epoch: u8 }, Stop }
///
/// impl Numbered for Message {
///     const VALUES: u64 = u8::VALUES + 1;
///
///     fn number(&self) -> u64 {
///         match self {
///             Self::Ping { epoch } => epoch.number(),
///             Self::Stop => u8::VALUES,
///         }
///     }
/// }
///
/// assert_eq!(Some(Message::Stop).number(), 257);
/// assert_eq!(<[Option<Message>; 2]>::VALUES, 258 * 258);
/// ```
pub trait Numbered {
    /// How many values there are. A type with more than there are numbers does not
    /// compile where it is used.
    const VALUES: u64;

    /// Which of them this is, from 0 on: no other has the same number. What is not below
    /// [`VALUES`](Self::VALUES) makes no [`Number`].
    fn number(&self) -> u64;
}

impl Numbered for () {
    const VALUES: u64 = 1;

    #[inline]
    fn number(&self) -> u64 {
        0
    }
}

impl Numbered for bool {
    const VALUES: u64 = 2;

    #[inline]
    fn number(&self) -> u64 {
        u64::from(*self)
    }
}

/// For integers. The least one is 0.
macro_rules! integers {
    ($($unsigned:ty, $signed:ty;)*) => {$(
        impl Numbered for $unsigned {
            const VALUES: u64 = <$unsigned>::MAX as u64 + 1;

            #[inline]
            fn number(&self) -> u64 {
                u64::from(*self)
            }
        }

        impl Numbered for $signed {
            const VALUES: u64 = <$unsigned>::VALUES;

            #[inline]
            fn number(&self) -> u64 {
                u64::from(self.abs_diff(<$signed>::MIN))
            }
        }
    )*};
}

integers! {
    u8, i8;
    u16, i16;
    u32, i32;
}

/// Nothing is 0.
impl<T: Numbered> Numbered for Option<T> {
    const VALUES: u64 = T::VALUES
        .checked_add(1)
        .expect("an option of more values than there are numbers");

    #[inline]
    fn number(&self) -> u64 {
        self.as_ref()
            .map_or(0, |value| value.number().saturating_add(1))
    }
}

impl<T: Numbered, const N: usize> Numbered for [T; N] {
    const VALUES: u64 = {
        assert!(N <= u32::MAX as usize, "an array of more than 2^32 parts");
        T::VALUES
            .checked_pow(N as u32)
            .expect("an array of more values than there are numbers")
    };

    #[inline]
    fn number(&self) -> u64 {
        let number = self.iter().fold(Number::new(), Number::part);
        number.value().unwrap_or(u64::MAX)
    }
}

/// For tuples.
macro_rules! tuples {
    ($(($($part:ident)+))*) => {$(
        impl<$($part: Numbered),+> Numbered for ($($part,)+) {
            const VALUES: u64 = values_of([$($part::VALUES),+]);

            #[inline]
            #[expect(non_snake_case, reason = "parts are called as their types")]
            fn number(&self) -> u64 {
                let ($($part,)+) = self;
                Number::new()$(.part($part))+.value().unwrap_or(u64::MAX)
            }
        }
    )*};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
}

/// How many values there are of something made of parts with so many each.
#[doc(hidden)]
pub const fn values_of<const N: usize>(parts: [u64; N]) -> u64 {
    let mut number = Number::new();
    let mut index = 0;
    while index < N {
        number = number.digit(0, parts[index]);
        index += 1;
    }
    match number.size() {
        Ok(size) => size,
        Err(_) => panic!("more values than there are numbers, or none at all"),
    }
}

/// Writes [`Numbered`](crate::check::Numbered) for an enum without fields, by its
/// variants, or for a struct, by its fields. One that is forgotten does not compile.
///
/// # Examples
///
/// ```
/// use fsmcheck::check::Numbered;
///
/// enum Phase { Idle, Trying, Inside }
/// fsmcheck::numbered!(enum Phase { Idle, Trying, Inside });
///
/// struct Process { phase: Phase, sent: [bool; 2] }
/// fsmcheck::numbered!(struct Process { phase: Phase, sent: [bool; 2] });
///
/// assert_eq!(Phase::VALUES, 3);
/// let process = Process { phase: Phase::Inside, sent: [false, true] };
/// assert_eq!((process.number(), Process::VALUES), (2 + 3 * 2, 12));
/// ```
#[macro_export]
macro_rules! numbered {
    (enum $name:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::check::Numbered for $name {
            const VALUES: u64 = [$(::core::stringify!($variant)),+].len() as u64;

            #[inline]
            fn number(&self) -> u64 {
                enum Place { $($variant),+ }
                match self {
                    $(Self::$variant => Place::$variant as u64),+
                }
            }
        }
    };
    (struct $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        impl $crate::check::Numbered for $name {
            const VALUES: u64 =
                $crate::check::values_of([$(<$type as $crate::check::Numbered>::VALUES),+]);

            #[inline]
            fn number(&self) -> u64 {
                let Self { $($field),+ } = self;
                $crate::check::Number::new()
                    $(.part::<$type>($field))+
                    .value()
                    .unwrap_or(u64::MAX)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All numbers of these values, which are all there are.
    fn are_all<T: Numbered>(values: impl IntoIterator<Item = T>) {
        let numbers: BTreeSet<_> = values.into_iter().map(|value| value.number()).collect();
        assert_eq!(numbers, (0..T::VALUES).collect());
    }

    #[derive(Clone, Copy)]
    enum Way {
        Up = 7,
        Down = -1,
    }
    crate::numbered!(
        enum Way {
            Down,
            Up,
        }
    );

    struct Pair {
        way: Way,
        is_open: Option<bool>,
    }
    crate::numbered!(
        struct Pair {
            way: Way,
            is_open: Option<bool>,
        }
    );

    #[test]
    fn every_value_has_its_own_number() {
        are_all([()]);
        are_all(0..=u8::MAX);
        are_all(i8::MIN..=i8::MAX);
        are_all(i16::MIN..=i16::MAX);
        let ways = [Way::Up, Way::Down];
        are_all(ways);
        let options = [None, Some(false), Some(true)];
        are_all(options);
        let pairs = ways.map(|way| options.map(|is_open| Pair { way, is_open }));
        are_all(pairs.into_iter().flatten());
        are_all((0..27).map(|number| [number / 9, number / 3 % 3, number % 3].map(|i| options[i])));
        are_all((0..6).map(|number| (ways[number / 3], options[number % 3])));
        assert_eq!(i32::MAX.number(), i32::VALUES - 1);
    }

    #[test]
    fn what_does_not_fit_never_wraps() {
        let largest = Number::new().digit(0, 2).digit(0, 1 << 62);
        assert_eq!(largest.size(), Ok(1 << 63));
        assert_eq!(Number::of(u64::MAX - 1, u64::MAX).value(), Ok(u64::MAX - 1));
        for (number, position) in [
            (largest.digit(0, 2), 2),
            (largest.digit(0, u64::MAX), 2),
            (Number::of(0, u64::MAX).part(&true), 1),
        ] {
            for number in [number, number.digit(0, 1), number.part(&true)] {
                let misfit = number.size().unwrap_err();
                assert!(
                    matches!(misfit, NumberError::Size { position: at, .. } if at == position),
                    "{misfit}"
                );
                assert_eq!(number.value(), Err(misfit));
                assert_eq!(number.of_so_many(0), None);
            }
        }
        assert_eq!(largest.digit(0, 1).size(), Ok(1 << 63));
        assert_eq!(
            Number::of(0, 5).digit(4, 4).digit(9, 9).value(),
            Err(NumberError::Digit {
                position: 1,
                value: 4,
                values: 4,
            })
        );
        assert!(Number::of(0, 0).value().is_err());
    }

    /// Says that there are fewer values than there are.
    struct Liar;

    impl Numbered for Liar {
        const VALUES: u64 = 2;

        fn number(&self) -> u64 {
            2
        }
    }

    #[test]
    fn a_part_that_does_not_fit_does_not_fit_within_another() {
        assert!(Number::new().part(&Liar).value().is_err());
        assert!(Number::new().part(&Some(Liar)).value().is_err());
        assert!(Number::new().part(&(true, Liar)).value().is_err());
        assert!(Number::new().part(&[[Liar]; 1]).value().is_err());
        assert!(Number::new().part(&Some([Some(Liar)])).value().is_err());
    }
}
