//! Signing with a provider: done at once, after an approval, refused, across a restart.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use vinhdanh::config::{Places, Settings};
use vinhdanh::diagnostic::{Code, Failure, Text};
use vinhdanh::provider::{Answer, Assurance, Credential, Order, Progress, User, Want};

use super::*;

/// A service that wants to be asked some times before it signs, or that says no.
pub struct Slow {
    key: LocalKey,
    polls: usize,
    /// After how many approvals it says no, and how.
    refuses: Mutex<Option<(usize, Code)>>,
    at_once: usize,
    wants: bool,
    /// Approvals it was asked for.
    pub asked: AtomicUsize,
    /// What it has yet to sign, by ticket.
    orders: Mutex<Vec<(Vec<Vec<u8>>, usize)>>,
}

impl std::fmt::Debug for Slow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slow")
    }
}

impl Slow {
    pub fn new(polls: usize, at_once: usize) -> Self {
        Self {
            key: key("signer"),
            polls,
            refuses: Mutex::new(None),
            at_once,
            wants: false,
            asked: AtomicUsize::new(0),
            orders: Mutex::new(Vec::new()),
        }
    }

    fn refuse(&self, code: Option<Code>) {
        *self.refuses.lock().expect("not poisoned") = code.map(|code| (0, code));
    }

    pub fn refuse_after(&self, approvals: usize, code: Code) {
        *self.refuses.lock().expect("not poisoned") = Some((approvals, code));
    }

    fn signed(&self, attributes: &[Vec<u8>]) -> Progress {
        let sign = |one: &Vec<u8>| self.key.sign(self.key.algorithms()[0], one);
        Progress::Done(attributes.iter().map(sign).collect())
    }

    fn said_no(&self) -> Result<(), Failure> {
        match *self.refuses.lock().expect("not poisoned") {
            Some((after, code)) if self.asked.load(Ordering::SeqCst) > after => {
                Err(Failure::one(code, "người ký bấm từ chối", "the signer declined"))
            }
            _ => Ok(()),
        }
    }
}

impl Provider for Slow {
    fn name(&self) -> &str {
        "cham"
    }

    fn assurance(&self) -> Assurance {
        Assurance::Remote
    }

    fn at_once(&self) -> usize {
        self.at_once
    }

    fn credentials<'a>(&'a self, _: &'a User) -> Answer<'a, Vec<Credential>> {
        let wants =
            self.wants.then(|| Want { id: "OTP".to_owned(), required: true, label: Text::new("mã OTP", "the OTP") });
        let one = Credential {
            id: "chung-thu-1".to_owned(),
            label: String::new(),
            chain: self.key.chain().clone(),
            algorithms: self.key.algorithms().to_vec(),
            at_once: self.at_once,
            wants: wants.into_iter().collect(),
        };
        Box::pin(async move { Ok(vec![one]) })
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Progress> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert!(order.items.len() <= self.at_once, "more hashes than one approval carries");
        assert!(!self.wants || order.authorisation.iter().any(|one| one.value.expose() == "123456"));
        let attributes: Vec<Vec<u8>> = order.items.iter().map(|item| item.attributes.clone()).collect();
        Box::pin(async move {
            if self.polls == 0 {
                self.said_no()?;
                return Ok(self.signed(&attributes));
            }
            let mut orders = self.orders.lock().expect("not poisoned");
            orders.push((attributes, self.polls));
            Ok(Progress::Waiting { ticket: (orders.len() - 1).to_string(), again_in: Duration::from_millis(100) })
        })
    }

    fn poll<'a>(&'a self, ticket: &'a str) -> Answer<'a, Progress> {
        Box::pin(async move {
            self.said_no()?;
            let mut orders = self.orders.lock().expect("not poisoned");
            let (attributes, left) = orders.get_mut(ticket.parse::<usize>().expect("a ticket")).expect("an order");
            if *left > 0 {
                *left -= 1;
                return Ok(Progress::Waiting { ticket: ticket.to_owned(), again_in: Duration::from_millis(100) });
            }
            let attributes = attributes.clone();
            Ok(self.signed(&attributes))
        })
    }
}

