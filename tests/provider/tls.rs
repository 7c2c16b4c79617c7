//! Connections: what a service must prove before it is told a secret.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use vinhdanh::diagnostic::Code;
use vinhdanh::provider::User;

use super::{provider, told};

/// `openssl s_server`: tells of each connection that stands, and never answers. Ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().expect("openssl");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// A root, and a server's certificate for this machine below it.
fn certificates(folder: &Path) {
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";
    openssl(folder, &format!("req -x509 {curve} -keyout root.key -out root.pem -days 30 -subj /CN=Goc-noi-bo"));
    std::fs::write(folder.join("extensions"), "subjectAltName = IP:127.0.0.1\n").expect("written");
    openssl(folder, &format!("req -new {curve} -keyout server.key -out server.csr -subj /CN=127.0.0.1"));
    openssl(
        folder,
        "x509 -req -in server.csr -CA root.pem -CAkey root.key -days 30 -extfile extensions -out server.pem",
    );
}

async fn serve(folder: &Path, versions: &str) -> (u16, Server) {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let arguments = format!("s_server -accept 127.0.0.1:{port} -key server.key -cert server.pem {versions}");
    let mut command = Command::new("openssl");
    command.args(arguments.split_whitespace()).current_dir(folder).stderr(Stdio::null());
    // Its input must stay open: it ends with it.
    command.stdin(Stdio::piped()).stdout(std::fs::File::create(folder.join("told")).expect("a file"));
    let server = Server(command.spawn().expect("openssl"));
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return (port, server);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server does not listen")
}

#[actix_web::test]
async fn only_a_proved_service_over_a_current_protocol_is_spoken_to() {
    let folder = tempfile::tempdir().expect("a folder");
    certificates(folder.path());
    let root = format!("ca_file = \"{}\"\n", folder.path().join("root.pem").display());
    let stood = "`mysign` không trả lời trong 1 giây";
    let refused = "`mysign` không kết nối được";
    for (versions, roots, vi) in [
        ("-tls1_2", root.as_str(), stood),
        ("-tls1_3", root.as_str(), stood),
        ("-tls1_2", "", refused),
        ("-tls1_1 -cipher ALL@SECLEVEL=0", root.as_str(), refused),
    ] {
        let (port, _server) = serve(folder.path(), versions).await;
        let mysign = provider(
            &format!(
                "[mysign]\nbase_url = \"https://127.0.0.1:{port}\"\nclient_id = \"a\"\n\
                 client_secret_env = \"KHOA_THU\"\ntimeout_s = 1\n{roots}"
            ),
            "mysign",
        );
        let failure = mysign.credentials(&User { id: "1".to_owned() }).await.expect_err("no service of ours");
        let (code, words) = told(&failure);
        assert_eq!(code, Code::ProviderUnavailable);
        assert!(words.starts_with(vi), "{versions}: {words}");
        let seen = std::fs::read_to_string(folder.path().join("told")).expect("what it told");
        assert_eq!(seen.contains("CIPHER is"), vi == stood, "{versions}: {seen}");
    }
}
