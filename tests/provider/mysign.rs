//! Viettel MySign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vinhdanh::diagnostic::Code;
use vinhdanh::pades::Algorithm;
use vinhdanh::provider::User;

use super::keys::{chain, order, pki, serves, sign};
use super::mock::{Asked, Mock, Reply};
use super::{SECRET, done, followed, provider, ticket, told};

const RSA: Algorithm = Algorithm::RsaPkcs1Sha256;
const ID: &str = "0140000001_2482540_20221017114147";

fn settings(mock: &Mock) -> String {
    format!(
        "[mysign]\nbase_url = \"{}\"\nclient_id = \"khen-thuong\"\nclient_secret_env = \"KHOA_THU\"\npoll_s = 1\ntimeout_s = 2\n",
        mock.url
    )
}

fn service(quirk: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Mock {
    Mock::start(move |asked| quirk(asked).unwrap_or_else(|| usual(asked)))
}

fn usual(asked: &Asked) -> Reply {
    let body = asked.json();
    let refuse =
        |status: u16, error: &str, told: &str| Reply::json(status, &json!({"error": error, "error_description": told}));
    if asked.path == "/vtss/service/ras/v1/login" {
        if body["client_secret"] != SECRET {
            return refuse(401, "86024", "Client secret is invalid");
        }
        let token = format!("t-{}-{}", body["user_id"].as_str().expect("a user"), asked.before);
        return Reply::json(
            200,
            &json!({"access_token": token, "refresh_token": "", "token_type": "Bearer", "expires_in": "3600"}),
        );
    }
    if !asked.header("authorization").starts_with("Bearer t-014000000001") {
        return refuse(401, "59033", "user ID or password is invalid");
    }
    match asked.path.as_str() {
        "/vtss/service/certificates/info" => Reply::json(
            200,
            &json!([{
                "description": "Go>Sign mobile based implicit credential authorization",
                "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.1"], "len": "2048", "curve": null},
                "cert": {"status": "valid", "certificates": chain("signer")},
                "authMode": "implicit", "multisign": "2147483647", "credential_id": ID, "scal": "2",
            }]),
        ),
        // The hashes stand for what the service keeps.
        "/vtss/service/signHash" => Reply::json(
            200,
            &json!({"transactionId": body["hash"].as_array().expect("hashes").iter()
            .filter_map(Value::as_str).collect::<Vec<_>>().join(" ")}),
        ),
        "/vtss/service/requests/status" => match asked.before {
            0 => Reply::json(200, &json!({"status": "4000", "description": "Chờ xác nhận"})),
            1 => Reply::json(200, &json!({"status": 6000})),
            _ => Reply::json(200, &json!({"status": "1", "signatures": signed(&body)})),
        },
        _ => Reply::html(404),
    }
}

fn signed(body: &Value) -> Vec<String> {
    let hashes = body["transactionId"].as_str().expect("an id").split(' ');
    hashes.map(|hash| sign("signer", &STANDARD.decode(hash).expect("base64"))).collect()
}

#[actix_web::test]
async fn a_batch_waits_is_signed_and_comes_back_in_order() {
    let mock = service(|_| None);
    let build = || provider(&settings(&mock), "mysign");
    let found = build().credentials(&User { id: "014000000001".to_owned() }).await.expect("certificates");
    assert_eq!((found[0].id.as_str(), found[0].at_once, &found[0].algorithms[..]), (ID, 50, &[RSA][..]));
    let order = order("signer", ID, RSA, &["15/QĐ-UBND", "16/QĐ-UBND"]);
    let first = build().start(&order).await.expect("waiting");
    let all = followed(build, first).await.expect("signed");
    for (item, signature) in order.items.iter().zip(all) {
        assert!(serves("signer", RSA, item, &signature.expect("a signature")));
    }
    let asked = mock.asked_at("/vtss/service/signHash")[0].json();
    assert_eq!((&asked["async"], &asked["numSignatures"]), (&json!(1), &json!(2)));
    assert_eq!(asked["documents"][0]["document_name"], STANDARD.encode("15-QD-UBND"));
}

#[actix_web::test]
async fn names_are_plain_and_short_whatever_the_document_is_called() {
    let mock = service(|_| None);
    let label = format!("Quyết định khen thưởng {}", "ấ".repeat(300));
    let order = order("signer", ID, RSA, &[label.as_str()]);
    ticket(provider(&settings(&mock), "mysign").start(&order).await.expect("waiting"));
    let asked = mock.asked_at("/vtss/service/signHash")[0].json();
    for name in [&asked["documents"][0]["document_name"], &asked["description"]] {
        let name = name.as_str().expect("a name");
        assert!(name.len() < 100, "{}", name.len());
        let plain = STANDARD.decode(name).expect("base64");
        assert!(plain.iter().all(|b| b.is_ascii_alphanumeric() || b"-_ ".contains(b)));
    }
}

