//! Downloads from a server in this process.

use super::catalogue::Entry;
use super::checksum::Checksum;
use super::download::{Event, Job};
use super::{Attempt, Failure, Locate, Name, load};
use crate::DatasetError;
use crate::idx::{self, Idx};
use flate2::{Compression, write::GzEncoder};
use ndarray::ArrayD;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An answer of the server's.
#[derive(Clone)]
enum Reply {
    /// The whole body with status 200.
    Whole(Vec<u8>),
    /// The length of the body in the header, but only so many bytes of it.
    Half(Vec<u8>, usize),
    /// Without a length, so many bytes of it.
    Unmeasured(Vec<u8>, usize),
    /// Another status.
    Status(u16),
    /// The connection closed without a word.
    HangUp,
}

/// A server that gives each reply once, then the last one for ever, and keeps count of the requests.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for (i, stream) in listener.incoming().enumerate() {
                let reply = &replies[i.min(replies.len() - 1)];
                if let Ok(path) = answer(stream.unwrap(), reply) {
                    log.lock().unwrap().push(path);
                }
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, reply: &Reply) -> std::io::Result<String> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().ok_or(std::io::ErrorKind::UnexpectedEof)??;
    while !lines.next().ok_or(std::io::ErrorKind::UnexpectedEof)??.is_empty() {}
    let ok = |length: Option<usize>| {
        let length = length.map_or_else(String::new, |n| format!("Content-Length: {n}\r\n"));
        format!("HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n").into_bytes()
    };
    match reply {
        Reply::Whole(body) => stream.write_all(&[ok(Some(body.len())), body.clone()].concat())?,
        Reply::Half(body, sent) => stream.write_all(&[ok(Some(body.len())), body[..*sent].to_vec()].concat())?,
        Reply::Unmeasured(body, sent) => stream.write_all(&[ok(None), body[..*sent].to_vec()].concat())?,
        Reply::Status(code) => {
            write!(stream, "HTTP/1.1 {code} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
        }
        Reply::HangUp => {}
    }
    Ok(request.split(' ').nth(1).unwrap_or_default().to_owned())
}

/// A packed file and the catalogue's entry for it.
fn labels_file() -> (Vec<u8>, Entry) {
    let mut plain = Vec::new();
    idx::write_to(&mut plain, ArrayD::from_shape_fn(vec![5_000], |i| (i[0] * i[0] % 10) as u8).view()).unwrap();
    let sha256 = idx::read_from(&plain[..], 1 << 20).unwrap().sha256;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&plain).unwrap();
    (packed.finish().unwrap(), Entry { stem: "labels-idx1-ubyte", checksum: Checksum::Sha256Unpacked(sha256.leak()) })
}

fn fetch(entry: Entry, servers: &[&Server], folder: &Path) -> (Option<(PathBuf, Idx)>, Vec<Attempt>) {
    let mirrors = servers.iter().map(|server| server.url.clone()).collect();
    let job = Job { entry, mirrors, attempts: 3, backoff: Duration::from_millis(1), folder: folder.join("set") };
    let mut tried = Vec::new();
    let mut events = Vec::new();
    let found = job.run(&mut tried, &mut |event| events.push(event.to_string())).unwrap();
    assert_eq!(events.iter().any(|event| event.starts_with("saved")), found.is_some());
    (found, tried)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("set")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_good_server() {
    let (packed, entry) = labels_file();
    let server = Server::new(vec![Reply::Whole(packed.clone())]);
    let folder = tempfile::tempdir().unwrap();
    let (found, tried) = fetch(entry, &[&server], folder.path());
    let (path, idx) = found.unwrap();
    assert_eq!((idx.array.len(), tried.len()), (5_000, 0));
    assert_eq!(std::fs::read(path).unwrap(), packed);
    assert_eq!(names(folder.path()), ["labels-idx1-ubyte.gz"]);
    assert_eq!(server.asked(), ["/labels-idx1-ubyte.gz"]);
}

#[test]
fn the_md5_of_the_packed_file() {
    let (packed, entry) = labels_file();
    let md5 = idx::hex(<md5::Md5 as md5::Digest>::digest(&packed).as_ref());
    for (sum, good) in [(md5, true), ("0".repeat(32), false)] {
        let entry = Entry { checksum: Checksum::Md5Packed(sum.leak()), ..entry };
        let folder = tempfile::tempdir().unwrap();
        let server = Server::new(vec![Reply::Whole(packed.clone())]);
        assert_eq!(fetch(entry, &[&server], folder.path()).0.is_some(), good);
    }
}

#[test]
fn a_server_that_stops_half_way_is_asked_again() {
    let (packed, entry) = labels_file();
    let half = packed.len() / 2;
    for broken in [
        Reply::Half(packed.clone(), half),
        Reply::Unmeasured(packed.clone(), half),
        Reply::Half(packed.clone(), 0),
        Reply::HangUp,
        Reply::Status(503),
    ] {
        let server = Server::new(vec![broken.clone(), broken, Reply::Whole(packed.clone())]);
        let folder = tempfile::tempdir().unwrap();
        let (found, tried) = fetch(entry, &[&server], folder.path());
        assert!(found.is_some(), "{tried:?}");
        assert_eq!(tried.len(), 2);
        assert_eq!(names(folder.path()), ["labels-idx1-ubyte.gz"]);
    }
}

#[test]
fn a_server_that_always_stops_half_way() {
    let (packed, entry) = labels_file();
    let half = packed.len() / 2;
    for broken in [Reply::Half(packed.clone(), half), Reply::Unmeasured(packed.clone(), half)] {
        let server = Server::new(vec![broken]);
        let folder = tempfile::tempdir().unwrap();
        let (found, tried) = fetch(entry, &[&server], folder.path());
        assert!(found.is_none());
        assert_eq!(tried.len(), 3);
        for attempt in &tried {
            assert!(
                matches!(attempt.failure, Failure::BrokenOff { received, .. } if received == half as u64),
                "{attempt}"
            );
        }
        assert_eq!(names(folder.path()), [""; 0]);
    }
}

#[test]
fn what_is_not_the_file_is_not_asked_for_again() {
    let (packed, entry) = labels_file();
    let mut other = Vec::new();
    idx::write_to(&mut other, ArrayD::zeros(vec![3]).view()).unwrap();
    let cases = [
        (Reply::Whole(other), "wrong checksum: SHA-256"),
        (Reply::Whole(b"<html><body>Sign in to the network".to_vec()), "HTML page"),
        (Reply::Status(404), "status 404"),
        (Reply::Whole(Vec::new()), "ends after 0 bytes"),
    ];
    for (reply, reason) in cases {
        let bad = Server::new(vec![reply.clone()]);
        let folder = tempfile::tempdir().unwrap();
        let (found, tried) = fetch(entry, &[&bad], folder.path());
        assert!(found.is_none());
        assert_eq!(tried.len(), 1, "{tried:?}");
        assert!(tried[0].to_string().contains(reason), "{}", tried[0]);
        assert_eq!(names(folder.path()), [""; 0]);

        let good = Server::new(vec![Reply::Whole(packed.clone())]);
        let (found, _) = fetch(entry, &[&bad, &good], folder.path());
        assert!(found.is_some(), "the second mirror was not used");
        assert_eq!(names(folder.path()), ["labels-idx1-ubyte.gz"]);
    }
}

#[test]
fn nobody_there() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let cache = tempfile::tempdir().unwrap();
    let locate = Locate::nowhere().cache_dir(cache.path()).download(true).mirrors([format!("http://{closed}")]);
    let error = load(Name::Mnist, &locate, &mut |_| {}).unwrap_err();
    let DatasetError::Missing { tried, looked_in, .. } = &error else { panic!("{error}") };
    assert!(matches!(tried[..], [Attempt { failure: Failure::Unreachable(_), .. }]), "{tried:?}");
    assert_eq!(looked_in.len(), 2);
    assert!(error.to_string().contains("cannot connect") && error.to_string().contains("--data-dir"), "{error}");
}

