//! The section `[ky_so]`.

use vinhdanh::diagnostic::{Code, Failure};
use vinhdanh::provider::Config;

use super::{SECRET, built};

fn faults(failure: &Failure) -> Vec<&str> {
    assert_eq!(failure.code, Code::BadConfiguration);
    failure.diagnostics.iter().map(|one| one.message.vi.as_str()).collect()
}

#[test]
fn nobody_is_named_where_nothing_is_said() {
    let providers = built("").expect("an empty section");
    assert_eq!(providers.all().count(), 0);
    assert_eq!(providers.timestamps().err().map(|failure| failure.code), Some(Code::FeatureOff));
    assert_eq!(providers.revocation().err().map(|failure| failure.code), Some(Code::FeatureOff));
}

#[test]
fn every_fault_is_told_at_once() {
    let failure = built(
        "[local]\nenabled = true\n\
         [csc.'Số 1']\nbase_url = 'http://csc.example.vn'\nversion = 3\nclient_secret_file = '/khong/co'\nat_once = 0\n\
         [smartca]\nbase_url = 'https://a:b@gwsca.example.vn'\nsp_id = 'a'\nsp_password_env = 'KHONG_CO'\nstatus_path = 'v1'\n\
         [mysign]\nclient_id = 'a'\nclient_secret_env = 'KHOA_THU'\nclient_secret_file = '/x'\nmode = 3\ntimeout_s = 0\n\
         [[tsa]]\nurl = 'http://tsa.example.vn'\nuser = 'a'\npassword_env = 'KHOA_THU'\n\
         [[tsa]]\nurl = 'ldap://tsa.example.vn'\npassword_env = 'KHOA_THU'\n\
         [revocation]\nenabled = true\nlist_mb = 0\n",
    )
    .expect_err("faults");
    assert_eq!(
        faults(&failure),
        [
            "mục `[ky_so.local]`: cần một trong hai: `pkcs12` hoặc `pem`",
            "mục `[ky_so.csc.Số 1]`: tên chỉ gồm chữ thường không dấu, số và `-`",
            "mục `[ky_so.csc.Số 1]`: `version` là 1 hoặc 2, không phải 3",
            "mục `[ky_so.csc.Số 1]`: `base_url` phải là `https://…`, không có `?` và `#`",
            "mục `[ky_so.csc.Số 1]`: thiếu `client_id`",
            "mục `[ky_so.csc.Số 1]`: không đọc được `/khong/co`: No such file or directory (os error 2)",
            "mục `[ky_so.csc.Số 1]`: `at_once` từ 1 đến 1000",
            "mục `[ky_so.smartca]`: `base_url`: địa chỉ không được chứa tên và mật khẩu",
            "mục `[ky_so.smartca]`: thiếu biến môi trường `KHONG_CO`",
            "mục `[ky_so.smartca]`: `status_path` phải bắt đầu bằng `/`",
            "mục `[ky_so.smartca]`: `status_path` phải có `{id}`",
            "mục `[ky_so.mysign]`: chỉ dùng một trong hai: `client_secret_file` hoặc `client_secret_env`",
            "mục `[ky_so.mysign]`: `mode` là 1 hoặc 2, không phải 3",
            "mục `[ky_so.mysign]`: `timeout_s` từ 1 đến 300 giây",
            "mục `[[ky_so.tsa]] 1`: mật khẩu chỉ được gửi qua `https`",
            "mục `[[ky_so.tsa]] 2`: `url`: địa chỉ phải là `https://…`",
            "mục `[[ky_so.tsa]] 2`: có mật khẩu mà không có `user`",
            "mục `[ky_so.revocation]`: cần `hosts`: các máy mà chứng thư nêu để hỏi OCSP và danh sách thu hồi",
            "mục `[ky_so.revocation]`: `list_mb` từ 1 đến 256",
        ]
    );
}

#[test]
fn a_secret_in_the_file_itself_is_refused_unread() {
    let toml = "[mysign]\nclient_id = 'a'\nclient_secret = 'khong-de-lo'\n";
    let failure = built(toml).expect_err("a secret in the open");
    assert_eq!(faults(&failure), ["mục `[ky_so.mysign]`: `client_secret` không được viết thẳng trong tệp cấu hình"]);
    assert!(failure.diagnostics[0].hints[0].vi.contains("`client_secret_file`"));
    let config: Config = toml::from_str(toml).expect("settings");
    assert!(!format!("{config:?}{failure:?}").contains("khong-de-lo"));
}

#[test]
fn nothing_built_shows_its_secrets() {
    let providers = built(
        "[csc.a]\nbase_url = 'https://csc.example.vn/csc/v2'\nclient_id = 'a'\nclient_secret_env = 'KHOA_THU'\n\
         [smartca]\nsp_id = 'a'\nsp_password_env = 'KHOA_THU'\n\
         [mysign]\nclient_id = 'a'\nclient_secret_env = 'KHOA_THU'\n\
         [[tsa]]\nurl = 'https://tsa.example.vn'\nuser = 'a'\npassword_env = 'KHOA_THU'\n\
         [revocation]\nenabled = true\nhosts = ['crl.example.vn']\n",
    )
    .expect("settings");
    assert!(!format!("{providers:?}").contains(SECRET));
    let names: Vec<_> = providers.all().map(|one| one.name().to_owned()).collect();
    assert_eq!(names, ["csc-a", "mysign", "smartca"]);
    let failure = providers.get("csc-b").expect_err("another");
    assert_eq!(failure.diagnostics[0].hints[0].vi, "đang có: `csc-a`, `mysign`, `smartca`");
}

#[test]
fn a_misspelt_key_is_refused() {
    let error = toml::from_str::<Config>("[mysign]\nclientid = 'a'\n").expect_err("no such key");
    assert!(error.to_string().contains("clientid"), "{error}");
}
