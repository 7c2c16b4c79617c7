//! Files of a request: the one before the first signature once, then what each signature appended.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Signing, gone};
use crate::diagnostic::Failure;
use crate::register::{Kept, RequestRow};
use crate::render::hex;

/// Folder of a request's files: its batch's where it is of one.
pub(super) fn folder(request: &RequestRow) -> String {
    format!("ky/{}", request.batch_id.as_deref().unwrap_or(&request.id))
}

/// Folder of a request outside batches, or of a batch.
pub(super) fn folder_of(id: &str) -> String {
    format!("ky/{id}")
}

impl Signing {
    /// Writes a file under its digest. There before the register tells of it.
    pub(super) async fn keep(&self, folder: &str, kind: &str, bytes: Bytes) -> Result<Kept, Failure> {
        let length = i64::try_from(bytes.len()).map_err(Failure::internal)?;
        let pack = format!("{folder}/{}.{kind}", hex(&Sha256::digest(&bytes)));
        self.files.put(&pack, bytes).await?;
        Ok(Kept { pack, place: 0, bytes: length })
    }

    /// Writes several pieces as one file, each with its place in it.
    pub(super) async fn keep_all(&self, folder: &str, kind: &str, pieces: &[Vec<u8>]) -> Result<Vec<Kept>, Failure> {
        let mut all = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
        let mut places = Vec::with_capacity(pieces.len());
        for piece in pieces {
            places.push((all.len(), piece.len()));
            all.extend_from_slice(piece);
        }
        let whole = self.keep(folder, kind, all.into()).await?;
        let number = |value: usize| i64::try_from(value).map_err(Failure::internal);
        places
            .into_iter()
            .map(|(place, bytes)| Ok(Kept { pack: whole.pack.clone(), place: number(place)?, bytes: number(bytes)? }))
            .collect()
    }

    /// Removes what was written for a request that was removed meanwhile: nothing else would.
    pub(super) async fn left_behind(&self, request: &str) -> Result<(), Failure> {
        if let Some(row) = self.register.any_request(request).await?
            && row.is_removed()
        {
            self.files.remove_folder(&folder(&row)).await?;
        }
        Ok(())
    }

    /// Reads what was kept.
    pub(super) async fn fetch(&self, kept: &Kept) -> Result<Bytes, Failure> {
        let number = |value: i64| u64::try_from(value).map_err(Failure::internal);
        let (place, bytes) = (number(kept.place)?, number(kept.bytes)?);
        let found = self.files.get_range(&kept.pack, place..place.saturating_add(bytes)).await?;
        if found.len() as u64 == bytes { Ok(found) } else { Err(Failure::internal("a file is shorter than it was")) }
    }

    /// The whole file after `revision` signatures, held against its digest.
    pub(super) async fn whole(&self, request: &RequestRow, revision: i64) -> Result<Vec<u8>, Failure> {
        if request.is_removed() {
            return Err(gone());
        }
        let mut file = self.fetch(&request.base()).await?.to_vec();
        let mut sha256 = request.sha256.clone();
        for one in self.register.revisions(&request.id, revision).await? {
            file.extend_from_slice(&self.fetch(&one.tail()).await?);
            sha256 = one.sha256;
        }
        if hex(&Sha256::digest(&file)) != sha256 {
            return Err(Failure::internal(format_args!(
                "the file of request {} is not the one that was made",
                request.id
            )));
        }
        Ok(file)
    }
}
