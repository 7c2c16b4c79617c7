//! From settings to providers; every fault is told at once.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use super::super::csc::{self, Csc, Edition};
use super::super::door::{Door, address, client, is_private_way};
use super::super::local::Local;
use super::super::mysign::{self, MySign};
use super::super::revocation::Revocations;
use super::super::smartca::{self, SmartCa};
use super::super::tsa::{Authorities, Authority};
use super::super::{Provider, Secret};
use super::{Config, CscConfig, LocalConfig, MySignConfig, Providers, RevocationConfig, SmartCaConfig, TsaConfig};
use crate::diagnostic::{Code, Diagnostic, Failure, Text};
use crate::pades::LocalKey;

/// Largest file of a key or secret, bytes.
const LARGEST_FILE: u64 = 1 << 20;

pub(super) fn providers(config: &Config, env: &dyn Fn(&str) -> Option<String>) -> Result<Providers, Failure> {
    let mut told = Vec::new();
    let mut all: Vec<Arc<dyn Provider>> = Vec::new();
    let section = |name: String| Section { name, env, faults: Vec::new() };

    if let Some(local) = config.local.as_ref().filter(|local| local.enabled) {
        let mut here = section("[ky_so.local]".to_owned());
        all.extend(here.local(local).map(|one| Arc::new(one) as Arc<dyn Provider>));
        told.append(&mut here.faults);
    }
    for (name, csc) in &config.csc {
        let mut here = section(format!("[ky_so.csc.{name}]"));
        all.extend(here.csc(name, csc).map(|one| Arc::new(one) as Arc<dyn Provider>));
        told.append(&mut here.faults);
    }
    if let Some(smartca) = &config.smartca {
        let mut here = section("[ky_so.smartca]".to_owned());
        all.extend(here.smartca(smartca).map(|one| Arc::new(one) as Arc<dyn Provider>));
        told.append(&mut here.faults);
    }
    if let Some(mysign) = &config.mysign {
        let mut here = section("[ky_so.mysign]".to_owned());
        all.extend(here.mysign(mysign).map(|one| Arc::new(one) as Arc<dyn Provider>));
        told.append(&mut here.faults);
    }
    let mut authorities = Vec::new();
    for (at, tsa) in config.tsa.iter().enumerate() {
        let mut here = section(format!("[[ky_so.tsa]] {}", at.saturating_add(1)));
        authorities.extend(here.tsa(tsa));
        told.append(&mut here.faults);
    }
    let mut revocation = None;
    if config.revocation.enabled {
        let mut here = section("[ky_so.revocation]".to_owned());
        revocation = here.revocation(&config.revocation);
        told.append(&mut here.faults);
    }
    if !told.is_empty() {
        return Err(Failure::new(Code::BadConfiguration, told));
    }
    let all = all.into_iter().map(|one| (one.name().to_owned(), one)).collect();
    Ok(Providers { all, timestamps: Authorities::new(authorities), revocation })
}

/// One section being read.
struct Section<'a> {
    name: String,
    env: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<Diagnostic>,
}

