//! Bytes at rest: a folder or an S3 bucket.
