//! Other people's formats: bytes to values. The only room that knows a foreign field name; it opens no file and no connection.

pub mod evidence;
pub mod exercise;
pub mod feed;
pub mod listing;
pub mod openpgp;
pub mod sarif;
pub mod sbom;
pub mod threat_model;
pub mod vex;
mod xml;
