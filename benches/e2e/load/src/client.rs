//! One connection of a client: its handshake, its requests and the answers (RFC 6455).

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::options::Options;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const NUMBER: &[u8] = b"00000000";

/// Opens a connection with the handshake of a browser, and waits until the server accepts it.
pub fn open(options: &Options) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(options.address)?;
    stream.set_nodelay(true)?;
    if !options.raw {
        stream.write_all(handshake(options.address, &options.path).as_bytes())?;
        let mut answer = Vec::new();
        let mut byte = [0];
        // Read byte by byte: the bytes after the header belong to the first frame.
        while !answer.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte)? == 0 {
                return Err(refused(&answer));
            }
            answer.push(byte[0]);
        }
        if !answer.starts_with(b"HTTP/1.1 101 ") {
            return Err(refused(&answer));
        }
    }
    Ok(stream)
}

fn refused(answer: &[u8]) -> io::Error {
    io::Error::other(format!("the server refused: {}", String::from_utf8_lossy(answer)))
}

/// Returns the request for a websocket with all headers that a browser sends.
fn handshake(host: SocketAddr, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nPragma: no-cache\r\n\
         Cache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) \
         AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
         Upgrade: websocket\r\nOrigin: http://{host}\r\nSec-WebSocket-Version: 13\r\n\
         Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\
         Sec-WebSocket-Protocol: v1.evennia.com\r\n\r\n"
    )
}

/// A masked text frame whose payload contains a number that grows from frame to frame.
pub struct Request {
    frame: Vec<u8>,
    number_at: Option<(usize, usize)>,
    count: u32,
}

impl Request {
    pub fn new(payload: &str) -> Result<Self, String> {
        let size = u8::try_from(payload.len()).ok().filter(|size| *size < 126);
        let size = size.ok_or("the message must be shorter than 126 bytes")?;
        let mut frame = vec![0x81, 0x80 | size];
        frame.extend(MASK);
        frame.extend(payload.bytes().enumerate().map(|(at, byte)| byte ^ MASK[at % 4]));
        let found = payload.as_bytes().windows(NUMBER.len()).position(|window| window == NUMBER);
        Ok(Self { frame, number_at: found.map(|at| (at + 6, at)), count: 0 })
    }

    /// Returns the next frame.
    pub fn next(&mut self) -> &[u8] {
        if let Some((in_frame, in_payload)) = self.number_at {
            self.count += 1;
            let mut rest = self.count;
            for digit in (0..NUMBER.len()).rev() {
                let character = b'0' + u8::try_from(rest % 10).unwrap_or_default();
                self.frame[in_frame + digit] = character ^ MASK[(in_payload + digit) % 4];
                rest /= 10;
            }
        }
        &self.frame
    }

    pub fn size(&self) -> usize {
        self.frame.len()
    }
}

/// Counts the answers in a stream of bytes that may be cut anywhere.
pub enum Answers {
    /// Each message of a websocket server, an unmasked frame, is an answer.
    WebSocket { header: Vec<u8>, payload_left: u64 },
    /// As many bytes as a request has are an answer.
    Bytes { size: usize, got: usize },
}

impl Answers {
    pub fn of_websocket() -> Self {
        Self::WebSocket { header: Vec::with_capacity(10), payload_left: 0 }
    }

    pub fn of_bytes(size: usize) -> Self {
        Self::Bytes { size, got: 0 }
    }

    /// Takes the next bytes of the stream, and returns how many answers they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<usize, String> {
        match self {
            Self::Bytes { size, got } => {
                *got += bytes.len();
                let answers = *got / *size;
                *got %= *size;
                Ok(answers)
            }
            Self::WebSocket { header, payload_left } => feed_frames(header, payload_left, bytes),
        }
    }
}

fn feed_frames(
    header: &mut Vec<u8>,
    payload_left: &mut u64,
    mut bytes: &[u8],
) -> Result<usize, String> {
    let mut answers = 0;
    while !bytes.is_empty() {
        if *payload_left == 0 {
            header.push(bytes[0]);
            bytes = &bytes[1..];
            let Some(size) = payload_size(header) else { continue };
            *payload_left = size;
        }
        let taken = usize::try_from(*payload_left).unwrap_or(usize::MAX).min(bytes.len());
        bytes = &bytes[taken..];
        *payload_left -= taken as u64;
        if *payload_left == 0 {
            match header[0] {
                0x80..=0x82 => answers += 1,
                0x88 => return Err("the server closed a connection".to_owned()),
                _ => {}
            }
            header.clear();
        }
    }
    Ok(answers)
}

/// Returns the size of the payload once the header is complete (RFC 6455, section 5.2).
fn payload_size(header: &[u8]) -> Option<u64> {
    let big_endian = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    match (header.get(1)? & 0x7f, header.len()) {
        (size @ 0..126, 2) => Some(u64::from(size)),
        (126, 4) | (127, 10) => Some(big_endian(&header[2..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_wherever_the_stream_is_cut() {
        let mut stream = b"\x81\x02ab\x89\x00\x82\x00\x81\x7e\x00\x80".to_vec();
        stream.extend([b'x'; 128]);
        for size in 1..stream.len() {
            let mut answers = Answers::of_websocket();
            let counted: usize = stream.chunks(size).map(|part| answers.feed(part).unwrap()).sum();
            assert_eq!(counted, 3, "in parts of {size}");
        }
        assert!(Answers::of_websocket().feed(b"\x88\x00").is_err());
    }

    #[test]
    fn no_two_requests_are_the_same() {
        let mut request = Request::new("say 00000000!").unwrap();
        let unmasked = |frame: &[u8]| -> Vec<u8> {
            frame[6..].iter().enumerate().map(|(at, byte)| byte ^ MASK[at % 4]).collect()
        };
        assert_eq!(unmasked(request.next()), b"say 00000001!");
        assert_eq!(unmasked(request.next()), b"say 00000002!");
    }
}
