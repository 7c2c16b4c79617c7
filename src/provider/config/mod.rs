//! The section `[ky_so]` of the configuration file, and what is built from it. Secrets stand in files or in the environment,
//! never in the section itself.

mod build;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use super::revocation::Revocations;
use super::smartca::PollBy;
use super::tsa::Authorities;
use super::{Provider, Secret};
use crate::diagnostic::{Code, Diagnostic, Failure};

/// `[ky_so]`: who signs, who stamps, who is asked about revocation. Empty: nobody.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[ky_so.local]`
    pub local: Option<LocalConfig>,
    /// `[ky_so.csc.<name>]`, by name; the provider is called `csc-<name>`.
    pub csc: BTreeMap<String, CscConfig>,
    /// `[ky_so.smartca]`
    pub smartca: Option<SmartCaConfig>,
    /// `[ky_so.mysign]`
    pub mysign: Option<MySignConfig>,
    /// `[[ky_so.tsa]]`, the preferred one first.
    pub tsa: Vec<TsaConfig>,
    /// `[ky_so.revocation]`
    pub revocation: RevocationConfig,
}

/// A key in a file: for tests, demonstrations and internal marks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalConfig {
    /// Has to be said: a key in a file is not what circular 15/2025/TT-BKHCN asks of an agency's signature.
    pub enabled: bool,
    /// File of key and chain, PKCS#12.
    pub pkcs12: Option<PathBuf>,
    /// File of key and chain, PEM, instead of `pkcs12`.
    pub pem: Option<PathBuf>,
    /// Refused: see `password_file`, `password_env`.
    pub password: Option<Secret>,
    /// File with the password of the PKCS#12.
    pub password_file: Option<PathBuf>,
    /// Variable with the password of the PKCS#12.
    pub password_env: Option<String>,
}

/// A service that speaks CSC.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CscConfig {
    /// Address before the methods: `https://csc.example.vn/csc/v2`.
    pub base_url: String,
    /// Edition of the API: 2, or 1 for 1.0.4.0.
    pub version: u8,
    /// Address of OAuth 2.0 tokens; by default `/oauth2/token` at the host of `base_url`.
    pub token_url: Option<String>,
    /// Name of this service there.
    pub client_id: String,
    /// Refused: see `client_secret_file`, `client_secret_env`.
    pub client_secret: Option<Secret>,
    /// File with the secret.
    pub client_secret_file: Option<PathBuf>,
    /// Variable with the secret.
    pub client_secret_env: Option<String>,
    /// Scope of the token.
    pub scope: String,
    /// Whether signatures are asked for asynchronously (`operationMode` "A", edition 2).
    pub asynchronous: bool,
    /// Most hashes under one approval; a credential's `multisign` may be less.
    pub at_once: usize,
    /// Seconds between two polls.
    pub poll_s: u64,
    /// Seconds one call may take.
    pub timeout_s: u64,
    /// Root certificates beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Default for CscConfig {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            version: 2,
            token_url: None,
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            client_secret_env: None,
            scope: "service".to_owned(),
            asynchronous: false,
            at_once: 100,
            poll_s: 3,
            timeout_s: 30,
            ca_file: None,
        }
    }
}

/// VNPT SmartCA. Paths are those of the guide 4.x, unconfirmed.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmartCaConfig {
    /// Address before the paths; for trials `https://rmgateway.vnptit.vn/sca/sp769`.
    pub base_url: String,
    /// Name of this service there.
    pub sp_id: String,
    /// Refused: see `sp_password_file`, `sp_password_env`.
    pub sp_password: Option<Secret>,
    /// File with the password.
    pub sp_password_file: Option<PathBuf>,
    /// Variable with the password.
    pub sp_password_env: Option<String>,
    /// Whether signers may sign by password and OTP (SmartCA TH) instead of on the telephone.
    pub integrated: bool,
    /// Which code of a transaction is polled.
    pub poll_by: PollBy,
    /// Most hashes under one approval; no limit is published.
    pub at_once: usize,
    /// Seconds between two polls.
    pub poll_s: u64,
    /// Seconds one call may take.
    pub timeout_s: u64,
    /// Root certificates beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Path of a user's certificates.
    pub certificates_path: String,
    /// Path of requests to sign.
    pub sign_path: String,
    /// Path of a transaction's state, `{id}` for its code.
    pub status_path: String,
    /// Path of requests to sign of SmartCA TH.
    pub integrated_sign_path: String,
    /// Path of their confirmation.
    pub integrated_confirm_path: String,
}

impl Default for SmartCaConfig {
    fn default() -> Self {
        Self {
            base_url: "https://gwsca.vnpt.vn/sca/sp769".to_owned(),
            sp_id: String::new(),
            sp_password: None,
            sp_password_file: None,
            sp_password_env: None,
            integrated: false,
            poll_by: PollBy::TranCode,
            at_once: 50,
            poll_s: 5,
            timeout_s: 30,
            ca_file: None,
            certificates_path: "/v1/credentials/get_certificate".to_owned(),
            sign_path: "/v1/signatures/sign".to_owned(),
            status_path: "/v1/signatures/sign/{id}/status".to_owned(),
            integrated_sign_path: "/v2/signatures/sign".to_owned(),
            integrated_confirm_path: "/v2/signatures/confirm".to_owned(),
        }
    }
}

