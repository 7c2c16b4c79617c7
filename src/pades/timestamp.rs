//! Time stamps (RFC 3161).

use der::asn1::ObjectIdentifier as Oid;

use crate::diagnostic::{Code, Failure};

use super::asn1::{self, BOOLEAN, Broken, GENERALIZED_TIME, INTEGER, OCTETS, SEQUENCE, Value, sequence, write};
use super::certificate::hexadecimal;
use super::cms::SignedData;
use super::{Certificate, Digest, Moment, oid};

/// A time-stamp token, its signature proved by the certificate in it.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its DER (a CMS).
    pub der: Vec<u8>,
    /// When, UTC, with fractions of a second where the authority tells them.
    pub at: Moment,
    /// The digest it is over.
    pub imprint: Vec<u8>,
    /// The algorithm of that digest.
    pub digest: Digest,
    /// The authority's policy, dotted.
    pub policy: String,
    /// The token's number, hexadecimal.
    pub serial: String,
    /// Whether the authority's certificate may stamp: extended key usage `timeStamping`, critical, and nothing else.
    pub may_stamp: bool,
    /// Words for its algorithms: `SHA-256, RSA 2048`.
    pub algorithm_name: String,
    /// Every certificate in it that can be read, the authority's first.
    pub certificates: Vec<Certificate>,
    nonce: Option<Vec<u8>>,
}

impl Token {
    /// Reads a token and proves its signature by the certificate in it (chain, time and purpose are judged elsewhere).
    /// Zeros behind it are left out.
    ///
    /// # Errors
    ///
    /// [`Code::SignatureMismatch`]: it cannot be read, or its signature, its content or the certificate it names do not
    /// fit each other.
    pub fn parse(der: &[u8]) -> Result<Self, Failure> {
        let data = SignedData::read(der)?;
        let info = match &data.content {
            Some(content) if data.content_type == oid::TST_INFO => {
                Info::read(content).map_err(|Broken| unreadable())?
            }
            _ => return Err(unreadable()),
        };
        let Some(digest) = Digest::from_oid(info.digest) else {
            return Err(refused(
                "dấu thời gian dùng thuật toán băm không được nhận",
                "the time stamp uses a digest that is not taken",
            ));
        };
        if info.imprint.len() != digest.length() {
            return Err(unreadable());
        }
        if data.scheme.is_none() {
            return Err(refused(
                &format!("dấu thời gian ký bằng `{}`, không được nhận", data.algorithm_name),
                &format!("the time stamp is signed by `{}`, which is not taken", data.algorithm_name),
            ));
        }
        // RFC 3161, 2.4.2: the authority's certificate is named in the signed attributes.
        if data.names_signer != Some(true) || !data.holds_over_content() {
            return Err(refused("chữ ký của dấu thời gian không đúng", "the time stamp's signature does not hold"));
        }
        Ok(Self {
            at: info.at,
            imprint: info.imprint.to_vec(),
            digest,
            policy: info.policy.to_string(),
            serial: hexadecimal(info.serial),
            may_stamp: data.signer.may_stamp(),
            nonce: info.nonce.map(<[u8]>::to_vec),
            algorithm_name: data.algorithm_name,
            certificates: data.certificates,
            der: data.der,
        })
    }

    /// Whether it is over these bytes.
    pub fn covers(&self, bytes: &[u8]) -> bool {
        self.digest.of(&[bytes]) == self.imprint
    }

    /// The authority's certificate.
    pub fn authority(&self) -> Option<&Certificate> {
        self.certificates.first()
    }
}

/// A request for a stamp over a SHA-256 digest, with the authority's certificate wanted.
pub fn request(digest: &[u8; 32], nonce: u64) -> Vec<u8> {
    let sha256 = sequence(&[&asn1::write_oid(oid::SHA256), &write(asn1::NULL, &[])]);
    sequence(&[
        &asn1::write_integer(&[1]),
        &sequence(&[&sha256, &write(OCTETS, &[digest])]),
        &asn1::write_integer(&nonce.to_be_bytes()),
        &write(BOOLEAN, &[&[0xff]]),
    ])
}

