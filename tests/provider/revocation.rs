//! OCSP, lists and missing certificates, from where certificates say they are.

use chrono::DateTime;
use vinhdanh::diagnostic::Code;
use vinhdanh::pades::{Certificate, Chain, Moment};

use super::keys::{der, own_chain, read};
use super::mock::{Asked, Mock, Reply};
use super::{built, told};

fn now() -> Moment {
    DateTime::parse_from_rfc3339("2026-03-02T08:00:00+07:00").expect("a moment")
}

fn good(asked: &Asked) -> Reply {
    let bytes = match asked.path.as_str() {
        "/ocsp" => read("ocsp-signer.der"),
        "/trung-gian.crl" => read("intermediate.crl"),
        "/goc.crl" => read("root.crl"),
        "/trung-gian.cer" => der("intermediate.pem"),
        _ => return Reply::html(404),
    };
    Reply::of(200, "application/octet-stream", bytes)
}

fn service(quirk: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Mock {
    Mock::start(move |asked| quirk(asked).unwrap_or_else(|| good(asked)))
}

fn section(mock: &Mock) -> String {
    let address = mock.address;
    format!(
        "[revocation]\nenabled = true\ntimeout_s = 2\n[revocation.mirrors]\n\"pki.phuyen.example\" = \"{address}\"\n"
    )
}

fn one(name: &str) -> Certificate {
    Certificate::from_der(&der(name)).expect("a certificate")
}

#[actix_web::test]
async fn a_chain_gets_its_answer_its_list_and_what_is_missing_above_it() {
    let mock = service(|_| None);
    let providers = built(&section(&mock)).expect("settings");
    let revocation = providers.revocation().expect("on");
    let alone = Chain::order(vec![one("signer.pem")]).expect("a chain");
    let gathered = revocation.gather(&[&alone], &[one("root.pem")], now()).await.expect("all of it");
    let material = &gathered.material;
    assert_eq!(material.ocsps, [read("ocsp-signer.der")]);
    assert_eq!(material.crls, [read("root.crl")]);
    for name in ["signer.pem", "intermediate.pem", "root.pem", "responder.pem"] {
        assert!(material.certificates.contains(&der(name)), "{name}");
    }
    assert!(gathered.silent.is_empty());
    let asked = mock.asked_at("/ocsp");
    assert_eq!(asked[0].header("content-type"), "application/ocsp-request");

    revocation.gather(&[&own_chain("signer")], &[], now()).await.expect("again");
    assert_eq!(mock.asked_at("/goc.crl").len(), 1, "a list is kept until the next one is due");
    assert_eq!(mock.asked_at("/ocsp").len(), 2, "an answer is not");
}

#[actix_web::test]
async fn the_list_serves_where_ocsp_does_not_answer() {
    let mock = service(|asked| (asked.path == "/ocsp").then(|| Reply::html(500)));
    let providers = built(&section(&mock)).expect("settings");
    let gathered =
        providers.revocation().expect("on").gather(&[&own_chain("signer")], &[], now()).await.expect("lists");
    assert!(gathered.material.ocsps.is_empty());
    assert_eq!(gathered.material.crls.len(), 2);
}

#[actix_web::test]
async fn a_revoked_certificate_is_told_with_its_time() {
    for ocsp in [true, false] {
        let mock = service(move |asked| {
            (asked.path == "/ocsp").then(|| match ocsp {
                true => Reply::of(200, "application/ocsp-response", read("ocsp-revoked.der")),
                false => Reply::html(500),
            })
        });
        let providers = built(&section(&mock)).expect("settings");
        let failure = providers.revocation().expect("on").gather(&[&own_chain("revoked")], &[], now()).await;
        let (code, vi) = told(&failure.expect_err("revoked"));
        assert_eq!(code, Code::CertificateUnfit);
        assert!(vi.starts_with("chứng thư `Lò Văn Ượn` đã bị thu hồi từ `2026-02-01T"), "{vi}");
    }
}

#[actix_web::test]
async fn answers_that_prove_nothing_are_not_taken() {
    let quirks: [fn(&Asked) -> Option<Reply>; 3] = [
        // An answer about another certificate, and a list of another authority.
        |asked| {
            Some(Reply::of(200, "x/y", if asked.path == "/ocsp" { read("ocsp-revoked.der") } else { read("root.crl") }))
        },
        |_| Some(Reply::of(200, "x/y", vec![0x30; 1 << 20])),
        |_| Some(Reply::of(302, "text/plain", "").with("location", "http://127.0.0.1:1/")),
    ];
    for quirk in quirks {
        let mock = service(quirk);
        let providers = built(&section(&mock)).expect("settings");
        let failure = providers.revocation().expect("on").gather(&[&own_chain("signer")], &[], now()).await;
        let failure = failure.expect_err("nothing proved");
        assert_eq!(
            told(&failure),
            (
                Code::ProviderUnavailable,
                "không hỏi được trạng thái thu hồi của chứng thư `Đinh Thị Hồng Ẻm`".to_owned()
            )
        );
        assert!(failure.diagnostics.len() >= 3, "each try is told: {failure}");
    }
}

#[actix_web::test]
async fn a_host_nobody_named_is_not_called() {
    let mock = service(|_| None);
    let elsewhere = section(&mock).replace("pki.phuyen.example", "crl.khac.example");
    let providers = built(&elsewhere).expect("settings");
    let failure = providers.revocation().expect("on").gather(&[&own_chain("signer")], &[], now()).await;
    let failure = failure.expect_err("not named");
    assert_eq!(
        failure.diagnostics[1].message.vi,
        "không được hỏi `pki.phuyen.example` về thu hồi: máy này không có trong cấu hình"
    );
    assert!(failure.diagnostics[1].hints[0].vi.contains("`hosts`"));
    assert!(mock.asked().is_empty());
}

#[actix_web::test]
async fn a_certificate_that_names_no_place_is_told() {
    let mock = service(|_| None);
    let providers = built(&section(&mock)).expect("settings");
    let gathered =
        providers.revocation().expect("on").gather(&[&own_chain("tsa")], &[], now()).await.expect("the rest");
    assert_eq!(gathered.silent[0].vi, "chứng thư `Dấu thời gian thử nghiệm` không nêu nơi hỏi trạng thái thu hồi");
    let failure = providers
        .revocation()
        .expect("on")
        .gather(&[&own_chain("signer")], &[], now() + chrono::TimeDelta::days(9_000))
        .await;
    assert!(told(&failure.expect_err("out of date")).1.contains("không hỏi được"));
}
