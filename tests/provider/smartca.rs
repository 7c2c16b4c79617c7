//! VNPT SmartCA.

use std::sync::Mutex;

use serde_json::{Value, json};
use vinhdanh::diagnostic::Code;
use vinhdanh::pades::Algorithm;
use vinhdanh::provider::User;

use super::keys::{certificate, order, serves, sign};
use super::mock::{Asked, Mock, Reply};
use super::{SECRET, done, followed, given, provider, ticket, told};

const RSA: Algorithm = Algorithm::RsaPkcs1Sha256;
const SERIAL: &str = "54010101493c47d39f8a84b30ed55191";

fn settings(mock: &Mock, more: &str) -> String {
    format!(
        "[smartca]\nbase_url = \"{}\"\nsp_id = \"khen-thuong\"\nsp_password_env = \"KHOA_THU\"\npoll_s = 1\ntimeout_s = 2\n{more}",
        mock.url
    )
}

fn service(quirk: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Mock {
    let asked_to_sign = Mutex::new(Value::Null);
    Mock::start(move |asked| {
        let body = asked.json();
        if asked.path.ends_with("/sign") {
            *asked_to_sign.lock().expect("no test fell") = body;
        }
        let kept = asked_to_sign.lock().expect("no test fell").clone();
        quirk(asked).unwrap_or_else(|| usual(asked, &kept))
    })
}

fn success(data: &Value) -> Reply {
    Reply::json(200, &json!({"status_code": 200, "message": "SUCCESS", "data": data}))
}

fn usual(asked: &Asked, kept: &Value) -> Reply {
    let body = asked.json();
    if body["sp_id"] != "khen-thuong" || body["sp_password"] != SECRET {
        return Reply::json(401, &json!({"status_code": 401, "message": "SP_CREDENTIAL_INVALID", "data": null}));
    }
    match asked.path.as_str() {
        "/v1/credentials/get_certificate" => success(&json!({"user_certificates": [
            {"service_type": "SMARTCA", "service_name": "SMARTCA PERSONAL PRO", "serial_number": SERIAL,
             "cert_status": "Đang hoạt động", "cert_data": format!("{}\r\n", certificate("signer")),
             "chain_data": {"ca_cert": certificate("intermediate"), "root_cert": null}},
            {"service_type": "ESEAL", "service_name": "ESEAL", "serial_number": "e-1",
             "cert_data": certificate("revoked"), "chain_data": {"ca_cert": certificate("intermediate"), "root_cert": certificate("root")}},
        ]})),
        "/v1/signatures/sign" => Reply::json(
            200,
            &json!({"status_code": 200, "message": " sig_wait_for_user_confirm",
            "data": {"transaction_id": body["transaction_id"], "tran_code": "tran-1"}}),
        ),
        "/v1/signatures/sign/tran-1/status" => match asked.before {
            0 => Reply::json(
                200,
                &json!({"status_code": 200, "message": "sig_wait_for_user_confirm", "data": {"transaction_id": "x"}}),
            ),
            1 => Reply::json(200, &json!({"status_code": 200, "message": "", "data": null})),
            _ => success(&json!({"transaction_id": "x", "signatures": signatures(kept)})),
        },
        "/v2/signatures/sign" => Reply::json(
            200,
            &json!({"status_code": 200, "message": "sig_wait_for_user_confirm",
            "data": {"transaction_id": "other", "tran_code": "tran-2", "sad": "sad-mot-lan", "expired_in": 299}}),
        ),
        "/v2/signatures/confirm" => success(&json!({"signatures": signatures(kept)})),
        _ => Reply::html(404),
    }
}

/// In another order than asked for: documents are told by their codes.
fn signatures(kept: &Value) -> Vec<Value> {
    let one = |file: &Value| {
        let hash = file["data_to_be_signed"].as_str().expect("a hash");
        assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()), "{hash}");
        let hash: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&hash[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect();
        json!({"doc_id": file["doc_id"], "signature_value": sign("signer", &hash), "timestamp_signature": null})
    };
    kept["sign_files"].as_array().expect("files").iter().rev().map(one).collect()
}

#[actix_web::test]
async fn certificates_of_person_and_agency_come_with_what_there_is_of_their_chains() {
    let mock = service(|_| None);
    let found = provider(&settings(&mock, ""), "smartca").credentials(&User { id: "014000000001".to_owned() }).await;
    let found = found.expect("certificates");
    assert_eq!((found[0].id.as_str(), found[0].label.as_str()), (SERIAL, "SMARTCA PERSONAL PRO"));
    assert_eq!((found[0].chain.all().len(), found[1].chain.all().len()), (2, 3));
    assert!(found[0].wants.is_empty() && found[0].algorithms == [RSA]);
    let asked = &mock.asked()[0].json();
    assert_eq!(asked["user_id"], "014000000001");
    assert_eq!(asked["transaction_id"].as_str().map(str::len), Some(36));
}

