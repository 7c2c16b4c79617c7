//! docs/the_thuc.md is the table itself.