/// Viettel MySign. Paths are those of the guide 1.8/1.9, unconfirmed.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MySignConfig {
    /// Address before the paths.
    pub base_url: String,
    /// Name of this service there.
    pub client_id: String,
    /// Refused: see `client_secret_file`, `client_secret_env`.
    pub client_secret: Option<Secret>,
    /// File with the secret.
    pub client_secret_file: Option<PathBuf>,
    /// Variable with the secret.
    pub client_secret_env: Option<String>,
    /// Profile that Viettel gave with them.
    pub profile_id: String,
    /// `async` of a request: 1 or 2.
    pub mode: u8,
    /// Most hashes under one approval; no limit is published.
    pub at_once: usize,
    /// Seconds between two polls.
    pub poll_s: u64,
    /// Seconds one call may take.
    pub timeout_s: u64,
    /// Root certificates beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Path of the login.
    pub login_path: String,
    /// Path of a user's certificates.
    pub certificates_path: String,
    /// Path of requests to sign.
    pub sign_path: String,
    /// Path of a transaction's state.
    pub status_path: String,
}

impl Default for MySignConfig {
    fn default() -> Self {
        Self {
            base_url: "https://remotesigning.viettel.vn".to_owned(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            client_secret_env: None,
            profile_id: "adss:ras:profile:001".to_owned(),
            mode: 1,
            at_once: 50,
            poll_s: 3,
            timeout_s: 30,
            ca_file: None,
            login_path: "/vtss/service/ras/v1/login".to_owned(),
            certificates_path: "/vtss/service/certificates/info".to_owned(),
            sign_path: "/vtss/service/signHash".to_owned(),
            status_path: "/vtss/service/requests/status".to_owned(),
        }
    }
}

/// A time-stamp authority.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TsaConfig {
    /// Its address; http will do, since tokens are signed.
    pub url: String,
    /// User, where it wants one; https only.
    pub user: Option<String>,
    /// Refused: see `password_file`, `password_env`.
    pub password: Option<Secret>,
    /// File with the password.
    pub password_file: Option<PathBuf>,
    /// Variable with the password.
    pub password_env: Option<String>,
    /// Seconds one call may take; 15 where it is silent.
    pub timeout_s: Option<u64>,
    /// Root certificates beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
}

/// Who may be asked about revocation.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevocationConfig {
    /// Whether anybody is asked; without it level B-LT cannot be had.
    pub enabled: bool,
    /// Hosts that may be asked, as certificates name them: `crl.example.vn`. Any other is refused.
    pub hosts: Vec<String>,
    /// Hosts that are reached at another address, such as a mirror inside the office: `"crl.example.vn" = "10.20.0.5:8080"`.
    /// They need no mention in `hosts`.
    pub mirrors: BTreeMap<String, SocketAddr>,
    /// Largest list, MB.
    pub list_mb: usize,
    /// Seconds one call may take.
    pub timeout_s: u64,
}

impl Default for RevocationConfig {
    fn default() -> Self {
        Self { enabled: false, hosts: Vec::new(), mirrors: BTreeMap::new(), list_mb: 16, timeout_s: 15 }
    }
}

/// Everybody the configuration names, ready to be called.
#[derive(Debug, Default)]
pub struct Providers {
    all: BTreeMap<String, Arc<dyn Provider>>,
    timestamps: Option<Authorities>,
    revocation: Option<Revocations>,
}

impl Providers {
    /// Builds them: reads keys, secrets and certificates, calls nobody. `env` looks a variable up.
    ///
    /// # Errors
    ///
    /// [`Code::BadConfiguration`], with every fault of the section.
    pub fn from_config(config: &Config, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        build::providers(config, env)
    }

    /// Adds one of the caller's own, such as a double in tests.
    #[must_use]
    pub fn with(mut self, provider: Arc<dyn Provider>) -> Self {
        self.all.insert(provider.name().to_owned(), provider);
        self
    }

    /// All, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.all.values()
    }

    /// The provider of that name.
    ///
    /// # Errors
    ///
    /// [`Code::FeatureOff`]: the configuration has none of that name; those it has are told.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Provider>, Failure> {
        self.all.get(name).ok_or_else(|| {
            let name = super::reason::clean(name);
            let there: Vec<_> = self.all.keys().map(|name| format!("`{name}`")).collect();
            let there = there.join(", ");
            let fault = Diagnostic::error(
                Code::FeatureOff.info().name,
                format!("chưa cấu hình nhà cung cấp ký `{name}`"),
                format!("the signing provider `{name}` is not configured"),
            );
            let fault = if there.is_empty() {
                fault.hint("quản trị khai báo trong mục `[ky_so]`", "the operator declares it in the section `[ky_so]`")
            } else {
                fault.hint(format!("đang có: {there}"), format!("there are: {there}"))
            };
            Failure::new(Code::FeatureOff, vec![fault])
        })
    }

    /// The time-stamp authorities.
    ///
    /// # Errors
    ///
    /// [`Code::FeatureOff`]: there are none.
    pub fn timestamps(&self) -> Result<&Authorities, Failure> {
        self.timestamps.as_ref().ok_or_else(|| off("`[[ky_so.tsa]]`", "dấu thời gian", "time stamps"))
    }

    /// Revocation.
    ///
    /// # Errors
    ///
    /// [`Code::FeatureOff`]: it is off.
    pub fn revocation(&self) -> Result<&Revocations, Failure> {
        self.revocation
            .as_ref()
            .ok_or_else(|| off("`[ky_so.revocation]`", "tra cứu thu hồi", "asking about revocation"))
    }
}

fn off(section: &str, vi: &str, en: &str) -> Failure {
    let fault = Diagnostic::error(
        Code::FeatureOff.info().name,
        format!("chưa cấu hình {vi}"),
        format!("{en} is not configured"),
    );
    let fault =
        fault.hint(format!("quản trị khai báo mục {section}"), format!("the operator declares the section {section}"));
    Failure::new(Code::FeatureOff, vec![fault])
}
