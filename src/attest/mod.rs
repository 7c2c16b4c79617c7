//! The code on the page: a compact payload signed with the service's own Ed25519 key, readable offline.
