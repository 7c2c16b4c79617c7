//! A key in a file.

use vinhdanh::diagnostic::Code;
use vinhdanh::pades::Algorithm;
use vinhdanh::provider::{Assurance, User};

use super::keys::{order, pki, serves};
use super::{built, done, provider, told};

fn settings(file: &str) -> String {
    // The password stands in a file with a line's end, as people write it.
    let folder = std::env::temp_dir().join(format!("vinhdanh-mat-khau-{}", std::process::id()));
    std::fs::write(&folder, "mat-khau-thu\n").expect("written");
    format!("[local]\nenabled = true\npkcs12 = \"{}\"\npassword_file = \"{}\"\n", pki(file).display(), folder.display())
}

#[actix_web::test]
async fn a_key_in_a_file_signs_at_once_and_says_what_it_is() {
    for (file, signer, algorithm) in [
        ("signer.p12", "signer", Algorithm::RsaPkcs1Sha256),
        ("signer-legacy.p12", "signer", Algorithm::RsaPssSha256),
        ("seal.p12", "seal", Algorithm::EcdsaP256Sha256),
    ] {
        let local = provider(&settings(file), "local");
        assert_eq!(local.assurance(), Assurance::SoftwareKey);
        let found = local.credentials(&User { id: String::new() }).await.expect("one");
        assert!(found[0].algorithms.contains(&algorithm) && found[0].wants.is_empty());
        let order = order(signer, "local", algorithm, &["15/QĐ-UBND", "16/QĐ-UBND"]);
        for (item, signature) in order.items.iter().zip(done(local.start(&order).await.expect("signed"))) {
            assert!(serves(signer, algorithm, item, &signature.expect("a signature")), "{file}");
        }
    }
}

#[actix_web::test]
async fn a_local_key_is_off_until_it_is_turned_on() {
    let providers = built(&settings("signer.p12").replace("true", "false")).expect("settings");
    let failure = providers.get("local").expect_err("off");
    assert_eq!(told(&failure), (Code::FeatureOff, "chưa cấu hình nhà cung cấp ký `local`".to_owned()));
}

#[actix_web::test]
async fn orders_the_key_cannot_serve_are_refused() {
    let local = provider(&settings("seal.p12"), "local");
    let failure = local.start(&order("seal", "local", Algorithm::RsaPkcs1Sha256, &["1"])).await.expect_err("P-256");
    assert_eq!(told(&failure).1, "khóa `local` không ký được bằng `rsa-pkcs1-sha256`");
    let failure = local.start(&order("seal", "khac", Algorithm::EcdsaP256Sha256, &["1"])).await.expect_err("another");
    assert_eq!(failure.code, Code::InvalidData);
    let mut wrong = order("seal", "local", Algorithm::EcdsaP256Sha256, &["1"]);
    wrong.items[0].hash[0] ^= 1;
    assert_eq!(local.start(&wrong).await.expect_err("two hashes").code, Code::Internal);
}