#[actix_web::test]
async fn a_token_that_ends_midway_is_replaced() {
    let mock = service(|asked| {
        let stale = asked.header("authorization").ends_with("-0") && asked.path.ends_with("/signHash");
        stale.then(|| Reply::json(400, &json!({"error": "invalid_token", "error_description": "The token expired"})))
    });
    ticket(provider(&settings(&mock), "mysign").start(&order("signer", ID, RSA, &["1"])).await.expect("waiting"));
    assert_eq!(mock.asked_at("/vtss/service/ras/v1/login").len(), 2);
}

#[actix_web::test]
async fn every_code_of_the_guide_is_told_in_words() {
    for (status, code, vi) in [
        ("4001", Code::ProviderTimeout, "không ai xác nhận yêu cầu ký trong thời hạn"),
        ("4002", Code::ProviderRefused, "người giữ khóa đã từ chối yêu cầu ký"),
        ("4004", Code::ProviderRefused, "ký không thành công"),
        ("4005", Code::ProviderRefused, "tài khoản ký đã hết lượt ký hoặc hết tiền"),
        ("13004", Code::ProviderRefused, "chứng thư hoặc khóa ký đã hết hạn, bị thu hồi, tạm dừng hoặc bị khóa"),
        ("50000", Code::ProviderRefused, "ký không thành công"),
        ("77", Code::ProviderRefused, "từ chối ký"),
    ] {
        let mock = service(move |asked| {
            asked
                .path
                .ends_with("/status")
                .then(|| Reply::json(200, &json!({"status": status, "description": "lý do"})))
        });
        let mysign = provider(&settings(&mock), "mysign");
        let held = ticket(mysign.start(&order("signer", ID, RSA, &["1"])).await.expect("waiting"));
        let failure = mysign.poll(&held).await.expect_err(status);
        assert_eq!(told(&failure), (code, format!("`mysign`: {vi}; mã `{status}`, lý do được nêu: `lý do`")));
    }
    for (error, vi) in [
        ("58008", "không có người ký này, hoặc tài khoản chưa được kích hoạt"),
        ("58007", "không nhận tài khoản kết nối của dịch vụ này"),
    ] {
        let mock = service(move |asked| {
            asked.path.ends_with("/login").then(|| Reply::json(400, &json!({"error": error, "error_description": "x"})))
        });
        let failure = provider(&settings(&mock), "mysign").credentials(&User { id: "1".to_owned() }).await;
        assert_eq!(told(&failure.expect_err(error)).1, format!("`mysign`: {vi}; mã `{error}`, lý do được nêu: `x`"));
    }
}

/// A PKCS#7 as `openssl cms` makes it, over a file of its own.
fn pkcs7(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    std::fs::write(&data, "vinhdanh").expect("written");
    let mut command = std::process::Command::new("openssl");
    command.args(["cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256"]).args(arguments);
    command
        .arg("-in")
        .arg(&data)
        .arg("-out")
        .arg(&out)
        .arg("-signer")
        .arg(pki("signer.pem"))
        .arg("-inkey")
        .arg(pki("signer.key"));
    let ran = command.output().expect("openssl");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    STANDARD.encode(std::fs::read(&out).expect("made"))
}

#[actix_web::test]
async fn a_pkcs7_gives_its_signature_or_says_what_to_ask_of_the_provider() {
    use sha2::{Digest as _, Sha256};
    for (arguments, good) in [(&["-noattr"][..], true), (&[][..], false)] {
        let sent = pkcs7(arguments);
        let mock = service(move |asked| {
            asked.path.ends_with("/signHash").then(|| Reply::json(200, &json!({"signatures": [sent]})))
        });
        let all =
            done(provider(&settings(&mock), "mysign").start(&order("signer", ID, RSA, &["1"])).await.expect("an end"));
        match &all[0] {
            Ok(signature) => {
                assert!(good);
                let raw = STANDARD.decode(sign("signer", &Sha256::digest(b"vinhdanh"))).expect("base64");
                assert_eq!(*signature, raw);
            }
            Err(failure) => {
                assert!(!good);
                assert_eq!(
                    told(failure).1,
                    "`mysign` trả chữ ký PKCS#7 trên thuộc tính của riêng mình, không phải trên giá trị băm đã gửi"
                );
                assert!(failure.diagnostics[0].hints[0].vi.contains("chữ ký thô"));
            }
        }
    }
}

#[actix_web::test]
async fn only_what_is_published_is_asked_for() {
    let mock = service(|_| None);
    let failure =
        provider(&settings(&mock), "mysign").start(&order("signer", ID, Algorithm::RsaPssSha256, &["1"])).await;
    assert_eq!(
        told(&failure.expect_err("PSS")),
        (Code::InvalidData, "`mysign` chỉ ký bằng `rsa-pkcs1-sha256`, yêu cầu là `rsa-pss-sha256`".to_owned())
    );
    assert!(mock.asked().is_empty());
}
