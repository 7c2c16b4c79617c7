//! One call: where to, what came of it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolving};
use reqwest::redirect;

use super::policy::{Policy, Refusal};
use super::{Secret, schedule, sign};
use crate::diagnostic::{Code, Diagnostic, Failure, Text};

/// An answer is read so far, then dropped: enough for the receiver to be done with it, too little to harm us.
const ANSWER: usize = 64 << 10;

/// Who turns a host's name into addresses. The system does; tests put their own in its place.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host.
    fn resolve(&self, host: String) -> Found;
}

/// Addresses being looked up.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The system's resolver.
struct System;

impl Resolve for System {
    fn resolve(&self, host: String) -> Found {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Name, connection and TLS.
    pub connect: Duration,
    /// Everything.
    pub whole: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(15) }
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Delivered {
        /// 200 to 299.
        status: u16,
    },
    /// The receiver wants no more calls (410).
    Gone,
    /// Not taken; another call may be. See [`super::next`].
    Again {
        /// Why, fit to be shown to the batch's owner: the host and no more of the address.
        why: Text,
        /// What the receiver answered, if it did.
        status: Option<u16>,
        /// What it asked for.
        retry_after: Option<Duration>,
    },
    /// The address may not be called, now or later.
    Refused {
        /// Why.
        why: Text,
    },
}

/// Makes calls. One for the whole process; cheap to clone.
///
/// Every call resolves its host once, checks every address found, and connects to one of those checked: the name is not
/// asked for again, so it cannot change in between. TLS and `Host` go by the name. No redirect is followed and no proxy used,
/// since either would let another decide where we connect.
#[derive(Clone)]
pub struct Sender {
    policy: Arc<Policy>,
    client: reqwest::Client,
}

impl Sender {
    /// A sender on the system's resolver and certificates. Fails where the system has no root certificates.
    pub fn new(policy: Policy) -> Result<Self, Failure> {
        Self::with(policy, Arc::new(System), Times::default())
    }

