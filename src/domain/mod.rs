//! The rules of Vietnamese administrative writing as pure functions.
//!
//! Dates, numbers, names, document references and character sets: what Decree 30/2020/NĐ-CP and
//! office practice prescribe, without I/O, clock, HTTP or Typst. Every other module may call this
//! one; it calls none of them.

pub mod balance;
pub mod bieu_quyet;
pub mod can_chinh;
pub mod columns;
pub mod danh_hieu;
pub mod date;
pub mod legacy;
pub mod moment;
pub mod name;
pub mod number;
pub mod so_ky_hieu;
pub mod tien_thuong;
pub mod typography;
pub mod unicode;
pub mod width;
pub mod words;