/// Reads an authority's answer: granted, over this digest, with this nonce, by a certificate that may stamp.
///
/// # Errors
///
/// [`Code::ProviderRefused`]: the authority says no, and why. [`Code::ProviderUnavailable`]: it answers something else
/// than it was asked. [`Code::SignatureMismatch`]: its token does not hold.
pub fn response(der: &[u8], digest: &[u8; 32], nonce: u64) -> Result<Token, Failure> {
    let answer = Answer::read(der).map_err(|Broken| {
        odd(
            "câu trả lời của dịch vụ dấu thời gian không đọc được",
            "the answer of the time-stamp authority cannot be read",
        )
    })?;
    // 0 granted, 1 granted with modifications (RFC 3161, 2.4.2).
    let (Some(token), 0 | 1) = (answer.token, answer.status) else { return Err(answer.refusal()) };
    let token = Token::parse(token)?;
    if token.digest != Digest::Sha256 || token.imprint != digest {
        return Err(odd(
            "dấu thời gian được cấp cho giá trị băm khác",
            "the time stamp is over another hash than was asked",
        ));
    }
    let wanted = asn1::write_integer(&nonce.to_be_bytes());
    let wanted = Value::only(&wanted).and_then(Value::integer).map_err(|Broken| Failure::internal("a nonce"))?;
    if token.nonce.as_deref() != Some(wanted) {
        return Err(odd(
            "dấu thời gian không mang số `nonce` đã gửi",
            "the time stamp does not bear the nonce that was sent",
        ));
    }
    if !token.may_stamp {
        return Err(odd(
            "chứng thư của dịch vụ dấu thời gian không được cấp để đóng dấu thời gian",
            "the certificate of the time-stamp authority was not issued for time stamps",
        ));
    }
    Ok(token)
}

/// `TSTInfo` (RFC 3161, 2.4.2).
struct Info<'a> {
    policy: Oid,
    digest: Oid,
    imprint: &'a [u8],
    serial: &'a [u8],
    at: Moment,
    nonce: Option<&'a [u8]>,
}

impl<'a> Info<'a> {
    fn read(content: &'a [u8]) -> Result<Self, Broken> {
        let mut inside = Value::only(content)?.with_tag(SEQUENCE)?.inside();
        if inside.expect(INTEGER)?.small()? != 1 {
            return Err(Broken);
        }
        let policy = inside.next()?.oid()?;
        let mut imprint = inside.expect(SEQUENCE)?.inside();
        let digest = imprint.expect(SEQUENCE)?.inside().next()?.oid()?;
        let hashed = imprint.expect(OCTETS)?.body;
        imprint.finish()?;
        let serial = inside.next()?.integer()?;
        let at = inside.expect(GENERALIZED_TIME)?.moment()?;
        inside.optional(SEQUENCE)?;
        inside.optional(BOOLEAN)?;
        let nonce = inside.optional(INTEGER)?.map(Value::integer).transpose()?;
        inside.optional(asn1::context(0))?;
        inside.optional(asn1::context(1))?;
        inside.finish()?;
        Ok(Self { policy, digest, imprint: hashed, serial, at, nonce })
    }
}

/// `TimeStampResp` (RFC 3161, 2.4.2).
struct Answer<'a> {
    status: u64,
    text: String,
    failures: Vec<u8>,
    token: Option<&'a [u8]>,
}

