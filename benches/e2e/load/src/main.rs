//! Loads one server on loopback, and prints what that cost as one line of JSON.
//!
//! The server's CPU time comes from the operating system, before and after the measurement.
//! Every message has a number of its own, so that no cache in the server can answer it.

mod client;
mod options;
mod server;
mod stages;

use std::process::ExitCode;

use options::Options;

const USAGE: &str = "\
usage: mudwire-load MODE address=HOST:PORT [NAME=VALUE...]

modes
  closed    each connection sends its next message when it has the answer to the last one
  rate      messages are sent at fixed times, and latency counts from those times
  connect   as many threads as `connections` open and drop connections
  hold      connections are opened, and stay open until the standard input ends

options
  connections=50     number of connections
  seconds=2          seconds of the measurement
  warmup=0.5         seconds under load before the measurement
  settle=0           seconds of silence between the handshakes and the first message
  rate=1000          messages a second in all, for the mode `rate`
  message=TEXT       the payload; eight zeros in it become the number of the message
  path=/             the path of the handshake
  raw=no             `yes` for a server without websocket that sends every byte back
  pid=PID            the server's process";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mudwire-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let options =
        Options::parse(std::env::args().skip(1)).map_err(|why| format!("{why}\n{USAGE}"))?;
    match options.mode.as_str() {
        "closed" => stages::closed(&options)?.print(),
        "rate" => stages::rate(&options)?.print(),
        "connect" => stages::connect(&options)?.print(),
        "hold" => stages::hold(&options)?,
        mode => return Err(format!("there is no mode {mode}\n{USAGE}").into()),
    }
    Ok(())
}
