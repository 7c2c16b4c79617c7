//! CSC API, both editions.

use std::time::Duration;

use serde_json::{Value, json};
use vinhdanh::diagnostic::Code;
use vinhdanh::pades::Algorithm;
use vinhdanh::provider::{Assurance, User};

use super::keys::{chain, order, serves, sign, sign_der, sign_joined, sign_pss};
use super::mock::{Asked, Mock, Reply};
use super::{SECRET, done, followed, given, provider, ticket, told};

/// Name, what is changed in a credential, and what is told.
type Unready = (&'static str, fn(&mut Value), Code, &'static str);
/// Name, an answer, and what is told.
type Broken = (&'static str, fn() -> Reply, &'static str);

const RSA: Algorithm = Algorithm::RsaPkcs1Sha256;
const NAME: &str = "csc-thu";

fn settings(mock: &Mock, more: &str) -> String {
    format!(
        "[csc.thu]\nbase_url = \"{}/csc/v2\"\nclient_id = \"khen-thuong\"\nclient_secret_env = \"KHOA_THU\"\n\
         poll_s = 1\ntimeout_s = 2\n{more}",
        mock.url
    )
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn unbase(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}

fn info(signer: &str) -> Value {
    let algorithms = match signer {
        "seal" => {
            json!({"status": "enabled", "algo": ["1.2.840.10045.4.3.2"], "len": 256, "curve": "1.2.840.10045.3.1.7"})
        }
        _ => json!({"status": "enabled", "algo": ["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.10"], "len": 2048}),
    };
    json!({
        "credentialID": signer,
        "key": algorithms,
        "cert": {"status": "valid", "certificates": chain(signer)},
        "auth": {"mode": "explicit", "expression": "PIN", "objects": [
            {"type": "Password", "id": "PIN", "format": "N", "label": "Mã PIN ký"}]},
        "SCAL": "2",
        "multisign": 5,
    })
}

/// A service that keeps to the specification, but for what `quirk` does.
fn service(quirk: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Mock {
    Mock::start(move |asked| quirk(asked).unwrap_or_else(|| usual(asked)))
}

fn usual(asked: &Asked) -> Reply {
    let refuse = |error: &str, told: &str| Reply::json(400, &json!({"error": error, "error_description": told}));
    if asked.path == "/oauth2/token" {
        let form = String::from_utf8(asked.body.clone()).expect("a form");
        if !form.contains(&format!("client_secret={SECRET}")) || !form.contains("grant_type=client_credentials") {
            return Reply::json(401, &json!({"error": "invalid_client", "error_description": "Unknown client"}));
        }
        let token = format!("t-{}", asked.before);
        return Reply::json(200, &json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600}));
    }
    if !asked.header("authorization").starts_with("Bearer t-") {
        return Reply::json(401, &json!({"error": "invalid_token"}));
    }
    let body = asked.json();
    match asked.path.trim_start_matches("/csc/v2/").trim_start_matches("/csc/v1/") {
        "credentials/list" => Reply::json(
            200,
            &json!({"credentialIDs": ["signer", "seal"], "credentialInfos": [info("signer"), info("seal")]}),
        ),
        "credentials/info" => Reply::json(200, &info(body["credentialID"].as_str().expect("an id"))),
        "credentials/authorize" => {
            let hashes = strings(&body["hashes"]);
            if body["authData"] != json!([{"id": "PIN", "value": "135790"}]) {
                return refuse("invalid_authentication_data", "The authentication data is invalid");
            }
            assert_eq!(body["numSignatures"], hashes.len());
            assert_eq!(body["hashAlgorithmOID"], "2.16.840.1.101.3.4.2.1");
            Reply::json(200, &json!({"SAD": format!("sad {}", hashes.join(" ")), "expiresIn": 300}))
        }
        "signatures/signHash" => {
            let bound = body["SAD"].as_str().unwrap_or_default();
            let hashes = strings(&body["hashes"]);
            if !hashes.iter().all(|hash| bound.contains(hash.as_str())) {
                return refuse("invalid_request", "Hash is not authorized by the SAD");
            }
            Reply::json(200, &json!({"signatures": signed(&body, &hashes)}))
        }
        other => Reply::json(404, &json!({"error": "invalid_request", "error_description": other})),
    }
}

