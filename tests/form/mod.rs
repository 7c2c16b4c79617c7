//! Pages held against the decree.