#[actix_web::test]
async fn a_batch_is_approved_once_and_told_apart_by_its_codes() {
    let mock = service(|_| None);
    let build = || provider(&settings(&mock, ""), "smartca");
    let order = order("signer", SERIAL, RSA, &["15/QĐ-UBND", "16/QĐ-UBND", "15/QĐ-UBND"]);
    let first = build().start(&order).await.expect("waiting");
    let all = followed(build, first).await.expect("signed");
    for (item, signature) in order.items.iter().zip(all) {
        assert!(serves("signer", RSA, item, &signature.expect("a signature")));
    }
    let asked = mock.asked_at("/v1/signatures/sign")[0].json();
    let codes: Vec<_> =
        asked["sign_files"].as_array().expect("files").iter().map(|file| file["doc_id"].clone()).collect();
    assert_eq!(codes, ["15-QD-UBND", "16-QD-UBND", "15-QD-UBND-2"]);
    assert_eq!((&asked["serial_number"], &asked["transaction_desc"]), (&json!(SERIAL), &json!("3 van ban")));
    assert_eq!(mock.asked_at("/v1/signatures/sign/tran-1/status").len(), 3);
}

#[actix_web::test]
async fn a_document_left_unsigned_is_told_alone() {
    let mock = service(|asked| {
        (asked.path == "/v1/signatures/sign/tran-1/status").then(|| {
            success(&json!({"signatures": [
                {"doc_id": "16-QD-UBND", "signature_value": null},
                {"doc_id": "15-QD-UBND", "signature_value": "QUJD"},
                {"doc_id": "18-QD-UBND", "signature_value": "QUJD"}, {"doc_id": "18-QD-UBND", "signature_value": "QUJE"},
            ]}))
        })
    });
    let smartca = provider(&settings(&mock, ""), "smartca");
    let labels = ["15/QĐ-UBND", "16/QĐ-UBND", "17/QĐ-UBND", "18/QĐ-UBND"];
    let held = ticket(smartca.start(&order("signer", SERIAL, RSA, &labels)).await.expect("waiting"));
    let all = done(smartca.poll(&held).await.expect("an end"));
    assert_eq!(all[0].as_ref().ok(), Some(&b"ABC".to_vec()));
    let words: Vec<_> = all[1..].iter().map(|one| told(one.as_ref().expect_err("none")).1).collect();
    let missing = "`smartca` không trả chữ ký cho văn bản này";
    assert_eq!(words, [missing, missing, "`smartca` trả hai chữ ký cho cùng một văn bản; không dùng chữ ký nào"]);
}

#[actix_web::test]
async fn ends_without_signature_are_told_by_their_words() {
    for (status, message, code, vi) in [
        (
            400,
            "user_denied",
            Code::ProviderRefused,
            "`smartca`: người giữ khóa đã từ chối yêu cầu ký; mã `400`, lý do được nêu: `user_denied`",
        ),
        (
            200,
            "transaction_expired",
            Code::ProviderTimeout,
            "`smartca`: không ai xác nhận yêu cầu ký trong thời hạn; mã `200`, lý do được nêu: `transaction_expired`",
        ),
        (
            403,
            "CREDENTIAL_STATUS_INVALID",
            Code::ProviderRefused,
            "`smartca`: chứng thư hoặc khóa ký đã hết hạn, bị thu hồi, tạm dừng hoặc bị khóa; mã `403`, lý do được nêu: `CREDENTIAL_STATUS_INVALID`",
        ),
        (
            400,
            "Tài khoản đã hết lượt ký",
            Code::ProviderRefused,
            "`smartca`: tài khoản ký đã hết lượt ký hoặc hết tiền; mã `400`, lý do được nêu: `Tài khoản đã hết lượt ký`",
        ),
        (
            500,
            "SERVER_INTERNAL_ERROR",
            Code::ProviderUnavailable,
            "`smartca`: đang không phục vụ được; mã `500`, lý do được nêu: `SERVER_INTERNAL_ERROR`",
        ),
    ] {
        let mock = service(move |asked| {
            asked
                .path
                .ends_with("/status")
                .then(|| Reply::json(200, &json!({"status_code": status, "message": message, "data": null})))
        });
        let smartca = provider(&settings(&mock, ""), "smartca");
        let held = ticket(smartca.start(&order("signer", SERIAL, RSA, &["15/QĐ-UBND"])).await.expect("waiting"));
        assert_eq!(told(&smartca.poll(&held).await.expect_err(message)), (code, vi.to_owned()));
    }
}

