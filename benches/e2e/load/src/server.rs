//! The CPU time of the server's process, from the operating system.

use std::fs;
use std::io;
use std::time::Duration;

/// Returns the CPU time of all threads of a process so far.
pub fn cpu_time(pid: u32) -> io::Result<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let used = fs::read_to_string(task?.path().join("schedstat"))?;
        let ran = used.split_whitespace().next().and_then(|field| field.parse::<u64>().ok());
        nanoseconds += ran.ok_or_else(|| io::Error::other(format!("schedstat says {used:?}")))?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