impl<'a> Answer<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Broken> {
        let mut inside = Value::only(der)?.with_tag(SEQUENCE)?.inside();
        let mut status_info = inside.expect(SEQUENCE)?.inside();
        let status = status_info.expect(INTEGER)?.small()?;
        let mut text = Vec::new();
        if let Some(lines) = status_info.optional(SEQUENCE)? {
            for line in lines.each()? {
                text.push(std::str::from_utf8(line.body).map_err(|_| Broken)?);
            }
        }
        let failures = match status_info.optional(asn1::BITS)? {
            Some(bits) => bits.body.get(1..).ok_or(Broken)?.to_vec(),
            None => Vec::new(),
        };
        let rest = inside.rest();
        let token = if rest.is_empty() { None } else { Some(rest) };
        Ok(Self { status, text: text.join(" "), failures, token })
    }

    /// What the authority says against it.
    fn refusal(&self) -> Failure {
        /// `PKIFailureInfo`, bit and words (RFC 3161, 2.4.2).
        const FAILURES: &[(usize, &str, &str)] = &[
            (0, "thuật toán không được nhận", "algorithm not taken"),
            (2, "yêu cầu không được phép", "request not permitted"),
            (5, "dữ liệu sai dạng", "data of the wrong form"),
            (14, "hết nguồn giờ chuẩn", "time source not available"),
            (15, "không có chính sách được yêu cầu", "policy not supported"),
            (16, "phần mở rộng không được nhận", "extension not supported"),
            (17, "không hiểu thông tin kèm theo", "additional information not understood"),
            (25, "hệ thống hỏng", "system failure"),
        ];
        let set = |bit: usize| self.failures.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
        let mut vi = vec![format!("dịch vụ dấu thời gian từ chối (trạng thái `{}`)", self.status)];
        let mut en = vec![format!("the time-stamp authority refused (status `{}`)", self.status)];
        for (_, one_vi, one_en) in FAILURES.iter().filter(|(bit, ..)| set(*bit)) {
            vi.push((*one_vi).to_owned());
            en.push((*one_en).to_owned());
        }
        let told: String = self.text.chars().filter(|letter| !letter.is_control()).take(200).collect();
        if !told.is_empty() {
            vi.push(format!("`{told}`"));
            en.push(format!("`{told}`"));
        }
        Failure::one(Code::ProviderRefused, vi.join("; "), en.join("; "))
    }
}

fn unreadable() -> Failure {
    refused("không đọc được dấu thời gian", "the time stamp cannot be read")
}

fn refused(vi: &str, en: &str) -> Failure {
    Failure::one(Code::SignatureMismatch, vi, en)
}