fn signed(body: &Value, hashes: &[String]) -> Vec<String> {
    let one = |hash: &String| match body["signAlgo"].as_str() {
        Some("1.2.840.113549.1.1.11") => sign("signer", &unbase(hash)),
        Some("1.2.840.113549.1.1.10") => {
            assert!(body["signAlgoParams"].as_str().is_some_and(|text| unbase(text).ends_with(&[2, 1, 32])));
            sign_pss("signer", &unbase(hash))
        }
        Some("1.2.840.10045.4.3.2") => sign_der("seal", &unbase(hash)),
        other => panic!("{other:?}"),
    };
    hashes.iter().map(one).collect()
}

fn at(asked: &Asked, path: &str) -> bool {
    asked.path == format!("/csc/v2/{path}")
}

#[actix_web::test]
async fn credentials_come_with_chain_algorithms_and_what_the_signer_is_asked_for() {
    let mock = service(|_| None);
    let csc = provider(&settings(&mock, ""), NAME);
    assert_eq!((csc.assurance(), csc.at_once()), (Assurance::Remote, 100));
    let found = csc.credentials(&User { id: String::new() }).await.expect("credentials");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].algorithms, [RSA, Algorithm::RsaPssSha256]);
    assert_eq!(found[1].algorithms, [Algorithm::EcdsaP256Sha256]);
    assert_eq!((found[0].at_once, found[0].chain.all().len()), (5, 3));
    assert_eq!((found[0].wants[0].id.as_str(), found[0].wants[0].label.vi.as_str()), ("PIN", "Mã PIN ký"));
    assert!(mock.asked_at("/csc/v2/credentials/list")[0].json().get("userID").is_none());
}

#[actix_web::test]
async fn hashes_of_one_approval_come_back_signed_in_order() {
    let mock = service(|_| None);
    let csc = provider(&settings(&mock, ""), NAME);
    for (signer, algorithm) in
        [("signer", RSA), ("signer", Algorithm::RsaPssSha256), ("seal", Algorithm::EcdsaP256Sha256)]
    {
        let order = given(order(signer, signer, algorithm, &["15/QĐ-UBND", "16/QĐ-UBND"]), "PIN", "135790");
        let all = done(csc.start(&order).await.expect("signed"));
        for (item, signature) in order.items.iter().zip(all) {
            assert!(serves(signer, algorithm, item, &signature.expect("a signature")), "{algorithm:?}");
        }
    }
    let authorized = mock.asked_at("/csc/v2/credentials/authorize");
    assert_eq!(authorized[0].json()["description"], "2 van ban");
    assert_eq!(mock.asked_at("/oauth2/token").len(), 1, "the token is kept");
}

#[actix_web::test]
async fn a_signature_as_r_and_s_serves() {
    let mock = service(|asked| {
        at(asked, "signatures/signHash").then(|| {
            let hashes = strings(&asked.json()["hashes"]);
            let all: Vec<_> = hashes.iter().map(|hash| sign_joined("seal", &unbase(hash))).collect();
            Reply::json(200, &json!({"signatures": all}))
        })
    });
    let order = given(order("seal", "seal", Algorithm::EcdsaP256Sha256, &["15/QĐ-UBND"]), "PIN", "135790");
    let all = done(provider(&settings(&mock, ""), NAME).start(&order).await.expect("signed"));
    let signature = all[0].as_ref().expect("a signature");
    assert_eq!(signature.len(), 64);
    assert!(serves("seal", Algorithm::EcdsaP256Sha256, &order.items[0], signature));
}

#[actix_web::test]
async fn a_signature_of_another_key_does_not_serve() {
    let mock = service(|asked| {
        at(asked, "signatures/signHash").then(|| {
            let hashes = strings(&asked.json()["hashes"]);
            Reply::json(200, &json!({"signatures": [sign("stranger", &unbase(&hashes[0]))]}))
        })
    });
    let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND"]), "PIN", "135790");
    let all = done(provider(&settings(&mock, ""), NAME).start(&order).await.expect("an answer"));
    assert!(!serves("signer", RSA, &order.items[0], all[0].as_ref().expect("a signature")));
}

