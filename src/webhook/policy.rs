//! Where we may call: the public internet, and what the configuration names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr as _;

use url::{Host, Url};

use crate::diagnostic::{Code, Diagnostic, Failure, Text};

/// Longest address we keep, bytes.
const LONGEST_URL: usize = 2048;

/// Which addresses may be called.
///
/// By default https to public addresses. An office with systems of its own names them: a host (`lien-thong.noi-bo`) may
/// resolve to anything, a network (`10.20.0.0/16`, `fd00:1::/32`, `10.20.0.5`) may be reached by any name.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    allow_http: bool,
    hosts: Vec<String>,
    networks: Vec<Network>,
}

impl Policy {
    /// Reads the exceptions of the configuration; all that are wrong at once.
    pub fn parse<S: AsRef<str>>(allow_http: bool, allow: &[S]) -> Result<Self, Failure> {
        let mut policy = Self { allow_http, ..Self::default() };
        let mut faults = Vec::new();
        for entry in allow.iter().map(|entry| entry.as_ref().trim()) {
            if let Some(network) = Network::parse(entry) {
                policy.networks.push(network);
            } else if let Some(host) = host_name(entry) {
                policy.hosts.push(host);
            } else {
                let fault = Diagnostic::error(
                    "webhook_allow",
                    format!("`{entry}` không phải tên máy, địa chỉ IP hay dải địa chỉ"),
                    format!("`{entry}` is no host name, IP address or network"),
                );
                faults.push(fault.hint(
                    "viết như `lien-thong.noi-bo`, `10.20.0.5` hoặc `10.20.0.0/16`",
                    "write it like `lien-thong.noi-bo`, `10.20.0.5` or `10.20.0.0/16`",
                ));
            }
        }
        if faults.is_empty() { Ok(policy) } else { Err(Failure::new(Code::BadConfiguration, faults)) }
    }

    /// Judges an address as far as it can be judged without asking anybody: its form, its scheme, a literal IP address.
    pub(super) fn judge_url(&self, text: &str) -> Result<Url, Diagnostic> {
        let fault = |vi: &str, en: &str| {
            Diagnostic::error("webhook_url", format!("địa chỉ webhook {vi}"), format!("the webhook's address {en}"))
        };
        if text.len() > LONGEST_URL {
            return Err(fault("dài quá 2048 byte", "is longer than 2048 bytes"));
        }
        let url = Url::parse(text)
            .map_err(|error| fault(&format!("không đọc được: {error}"), &format!("cannot be read: {error}")))?;
        if url.scheme() != "https" && !(url.scheme() == "http" && self.allow_http) {
            return Err(fault("phải là `https`", "must be `https`").hint(
                "http chỉ dùng được khi quản trị cho phép trong cấu hình",
                "http works only where the operator's configuration allows it",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fault("không được chứa tên và mật khẩu", "must hold no name and password"));
        }
        let judged = match url.host() {
            None => return Err(fault("không có tên máy", "has no host")),
            Some(Host::Ipv4(address)) => self.judge_address("", address.into()),
            Some(Host::Ipv6(address)) => self.judge_address("", address.into()),
            Some(Host::Domain(name)) => self.judge_name(name),
        };
        judged.map_err(|refusal| {
            let Text { vi, en } = refusal.into_text();
            Diagnostic::error("webhook_address", vi, en).hint(
                "nếu là hệ thống nội bộ, quản trị thêm tên máy hoặc dải địa chỉ vào cấu hình",
                "if it is a system of your own, the operator adds its host or network to the configuration",
            )
        })?;
        Ok(url)
    }

    /// Names that mean this machine are known without asking.
    fn judge_name(&self, name: &str) -> Result<(), Refusal> {
        let bare = name.trim_end_matches('.');
        let local = bare.eq_ignore_ascii_case("localhost") || bare.to_ascii_lowercase().ends_with(".localhost");
        if local { self.judge_address(name, Ipv4Addr::LOCALHOST.into()) } else { Ok(()) }
    }

    /// Judges an address a host resolved to; `host` is empty where the address itself was written.
    pub(super) fn judge_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        // `::ffff:10.0.0.1` reaches what `10.0.0.1` reaches, whichever of them the configuration names.
        let plain = address.to_canonical();
        let allowed = is_public(plain)
            || self.networks.iter().any(|network| network.holds(plain) || network.holds(address))
            || host_name(host).is_some_and(|host| self.hosts.contains(&host));
        if allowed { Ok(()) } else { Err(Refusal { host: host.to_owned(), address }) }
    }
}

/// A host that resolves to an address we may not call.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    host: String,
    address: IpAddr,
}

impl Refusal {
    /// Tells the host only: what an inner name resolves to is nobody's business outside.
    pub(super) fn into_text(self) -> Text {
        let shown = if self.host.is_empty() { self.address.to_string() } else { self.host };
        Text::new(
            format!("không được gọi `{shown}`: địa chỉ riêng, nội bộ hoặc dành riêng"),
            format!("`{shown}` may not be called: a private, local or reserved address"),
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.clone().into_text().en)
    }
}

impl std::error::Error for Refusal {}

/// A host name as URLs carry it: lower case, punycode, no dot at its end.
fn host_name(text: &str) -> Option<String> {
    match Host::parse(text.trim_end_matches('.')).ok()? {
        Host::Domain(name) if !name.is_empty() && !name.contains('*') => Some(name),
        _ => None,
    }
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// Bits after the prefix.
    beyond: u32,
}

