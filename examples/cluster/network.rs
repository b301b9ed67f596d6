//! Frames over TCP: who may be reached where, what has arrived.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use fsmcheck::wire::Epoch;

use crate::Result;

/// How long a connection may take. On loopback it takes no time or fails.
const CONNECT: Duration = Duration::from_millis(500);

/// One message: a line of four parts with tabs between them, which JSON escapes.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) topic: String,
    /// The node that sends it.
    pub(crate) from: String,
    /// Beside the original's message: the worker epoch that a pong answers.
    pub(crate) worker_epoch: Option<Epoch>,
    pub(crate) json: String,
}

impl Frame {
    fn line(&self) -> String {
        let epoch = self.worker_epoch.map(|epoch| epoch.to_string());
        let epoch = epoch.unwrap_or_default();
        format!("{}\t{}\t{epoch}\t{}\n", self.topic, self.from, self.json)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, '\t');
        let mut next = || parts.next().map(str::to_owned);
        Some(Self {
            topic: next()?,
            from: next()?,
            worker_epoch: next()?.parse().ok(),
            json: next()?,
        })
    }
}

/// What has arrived.
enum Arrival {
    /// A frame, with the connection on which its sender can be answered.
    Frame(Frame, TcpStream),
    /// What somebody has typed, or the scenario in their place.
    Command(String),
}

/// What a node makes of what has arrived.
pub(crate) enum Received {
    Frame(Frame),
    Command(String),
    Nothing,
}

pub(crate) struct Network {
    node: String,
    address: SocketAddr,
    arrivals: Receiver<Arrival>,
    arrive: Sender<Arrival>,
    /// The connection to each node that was reached or has made itself heard.
    connections: BTreeMap<String, TcpStream>,
    is_cut: bool,
}

impl Network {
    /// Listens for others and for commands on standard input.
    pub(crate) fn listen(node: &str) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (arrive, arrivals) = channel();
        let accepted = arrive.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                read(stream, accepted.clone());
            }
        });
        let commanded = arrive.clone();
        std::thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(|line| line.ok()) {
                let _ = commanded.send(Arrival::Command(line));
            }
        });
        Ok(Self {
            node: node.to_owned(),
            address,
            arrivals,
            arrive,
            connections: BTreeMap::new(),
            is_cut: false,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for what arrives next, but no longer than `at_most`.
    pub(crate) fn receive(&mut self, at_most: Duration) -> Received {
        match self.arrivals.recv_timeout(at_most) {
            Ok(Arrival::Command(command)) => Received::Command(command),
            Ok(Arrival::Frame(..)) if self.is_cut => Received::Nothing,
            Ok(Arrival::Frame(frame, stream)) => {
                self.connections.insert(frame.from.clone(), stream);
                Received::Frame(frame)
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Received::Nothing,
        }
    }

    /// Sends to a node, over the connection there is or a new one. Whether it has left;
    /// it may be lost all the same.
    pub(crate) fn send(&mut self, to: &str, address: Option<SocketAddr>, frame: &Frame) -> bool {
        if self.is_cut {
            return false;
        }
        let line = frame.line();
        if let Some(stream) = self.connections.get_mut(to) {
            if stream.write_all(line.as_bytes()).is_ok() {
                return true;
            }
            self.connections.remove(to);
        }
        let connected = address.and_then(|it| TcpStream::connect_timeout(&it, CONNECT).ok());
        let Some(mut stream) = connected else {
            return false;
        };
        // Small frames are not to wait for each other.
        let _ = stream.set_nodelay(true);
        let has_left = stream.write_all(line.as_bytes()).is_ok();
        if let Ok(own) = stream.try_clone() {
            self.connections.insert(to.to_owned(), own);
        }
        read(stream, self.arrive.clone());
        has_left
    }

    /// A frame from this node.
    pub(crate) fn frame(&self, topic: impl Into<String>, json: String) -> Frame {
        Frame {
            topic: topic.into(),
            from: self.node.clone(),
            worker_epoch: None,
            json,
        }
    }

    /// Drops every connection, and whatever comes or goes, until it is healed.
    pub(crate) fn cut(&mut self, is_cut: bool) {
        self.is_cut = is_cut;
        for stream in std::mem::take(&mut self.connections).values() {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

/// Hands over what arrives on a connection, until it ends.
fn read(stream: TcpStream, arrive: Sender<Arrival>) {
    std::thread::spawn(move || {
        let Ok(mut own) = stream.try_clone().map(BufReader::new) else {
            return;
        };
        let mut line = String::new();
        while own.read_line(&mut line).is_ok_and(|length| length > 0) {
            let (frame, answer) = (Frame::parse(line.trim_end()), stream.try_clone());
            if let (Some(frame), Ok(answer)) = (frame, answer)
                && arrive.send(Arrival::Frame(frame, answer)).is_err()
            {
                return;
            }
            line.clear();
        }
    });
}
