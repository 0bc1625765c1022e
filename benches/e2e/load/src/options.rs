//! The options of the command line.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// The options of one run.
pub struct Options {
    pub mode: String,
    pub address: SocketAddr,
    pub connections: usize,
    pub seconds: Duration,
    pub warmup: Duration,
    pub settle: Duration,
    pub rate: f64,
    pub message: String,
    pub path: String,
    pub raw: bool,
    pub pid: Option<u32>,
}

impl Options {
    /// Reads `MODE NAME=VALUE...`, or returns what is wrong with it.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut mode = String::new();
        let mut given = HashMap::new();
        for argument in arguments {
            match argument.split_once('=') {
                Some((name, value)) => drop(given.insert(name.to_owned(), value.to_owned())),
                None => mode = argument,
            }
        }
        let mut take =
            |name: &str, default: &str| given.remove(name).unwrap_or_else(|| default.to_owned());
        let options = Self {
            mode,
            address: number("address", &take("address", ""))?,
            connections: number("connections", &take("connections", "50"))?,
            seconds: seconds("seconds", &take("seconds", "2"))?,
            warmup: seconds("warmup", &take("warmup", "0.5"))?,
            settle: seconds("settle", &take("settle", "0"))?,
            rate: number("rate", &take("rate", "1000"))?,
            message: take("message", r#"["text",["say 00000000"],{}]"#),
            path: take("path", "/"),
            raw: take("raw", "no") == "yes",
            pid: Some(take("pid", ""))
                .filter(|pid| !pid.is_empty())
                .map(|pid| number("pid", &pid))
                .transpose()?,
        };
        match given.keys().next() {
            Some(name) => Err(format!("there is no option {name}")),
            None => Ok(options),
        }
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}={value:?} cannot be read"))
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(number(name, value)?).map_err(|why| format!("{name}: {why}"))
}
