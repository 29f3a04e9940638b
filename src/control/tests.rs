//! The control socket told as stories: who is answered, who is turned away, and what stays behind.

use super::*;
use std::path::Path;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Desk {
    folder: tempfile::TempDir,
    close: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Desk {
    fn path(&self) -> PathBuf {
        self.folder.path().join("control.sock")
    }

    async fn closed(self) {
        let _ = self.close.send(());
        let done = timeout(Duration::from_secs(5), self.serving).await;
        done.expect("closes in time").expect("no panic");
    }
}

/// A daemon that says back what it is asked, and takes its time over `{"slow":true}`.
fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("folder");
    let mut listener = Listener::bind(&folder.path().join("control.sock")).expect("binds");
    listener.client_limit = Duration::from_millis(1500);
    let (close, closing) = oneshot::channel();
    let echo = |request: Value| async move {
        if request.get("slow").is_some() {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        json!({ "you said": request })
    };
    let serving = tokio::spawn(listener.serve(echo, async {
        let _ = closing.await;
    }));
    Desk {
        folder,
        close,
        serving,
    }
}

fn soon() -> Duration {
    Duration::from_secs(5)
}

#[tokio::test]
async fn a_question_is_answered_and_the_socket_is_the_owners_alone() {
    let desk = desk();
    let answer = ask(&desk.path(), &json!({"do": "status"}), soon()).await;
    assert_eq!(
        answer.expect("an answer"),
        json!({"you said": {"do": "status"}})
    );
    let mode = fs::metadata(desk.path())
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = fs::read_dir(desk.folder.path()).expect("readable").count();
    assert_eq!(names, 1, "the cradle is gone");
    let path = desk.path();
    desk.closed().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn nobody_there_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("control.sock");
    let missing = ask(&path, &json!({}), soon()).await.expect_err("nobody");
    assert!(
        missing
            .to_string()
            .contains("start it with `postlunch run`"),
        "{missing}"
    );
    drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
    let stale = ask(&path, &json!({}), soon()).await.expect_err("nobody");
    assert!(matches!(stale, ControlError::NotRunning(_)), "{stale}");
}

#[tokio::test]
async fn a_stale_socket_is_replaced_but_a_file_is_not() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("control.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
    let listener = Listener::bind(&path).expect("replaces a stale socket");
    drop(listener);
    fs::write(&path, "somebody's notes").expect("written");
    let refused = Listener::bind(&path).expect_err("a file is not ours");
    assert!(matches!(refused, ControlError::NotASocket(_)), "{refused}");
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        "somebody's notes"
    );
}

#[tokio::test]
async fn a_socket_that_somebody_answers_on_is_left_to_them() {
    let desk = desk();
    let refused = Listener::bind(&desk.path()).expect_err("it is in use");
    assert!(matches!(refused, ControlError::InUse(_)), "{refused}");
    assert!(ask(&desk.path(), &json!({}), soon()).await.is_ok());
    desk.closed().await;
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let long = folder.path().join("x".repeat(120)).join("control.sock");
    let refused = Listener::bind(&long).expect_err("too long");
    assert!(matches!(refused, ControlError::TooLong(_)), "{refused}");
    let refused = ask(&long, &json!({}), soon()).await.expect_err("too long");
    assert!(matches!(refused, ControlError::TooLong(_)), "{refused}");
}

#[tokio::test]
async fn what_is_no_json_is_refused_and_the_next_line_is_answered() {
    let desk = desk();
    let mut stream = BufReader::new(UnixStream::connect(desk.path()).await.expect("connects"));
    for (line, expected) in [
        ("not json\n", "refused"),
        ("\n", "refused"),
        ("[1,2]\n", "you said"),
        ("{}\n", "you said"),
    ] {
        stream.write_all(line.as_bytes()).await.expect("writes");
        let answer = read_line(&mut stream)
            .await
            .expect("reads")
            .expect("a line");
        let answer = String::from_utf8(answer).expect("text");
        assert!(answer.contains(expected), "{line:?} got {answer}");
    }
    desk.closed().await;
}

#[tokio::test]
async fn an_endless_line_is_refused() {
    let desk = desk();
    let mut stream = BufReader::new(UnixStream::connect(desk.path()).await.expect("connects"));
    let endless = vec![b'x'; LINE_OCTETS_MAX + 1];
    stream.write_all(&endless).await.expect("writes");
    let answer = timeout(soon(), read_line(&mut stream))
        .await
        .expect("in time");
    let answer = String::from_utf8(answer.expect("reads").expect("a line")).expect("text");
    assert!(answer.contains("1 MiB"), "{answer}");
    desk.closed().await;
}

#[tokio::test]
async fn the_longest_line_passes() {
    let desk = desk();
    let text = "x".repeat(LINE_OCTETS_MAX - 100);
    let answer = ask(&desk.path(), &json!(text), soon())
        .await
        .expect("an answer");
    assert_eq!(answer, json!({"you said": text}));
    desk.closed().await;
}

#[tokio::test]
async fn silent_clients_do_not_keep_others_out() {
    let desk = desk();
    let mut silent = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        silent.push(UnixStream::connect(desk.path()).await.expect("connects"));
    }
    let answer = ask(&desk.path(), &json!("me too"), soon()).await;
    assert_eq!(answer.expect("an answer"), json!({"you said": "me too"}));
    desk.closed().await;
}

#[tokio::test]
async fn an_answer_under_way_is_given_before_the_desk_closes() {
    let desk = desk();
    let path = desk.path();
    let asking = tokio::spawn(async move { ask(&path, &json!({"slow": true}), soon()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    // A client that says nothing holds the farewell up no longer than its limit.
    let _silent = UnixStream::connect(desk.path()).await.expect("connects");
    desk.closed().await;
    let answer = asking.await.expect("no panic").expect("an answer");
    assert_eq!(answer, json!({"you said": {"slow": true}}));
}

#[tokio::test]
async fn a_daemon_that_never_answers_is_left_in_time() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("control.sock");
    let _mute = UnixListener::bind(&path).expect("binds");
    let left = ask(Path::new(&path), &json!({}), Duration::from_millis(50)).await;
    assert!(matches!(left, Err(ControlError::Silent(_))), "{left:?}");
}
