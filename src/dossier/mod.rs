//! One award decision → the documents that follow from it, checked against each other.
