//! Keys where they are: one narrow trait over a file, CSC, VNPT SmartCA, Viettel MySign; time-stamp authorities and
//! revocation over the network. Secrets never reach a log.
