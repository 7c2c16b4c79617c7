//! Bytes at rest: a folder or an S3 bucket.
//!
//! Keys are written once and never changed: what a key holds follows from the key, so writing it twice is harmless.

use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig};

use crate::diagnostic::{Code, Failure};

/// How long S3 is asked again in silence to take a file: who writes asks again himself, and says what holds him up.
/// Readers have someone waiting at the other end of a download and are given the store's own patience, three minutes.
const SILENT: Duration = Duration::from_secs(5);

/// A store of files; clones share it.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// The same store, less patient.
    writes: Arc<dyn ObjectStore>,
    kind: &'static str,
}

impl Files {
    /// Opens a folder (made if missing), or `s3://bucket/prefix` with keys, region and endpoint from `AWS_*` variables.
    pub fn open(location: &str) -> Result<Self, Failure> {
        let refuse = |error: &dyn std::fmt::Display| {
            Failure::one(
                Code::BadConfiguration,
                format!("không mở được kho tệp `{location}`: {error}"),
                format!("the store of files `{location}` cannot be opened: {error}"),
            )
        };
        if let Some(rest) = location.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let retry = RetryConfig { retry_timeout: SILENT, ..RetryConfig::default() };
            let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
            let writes = builder.clone().with_retry(retry).build().map_err(|error| refuse(&error))?;
            let store = builder.build().map_err(|error| refuse(&error))?;
            return Ok(Self {
                store: Arc::new(PrefixStore::new(store, prefix)),
                writes: Arc::new(PrefixStore::new(writes, prefix)),
                kind: "s3",
            });
        }
        std::fs::create_dir_all(FilePath::new(location)).map_err(|error| refuse(&error))?;
        // A file the database knows of must be there after a power cut.
        let store = LocalFileSystem::new_with_prefix(location).map_err(|error| refuse(&error))?.with_fsync(true);
        let store = Arc::new(store);
        Ok(Self { writes: store.clone(), store, kind: "folder" })
    }

    /// `folder` or `s3`, for the first words of the service.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Writes a file whole or not at all.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), Failure> {
        let done = self.writes.put(&Path::from(key), PutPayload::from_bytes(bytes)).await;
        done.map(|_| ()).map_err(|error| unavailable(&error))
    }

    /// Reads a whole file.
    pub async fn get(&self, key: &str) -> Result<Bytes, Failure> {
        let found = self.store.get(&Path::from(key)).await.map_err(|error| unavailable(&error))?;
        found.bytes().await.map_err(|error| unavailable(&error))
    }

    /// Reads a part of a file.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, Failure> {
        self.store.get_range(&Path::from(key), range).await.map_err(|error| unavailable(&error))
    }

    /// Removes every file below a folder; none is no fault.
    pub async fn remove_folder(&self, folder: &str) -> Result<usize, Failure> {
        let below = Path::from(folder);
        let found = self.store.list(Some(&below)).map_ok(|meta| meta.location);
        let keys: Vec<Path> = found.try_collect().await.map_err(|error| unavailable(&error))?;
        for key in &keys {
            match self.store.delete(key).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(unavailable(&error)),
            }
        }
        Ok(keys.len())
    }
}

/// Keys are ids and digests, so the store's own words hold no name.
fn unavailable(error: &object_store::Error) -> Failure {
    tracing::warn!(%error, "store of files");
    let (vi, en) = match error {
        object_store::Error::NotFound { .. } => ("thiếu một tệp trong kho", "a file is missing from the store"),
        _ if error_text(error).contains("os error 28") => ("kho tệp đã đầy", "the store of files is full"),
        _ => ("kho tệp không trả lời", "the store of files does not answer"),
    };
    Failure::one(Code::StorageUnavailable, vi, en)
}

/// The words of an error and of all it comes from.
fn error_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(error) = inner {
        text.push_str(&error.to_string());
        inner = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_is_read_in_parts_and_removed_with_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path().to_str().expect("UTF-8")).expect("a store");
        files.put("lo/a/1", Bytes::from_static(b"0123456789")).await.expect("written");
        files.put("lo/a/1", Bytes::from_static(b"0123456789")).await.expect("written twice");
        files.put("lo/b/1", Bytes::from_static(b"other")).await.expect("written");
        assert_eq!(files.get_range("lo/a/1", 2..5).await.expect("read"), Bytes::from_static(b"234"));
        assert_eq!(files.remove_folder("lo/a").await.expect("removed"), 1);
        assert_eq!(files.remove_folder("lo/a").await.expect("nothing left"), 0);
        assert_eq!(files.get("lo/a/1").await.expect_err("gone").code, Code::StorageUnavailable);
        assert_eq!(files.get("lo/b/1").await.expect("kept"), Bytes::from_static(b"other"));
    }
}
