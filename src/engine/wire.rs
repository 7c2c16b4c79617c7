//! Frames on the pipe between the service and its workers: a JSON header, then the bytes it announces.

use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::job::{Done, Job};
use crate::diagnostic::Failure;

/// A frame larger than this is a fault of ours, not a document.
const MAX_PART: u64 = 1 << 30;

/// What a worker says.
pub enum Reply {
    /// Loaded and ready.
    Ready,
    /// Set and written.
    Done(Box<Done>),
    /// Refused.
    Failed(Failure),
}

/// Everything a worker sets pages from, as the service read it at its own start.
///
/// Sent over the pipe, so that a worker started later sets the same pages even if the folders have changed since.
#[derive(Debug, Clone, Default)]
pub struct Supplies {
    /// Template files: path inside the root, bytes.
    pub templates: Vec<(String, Vec<u8>)>,
    /// Font files: path for messages, bytes.
    pub fonts: Vec<(String, Vec<u8>)>,
}

#[derive(Serialize, Deserialize)]
struct SuppliesHeader {
    templates: Vec<(String, u64)>,
    fonts: Vec<(String, u64)>,
}

#[derive(Serialize, Deserialize)]
struct RequestHeader {
    job: Job,
    data: u64,
    attachment: Option<u64>,
    images: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReplyHeader {
    Ready,
    Done { done: Box<Done>, bytes: u64 },
    Failed(Failure),
}

impl Supplies {
    /// The frame that carries them.
    pub fn frame(&self) -> io::Result<Vec<u8>> {
        let sizes = |files: &[(String, Vec<u8>)]| {
            files.iter().map(|(path, bytes)| (path.clone(), bytes.len() as u64)).collect()
        };
        let mut frame = encode(&SuppliesHeader { templates: sizes(&self.templates), fonts: sizes(&self.fonts) })?;
        for (_, bytes) in self.templates.iter().chain(&self.fonts) {
            frame.extend_from_slice(bytes);
        }
        Ok(frame)
    }

    /// Receives them in a worker.
    pub fn receive(pipe: &mut impl io::Read) -> io::Result<Self> {
        let mut length = [0; 8];
        pipe.read_exact(&mut length)?;
        let header: SuppliesHeader = decode(&read_part(pipe, u64::from_le_bytes(length))?)?;
        let mut read = |sizes: Vec<(String, u64)>| {
            sizes.into_iter().map(|(path, length)| Ok((path, read_part(pipe, length)?))).collect::<io::Result<Vec<_>>>()
        };
        Ok(Self { templates: read(header.templates)?, fonts: read(header.fonts)? })
    }
}

/// Sends a job.
pub async fn send_job(pipe: &mut (impl AsyncWrite + Unpin), job: &Job) -> io::Result<()> {
    let header = RequestHeader {
        job: Job { data: Vec::new(), attachment: None, images: Vec::new(), ..shallow(job) },
        data: job.data.len() as u64,
        attachment: job.attachment.as_ref().map(|bytes| bytes.len() as u64),
        images: job.images.iter().map(|bytes| bytes.len() as u64).collect(),
    };
    let mut frame = encode(&header)?;
    frame.extend_from_slice(&job.data);
    for part in job.attachment.iter().chain(&job.images) {
        frame.extend_from_slice(part);
    }
    pipe.write_all(&frame).await?;
    pipe.flush().await
}

fn shallow(job: &Job) -> Job {
    Job {
        template: job.template.clone(),
        output: job.output,
        meta: job.meta.clone(),
        form: job.form.clone(),
        data: Vec::new(),
        attachment: None,
        images: Vec::new(),
    }
}

/// Receives what a worker says.
pub async fn receive_reply(pipe: &mut (impl AsyncRead + Unpin)) -> io::Result<Reply> {
    let mut length = [0; 8];
    pipe.read_exact(&mut length).await?;
    let mut header = vec![0; part(u64::from_le_bytes(length))?];
    pipe.read_exact(&mut header).await?;
    Ok(match decode(&header)? {
        ReplyHeader::Ready => Reply::Ready,
        ReplyHeader::Failed(failure) => Reply::Failed(failure),
        ReplyHeader::Done { mut done, bytes } => {
            done.bytes = vec![0; part(bytes)?];
            pipe.read_exact(&mut done.bytes).await?;
            Reply::Done(done)
        }
    })
}

/// Receives a job in a worker; `None` at the end of the pipe.
pub fn receive_job(pipe: &mut impl io::Read) -> io::Result<Option<Job>> {
    let mut length = [0; 8];
    match pipe.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let header: RequestHeader = decode(&read_part(pipe, u64::from_le_bytes(length))?)?;
    let mut job = header.job;
    job.data = read_part(pipe, header.data)?;
    job.attachment = header.attachment.map(|length| read_part(pipe, length)).transpose()?;
    job.images = header.images.into_iter().map(|length| read_part(pipe, length)).collect::<io::Result<_>>()?;
    Ok(Some(job))
}

/// Says something from a worker.
pub fn send_reply(pipe: &mut impl io::Write, reply: Reply) -> io::Result<()> {
    let (header, bytes) = match reply {
        Reply::Ready => (ReplyHeader::Ready, Vec::new()),
        Reply::Failed(failure) => (ReplyHeader::Failed(failure), Vec::new()),
        Reply::Done(mut done) => {
            let bytes = std::mem::take(&mut done.bytes);
            (ReplyHeader::Done { done, bytes: bytes.len() as u64 }, bytes)
        }
    };
    pipe.write_all(&encode(&header)?)?;
    pipe.write_all(&bytes)?;
    pipe.flush()
}

fn encode(header: &impl Serialize) -> io::Result<Vec<u8>> {
    let body = serde_json::to_vec(header)?;
    let mut frame = (body.len() as u64).to_le_bytes().to_vec();
    frame.extend_from_slice(&body);
    Ok(frame)
}

fn decode<T: DeserializeOwned>(header: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(header)?)
}