impl Section<'_> {
    fn fault(&mut self, vi: impl Display, en: impl Display) {
        self.take(Diagnostic::error("ky_so", vi.to_string(), en.to_string()));
    }

    /// Puts the section's name before a fault.
    fn take(&mut self, fault: Diagnostic) {
        let (name, Text { vi, en }) = (&self.name, fault.message);
        let mut told = Diagnostic::error("ky_so", format!("mục `{name}`: {vi}"), format!("section `{name}`: {en}"));
        told.hints = fault.hints;
        self.faults.push(told);
    }

    fn local(&mut self, settings: &LocalConfig) -> Option<Local> {
        let key = match (&settings.pkcs12, &settings.pem) {
            (Some(path), None) => {
                let password = self.secret(
                    "password",
                    settings.password.is_some(),
                    settings.password_file.as_deref(),
                    settings.password_env.as_deref(),
                )?;
                LocalKey::from_pkcs12(&self.file(path)?, password.expose())
            }
            (None, Some(path)) => {
                let bytes = self.file(path)?;
                let Ok(text) = String::from_utf8(bytes) else {
                    let path = path.display();
                    self.fault(format!("`{path}` không phải PEM"), format!("`{path}` is not PEM"));
                    return None;
                };
                LocalKey::from_pem(&text)
            }
            _ => {
                self.fault("cần một trong hai: `pkcs12` hoặc `pem`", "one of `pkcs12` and `pem` is needed");
                return None;
            }
        };
        match key {
            Ok(key) => Some(Local::new(key)),
            Err(failure) => {
                for one in failure.diagnostics {
                    self.take(one);
                }
                None
            }
        }
    }

    fn csc(&mut self, name: &str, settings: &CscConfig) -> Option<Csc> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(plain) {
            self.fault("tên chỉ gồm chữ thường không dấu, số và `-`", "its name must be of a-z, 0-9 and `-`");
        }
        let edition = match settings.version {
            1 => Edition::V1,
            2 => Edition::V2,
            other => {
                self.fault(
                    format!("`version` là 1 hoặc 2, không phải {other}"),
                    format!("`version` is 1 or 2, not {other}"),
                );
                Edition::V2
            }
        };
        if settings.asynchronous && edition == Edition::V1 {
            self.fault("`asynchronous` chỉ có ở phiên bản 2", "`asynchronous` is for version 2 only");
        }
        let base = self.way("base_url", &settings.base_url);
        let token_url = match &settings.token_url {
            Some(text) => self.way("token_url", text).map(|url| url.to_string()),
            None => base.as_ref().and_then(|base| base.join("/oauth2/token").ok()).map(|url| url.to_string()),
        };
        let client_id = self.present("client_id", &settings.client_id);
        let client_secret = self.secret(
            "client_secret",
            settings.client_secret.is_some(),
            settings.client_secret_file.as_deref(),
            settings.client_secret_env.as_deref(),
        );
        let name = format!("csc-{name}");
        let reach = self.reach(settings.at_once, settings.poll_s, settings.timeout_s);
        let door = self.door(&name, base.as_ref(), reach, settings.ca_file.as_ref());
        let settings = csc::Settings {
            name,
            edition,
            token_url: token_url?,
            client_id: client_id?,
            client_secret: client_secret?,
            scope: settings.scope.clone(),
            asynchronous: settings.asynchronous,
            at_once: settings.at_once,
            again_in: reach?.again_in,
        };
        Some(Csc::new(door?, settings))
    }

    fn smartca(&mut self, settings: &SmartCaConfig) -> Option<SmartCa> {
        let base = self.way("base_url", &settings.base_url);
        let sp_id = self.present("sp_id", &settings.sp_id);
        let sp_password = self.secret(
            "sp_password",
            settings.sp_password.is_some(),
            settings.sp_password_file.as_deref(),
            settings.sp_password_env.as_deref(),
        );
        self.path("certificates_path", &settings.certificates_path);
        self.path("sign_path", &settings.sign_path);
        self.path("status_path", &settings.status_path);
        self.path("integrated_sign_path", &settings.integrated_sign_path);
        self.path("integrated_confirm_path", &settings.integrated_confirm_path);
        if !settings.status_path.contains("{id}") {
            self.fault("`status_path` phải có `{id}`", "`status_path` must have `{id}` in it");
        }
        let reach = self.reach(settings.at_once, settings.poll_s, settings.timeout_s);
        let door = self.door("smartca", base.as_ref(), reach, settings.ca_file.as_ref());
        let settings = smartca::Settings {
            sp_id: sp_id?,
            sp_password: sp_password?,
            integrated: settings.integrated,
            poll_by: settings.poll_by,
            at_once: settings.at_once,
            again_in: reach?.again_in,
            certificates_path: settings.certificates_path.clone(),
            sign_path: settings.sign_path.clone(),
            status_path: settings.status_path.clone(),
            integrated_sign_path: settings.integrated_sign_path.clone(),
            integrated_confirm_path: settings.integrated_confirm_path.clone(),
        };
        Some(SmartCa::new(door?, settings))
    }

    fn mysign(&mut self, settings: &MySignConfig) -> Option<MySign> {
        let base = self.way("base_url", &settings.base_url);
        let client_id = self.present("client_id", &settings.client_id);
        let profile_id = self.present("profile_id", &settings.profile_id);
        let client_secret = self.secret(
            "client_secret",
            settings.client_secret.is_some(),
            settings.client_secret_file.as_deref(),
            settings.client_secret_env.as_deref(),
        );
        self.path("login_path", &settings.login_path);
        self.path("certificates_path", &settings.certificates_path);
        self.path("sign_path", &settings.sign_path);
        self.path("status_path", &settings.status_path);
        if !matches!(settings.mode, 1 | 2) {
            let mode = settings.mode;
            self.fault(format!("`mode` là 1 hoặc 2, không phải {mode}"), format!("`mode` is 1 or 2, not {mode}"));
        }
        let reach = self.reach(settings.at_once, settings.poll_s, settings.timeout_s);
        let door = self.door("mysign", base.as_ref(), reach, settings.ca_file.as_ref());
        let settings = mysign::Settings {
            client_id: client_id?,
            client_secret: client_secret?,
            profile_id: profile_id?,
            mode: settings.mode,
            at_once: settings.at_once,
            again_in: reach?.again_in,
            login_path: settings.login_path.clone(),
            certificates_path: settings.certificates_path.clone(),
            sign_path: settings.sign_path.clone(),
            status_path: settings.status_path.clone(),
        };
        Some(MySign::new(door?, settings))
    }

    fn tsa(&mut self, settings: &TsaConfig) -> Option<Authority> {
        let url = self.url("url", &settings.url);
        let mut login = None;
        match &settings.user {
            Some(user) => {
                let password = self.secret(
                    "password",
                    settings.password.is_some(),
                    settings.password_file.as_deref(),
                    settings.password_env.as_deref(),
                );
                if url.as_ref().is_some_and(|url| !is_private_way(url)) {
                    self.fault("mật khẩu chỉ được gửi qua `https`", "a password may be sent over `https` only");
                }
                login = password.map(|password| (user.clone(), password));
            }
            None if settings.password.is_some()
                || settings.password_file.is_some()
                || settings.password_env.is_some() =>
            {
                self.fault("có mật khẩu mà không có `user`", "there is a password but no `user`");
            }
            None => {}
        }
        let whole = self.seconds("timeout_s", settings.timeout_s.unwrap_or(15))?;
        let client = self.client(whole, settings.ca_file.as_deref())?;
        Some(Authority { url: url?, login, client, whole })
    }

    fn revocation(&mut self, settings: &RevocationConfig) -> Option<Revocations> {
        let mut hosts = Vec::new();
        for text in settings.hosts.iter().chain(settings.mirrors.keys()) {
            match Host::parse(text) {
                Ok(host) => hosts.push(host.to_string()),
                Err(_) => {
                    let (vi, en) = (format!("`{text}` không phải tên máy"), format!("`{text}` is no host name"));
                    let fault = Diagnostic::error("ky_so", vi, en);
                    self.take(fault.hint("viết như `crl.example.vn`", "write it like `crl.example.vn`"));
                }
            }
        }
        if settings.hosts.is_empty() && settings.mirrors.is_empty() {
            self.fault(
                "cần `hosts`: các máy mà chứng thư nêu để hỏi OCSP và danh sách thu hồi",
                "`hosts` is needed: the machines that certificates name for OCSP and revocation lists",
            );
        }
        if !(1..=256).contains(&settings.list_mb) {
            self.fault("`list_mb` từ 1 đến 256", "`list_mb` is from 1 to 256");
        }
        let whole = self.seconds("timeout_s", settings.timeout_s)?;
        let client = match mirrored(whole, &settings.mirrors) {
            Ok(client) => client,
            Err(fault) => {
                self.take(fault);
                return None;
            }
        };
        Some(Revocations::new(client, whole, hosts, settings.list_mb << 20))
    }

    /// A secret from a file or the environment.
    fn secret(&mut self, key: &str, inline: bool, file: Option<&Path>, env: Option<&str>) -> Option<Secret> {
        if inline {
            let fault = Diagnostic::error(
                "ky_so",
                format!("`{key}` không được viết thẳng trong tệp cấu hình"),
                format!("`{key}` may not stand in the configuration file"),
            );
            self.take(fault.hint(
                format!(
                    "ghi vào một tệp riêng và khai báo `{key}_file`, hoặc vào biến môi trường và khai báo `{key}_env`"
                ),
                format!("put it into a file of its own named by `{key}_file`, or into a variable named by `{key}_env`"),
            ));
            return None;
        }
        let value = match (file, env) {
            (Some(path), None) => {
                let bytes = self.file(path)?;
                let text = String::from_utf8(bytes).unwrap_or_default();
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
            (None, Some(name)) => match (self.env)(name) {
                Some(value) => value,
                None => {
                    self.fault(format!("thiếu biến môi trường `{name}`"), format!("the variable `{name}` is not set"));
                    return None;
                }
            },
            (None, None) => {
                self.fault(
                    format!("cần `{key}_file` hoặc `{key}_env`"),
                    format!("`{key}_file` or `{key}_env` is needed"),
                );
                return None;
            }
            (Some(_), Some(_)) => {
                self.fault(
                    format!("chỉ dùng một trong hai: `{key}_file` hoặc `{key}_env`"),
                    format!("only one of `{key}_file` and `{key}_env` may be used"),
                );
                return None;
            }
        };
        if value.is_empty() {
            self.fault(format!("`{key}` rỗng hoặc không phải UTF-8"), format!("`{key}` is empty or not UTF-8"));
            return None;
        }
        Some(Secret::new(value))
    }

    fn file(&mut self, path: &Path) -> Option<Vec<u8>> {
        let read = std::fs::metadata(path).and_then(|about| {
            if about.len() > LARGEST_FILE {
                return Err(std::io::Error::other("> 1 MB"));
            }
            std::fs::read(path)
        });
        match read {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let path = path.display();
                self.fault(format!("không đọc được `{path}`: {error}"), format!("`{path}` cannot be read: {error}"));
                None
            }
        }
    }

    fn present(&mut self, key: &str, value: &str) -> Option<String> {
        if value.trim().is_empty() {
            self.fault(format!("thiếu `{key}`"), format!("`{key}` is missing"));
            return None;
        }
        Some(value.to_owned())
    }

    fn path(&mut self, key: &str, value: &str) {
        if !value.starts_with('/') || value.contains("://") {
            self.fault(format!("`{key}` phải bắt đầu bằng `/`"), format!("`{key}` must begin with `/`"));
        }
    }

    fn url(&mut self, key: &str, text: &str) -> Option<Url> {
        let text = self.present(key, text)?;
        match address(&text) {
            Ok(url) => Some(url),
            Err(failure) => {
                for one in failure.diagnostics {
                    self.fault(format!("`{key}`: {}", one.message.vi), format!("`{key}`: {}", one.message.en));
                }
                None
            }
        }
    }

    /// An address secrets are sent to.
    fn way(&mut self, key: &str, text: &str) -> Option<Url> {
        let url = self.url(key, text)?;
        if !is_private_way(&url) || url.query().is_some() || url.fragment().is_some() {
            self.fault(
                format!("`{key}` phải là `https://…`, không có `?` và `#`"),
                format!("`{key}` must be `https://…` without `?` and `#`"),
            );
            return None;
        }
        Some(url)
    }

    fn seconds(&mut self, key: &str, value: u64) -> Option<Duration> {
        if !(1..=300).contains(&value) {
            self.fault(format!("`{key}` từ 1 đến 300 giây"), format!("`{key}` is from 1 to 300 seconds"));
            return None;
        }
        Some(Duration::from_secs(value))
    }

    fn reach(&mut self, at_once: usize, poll_s: u64, timeout_s: u64) -> Option<Reach> {
        if !(1..=1_000).contains(&at_once) {
            self.fault("`at_once` từ 1 đến 1000", "`at_once` is from 1 to 1000");
        }
        let (again_in, whole) = (self.seconds("poll_s", poll_s), self.seconds("timeout_s", timeout_s));
        Some(Reach { again_in: again_in?, whole: whole? })
    }

    fn client(&mut self, whole: Duration, roots: Option<&Path>) -> Option<reqwest::Client> {
        match client(whole, roots) {
            Ok(client) => Some(client),
            Err(fault) => {
                self.take(fault);
                None
            }
        }
    }

    fn door(&mut self, who: &str, base: Option<&Url>, reach: Option<Reach>, roots: Option<&PathBuf>) -> Option<Door> {
        let whole = reach?.whole;
        let client = self.client(whole, roots.map(PathBuf::as_path))?;
        Some(Door::new(who, base?.as_str(), client, whole))
    }
}

#[derive(Clone, Copy)]
struct Reach {
    again_in: Duration,
    whole: Duration,
}

fn mirrored(whole: Duration, mirrors: &BTreeMap<String, std::net::SocketAddr>) -> Result<reqwest::Client, Diagnostic> {
    super::super::door::client_with(whole, None, |builder| {
        mirrors.iter().fold(builder, |builder, (host, address)| builder.resolve(host, *address))
    })
}
