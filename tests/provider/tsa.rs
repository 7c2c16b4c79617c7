//! Time-stamp authorities; the good one is `openssl ts`.

use std::process::Command;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use vinhdanh::diagnostic::Code;

use super::built;
use super::keys::pki;
use super::mock::{Asked, Mock, Reply};

const CONFIGURATION: &str = "[tsa]\ndefault_tsa = one\n[one]\nserial = $ENV::FOLDER/serial\nsigner_digest = sha256\n\
    digests = sha256\ndefault_policy = 1.3.6.1.4.1.99999.2.1\ness_cert_id_alg = sha256\n";

/// What an authority answers to a query.
fn stamped(query: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("query"), query).expect("written");
    std::fs::write(at("cnf"), CONFIGURATION).expect("written");
    std::fs::write(at("serial"), "01\n").expect("written");
    let mut command = Command::new("openssl");
    command
        .args(["ts", "-reply", "-queryfile"])
        .arg(at("query"))
        .arg("-config")
        .arg(at("cnf"))
        .env("FOLDER", folder.path());
    command.arg("-signer").arg(pki("tsa.pem")).arg("-inkey").arg(pki("tsa.key")).arg("-chain").arg(pki("chain.pem"));
    let ran = command.arg("-out").arg(at("reply")).output().expect("openssl");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    std::fs::read(at("reply")).expect("an answer")
}

fn good(asked: &Asked) -> Reply {
    assert_eq!(asked.header("content-type"), "application/timestamp-query");
    Reply::of(200, "application/timestamp-reply", stamped(&asked.body))
}

fn section(mock: &Mock, more: &str) -> String {
    format!("[[tsa]]\nurl = \"{}/tsa\"\ntimeout_s = 1\n{more}", mock.url)
}

fn digest() -> [u8; 32] {
    Sha256::digest(b"vinhdanh").into()
}

#[actix_web::test]
async fn a_stamp_is_over_the_digest_and_answers_this_request() {
    let mock = Mock::start(good);
    let providers = built(&section(&mock, "user = 'a'\npassword_env = 'KHOA_THU'\n")).expect("settings");
    let token =
        providers.timestamps().expect("authorities").stamp(&digest(), 0x8123_4567_89ab_cdef).await.expect("a token");
    assert!(token.covers(b"vinhdanh"));
    assert_eq!(mock.asked()[0].header("authorization"), "Basic YTpiaS1tYXQ=");
}

#[actix_web::test]
async fn the_next_authority_is_asked_where_one_does_not_answer_well() {
    let bad: [fn(&Asked) -> Reply; 6] = [
        |_| Reply::html(503),
        |_| Reply::of(200, "text/html", "<html>"),
        |_| Reply::of(200, "application/timestamp-reply", vec![0; 70 << 10]),
        |asked| good(asked).slowly(Duration::from_secs(3)),
        // An old answer over the right digest: its nonce is not ours.
        |_| Reply::of(200, "application/timestamp-reply", super::keys::read("stamp.tsr")),
        |_| Reply::of(301, "text/plain", "").with("location", "http://127.0.0.1:1/"),
    ];
    let mocks: Vec<_> = bad.into_iter().map(Mock::start).collect();
    let last = Mock::start(good);
    let sections: String = mocks.iter().chain([&last]).map(|mock| section(mock, "")).collect();
    let providers = built(&sections).expect("settings");
    let token = providers.timestamps().expect("authorities").stamp(&digest(), 7).await.expect("the last one's");
    assert!(token.covers(b"vinhdanh"));
    assert!(mocks.iter().all(|mock| mock.asked().len() == 1));

    let sections: String = mocks.iter().map(|mock| section(mock, "")).collect();
    let providers = built(&sections).expect("settings");
    let failure = providers.timestamps().expect("authorities").stamp(&digest(), 7).await.expect_err("none is good");
    assert_eq!(failure.code, Code::ProviderUnavailable);
    let words: Vec<_> = failure.diagnostics.iter().map(|one| one.message.vi.as_str()).collect();
    assert!(words.len() >= 6 && words.iter().all(|words| words.starts_with("`127.0.0.1`")), "{words:#?}");
    assert_eq!((words[0], words[2]), ("`127.0.0.1` trả lời 503", "`127.0.0.1` trả lời dài hơn 64 KB"));
}