fn odd(vi: &str, en: &str) -> Failure {
    Failure::one(Code::ProviderUnavailable, vi, en)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::testing::{Folder, file, moment};
    use super::*;

    /// A stamp over `bytes`, by openssl as authority.
    pub(in super::super) fn stamp(folder: &Folder, bytes: &[u8]) -> Token {
        let digest = Digest::Sha256.of(&[bytes]).try_into().expect("32 bytes");
        response(&answer(folder, &request(&digest, 42)), &digest, 42).expect("a stamp")
    }

    /// The answer of openssl to a request.
    fn answer(folder: &Folder, request: &[u8]) -> Vec<u8> {
        folder.write(
            "tsa.cnf",
            b"[tsa]\ndefault_tsa = stamps\n[stamps]\nserial = tsa.serial\nsigner_digest = sha256\ndigests = sha256\n\
              default_policy = 1.3.6.1.4.1.99999.2.1\ness_cert_id_alg = sha256\nclock_precision_digits = 3\n",
        );
        folder.write("tsa.serial", b"01\n");
        folder.write("query.tsq", request);
        let (done, told) = folder.openssl(
            "ts -reply -config tsa.cnf -queryfile query.tsq -signer tsa.pem -inkey tsa.key -chain intermediate.pem -out answer.tsr",
        );
        assert!(done, "{told}");
        folder.read("answer.tsr")
    }

    fn told(failure: &Failure) -> &str {
        &failure.diagnostics[0].message.en
    }

    #[test]
    fn openssl_answers_what_is_asked() {
        let folder = Folder::new(&[]);
        let digest: [u8; 32] = Digest::Sha256.of(&[b"vinhdanh"]).try_into().expect("32 bytes");
        for nonce in [0, 1, 0x80, 0xff00_0000_0000_0000, u64::MAX] {
            let der = answer(&folder, &request(&digest, nonce));
            let token = response(&der, &digest, nonce).expect("a stamp");
            assert!(token.may_stamp && token.covers(b"vinhdanh"));
            assert_eq!(token.authority().map(Certificate::name).as_deref(), Some("Dấu thời gian thử nghiệm"));
            let other = response(&der, &digest, nonce ^ 1).expect_err("another nonce");
            assert_eq!(told(&other), "the time stamp does not bear the nonce that was sent");
            let other = response(&der, &[7; 32], nonce).expect_err("another digest");
            assert_eq!(told(&other), "the time stamp is over another hash than was asked");
            folder.write("content", b"vinhdanh");
            let (done, said) = folder
                .openssl("ts -verify -queryfile query.tsq -in answer.tsr -CAfile root.pem -untrusted intermediate.pem");
            assert!(done, "{said}");
        }
    }

    #[test]
    fn a_stamp_reads_as_it_was_issued() {
        let answer = Answer::read(file("stamp.tsr")).expect("an answer");
        let token = Token::parse(answer.token.expect("a token")).expect("it holds");
        assert_eq!(token.at, moment("2026-03-01T08:00:00Z"));
        assert_eq!((token.policy.as_str(), token.serial.as_str()), ("1.3.6.1.4.1.99999.2.1", "02"));
        assert_eq!(token.algorithm_name, "SHA-256, RSA 2048");
        assert_eq!(token.certificates.len(), 2);
        assert!(token.covers(b"vinhdanh") && !token.covers(b"vinhdanh\n"));
        let digest: [u8; 32] = Digest::Sha256.of(&[b"vinhdanh"]).try_into().expect("32 bytes");
        let failure = response(file("stamp.tsr"), &digest, 1).expect_err("no nonce in it");
        assert_eq!(told(&failure), "the time stamp does not bear the nonce that was sent");
    }

    #[test]
    fn a_refusal_is_told_in_words() {
        let folder = Folder::new(&[]);
        // SHA-1 is not among the digests this authority takes.
        folder.write("content", b"vinhdanh");
        let (done, said) = folder.openssl("ts -query -data content -sha1 -out query.tsq");
        assert!(done, "{said}");
        let der = answer(&folder, &folder.read("query.tsq"));
        let failure = response(&der, &[0; 32], 1).expect_err("refused");
        assert_eq!(failure.code, Code::ProviderRefused);
        assert_eq!(
            told(&failure),
            "the time-stamp authority refused (status `2`); algorithm not taken; `Message digest algorithm is not supported.`"
        );
        assert_eq!(response(b"<html>", &[0; 32], 1).expect_err("no answer").code, Code::ProviderUnavailable);
    }

    #[test]
    fn a_token_whose_content_was_changed_is_refused() {
        let answer = Answer::read(file("stamp.tsr")).expect("an answer");
        let mut token = answer.token.expect("a token").to_vec();
        let imprint = Digest::Sha256.of(&[b"vinhdanh"]);
        let at = token.windows(32).position(|window| window == imprint).expect("the imprint");
        token[at] ^= 1;
        assert_eq!(told(&Token::parse(&token).expect_err("changed")), "the time stamp's signature does not hold");
    }

    proptest! {
        #[test]
        fn changed_answers_never_pass(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let mut changed = file("stamp.tsr").to_vec();
            let at = at.index(changed.len());
            changed[at] ^= 1_u8 << bit;
            let digest: [u8; 32] = Digest::Sha256.of(&[b"vinhdanh"]).try_into().expect("32 bytes");
            prop_assert!(response(&changed, &digest, 1).is_err());
            if let Ok(Answer { token: Some(token), .. }) = Answer::read(&changed)
                && let Ok(token) = Token::parse(token)
            {
                // Outside the signed parts a bit may turn: what is told stays the same.
                prop_assert!(token.covers(b"vinhdanh") && token.at == moment("2026-03-01T08:00:00Z"));
            }
        }
    }
}