#[actix_web::test]
async fn the_signer_may_approve_elsewhere_and_the_service_may_take_its_time() {
    let mock = service(|asked| {
        let pending = |key: &str| Reply::json(202, &json!({ key: "h-1" }));
        if at(asked, "credentials/info") {
            let mut told = info("signer");
            told["auth"] =
                json!({"mode": "explicit", "expression": "mobile", "objects": [{"type": "oob", "id": "mobile"}]});
            return Some(Reply::json(200, &told));
        }
        if at(asked, "credentials/authorize") {
            assert_eq!(asked.json()["authData"], json!([{"id": "mobile"}]));
            return Some(pending("handle"));
        }
        if at(asked, "credentials/authorizeCheck") {
            assert_eq!(asked.json()["handle"], "h-1");
            let sad = json!({"SAD": "sad-mot-lan"});
            return Some(if asked.before == 0 { pending("handle") } else { Reply::json(200, &sad) });
        }
        if at(asked, "signatures/signHash") {
            let body = asked.json();
            assert_eq!((&body["SAD"], &body["operationMode"]), (&json!("sad-mot-lan"), &json!("A")));
            // The hashes themselves stand for what the service keeps.
            return Some(Reply::json(200, &json!({"responseID": strings(&body["hashes"]).join(" ")})));
        }
        at(asked, "signatures/signPolling").then(|| match asked.before {
            0 => Reply::json(202, &json!({"error": "accepted_request", "error_description": "not yet completed"})),
            // Nothing but the status.
            1 => Reply::of(202, "application/json", ""),
            2 => Reply::json(
                400,
                &json!({"error": "invalid_request", "error_description": "Previous async request outstanding"}),
            ),
            _ => {
                let hashes: Vec<_> =
                    asked.json()["requestID"].as_str().expect("an id").split(' ').map(str::to_owned).collect();
                Reply::json(
                    200,
                    &json!({"signatures": hashes.iter().map(|hash| sign("signer", &unbase(hash))).collect::<Vec<_>>()}),
                )
            }
        })
    });
    let build = || provider(&settings(&mock, "asynchronous = true\n"), NAME);
    let order = order("signer", "signer", RSA, &["15/QĐ-UBND", "16/QĐ-UBND"]);
    let first = build().start(&order).await.expect("waiting");
    let all = followed(build, first).await.expect("signed");
    for (item, signature) in order.items.iter().zip(all) {
        assert!(serves("signer", RSA, item, &signature.expect("a signature")));
    }
    assert!(
        !mock.asked().iter().any(|one| one.path.ends_with("authorize") && one.before > 0),
        "the signer is asked once"
    );
}

#[actix_web::test]
async fn of_two_ways_the_one_the_signer_chose_is_sent_alone() {
    let mock = service(|asked| {
        if at(asked, "credentials/info") || at(asked, "credentials/list") {
            let mut told = info("signer");
            told["auth"] = json!({"mode": "explicit", "expression": "PIN OR mobile", "objects": [
                {"type": "Password", "id": "PIN", "label": "Mã PIN"}, {"type": "oob", "id": "mobile"}]});
            let listed = json!({"credentialIDs": ["signer"], "credentialInfos": [told.clone()]});
            return Some(Reply::json(200, if at(asked, "credentials/list") { &listed } else { &told }));
        }
        at(asked, "credentials/authorize").then(|| Reply::json(202, &json!({"handle": "h"})))
    });
    let csc = provider(&settings(&mock, ""), NAME);
    let found = csc.credentials(&User { id: String::new() }).await.expect("credentials");
    assert!(!found[0].wants[0].required);
    let plain = || order("signer", "signer", RSA, &["15/QĐ-UBND"]);
    ticket(csc.start(&plain()).await.expect("waiting"));
    ticket(csc.start(&given(plain(), "PIN", "135790")).await.expect("waiting"));
    let sent: Vec<_> =
        mock.asked_at("/csc/v2/credentials/authorize").iter().map(|one| one.json()["authData"].clone()).collect();
    assert_eq!(sent, [json!([{"id": "mobile"}]), json!([{"id": "PIN", "value": "135790"}])]);
}