/// Follows a request until its first field is in one of these states.
pub async fn until(app: &TestApp, address: &str, wanted: &[&str]) -> Value {
    let started = Instant::now();
    loop {
        let body = show(app, address).await;
        let state = body["fields"][0]["state"].as_str().expect("a state").to_owned();
        if wanted.contains(&state.as_str()) {
            return body;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn ask(app: &TestApp, request: &str, body: Value) -> reqwest::Response {
    app.post(&format!("{request}/fields/NguoiKy/sign"), &body).await
}

#[actix_web::test]
async fn a_local_key_signs_at_once_and_is_told_as_what_it_is() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let begun = told(ask(&app, &request, json!({"provider": "local"})).await, 202).await;
    assert!(["signing", "signed"].contains(&begun["fields"][0]["state"].as_str().expect("a state")));
    let signed = until(&app, &request, &["signed"]).await;
    assert_eq!(signed["fields"][0]["signature"]["assurance"], "software-key");
    assert_eq!(signed["state"], "partly_signed");
    assert_eq!(held(&document(&app, &request).await), ["NguoiKy"]);
    let none = told(ask(&app, &request, json!({"provider": "smartca"})).await, 409).await;
    assert_eq!(none["code"], "signing_state", "signed already");
    let other = open(&app, &decision()).await;
    assert_eq!(told(ask(&app, &other, json!({"provider": "smartca"})).await, 409).await["code"], "feature_off");
}

#[actix_web::test]
async fn an_approval_takes_its_time_and_a_refusal_can_be_tried_again() {
    let slow = Arc::new(Slow::new(3, 10));
    let app = start_with(slow.clone()).await;
    let request = open(&app, &decision()).await;
    slow.refuse(Some(Code::ProviderRefused));
    assert_eq!(ask(&app, &request, json!({"provider": "cham", "user": "014000000001"})).await.status(), 202);
    let wanted = json!({"certificate_chain": chain(&key("signer"))});
    let beside = app.post(&format!("{request}/fields/NguoiKy/prepare"), &wanted).await;
    assert_eq!(told(beside, 409).await["code"], "signing_state");
    let refused = until(&app, &request, &["refused"]).await;
    assert_eq!(refused["fields"][0]["reason"]["code"], "provider_refused");
    assert_eq!((&refused["state"], &refused["next"]), (&json!("open"), &json!("NguoiKy")));

    slow.refuse(None);
    assert_eq!(ask(&app, &request, json!({"provider": "cham", "user": "014000000001"})).await.status(), 202);
    let signed = until(&app, &request, &["signed"]).await;
    assert!(signed["fields"][0]["reason"].is_null());
    assert_eq!(signed["fields"][0]["signature"]["assurance"], "remote");
    assert_eq!(slow.asked.load(Ordering::SeqCst), 2, "one approval each time");
}

#[actix_web::test]
async fn an_approval_asked_for_before_a_restart_is_taken_up_after_it() {
    let data = tempfile::tempdir().expect("a folder");
    let settings = Settings { data: Some(data.path().to_owned()), ..settings() };
    let slow = Arc::new(Slow::new(8, 10));
    let request = {
        let app = TestApp::with_others(settings.clone(), Places::default(), vec![slow.clone()]).await;
        let request = open(&app, &decision()).await;
        assert_eq!(ask(&app, &request, json!({"provider": "cham", "user": "1"})).await.status(), 202);
        let started = Instant::now();
        while slow.asked.load(Ordering::SeqCst) == 0 {
            assert!(started.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        request
    };
    let app = TestApp::with_others(settings, Places::default(), vec![slow.clone()]).await;
    until(&app, &request, &["signed"]).await;
    assert_eq!(slow.asked.load(Ordering::SeqCst), 1, "nobody is asked twice");
    assert_eq!(held(&document(&app, &request).await), ["NguoiKy"]);
}

#[actix_web::test]
async fn what_the_signer_must_hand_over_is_asked_for_and_never_kept() {
    let data = tempfile::tempdir().expect("a folder");
    let slow = Arc::new(Slow { wants: true, ..Slow::new(0, 10) });
    let settings = Settings { data: Some(data.path().to_owned()), ..settings() };
    let app = TestApp::with_others(settings, Places::default(), vec![slow.clone()]).await;
    let request = open(&app, &decision()).await;
    let missing = told(ask(&app, &request, json!({"provider": "cham", "user": "1"})).await, 422).await;
    assert_eq!(missing["errors"][0]["pointer"], "/authorisation");
    let given = json!({"provider": "cham", "user": "1", "authorisation": {"OTP": "123456"}});
    assert_eq!(ask(&app, &request, given).await.status(), 202);
    until(&app, &request, &["signed"]).await;
    for file in std::fs::read_dir(data.path()).expect("the folder").flatten().filter(|one| one.path().is_file()) {
        let bytes = std::fs::read(file.path()).expect("read");
        assert!(!bytes.windows(6).any(|part| part == b"123456"), "{:?}", file.path());
    }
}
