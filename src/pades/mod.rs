//! Signatures in PDF files: fields, preparation, CMS, time stamps, long-term material, and the judgement of all of these
//! (ETSI EN 319 142-1, PAdES; ISO 32000-1, 12.8). Pure: no network, no clock, no key store; time is a value passed in.

mod algorithm;
mod appearance;
mod asn1;
mod certificate;
mod cms;
mod conformance;
mod dss;
mod field;
mod form;
mod imported;
mod key;
mod oid;
mod picture;
mod prepare;
mod revocation;
mod tags;
#[cfg(test)]
mod testing;
mod timestamp;
pub mod verify;

pub use algorithm::{Algorithm, Digest, Scheme};
pub use appearance::Look;
pub use certificate::{Certificate, Chain, KeyKind};
pub use cms::{Cms, SignedAttributes, check_cms, signature_value, signed_attributes, signed_data, with_timestamp};
pub use conformance::{Conformance, Standing as FormStanding, conformance};
pub use dss::{Material, add_material, document_timestamp, prepare_timestamp};
pub use field::{Field, FieldSpec, add_fields, fields};
pub use key::LocalKey;
pub use picture::Picture;
pub use prepare::{Plan, Prepared, embed, prepare};
pub use revocation::{Crl, Ocsp, Reason, Revocation, Standing, ocsp_request};
pub use timestamp::{Token, request as timestamp_request, response as timestamp_response};
pub use verify::{Report, Trust, verify};

/// A moment with its zone, as signatures state it.
pub type Moment = chrono::DateTime<chrono::FixedOffset>;
