//! The modes of a run. Each measures the server's CPU time while it opens connections or sends.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::client::{self, Answers, Request};
use crate::options::Options;
use crate::server;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The result of a run.
pub struct Measurement {
    /// Messages answered, or connections opened.
    count: usize,
    wall: Duration,
    cpu: Option<Duration>,
    latencies: Vec<Duration>,
}

impl Measurement {
    /// Prints one line of JSON; times are in seconds.
    pub fn print(mut self) {
        self.latencies.sort_unstable();
        let cpu = self.cpu.map_or("null".to_owned(), |cpu| cpu.as_secs_f64().to_string());
        print!("{{\"count\":{},\"seconds\":{},\"cpu\":{cpu}", self.count, self.wall.as_secs_f64());
        for (name, per_mille) in [("p50", 500), ("p99", 990), ("p999", 999)] {
            let rank = self.latencies.len() * per_mille / 1000;
            if let Some(latency) = self.latencies.get(rank) {
                print!(",\"{name}\":{}", latency.as_secs_f64());
            }
        }
        println!("}}");
    }
}

/// Measures the server's CPU time between two moments.
struct Window {
    pid: Option<u32>,
    cpu: Option<Duration>,
    from: Instant,
}

impl Window {
    fn open(pid: Option<u32>) -> io::Result<Self> {
        let cpu = pid.map(server::cpu_time).transpose()?;
        Ok(Self { pid, cpu, from: Instant::now() })
    }

    /// Ends the measurement, with the latency of each answer. Fails if there was no answer.
    fn close(self, latencies: Vec<Duration>) -> io::Result<Measurement> {
        let count = latencies.len();
        if count == 0 {
            return Err(io::Error::other("nothing was answered"));
        }
        let wall = self.from.elapsed();
        let cpu = self.pid.map(server::cpu_time).transpose()?;
        let cpu = cpu.zip(self.cpu).map(|(after, before)| after.saturating_sub(before));
        Ok(Measurement { count, wall, cpu, latencies })
    }
}

struct Connection {
    stream: TcpStream,
    answers: Answers,
    /// The time at which each unanswered message was sent, or was due.
    waiting: VecDeque<Instant>,
}

/// All connections, and the poller that tells which of them are readable.
struct Crowd {
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    request: Request,
    buffer: Vec<u8>,
}

impl Crowd {
    fn gather(options: &Options) -> Outcome<Self> {
        let request = Request::new(&options.message)?;
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(options.connections);
        for number in 0..options.connections {
            let stream = client::open(options)?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
            let answers = if options.raw {
                Answers::of_bytes(request.size())
            } else {
                Answers::of_websocket()
            };
            connections.push(Connection { stream, answers, waiting: VecDeque::new() });
        }
        let events = Events::with_capacity(1024);
        let mut crowd = Self { poll, events, connections, request, buffer: vec![0; 1 << 16] };
        let begin = Instant::now() + options.settle;
        while Instant::now() < begin {
            crowd.hear(Some(Duration::from_millis(50)), |_, _| ())?;
        }
        Ok(crowd)
    }

    fn send(&mut self, number: usize, at: Instant) -> io::Result<()> {
        let connection = &mut self.connections[number];
        connection.stream.write_all(self.request.next())?;
        connection.waiting.push_back(at);
        Ok(())
    }

    /// Reads from all readable connections. For each answer, calls `answered` with the number of the
    /// connection and the time of the request.
    fn hear(
        &mut self,
        patience: Option<Duration>,
        mut answered: impl FnMut(usize, Instant),
    ) -> Outcome<()> {
        self.poll.poll(&mut self.events, patience)?;
        for event in &self.events {
            let number = event.token().0;
            let connection = &mut self.connections[number];
            loop {
                let size = match connection.stream.read(&mut self.buffer) {
                    Ok(0) => return Err("the server hung up".into()),
                    Ok(size) => size,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                };
                for _ in 0..connection.answers.feed(&self.buffer[..size])? {
                    // A message without a request, such as a greeting, is not an answer.
                    if let Some(asked) = connection.waiting.pop_front() {
                        answered(number, asked);
                    }
                }
                if size < self.buffer.len() {
                    break; // drained; the poller reports the next bytes
                }
            }
        }
        Ok(())
    }
}

/// Sends the next message on each connection as soon as the last one is answered.
pub fn closed(options: &Options) -> Outcome<Measurement> {
    let mut crowd = Crowd::gather(options)?;
    for number in 0..crowd.connections.len() {
        crowd.send(number, Instant::now())?;
    }
    let mut answered = Vec::new();
    let mut latencies = Vec::new();
    let mut turn = |crowd: &mut Crowd, latencies: &mut Vec<Duration>| -> Outcome<()> {
        crowd.hear(Some(Duration::from_secs(1)), |number, asked| {
            answered.push(number);
            latencies.push(asked.elapsed());
        })?;
        for number in answered.drain(..) {
            crowd.send(number, Instant::now())?;
        }
        Ok(())
    };
    let begin = Instant::now() + options.warmup;
    while Instant::now() < begin {
        turn(&mut crowd, &mut latencies)?;
    }
    latencies.clear();
    let window = Window::open(options.pid)?;
    let end = Instant::now() + options.seconds;
    while Instant::now() < end {
        turn(&mut crowd, &mut latencies)?;
    }
    Ok(window.close(latencies)?)
}

/// Sends at fixed times, whether or not the earlier messages are answered.
pub fn rate(options: &Options) -> Outcome<Measurement> {
    let mut crowd = Crowd::gather(options)?;
    let interval = Duration::from_secs_f64(1.0 / options.rate);
    let mut latencies = Vec::new();
    let mut due = Instant::now();
    let begin = due + options.warmup;
    let end = begin + options.seconds;
    let mut window = None;
    let mut next = 0;
    while due < end {
        while due <= Instant::now() {
            crowd.send(next, due)?;
            next = (next + 1) % crowd.connections.len();
            due += interval;
        }
        if window.is_none() && due > begin {
            window = Some(Window::open(options.pid)?);
            latencies.clear();
        }
        // Poll without sleeping: a poller sleeps whole milliseconds, which is too coarse.
        crowd.hear(Some(Duration::ZERO), |_, asked| latencies.push(asked.elapsed()))?;
    }
    let window = window.ok_or("nothing was measured: the rate is too low")?;
    Ok(window.close(latencies)?)
}

/// Opens and drops connections, as all clients do after a restart.
pub fn connect(options: &Options) -> Outcome<Measurement> {
    let window = Window::open(options.pid)?;
    let end = Instant::now() + options.seconds;
    let latencies = thread::scope(|scope| {
        let visitors: Vec<_> =
            (0..options.connections).map(|_| scope.spawn(|| visit_until(end, options))).collect();
        let mut latencies = Vec::new();
        for visitor in visitors {
            latencies.extend(visitor.join().map_err(|_| io::Error::other("a thread died"))??);
        }
        Ok::<_, io::Error>(latencies)
    })?;
    Ok(window.close(latencies)?)
}

fn visit_until(end: Instant, options: &Options) -> io::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while Instant::now() < end {
        let begin = Instant::now();
        drop(client::open(options)?);
        latencies.push(begin.elapsed());
    }
    Ok(latencies)
}

/// Keeps connections open until the standard input ends.
pub fn hold(options: &Options) -> Outcome<()> {
    let crowd = Crowd::gather(options)?;
    println!("{{\"count\":{}}}", crowd.connections.len());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