    /// A sender on another resolver or other times.
    pub fn with(policy: Policy, resolver: Arc<dyn Resolve>, times: Times) -> Result<Self, Failure> {
        let policy = Arc::new(policy);
        let client = reqwest::Client::builder()
            .user_agent(concat!("vinhdanh/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            // A connection kept open would outlive the check of its address.
            .pool_max_idle_per_host(0)
            .connect_timeout(times.connect)
            .timeout(times.whole)
            .dns_resolver(Arc::new(Checked { policy: Arc::clone(&policy), resolver }))
            .build()
            .map_err(|error| {
                let cause = root_cause(&error);
                let fault = Diagnostic::error(
                    "webhook_client",
                    format!("không chuẩn bị được kết nối webhook: {cause}"),
                    format!("webhooks cannot be prepared: {cause}"),
                );
                let fault = fault.hint(
                    "cài chứng thư gốc của hệ thống, hoặc chỉ tới chúng bằng `SSL_CERT_FILE`",
                    "install the system's root certificates, or point `SSL_CERT_FILE` to them",
                );
                Failure::new(Code::BadConfiguration, vec![fault])
            })?;
        Ok(Self { policy, client })
    }

    /// Judges an address when it is given, before anything is asked of anybody: form, scheme, literal addresses. A name that
    /// passes may still be refused when it is resolved.
    pub fn judge_url(&self, url: &str) -> Result<(), Failure> {
        match self.policy.judge_url(url) {
            Ok(_) => Ok(()),
            Err(fault) => Err(Failure::new(Code::InvalidData, vec![fault])),
        }
    }

    /// Posts a JSON body, signed with every secret. `id` is the event's, the same for every attempt, without full stop;
    /// `timestamp` is now, in seconds since 1970.
    pub async fn deliver(&self, url: &str, secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> Outcome {
        let url = match self.policy.judge_url(url) {
            Ok(url) => url,
            Err(fault) => return Outcome::Refused { why: fault.message },
        };
        // A full stop could move a piece of the body into the id under the same signature.
        if secrets.is_empty() || id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.') {
            let why = Text::new(
                "thiếu khóa ký hoặc mã sự kiện không hợp lệ",
                "no secret, or an event id that cannot be signed",
            );
            return Outcome::Refused { why };
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let answer = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", sign(secrets, id, timestamp, body))
            .body(body.to_vec())
            .send()
            .await;
        match answer {
            Ok(answer) => judge_answer(&host, answer, timestamp).await,
            // The path of an address may hold a key.
            Err(error) => judge_error(&host, &error.without_url()),
        }
    }
}

async fn judge_answer(host: &str, mut answer: reqwest::Response, now: i64) -> Outcome {
    let status = answer.status().as_u16();
    let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|value| schedule::retry_after(value, now));
    let mut read = 0;
    // The status has decided; whether the rest arrives changes nothing.
    while let Ok(Some(piece)) = answer.chunk().await {
        read += piece.len();
        if read >= ANSWER {
            break;
        }
    }
    match status {
        200..=299 => Outcome::Delivered { status },
        410 => Outcome::Gone,
        300..=399 => Outcome::Again {
            why: Text::new(
                format!("`{host}` chuyển hướng ({status}); không đi theo chuyển hướng"),
                format!("`{host}` redirects ({status}); redirects are not followed"),
            ),
            status: Some(status),
            retry_after,
        },
        _ => Outcome::Again {
            why: Text::new(format!("`{host}` trả lời {status}"), format!("`{host}` answered {status}")),
            status: Some(status),
            retry_after,
        },
    }
}

fn judge_error(host: &str, error: &reqwest::Error) -> Outcome {
    let mut causes = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| error.source());
    if let Some(refusal) = causes.find_map(|cause| cause.downcast_ref::<Refusal>()) {
        return Outcome::Refused { why: refusal.clone().into_text() };
    }
    let why = if error.is_timeout() {
        Text::new(format!("`{host}` không trả lời kịp"), format!("`{host}` did not answer in time"))
    } else {
        let cause = root_cause(error);
        if error.is_connect() {
            Text::new(format!("không kết nối được `{host}`: {cause}"), format!("`{host}` cannot be reached: {cause}"))
        } else {
            Text::new(format!("gọi `{host}` không xong: {cause}"), format!("the call to `{host}` broke off: {cause}"))
        }
    };
    Outcome::Again { why, status: None, retry_after: None }
}

/// The innermost cause: the outer ones say no more than that the call failed.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Between the client and the resolver: hands on no address that was not judged.
struct Checked {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolve>,
}

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        let host = name.as_str().to_owned();
        let found = self.resolver.resolve(host.clone());
        Box::pin(async move {
            let found = found.await?;
            // One address inside among others outside is a trap or a mistake; neither is called.
            for &address in &found {
                policy.judge_address(&host, address)?;
            }
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address").into());
            }
            // The client puts the port in.
            let found: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::webhook::verify;

    const NOW: i64 = 1_606_000_000;
    const BODY: &[u8] = br#"{"type":"batch.finished","data":{"id":"b-1","total":3,"failed":1}}"#;

    fn secret() -> Secret {
        Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// A server of one answer; hands on what it was sent, head and body.
    async fn serve(answer: impl Into<String>) -> (u16, UnboundedReceiver<String>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let (tell, told) = unbounded_channel();
        let answer = answer.into();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(BODY) {
                    if stream.read_buf(&mut request).await.expect("a request") == 0 {
                        break;
                    }
                }
                tell.send(String::from_utf8(request).expect("UTF-8")).ok();
                stream.write_all(answer.as_bytes()).await.ok();
            }
        });
        (port, told)
    }

    fn answer(head: &str) -> String {
        format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }

    /// A resolver that knows one answer for each time it is asked, and counts.
    #[derive(Default)]
    struct Told {
        answers: Vec<Vec<IpAddr>>,
        asked: AtomicUsize,
    }

    impl Told {
        fn new(answers: &[&[&str]]) -> Arc<Self> {
            let read = |address: &&str| address.parse().expect("an address");
            let answers = answers.iter().map(|one| one.iter().map(read).collect()).collect();
            Arc::new(Self { answers, asked: AtomicUsize::new(0) })
        }
    }

    impl Resolve for Told {
        fn resolve(&self, _host: String) -> Found {
            let asked = self.asked.fetch_add(1, Ordering::Relaxed);
            let answer = self.answers.get(asked).cloned();
            Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such host")) })
        }
    }

    fn sender(allow: &[&str], resolver: Arc<Told>) -> Sender {
        let policy = Policy::parse(true, allow).unwrap_or_else(|failure| panic!("{failure}"));
        let times = Times { connect: Duration::from_secs(2), whole: Duration::from_millis(700) };
        Sender::with(policy, resolver, times).unwrap_or_else(|failure| panic!("{failure}"))
    }

    async fn call(sender: &Sender, host: &str, port: u16) -> Outcome {
        sender.deliver(&format!("http://{host}:{port}/nhan?khoa=bi-mat"), &[secret()], "msg_1", NOW, BODY).await
    }

    fn local() -> (Sender, Arc<Told>) {
        let resolver = Told::new(&[&["127.0.0.1"] as &[_]; 4]);
        (sender(&["lien-thong.noi-bo"], Arc::clone(&resolver)), resolver)
    }

    #[tokio::test]
    async fn a_call_arrives_signed_under_the_hosts_name() {
        let (port, mut told) = serve(answer("202 Accepted")).await;
        let (sender, resolver) = local();
        assert_eq!(call(&sender, "lien-thong.noi-bo", port).await, Outcome::Delivered { status: 202 });
        let request = told.recv().await.expect("a request").to_ascii_lowercase();
        assert!(request.starts_with("post /nhan?khoa=bi-mat http/1.1\r\n"), "{request}");
        for line in [
            &format!("host: lien-thong.noi-bo:{port}"),
            "webhook-id: msg_1",
            "webhook-timestamp: 1606000000",
            "content-type: application/json",
        ] {
            assert!(request.contains(&format!("\r\n{line}\r\n")), "{line}: {request}");
        }
        assert_eq!(resolver.asked.load(Ordering::Relaxed), 1);

        call(&sender, "lien-thong.noi-bo", port).await;
        let request = told.recv().await.expect("a request");
        let header = request.lines().find_map(|line| line.strip_prefix("webhook-signature: ")).expect("a signature");
        assert!(verify(&secret(), "msg_1", NOW, BODY, header), "{header}");
        assert_eq!(resolver.asked.load(Ordering::Relaxed), 2, "every call is checked anew");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let (inner, mut reached) = serve(answer("200 OK")).await;
        let (port, _told) = serve(answer(&format!("302 Found\r\nlocation: http://127.0.0.1:{inner}/"))).await;
        let (sender, _) = local();
        match call(&sender, "lien-thong.noi-bo", port).await {
            Outcome::Again { why, status: Some(302), .. } => assert!(why.en.contains("redirects"), "{why:?}"),
            other => panic!("{other:?}"),
        }
        assert!(reached.try_recv().is_err());
    }

    #[tokio::test]
    async fn answers_decide_whether_another_call_is_made() {
        let (sender, _) = local();
        let (port, _told) = serve(answer("410 Gone")).await;
        assert_eq!(call(&sender, "lien-thong.noi-bo", port).await, Outcome::Gone);
        let (port, _told) = serve(answer("503 Service Unavailable\r\nretry-after: 120")).await;
        match call(&sender, "lien-thong.noi-bo", port).await {
            Outcome::Again { why, status: Some(503), retry_after } => {
                assert_eq!(retry_after, Some(Duration::from_secs(120)));
                assert!(!format!("{why:?}").contains("bi-mat"), "{why:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn silence_is_no_answer_and_what_was_answered_counts_though_the_rest_hangs() {
        let (sender, _) = local();
        // The system takes the connection; nobody answers it.
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        match call(&sender, "lien-thong.noi-bo", silent.local_addr().expect("bound").port()).await {
            Outcome::Again { why, status: None, .. } => assert!(why.en.contains("in time"), "{why:?}"),
            other => panic!("{other:?}"),
        }
        let (port, _told) = serve("").await;
        match call(&sender, "lien-thong.noi-bo", port).await {
            Outcome::Again { why, status: None, .. } => assert!(why.en.contains("broke off"), "{why:?}"),
            other => panic!("{other:?}"),
        }
        let (port, _told) = serve("HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\nhalf").await;
        assert_eq!(call(&sender, "lien-thong.noi-bo", port).await, Outcome::Delivered { status: 200 });
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut_short() {
        let (port, _told) = serve(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1 << 20))).await;
        let (sender, _) = local();
        assert_eq!(call(&sender, "lien-thong.noi-bo", port).await, Outcome::Delivered { status: 200 });
    }

    #[tokio::test]
    async fn a_name_for_this_machine_is_refused_unless_listed() {
        let (port, mut told) = serve(answer("200 OK")).await;
        for addresses in [&["127.0.0.1"] as &[_], &["::ffff:127.0.0.1"], &["8.8.8.8", "127.0.0.1"]] {
            match call(&sender(&[], Told::new(&[addresses])), "ngoai.example.vn", port).await {
                Outcome::Refused { why } => {
                    assert!(why.vi.contains("ngoai.example.vn") && !why.vi.contains("127.0.0.1"), "{why:?}");
                }
                other => panic!("{addresses:?}: {other:?}"),
            }
        }
        assert!(told.try_recv().is_err(), "nothing was sent");
        for allow in ["ngoai.example.vn", "127.0.0.0/8"] {
            let outcome = call(&sender(&[allow], Told::new(&[&["127.0.0.1"]])), "ngoai.example.vn", port).await;
            assert_eq!(outcome, Outcome::Delivered { status: 200 }, "{allow}");
        }
    }

    #[tokio::test]
    async fn a_name_that_changes_its_address_after_the_check_gains_nothing() {
        // Asked a second time, the name would lead inside; nothing asks a second time.
        let (port, mut told) = serve(answer("200 OK")).await;
        let resolver = Told::new(&[&["127.0.0.2"], &["127.0.0.1"]]);
        let outcome = call(&sender(&["127.0.0.2"], Arc::clone(&resolver)), "doi.example.vn", port).await;
        assert_eq!(resolver.asked.load(Ordering::Relaxed), 1);
        assert!(matches!(outcome, Outcome::Again { status: None, .. }), "127.0.0.2 has no such port: {outcome:?}");
        assert!(told.try_recv().is_err());
        // The next call asks anew, and the address inside is refused.
        let outcome = call(&sender(&["127.0.0.2"], Told::new(&[&["127.0.0.1"]])), "doi.example.vn", port).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }

    #[tokio::test]
    async fn this_machine_is_refused_through_the_systems_resolver() {
        let sender = Sender::new(Policy::parse::<&str>(true, &[]).expect("nothing to read")).expect("certificates");
        for host in ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "2130706433"] {
            let outcome = call(&sender, host, 9).await;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{host}: {outcome:?}");
        }
        let found = System.resolve("localhost".to_owned()).await.expect("known everywhere");
        assert!(found[0].to_canonical().is_loopback(), "{found:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_found_or_signed_is_told() {
        let outcome = call(&sender(&[], Told::new(&[])), "khong-co.example.vn", 80).await;
        assert!(matches!(&outcome, Outcome::Again { why, .. } if why.en.contains("no such host")), "{outcome:?}");
        let (sender, resolver) = local();
        for (secrets, id) in
            [(vec![], "msg_1"), (vec![secret()], "a.b"), (vec![secret()], ""), (vec![secret()], "a\r\nx: y")]
        {
            let outcome = sender.deliver("http://lien-thong.noi-bo/", &secrets, id, NOW, BODY).await;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{id}: {outcome:?}");
        }
        assert_eq!(resolver.asked.load(Ordering::Relaxed), 0);
    }
}