impl Network {
    /// `10.20.0.0/16`, `fd00::/8`, or one address. Bits beyond the prefix are a mistake.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address = IpAddr::from_str(address).ok()?;
        let width: u32 = if address.is_ipv4() { 32 } else { 128 };
        let network = Self { address, beyond: width.checked_sub(prefix.unwrap_or(width))? };
        let mask = 1_u128.checked_shl(network.beyond).unwrap_or(0).wrapping_sub(1);
        (bits(address) & mask == 0).then_some(network)
    }

    fn holds(self, address: IpAddr) -> bool {
        let differ = bits(self.address) ^ bits(address);
        self.address.is_ipv4() == address.is_ipv4() && differ.checked_shr(self.beyond).unwrap_or(0) == 0
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Whether an address is of the public internet (IANA's registries of special-purpose addresses, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..]
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let wrapped = |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match parts {
        // IPv4-mapped, NAT64 and 6to4 reach the IPv4 address they wrap.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            wrapped(high, low)
        }
        // Protocol assignments with Teredo and benchmarks, documentation twice.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        // Of the rest only global unicast is public: not `::1`, `fc00::/7`, `fe80::/10`, `ff00::/8`, `64:ff9b:1::/48`.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(allow_http: bool, allow: &[&str]) -> Policy {
        Policy::parse(allow_http, allow).unwrap_or_else(|failure| panic!("{failure}"))
    }

    #[test]
    fn addresses_inside_are_refused_in_every_disguise() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::808:808",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "5f00::1",
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert!(Policy::default().judge_address("", address).is_err(), "{address}");
        }
    }

    #[test]
    fn public_addresses_may_be_called() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2400:cb00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert!(Policy::default().judge_address("", address).is_ok(), "{address}");
        }
    }

    #[test]
    fn urls_are_judged_before_anything_is_called() {
        let judge = |url: &str| Policy::default().judge_url(url).map(drop);
        assert!(judge("https://lien-thong.example.vn/nhan?x=1").is_ok());
        for url in [
            "",
            "lien-thong",
            "https://",
            "ftp://example.vn/",
            "file:///etc/passwd",
            "http://example.vn/",
            "https://a:b@example.vn/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://localhost/",
            "https://x.LOCALHOST./",
            "https://\u{ff11}27.0.0.1/",
            "https://10.0.0.1.:443/",
        ] {
            let fault = judge(url).expect_err(url);
            assert!(!fault.message.vi.is_empty() && !fault.message.vi.contains("meta-data"), "{fault:?}");
        }
        assert!(judge(&format!("https://example.vn/{}", "a".repeat(2048))).is_err());
    }

    #[test]
    fn the_configuration_opens_what_it_names_and_no_more() {
        let policy = policy(true, &["Liên-Thông.nội-bộ.", "10.20.0.0/16", "fd00:1::/32", "192.168.7.7"]);
        let judge =
            |host: &str, address: &str| policy.judge_address(host, address.parse().expect("an address")).is_ok();
        assert!(judge("xn--lin-thng-c1a0g.xn--ni-b-iv5a8e", "10.9.9.9") || judge("liên-thông.nội-bộ", "10.9.9.9"));
        assert!(
            judge("", "10.20.255.255")
                && judge("", "::ffff:10.20.0.1")
                && judge("", "192.168.7.7")
                && judge("", "fd00:1:2::3")
        );
        assert!(
            !judge("", "10.21.0.0")
                && !judge("", "192.168.7.8")
                && !judge("", "fd00:2::")
                && !judge("khac.noi-bo", "10.9.9.9")
        );
        assert!(policy.judge_url("http://10.20.0.1:8080/nhan").is_ok());
        assert!(policy.judge_url("http://10.21.0.1:8080/nhan").is_err());
    }

    #[test]
    fn every_wrong_exception_is_told() {
        let failure = Policy::parse(false, &["10.0.0.0/33", "10.0.0.1/8", "", "*.noi-bo", "noi-bo", "a b"])
            .expect_err("five mistakes");
        assert_eq!(failure.code, Code::BadConfiguration);
        assert_eq!(failure.diagnostics.len(), 5, "{failure}");
    }

    proptest! {
        #[test]
        fn a_network_holds_the_addresses_that_share_its_prefix(address: u32, other: u32, prefix in 0_u8..=32) {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let text = format!("{}/{prefix}", Ipv4Addr::from_bits(address & mask));
            let network = Network::parse(&text).expect("no bits beyond the prefix");
            prop_assert_eq!(network.holds(Ipv4Addr::from_bits(other).into()), other & mask == address & mask);
            prop_assert!(network.holds(Ipv4Addr::from_bits(address).into()));
            prop_assert!(!network.holds(Ipv6Addr::from_bits(u128::from(address)).into()));
        }

        #[test]
        fn wrapping_an_address_opens_nothing(address: u32) {
            let plain = Ipv4Addr::from_bits(address);
            let judge = |address: IpAddr| Policy::default().judge_address("", address).is_ok();
            let nat64 = Ipv6Addr::from_bits(0x0064_ff9b << 96 | u128::from(address));
            let six_to_four = Ipv6Addr::from_bits(0x2002 << 112 | u128::from(address) << 80 | 1);
            for wrapped in [plain.to_ipv6_mapped(), nat64, six_to_four] {
                prop_assert_eq!(judge(wrapped.into()), judge(plain.into()), "{}", wrapped);
            }
            prop_assert!(!judge(plain.to_ipv6_compatible().into()));
        }
    }
}
