//! A browser without a window, driven over the Chrome DevTools Protocol.

use base64::Engine;
use latent_needs::Need;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

pub struct Browser {
    process: Child,
    profile: tempfile::TempDir,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    sent: u64,
    /// What pages complained of.
    pub complaints: Vec<String>,
}

/// A connection to an address `ws://HOST/PATH`.
fn connect(address: &str) -> WebSocket<TcpStream> {
    let (host, path) = address.trim_start_matches("ws://").split_once('/').expect("an address with a path");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let key = base64::engine::general_purpose::STANDARD.encode([7; 16]);
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    .unwrap();
    // Byte by byte: what comes behind the blank line is the first frame's.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the browser answers");
        answer.extend(byte);
    }
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 101 "), "the browser speaks no WebSocket: {answer}");
    WebSocket::from_raw_socket(stream, Role::Client, None)
}

impl Browser {
    /// Starts one, if there is one.
    pub fn start() -> Option<Self> {
        let program = Need::Chromium.find()?;
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
            .args(["--no-first-run", "--remote-debugging-port=0", "about:blank"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("listening on ").nth(1).map(str::to_owned))
            .expect("the browser says where it listens");
        // It must not stop because nobody reads what it says.
        std::thread::spawn(move || lines.for_each(drop));
        let socket = connect(&address);
        let mut browser = Self { process, profile, socket, session: None, sent: 0, complaints: Vec::new() };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"] {
            browser.call(domain, json!({}));
        }
        Some(browser)
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).unwrap();
        loop {
            let answer = self.next();
            if answer["id"] == self.sent {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    /// The next message; complaints of the page are kept.
    fn next(&mut self) -> Value {
        let text = self.socket.read().expect("the browser answers").into_text().unwrap_or_default();
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        let parameters = &message["params"];
        let kind = parameters["type"].as_str().unwrap_or_default();
        let complaint = match message["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded") => true,
            Some("Runtime.consoleAPICalled") => ["error", "warning", "assert"].contains(&kind),
            Some("Network.requestWillBeSent") => {
                let url = parameters["request"]["url"].as_str().unwrap_or_default();
                !["file:", "data:", "about:"].iter().any(|scheme| url.starts_with(scheme))
            }
            _ => false,
        };
        if complaint {
            self.complaints.push(message.to_string());
        }
        message
    }

    /// Opens a page of this size and waits until it is there.
    pub fn open(&mut self, page: &Path, (width, height): (u32, u32), touch: bool) {
        let scale = if touch { 2 } else { 1 };
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": touch });
        self.call("Emulation.setDeviceMetricsOverride", size);
        self.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": touch }));
        self.call("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        while self.next()["method"] != "Page.loadEventFired" {}
        self.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => {}))).then(() => 0)");
    }

    /// Makes it dark, or paper.
    pub fn medium(&mut self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
    }

    /// The value of a JavaScript expression.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Moves the pointer to a place in an element, as shares of its width and height.
    pub fn point(&mut self, selector: &str, (x, y): (f64, f64)) {
        let (x, y) = self.place(selector, (x, y));
        self.call("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y }));
    }

    /// Touches a place in an element.
    pub fn touch(&mut self, selector: &str, place: (f64, f64)) {
        let (x, y) = self.place(selector, place);
        self.call("Input.dispatchTouchEvent", json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] }));
        self.call("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }));
    }

    /// Where that is in the window, after it was scrolled to.
    fn place(&mut self, selector: &str, (x, y): (f64, f64)) -> (f64, f64) {
        let selector = json!(selector);
        let found = self.evaluate(&format!(
            "(() => {{ const e = document.querySelector({selector}); e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
               const b = e.getBoundingClientRect(); return [b.left + {x} * b.width, b.top + {y} * b.height]; }})()"
        ));
        (found[0].as_f64().unwrap(), found[1].as_f64().unwrap())
    }

    /// The whole page as PNG, in base64.
    pub fn screenshot(&mut self, whole: bool) -> String {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": whole }));
        answer["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        let _ = self.socket.send(Message::text(json!({ "id": 0, "method": "Browser.close" }).to_string()));
        let _ = self.process.wait();
        let _ = self.profile.path();
    }
}