fn read_part(pipe: &mut impl io::Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; part(length)?];
    pipe.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn part(length: u64) -> io::Result<usize> {
    usize::try_from(length)
        .ok()
        .filter(|_| length <= MAX_PART)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "frame too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supplies_survive_the_pipe() {
        let supplies =
            Supplies { templates: vec![("a/main.typ".into(), b"x".to_vec())], fonts: vec![("f".into(), vec![1, 2])] };
        let frame = supplies.frame().expect("a vector takes all");
        let read = Supplies::receive(&mut frame.as_slice()).expect("whole frame");
        assert_eq!((read.templates, read.fonts), (supplies.templates, supplies.fonts));
    }

    use crate::engine::{Meta, Output, Standard};

    #[tokio::test]
    async fn job_and_reply_survive_the_pipe() {
        let job = Job {
            template: "giay_khen".into(),
            output: Output::Pdf(Standard::A3a),
            meta: Meta { title: "Giấy khen".into(), date: Some((2021, 9, 29)), ..Meta::default() },
            form: "giay_khen".into(),
            data: b"{}".to_vec(),
            attachment: Some(b"[1]".to_vec()),
            images: vec![vec![1, 2, 3], vec![]],
        };
        let mut pipe = Vec::new();
        send_job(&mut pipe, &job).await.expect("a vector takes all");
        let read = receive_job(&mut pipe.as_slice()).expect("whole frame").expect("one job");
        assert_eq!(read.template, job.template);
        assert_eq!(read.output, job.output);
        assert_eq!(read.meta.date, job.meta.date);
        assert_eq!((read.data, read.attachment, read.images), (job.data, job.attachment, job.images));
        assert!(receive_job(&mut [].as_slice()).expect("a clean end").is_none());

        let mut pipe = Vec::new();
        let done = Done { bytes: vec![7; 9], pages: 2, boxes: vec![], warnings: vec![], compile_us: 1, export_us: 2 };
        send_reply(&mut pipe, Reply::Done(Box::new(done))).expect("a vector takes all");
        let Reply::Done(done) = receive_reply(&mut pipe.as_slice()).await.expect("whole frame") else {
            panic!("not a finished job");
        };
        assert_eq!((done.bytes.len(), done.pages), (9, 2));
    }
}