#[actix_web::test]
async fn a_token_that_ends_midway_is_replaced() {
    let mock = service(|asked| {
        let stale = asked.header("authorization") == "Bearer t-0" && at(asked, "signatures/signHash");
        stale.then(|| Reply::json(401, &json!({"error": "invalid_token"})))
    });
    let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND"]), "PIN", "135790");
    let all = done(provider(&settings(&mock, ""), NAME).start(&order).await.expect("signed"));
    assert!(serves("signer", RSA, &order.items[0], all[0].as_ref().expect("a signature")));
    assert_eq!(mock.asked_at("/oauth2/token").len(), 2);
    assert_eq!(mock.asked_at("/csc/v2/credentials/authorize").len(), 1, "the signer is asked once");
}

#[actix_web::test]
async fn refusals_are_told_in_our_words_and_theirs() {
    for (status, error, words, code, vi) in [
        (
            400,
            "invalid_otp",
            "The OTP is invalid",
            Code::ProviderRefused,
            "`csc-thu`: mã PIN, mật khẩu hoặc OTP không đúng hoặc đã hết hạn; mã `invalid_otp`, lý do được nêu: `The OTP is invalid`",
        ),
        (
            400,
            "access_denied",
            "User rejected",
            Code::ProviderRefused,
            "`csc-thu`: người giữ khóa đã từ chối yêu cầu ký; mã `access_denied`, lý do được nêu: `User rejected`",
        ),
        (
            400,
            "invalid_request",
            "SAD expired",
            Code::ProviderTimeout,
            "`csc-thu`: không ai xác nhận yêu cầu ký trong thời hạn; mã `invalid_request`, lý do được nêu: `SAD expired`",
        ),
        (
            400,
            "invalid_request",
            "Signing certificate is expired",
            Code::ProviderRefused,
            "`csc-thu`: chứng thư hoặc khóa ký đã hết hạn, bị thu hồi, tạm dừng hoặc bị khóa; mã `invalid_request`, lý do được nêu: `Signing certificate is expired`",
        ),
        (
            400,
            "invalid_request",
            "quota exceeded",
            Code::ProviderRefused,
            "`csc-thu`: tài khoản ký đã hết lượt ký hoặc hết tiền; mã `invalid_request`, lý do được nêu: `quota exceeded`",
        ),
        (500, "server_error", "", Code::ProviderUnavailable, "`csc-thu`: đang không phục vụ được; mã `server_error`"),
    ] {
        let mock = service(move |asked| {
            at(asked, "signatures/signHash")
                .then(|| Reply::json(status, &json!({"error": error, "error_description": words})))
        });
        let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND"]), "PIN", "135790");
        let failure = provider(&settings(&mock, ""), NAME).start(&order).await.expect_err(error);
        assert_eq!(told(&failure), (code, vi.to_owned()));
        assert_eq!(mock.asked_at("/csc/v2/signatures/signHash").len(), 1, "signing is not repeated");
    }
}

