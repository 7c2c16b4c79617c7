//! Object identifiers of signatures and certificates.

use der::asn1::ObjectIdentifier as Oid;

macro_rules! oids {
    ($($name:ident = $dotted:literal, $source:literal;)*) => {
        $(#[doc = $source] pub(super) const $name: Oid = Oid::new_unwrap($dotted);)*
    };
}

oids! {
    SHA1 = "1.3.14.3.2.26", "FIPS 180";
    SHA256 = "2.16.840.1.101.3.4.2.1", "FIPS 180";
    SHA384 = "2.16.840.1.101.3.4.2.2", "FIPS 180";
    SHA512 = "2.16.840.1.101.3.4.2.3", "FIPS 180";
    RSA = "1.2.840.113549.1.1.1", "RFC 8017";
    RSA_SHA1 = "1.2.840.113549.1.1.5", "RFC 8017";
    MGF1 = "1.2.840.113549.1.1.8", "RFC 8017";
    RSA_PSS = "1.2.840.113549.1.1.10", "RFC 8017";
    RSA_SHA256 = "1.2.840.113549.1.1.11", "RFC 8017";
    RSA_SHA384 = "1.2.840.113549.1.1.12", "RFC 8017";
    RSA_SHA512 = "1.2.840.113549.1.1.13", "RFC 8017";
    EC_KEY = "1.2.840.10045.2.1", "RFC 5480";
    P256 = "1.2.840.10045.3.1.7", "RFC 5480";
    P384 = "1.3.132.0.34", "RFC 5480";
    P521 = "1.3.132.0.35", "RFC 5480";
    ECDSA_SHA256 = "1.2.840.10045.4.3.2", "RFC 5758";
    ECDSA_SHA384 = "1.2.840.10045.4.3.3", "RFC 5758";
    ECDSA_SHA512 = "1.2.840.10045.4.3.4", "RFC 5758";
    DATA = "1.2.840.113549.1.7.1", "RFC 5652";
    SIGNED_DATA = "1.2.840.113549.1.7.2", "RFC 5652";
    CONTENT_TYPE = "1.2.840.113549.1.9.3", "RFC 5652, 11.1";
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4", "RFC 5652, 11.2";
    SIGNING_TIME = "1.2.840.113549.1.9.5", "RFC 5652, 11.3";
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12", "RFC 2634, 5.4";
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47", "RFC 5035, 3";
    TIME_STAMP_TOKEN = "1.2.840.113549.1.9.16.2.14", "RFC 3161, appendix A";
    TST_INFO = "1.2.840.113549.1.9.16.1.4", "RFC 3161, 2.4.2";
    ADOBE_REVOCATION = "1.2.840.113583.1.1.8", "ISO 32000-1, 12.8.3.3.2";
    OCSP_OTHER = "1.3.6.1.5.5.7.16.2", "RFC 5940";
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1", "RFC 6960, 4.2.1";
    AIA_OCSP = "1.3.6.1.5.5.7.48.1", "RFC 5280, 4.2.2.1";
    AIA_ISSUERS = "1.3.6.1.5.5.7.48.2", "RFC 5280, 4.2.2.1";
    MAY_STAMP = "1.3.6.1.5.5.7.3.8", "RFC 5280, 4.2.1.12";
    MAY_ANSWER_OCSP = "1.3.6.1.5.5.7.3.9", "RFC 5280, 4.2.1.12";
    SUBJECT_KEY = "2.5.29.14", "RFC 5280, 4.2.1.2";
    KEY_USAGE = "2.5.29.15", "RFC 5280, 4.2.1.3";
    BASIC_CONSTRAINTS = "2.5.29.19", "RFC 5280, 4.2.1.9";
    CRL_REASON = "2.5.29.21", "RFC 5280, 5.3.1";
    DELTA_CRL = "2.5.29.27", "RFC 5280, 5.2.4";
    CRL_SCOPE = "2.5.29.28", "RFC 5280, 5.2.5";
    ENTRY_ISSUER = "2.5.29.29", "RFC 5280, 5.3.3";
    CRL_PLACES = "2.5.29.31", "RFC 5280, 4.2.1.13";
    POLICIES = "2.5.29.32", "RFC 5280, 4.2.1.4";
    PURPOSES = "2.5.29.37", "RFC 5280, 4.2.1.12";
    INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1", "RFC 5280, 4.2.2.1";
}
