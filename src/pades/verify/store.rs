//! The document security store: what the file itself brings for later checking (EN 319 142-1, 5.4).

use crate::pades::{Certificate, Crl};

use super::file::{Dictionary, File, Unreadable};

/// Certificates, lists and answers taken from one store, each.
const MANY: usize = 200;
/// Bytes of one of them.
const LARGEST: usize = 16 << 20;

/// What a file brings.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// Whether it has a store at all.
    pub(super) present: bool,
    /// Certificates.
    pub(super) certificates: Vec<Certificate>,
    /// Revocation lists.
    pub(super) crls: Vec<Crl>,
    /// OCSP responses.
    pub(super) ocsps: Vec<Vec<u8>>,
}

/// Reads the store; what in it cannot be read is passed over.
pub(super) fn read(file: &File) -> Result<Store, Unreadable> {
    let (_, catalog) = file.catalog()?;
    let Some(catalog) = catalog.dictionary() else { return Ok(Store::default()) };
    let body = file.entry(catalog, "DSS")?;
    let Some(entries) = body.dictionary() else { return Ok(Store::default()) };
    Ok(Store {
        present: true,
        certificates: streams(file, entries, "Certs")?
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect(),
        crls: streams(file, entries, "CRLs")?.iter().filter_map(|der| Crl::parse(der).ok()).collect(),
        ocsps: streams(file, entries, "OCSPs")?,
    })
}

fn streams(file: &File, store: &Dictionary, key: &str) -> Result<Vec<Vec<u8>>, Unreadable> {
    let list = file.entry(store, key)?;
    let mut found = Vec::new();
    for item in list.value.array().unwrap_or_default().iter().take(MANY) {
        let Ok(body) = file.resolve(item) else { continue };
        match file.unpacked(&body) {
            Ok(der) if der.len() <= LARGEST => found.push(der),
            Ok(_) => {}
            Err(error) if file.exhausted() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(found)
}