#[actix_web::test]
async fn what_would_be_refused_does_not_reach_the_signer() {
    let quirks: [Unready; 4] = [
        (
            "disabled",
            |info| info["key"]["status"] = json!("disabled"),
            Code::ProviderRefused,
            "`csc-thu`: chứng thư hoặc khóa ký đã hết hạn, bị thu hồi, tạm dừng hoặc bị khóa; mã `disabled`",
        ),
        (
            "revoked",
            |info| info["cert"]["status"] = json!("revoked"),
            Code::ProviderRefused,
            "`csc-thu`: chứng thư hoặc khóa ký đã hết hạn, bị thu hồi, tạm dừng hoặc bị khóa; mã `revoked`",
        ),
        (
            "oauth2code",
            |info| info["auth"] = json!({"mode": "oauth2code"}),
            Code::FeatureOff,
            "`csc-thu`: chứng thư này đòi người ký đăng nhập trên trang của nhà cung cấp (`oauth2code`)",
        ),
        (
            "multisign",
            |info| info["multisign"] = json!(1),
            Code::InvalidData,
            "`csc-thu` nhận nhiều nhất 1 văn bản trong một lần chấp thuận, yêu cầu có 2",
        ),
    ];
    for (name, change, code, vi) in quirks {
        let mock = service(move |asked| {
            at(asked, "credentials/info").then(|| {
                let mut told = info("signer");
                change(&mut told);
                Reply::json(200, &told)
            })
        });
        let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND", "16/QĐ-UBND"]), "PIN", "135790");
        let failure = provider(&settings(&mock, ""), NAME).start(&order).await.expect_err(name);
        assert_eq!(told(&failure), (code, vi.to_owned()));
        assert!(mock.asked_at("/csc/v2/credentials/authorize").is_empty(), "{name}");
    }
    let mock = service(|_| None);
    let csc = provider(&settings(&mock, ""), NAME);
    let failure = csc.start(&order("signer", "signer", RSA, &["15/QĐ-UBND"])).await.expect_err("no PIN");
    assert_eq!(told(&failure), (Code::InvalidData, "`csc-thu` cần `PIN` của người ký (Mã PIN ký)".to_owned()));
    let failure = csc.start(&order("seal", "seal", RSA, &["15/QĐ-UBND"])).await.expect_err("a P-256 key");
    assert_eq!(told(&failure).1, "chứng thư `seal` không ký được bằng `rsa-pkcs1-sha256`");
    assert!(csc.start(&order("seal", "seal", RSA, &[])).await.is_err(), "nothing to sign");
}

#[actix_web::test]
async fn broken_answers_are_told_apart() {
    let cases: [Broken; 6] = [
        ("html", || Reply::html(502), "`csc-thu` trả về trang HTML thay vì JSON (trạng thái 502)"),
        (
            "redirect",
            || Reply::of(302, "text/plain", "").with("location", "http://127.0.0.1:1/"),
            "`csc-thu` chuyển hướng (302); không đi theo chuyển hướng",
        ),
        ("huge", || Reply::of(200, "application/json", vec![b' '; 5 << 20]), "`csc-thu` trả lời dài hơn 4 MB; bỏ dở"),
        (
            "slow",
            || Reply::json(200, &json!({})).slowly(Duration::from_secs(4)),
            "`csc-thu` không trả lời trong 2 giây; nếu là yêu cầu ký thì chưa rõ đã đến nơi hay chưa",
        ),
        (
            "often",
            || Reply::of(429, "text/plain", "").with("retry-after", "30"),
            "`csc-thu` báo gọi quá nhanh (429); thử lại sau 30 giây",
        ),
        ("no SAD", || Reply::json(200, &json!({"sad": 1})), "`csc-thu` không trả dữ liệu kích hoạt ký (SAD)"),
    ];
    for (name, reply, vi) in cases {
        let mock = service(move |asked| at(asked, "credentials/authorize").then(reply));
        let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND"]), "PIN", "135790");
        let failure = provider(&settings(&mock, ""), NAME).start(&order).await.expect_err(name);
        assert_eq!(told(&failure), (Code::ProviderUnavailable, vi.to_owned()));
        assert_eq!(mock.asked_at("/csc/v2/credentials/authorize").len(), 1, "{name}: the signer is not asked again");
    }
}

#[actix_web::test]
async fn a_gateway_that_recovers_is_asked_again_for_what_does_no_harm() {
    let mock = service(|asked| (at(asked, "credentials/list") && asked.before < 2).then(|| Reply::html(503)));
    let found = provider(&settings(&mock, ""), NAME).credentials(&User { id: "a".to_owned() }).await;
    assert_eq!(found.expect("the third answer").len(), 2);
}

#[actix_web::test]
async fn wrong_numbers_and_forms_of_signatures_end_the_order() {
    let cases: [(&str, Value, &str); 4] = [
        ("one", json!(["AAAA"]), "`csc-thu` trả 1 chữ ký cho 2 giá trị băm; không dùng chữ ký nào"),
        ("three", json!(["AAAA", "AAAA", "AAAA"]), "`csc-thu` trả 3 chữ ký cho 2 giá trị băm; không dùng chữ ký nào"),
        ("not base64", json!(["chữ ký", "AAAA"]), "`csc-thu` trả chữ ký không phải base64"),
        ("null", json!([null, "AAAA"]), "`csc-thu` không trả chữ ký cho văn bản này"),
    ];
    for (name, signatures, vi) in cases {
        let mock = service(move |asked| {
            at(asked, "signatures/signHash").then(|| Reply::json(200, &json!({"signatures": signatures})))
        });
        let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND", "16/QĐ-UBND"]), "PIN", "135790");
        let all = done(provider(&settings(&mock, ""), NAME).start(&order).await.expect("an end"));
        assert_eq!(all.len(), 2, "{name}");
        assert_eq!(told(all[0].as_ref().expect_err(name)).1, vi);
    }
}