#[test]
fn a_cached_file_that_is_damaged_is_fetched_anew() {
    let cache = tempfile::tempdir().unwrap();
    let damaged = cache.path().join("mnist/train-labels-idx1-ubyte.gz");
    std::fs::create_dir_all(damaged.parent().unwrap()).unwrap();
    std::fs::write(&damaged, [0x1f, 0x8b, 8]).unwrap();
    let server = Server::new(vec![Reply::Status(404)]);
    let locate = Locate::nowhere().cache_dir(cache.path()).download(true).mirrors([&server.url]);
    let error = load(Name::Mnist, &locate, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("truncated gzip") && error.contains("status 404"), "{error}");
    assert_eq!(server.asked(), ["/train-labels-idx1-ubyte.gz"]);
}

#[test]
fn a_cache_that_takes_no_files() {
    let folder = tempfile::tempdir().unwrap();
    // Below a file no folder can be made, not even by root, whom permissions do not stop.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let server = Server::new(vec![Reply::Status(500)]);
    let locate = Locate::nowhere().cache_dir(file.join("cache")).download(true).mirrors([&server.url]);
    let error = load(Name::Mnist, &locate, &mut |_| {}).unwrap_err();
    assert!(matches!(error, DatasetError::Cache { .. }), "{error}");
    assert!(error.to_string().contains("cannot write to the cache folder"));
    assert!(server.asked().is_empty(), "nothing is downloaded that cannot be kept");
}

#[cfg(unix)]
#[test]
fn a_read_only_cache() {
    use std::os::unix::fs::PermissionsExt;
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().join("mnist");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(folder.join("probe"), "").is_ok() {
        latent_needs::skipped("this user writes into read-only folders (root)");
        return;
    }
    let locate = Locate::nowhere().cache_dir(cache.path()).download(true).mirrors(["http://127.0.0.1:9"]);
    assert!(matches!(load(Name::Mnist, &locate, &mut |_| {}), Err(DatasetError::Cache { .. })));
}

#[test]
fn progress_is_reported() {
    let (packed, entry) = labels_file();
    let server = Server::new(vec![Reply::Whole(packed.clone())]);
    let folder = tempfile::tempdir().unwrap();
    let job = Job {
        entry,
        mirrors: vec![server.url.clone()],
        attempts: 1,
        backoff: Duration::ZERO,
        folder: folder.path().into(),
    };
    let (mut size, mut most) = (None, 0);
    job.run(&mut Vec::new(), &mut |event| match event {
        Event::Started { size: announced, .. } => size = announced,
        Event::Received { bytes } => {
            assert!(bytes > most);
            most = bytes;
        }
        _ => {}
    })
    .unwrap();
    assert_eq!((size, most), (Some(packed.len() as u64), packed.len() as u64));
}
