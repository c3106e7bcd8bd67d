//! The items of a list as indented JSON, where many of them share large parts: each of these is made into text once.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde::ser::{self, Impossible, Serialize, SerializeStruct};
use serde_json::Serializer;
use serde_json::error::Error;
use serde_json::ser::{Formatter, PrettyFormatter};
use ward_match::hash::Stable;

/// What tells whether a field of an item is one and the same thing in several items: equal numbers for the same field say so.
pub type Identity<T> = fn(&T, &'static str) -> Option<usize>;

/// A field and the identity of what stands in it.
type Shared = (&'static str, usize);

/// Around a field of an item stand the item, the list and the answer.
const AROUND_A_FIELD: usize = 3;

/// Texts of what items share.
pub struct Texts<T> {
    identity: Identity<T>,
    /// By field and identity. Nothing is told in the order of this table.
    made: Mutex<HashMap<Shared, Arc<[u8]>, Stable>>,
}

impl<T: Serialize> Texts<T> {
    pub fn new(identity: Identity<T>) -> Self {
        Self { identity, made: Mutex::default() }
    }

    /// Appends an item as serde_json writes it inside a list that is a field of an answer.
    ///
    /// # Errors
    /// It is no structure.
    pub fn write(&self, item: &T, out: &mut Vec<u8>) -> io::Result<()> {
        item.serialize(Fields { texts: self, item, out, any: false }).map_err(io::Error::from)
    }
}

/// Writes the fields of one item.
struct Fields<'a, T> {
    texts: &'a Texts<T>,
    item: &'a T,
    out: &'a mut Vec<u8>,
    any: bool,
}

impl<T> SerializeStruct for Fields<'_, T> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<V: Serialize + ?Sized>(&mut self, key: &'static str, value: &V) -> Result<(), Error> {
        self.out.extend_from_slice(if self.any { b",\n      \"" } else { b"\n      \"" });
        self.any = true;
        // The names of fields are plain words.
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\": ");
        let Some(identity) = (self.texts.identity)(self.item, key) else { return indented(value, self.out) };
        // Nothing panics while the lock is held but for want of memory, and every state of the table is a good one.
        let lock = || self.texts.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = lock().get(&(key, identity)).map(Arc::clone);
        if let Some(text) = made {
            self.out.extend_from_slice(&text);
            return Ok(());
        }
        let start = self.out.len();
        indented(value, self.out)?;
        // Where two threads make the same at once, it does not matter whose stays.
        lock().insert((key, identity), Arc::from(&self.out[start..]));
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.out.extend_from_slice(if self.any { b"\n    }" } else { b"}" });
        Ok(())
    }
}

/// Appends a value as it stands in a field of an item.
fn indented<V: Serialize + ?Sized>(value: &V, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut formatter = PrettyFormatter::new();
    for _ in 0..AROUND_A_FIELD {
        // It counts what it is inside of, and says so to nobody.
        formatter.begin_array(&mut io::sink()).map_err(Error::io)?;
    }
    value.serialize(&mut Serializer::with_formatter(out, formatter))
}

fn no_structure<R>() -> Result<R, Error> {
    Err(ser::Error::custom("an item of a list that is shared is no structure"))
}

/// What is no structure is refused.
macro_rules! refused {
    ($($name:ident($($of:ty),*);)+) => { $(fn $name(self $(, _: $of)*) -> Result<(), Error> { no_structure() })+ };
}

impl<T> ser::Serializer for Fields<'_, T> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        self.out.push(b'{');
        Ok(self)
    }

    refused! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<V: Serialize + ?Sized>(self, _: &'static str, value: &V) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &V,
    ) -> Result<(), Error> {
        no_structure()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        no_structure()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        no_structure()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        no_structure()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        no_structure()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        no_structure()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        no_structure()
    }
}
