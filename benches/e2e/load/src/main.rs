//! Loads one server on loopback and says, as one line of JSON, what that cost.
//!
//! The server's CPU time comes from the operating system, for just the time that is measured.
//! Every message is told from the others by a number, so that no server answers from memory.

mod client;
mod options;
mod server;
mod stages;

use std::process::ExitCode;

use options::Options;

const USAGE: &str = "\
usage: mudwire-load MODE address=HOST:PORT [NAME=VALUE...]

modes
  closed    each connection sends a message when it has the answer to the last one
  rate      messages leave at fixed times; latency counts from when one should have left
  connect   connections are opened and dropped again, by as many threads as `connections`
  hold      connections are opened and held until the standard input ends

options
  connections=50     how many
  seconds=2          how long is measured
  warmup=0.5         seconds before that
  settle=0           seconds of silence between the handshakes and the first message
  rate=1000          messages a second in all, for the mode `rate`
  message=TEXT       the payload; eight zeros in it become the number of the message
  path=/             what the handshake asks for
  raw=no             `yes` for a server that sends every byte back and knows no websocket
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