#[actix_web::test]
async fn an_account_that_is_not_taken_is_the_operators_matter() {
    let mock =
        service(|asked| (asked.path == "/oauth2/token").then(|| Reply::json(401, &json!({"error": "invalid_client"}))));
    let failure = provider(&settings(&mock, ""), NAME).credentials(&User { id: String::new() }).await.expect_err("401");
    assert_eq!(
        told(&failure),
        (
            Code::ProviderUnavailable,
            "`csc-thu`: không nhận tài khoản kết nối của dịch vụ này; mã `invalid_client`".to_owned()
        )
    );
    assert!(failure.diagnostics[0].hints[0].vi.contains("[ky_so]"));
}

#[actix_web::test]
async fn the_first_edition_has_names_of_its_own() {
    let mock = service(|asked| match asked.path.as_str() {
        "/csc/v1/credentials/list" => {
            assert_eq!(asked.json()["userID"], "014000000001");
            Some(Reply::json(200, &json!({"credentialIDs": ["signer"]})))
        }
        "/csc/v1/credentials/info" => {
            let mut told = info("signer");
            told.as_object_mut().expect("an object").remove("auth");
            told["authMode"] = json!("explicit");
            told["PIN"] = json!({"presence": "true", "label": "PIN"});
            told["OTP"] = json!({"presence": "false"});
            told["multisign"] = json!("10");
            Some(Reply::json(200, &told))
        }
        "/csc/v1/credentials/authorize" => {
            let body = asked.json();
            assert_eq!((&body["PIN"], &body["numSignatures"]), (&json!("135790"), &json!(1)));
            assert!(body.get("hashes").is_none() && body.get("authData").is_none());
            Some(Reply::json(200, &json!({"SAD": body["hash"][0]})))
        }
        "/csc/v1/signatures/signHash" => {
            let body = asked.json();
            assert_eq!(body["hashAlgo"], "2.16.840.1.101.3.4.2.1");
            assert_eq!(body["SAD"], body["hash"][0]);
            Some(Reply::json(200, &json!({"signatures": signed(&body, &strings(&body["hash"]))})))
        }
        _ => None,
    });
    let more = settings(&mock, "version = 1\n").replace("/csc/v2", "/csc/v1");
    let csc = provider(&more, NAME);
    let found = csc.credentials(&User { id: "014000000001".to_owned() }).await.expect("credentials");
    assert_eq!((found[0].at_once, found[0].wants.len()), (10, 1));
    let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND"]), "PIN", "135790");
    let all = done(csc.start(&order).await.expect("signed"));
    assert!(serves("signer", RSA, &order.items[0], all[0].as_ref().expect("a signature")));
}

#[actix_web::test]
async fn a_poll_that_learns_nothing_may_be_made_again() {
    let mock = service(|asked| {
        if at(asked, "signatures/signHash") {
            return Some(Reply::json(200, &json!({"responseID": "r-1"})));
        }
        at(asked, "signatures/signPolling").then(|| Reply::html(502))
    });
    let csc = provider(&settings(&mock, ""), NAME);
    let order = given(order("signer", "signer", RSA, &["15/QĐ-UBND"]), "PIN", "135790");
    let held = ticket(csc.start(&order).await.expect("waiting"));
    assert!(!held.contains("135790") && !held.contains("sad"), "{held}");
    let failure = csc.poll(&held).await.expect_err("HTML");
    assert_eq!(failure.code, Code::ProviderUnavailable);
    assert_eq!(mock.asked_at("/csc/v2/signatures/signPolling").len(), 3);
    assert_eq!(csc.poll("{}").await.expect_err("no ticket of ours").code, Code::Internal);
}