#[actix_web::test]
async fn an_account_of_the_kind_th_signs_by_password_and_otp() {
    let mock = service(|_| None);
    let smartca = provider(&settings(&mock, "integrated = true\n"), "smartca");
    let plain = || order("signer", SERIAL, RSA, &["15/QĐ-UBND"]);
    let order = given(given(plain(), "password", "mat-khau"), "otp", "246810");
    let all = done(smartca.start(&order).await.expect("signed"));
    assert!(serves("signer", RSA, &order.items[0], all[0].as_ref().expect("a signature")));
    let confirmed = mock.asked_at("/v2/signatures/confirm")[0].json();
    assert_eq!((&confirmed["sad"], &confirmed["transaction_id"]), (&json!("sad-mot-lan"), &json!("other")));
    assert!(mock.asked_at("/v1/signatures/sign").is_empty(), "nothing goes to the telephone");

    let failure = smartca.start(&given(plain(), "otp", "246810")).await.expect_err("no password");
    assert_eq!(failure.code, Code::InvalidData);
    let held = smartca.start(&plain()).await.expect("the telephone serves too");
    assert!(ticket(held).contains("tran-1"));
    let off = provider(&settings(&mock, ""), "smartca");
    let order = given(given(plain(), "password", "mat-khau"), "otp", "246810");
    assert_eq!(off.start(&order).await.expect_err("not set").code, Code::FeatureOff);
}

#[actix_web::test]
async fn what_sends_the_poll_elsewhere_is_not_followed() {
    let mock = service(|asked| {
        (asked.path == "/v1/signatures/sign").then(|| success(&json!({"tran_code": "../../v2/signatures/confirm?x="})))
    });
    let failure = provider(&settings(&mock, ""), "smartca").start(&order("signer", SERIAL, RSA, &["1"])).await;
    let failure = failure.expect_err("a strange code");
    assert_eq!(told(&failure).1, "`smartca` nhận yêu cầu nhưng không trả mã giao dịch");

    let more = settings(&mock, "poll_by = \"transaction_id\"\n");
    let held = ticket(provider(&more, "smartca").start(&order("signer", SERIAL, RSA, &["1"])).await.expect("waiting"));
    let own = mock.asked().last().expect("asked").json()["transaction_id"].as_str().expect("a code").to_owned();
    assert!(held.contains(&own), "{held}");
}

#[actix_web::test]
async fn strangers_and_gateways_are_told() {
    let mock =
        service(|asked| asked.path.ends_with("get_certificate").then(|| success(&json!({"user_certificates": []}))));
    let user = User { id: "014000000009".to_owned() };
    let failure = provider(&settings(&mock, ""), "smartca").credentials(&user).await.expect_err("no certificate");
    assert_eq!(told(&failure).1, "`smartca` không có chứng thư nào của người ký này");

    let mock = service(|asked| {
        let words = "User 014000000009 chưa đăng ký";
        asked
            .path
            .ends_with("get_certificate")
            .then(|| Reply::json(404, &json!({"status_code": 404, "message": words})))
    });
    let failure = provider(&settings(&mock, ""), "smartca").credentials(&user).await.expect_err("unknown");
    assert_eq!(
        told(&failure).1,
        "`smartca`: không có người ký này, hoặc tài khoản chưa được kích hoạt; mã `404`, lý do được nêu: `User … chưa đăng ký`"
    );

    let mock = service(|_| Some(Reply::html(502)));
    let failure = provider(&settings(&mock, ""), "smartca").start(&order("signer", SERIAL, RSA, &["1"])).await;
    assert_eq!(failure.expect_err("HTML").code, Code::ProviderUnavailable);
    assert_eq!(mock.asked().len(), 1, "a request to sign is not repeated");

    let wrong = settings(&mock, "").replace("khen-thuong", "ai-do");
    let mock = service(|_| None);
    let wrong = wrong.replace(wrong.split('"').nth(1).expect("an address"), &mock.url);
    let failure = provider(&wrong, "smartca").credentials(&user).await.expect_err("a wrong account");
    assert_eq!(
        told(&failure),
        (Code::ProviderUnavailable,
         "`smartca`: không nhận tài khoản kết nối của dịch vụ này; mã `401`, lý do được nêu: `SP_CREDENTIAL_INVALID`".to_owned())
    );
}
